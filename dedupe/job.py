"""Options of the verbs: each is defined here once, with its type, default, range and help.

The verbs of Python, the command line, Spark and the header of an audit offer the fields of these classes. Making
one checks its values, before any work. Nothing heavy is imported here, since the command line reads this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from dedupe.errors import OptionError
from dedupe.hints import did_you_mean
from dedupe.options import Options, again, option, options_of

UnitName: TypeAlias = Literal["document", "paragraph", "sentence"]
ParagraphMode: TypeAlias = Literal["auto", "lines", "blank"]
By: TypeAlias = Literal["jaccard", "containment"]
Facts: TypeAlias = Literal["ignore", "apart"]
KeepRule: TypeAlias = Literal["first", "last", "longest", "shortest", "best"]
Keep: TypeAlias = KeepRule | str | Callable[[str], float] | Sequence[str] | Sequence[float]
"""A rule, or sources by falling priority. Or a number to maximise: the name of a column, a function of the text, or
one number for each document."""
Pairs: TypeAlias = Literal["kept", "all"]
Linkage: TypeAlias = Literal["leader", "components"]
Preset: TypeAlias = Literal["prose", "template", "exact"]
RuleSet: TypeAlias = Literal["default", "gopher", "c4", "fineweb"]
Nulls: TypeAlias = Literal["keep", "refuse"]
Score: TypeAlias = Literal["boilerplate", "language", "quality"]
Point: TypeAlias = Literal["careful", "normal", "thorough"]
"""An operating point: a probability of boilerplate that was chosen by what it costs."""
Stage: TypeAlias = Literal["duplicates", "paragraphs", "passages", "boilerplate", "quality", "crumbs"]

UNITS: tuple[UnitName, ...] = get_args(UnitName)
KEEP_RULES: tuple[KeepRule, ...] = get_args(KeepRule)
RULE_SETS: tuple[RuleSet, ...] = get_args(RuleSet)
STAGES: tuple[Stage, ...] = ("duplicates", "paragraphs", "passages", "boilerplate")
"""the stages that run by default"""
NAMED_STAGES: tuple[Stage, ...] = (*STAGES, "quality")
ALL_STAGES: tuple[Stage, ...] = (*NAMED_STAGES, "crumbs")
WHOLE_STAGES: tuple[Stage, ...] = ("duplicates", "quality", "crumbs")
"""the stages that remove whole documents"""

# A shorter passage has no anchor that tells it from chance: an anchor is half as long.
LEAST_LENGTH = 16
MOST_LENGTH = 1 << 32
# Least similarity of units, measured: `benchmarks/README.md` shows the table.
THRESHOLDS: Mapping[UnitName, float] = {"document": 0.85, "paragraph": 0.9, "sentence": 0.9}
# The same of containment, for any unit.
CONTAINMENT = 0.8
# Hash functions of a signature, at most.
MAX_PERMUTATIONS = 4096


def _check_keep(name: str, value: Any) -> None:
    if isinstance(value, bytes) or not (callable(value) or _can_be_listed(value)):
        rules = ", ".join(KEEP_RULES)
        raise OptionError(f"{name}={value!r} is no rule ({rules}), column, function, or list")


def _check_stages(name: str, value: Any) -> None:
    if isinstance(value, str):
        words = [word.strip() for word in value.split(",")]
        if all(word in NAMED_STAGES for word in words):
            raise OptionError(f"{name}={value!r} is one string: give a list, {name}={words}")
        value = words
    stages = list(value) if _can_be_listed(value) else ()
    wrong = [one for one in stages if one not in NAMED_STAGES]
    if not stages or wrong:
        hint = did_you_mean(wrong[0] if wrong else value, NAMED_STAGES)
        raise OptionError(f"{name}={value!r}: name one or more of {', '.join(NAMED_STAGES)}, in a list{hint}")


def _check_model(name: str, value: Any) -> None:
    if not (value is None or isinstance(value, str | Path) or hasattr(value, "model_")):
        raise OptionError(
            f"{name}={value!r} is neither a fitted BoilerplateClassifier nor the folder that one was saved in"
        )


def _check_columns(name: str, value: Any) -> None:
    if isinstance(value, str):
        return
    names = list(value) if _can_be_listed(value) else []
    if not names or not all(isinstance(one, str) for one in names):
        raise OptionError(f"{name}={value!r} is no name of a column, and no list of names")
    if len(set(names)) < len(names):
        raise OptionError(f"{name}={value!r} names a column twice")


def _can_be_listed(value: Any) -> bool:
    try:
        iter(value)
    except TypeError:
        return False
    return True


@dataclass(frozen=True)
class Columns(Options):
    """Names of the fields of records, or columns of a table, that are read."""

    text: str = option("text", "field of the text", metavar="NAME")
    id: str | None = option(
        "auto",
        "field of the id; none: file:line",
        metavar="NAME",
        shown="id where there is one, none where ids repeat",
    )
    source: str | None = option(
        None, "field of the site or publication: lines that recur within one are likely boilerplate", metavar="NAME"
    )
    order: str | None = option(
        None,
        "field of a number or date that says which copy is first or last",
        metavar="NAME",
        shown="as they are read",
    )


@dataclass(frozen=True)
class TableOptions(Columns):
    """Options of verbs on texts in memory: columns of a table, and its rows without a text."""

    text: str | Sequence[str] = option(  # type: ignore[assignment]
        "text", "column of the text, or columns that are one text together", metavar="NAME", test=_check_columns
    )
    nulls: Nulls | None = option(None, "rows without a text: keep or refuse", shown="keep")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.text, str):
            names = tuple(self.text)
            object.__setattr__(self, "text", names[0] if len(names) == 1 else names)

    @property
    def joins(self) -> bool:
        """Return whether several columns are one text."""
        return not isinstance(self.text, str)


@dataclass(frozen=True)
class FileOptions(Columns):
    """Options of the commands on files: fields, limits, bad records and links."""

    max_line: int | str = option("512 MB", "quarantine JSONL lines longer than this", metavar="SIZE")
    max_document: int | str = option(
        "512 MB", "quarantine documents whose text is longer than this", metavar="SIZE"
    )
    max_unpacked: int | str = option(
        "256 GB", "quarantine compressed files that unpack to more than this", metavar="SIZE"
    )
    follow_links: bool = option(False, "follow links in folders, also out of them")
    strict: bool = option(False, "stop at an unusable record instead of quarantining it")
    max_memory: int | str | None = option(
        None,
        "limit of memory, such as 1GB (at least 384MB); the rest is held in files",
        metavar="SIZE",
        shown="all in memory",
    )


@dataclass(frozen=True)
class CompareOptions(Options):
    """Options of comparison: `find_duplicates`, `evaluate`, `explain_match` and the index share them."""

    unit: UnitName = option("document", "what is compared")
    threshold: float | None = option(
        None,
        "least similarity",
        least=0,
        most=1,
        above=True,
        metavar="T",
        shown=", ".join(f"{threshold:g} for {unit}s" for unit, threshold in THRESHOLDS.items()),
    )
    recall: float = option(
        0.99,
        "probability of finding a pair exactly at the threshold",
        least=0,
        most=1,
        above=True,
        below=True,
        metavar="R",
    )
    shingle: Any = option(None, "word:N or char:N", metavar="S", shown="char:5")
    permutations: int | None = option(
        None, "limit on MinHash values", least=1, most=MAX_PERMUTATIONS, metavar="N", shown="what recall asks for"
    )
    facts: Facts = option(
        "ignore", "near copies with another number, name or title: remove (ignore) or keep both (apart)"
    )
    paragraphs: ParagraphMode = option("auto", "where paragraphs end")


@dataclass(frozen=True)
class DuplicateOptions(CompareOptions):
    """Options of `find_duplicates`."""

    by: By = option("jaccard", f"containment: remove units inside a longer one, from threshold {CONTAINMENT} on")
    keep: Keep = option(
        "first",
        f"which copy stays: {', '.join(KEEP_RULES)}, or the largest number in a field",
        metavar="RULE",
        test=_check_keep,
    )
    pairs: Pairs = option("kept", "pairs of the result: removed units with their kept copies, or all")
    linkage: Linkage = option(
        "leader", "leader: members resemble the kept unit; components: chains count, at your own risk"
    )
    threads: int | None = option(None, "threads", least=1, metavar="N", short="-j", shown="one for each CPU")


@dataclass(frozen=True)
class PassageOptions(Options):
    """Options of `find_passages`."""

    min_length: int = option(
        60, "shortest passage in letters, from 16", least=LEAST_LENGTH, most=MOST_LENGTH, metavar="N"
    )
    similarity: float = option(0.5, "least share of equal tokens", least=0, most=1, above=True, metavar="S")
    within: bool = option(True, "look inside documents")
    across: bool = option(True, "look across documents")
    preset: Preset = option(
        "prose", "prose: stricter on repetitive documents; template: stricter on all; exact: equal letters only"
    )
    snap: bool = option(True, "move ends to the edges of sentences or lines", off="leave ends where they are")
    threads: int | None = again(DuplicateOptions, "threads", None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.within or self.across):
            raise OptionError("within=False and across=False leave nothing to look at: ask for one of them")


# What options of scores are for.
_OF_SCORES: Mapping[str, tuple[Score, ...]] = {
    **dict.fromkeys(("unit", "context", "model"), ("boilerplate",)),
    **dict.fromkeys(("rules", "word_lists"), ("quality",)),
    "paragraphs": ("boilerplate", "quality"),
}


@dataclass(frozen=True)
class ScoreOptions(Options):
    """Options of `dedupe score` and `dedupe.spark.score`."""

    what: Score = option("boilerplate", "what is scored")
    unit: UnitName = option("paragraph", "what is scored as boilerplate")
    context: bool = option(
        True,
        "count neighbours, and how often a unit recurs",
        off="score each unit by its own words only, not by neighbours and recurrence",
    )
    model: Any = option(
        None,
        "score each unit by its own words only, with this model: the folder of one taught on your own lines",
        metavar="DIR",
        shown="none",
        test=_check_model,
    )
    rules: RuleSet = option("default", "the set of quality rules")
    word_lists: str | None = option(
        None,
        "folder of word lists, one file per language such as en.txt; counts of their words become signals",
        metavar="DIR",
        shown="none",
    )
    paragraphs: ParagraphMode = again(CompareOptions, "paragraphs", "auto")
    threads: int | None = again(DuplicateOptions, "threads", None)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, what in _OF_SCORES.items():
            value = getattr(self, name)
            if value != options_of(ScoreOptions)[name].default and self.what not in what:
                raise OptionError(f"{name}={value!r} is for `what={what[0]}`: leave it out")
        if isinstance(self.model, Path):
            object.__setattr__(self, "model", str(self.model))

    @property
    def in_context(self) -> bool:
        """Return whether neighbours count: a document has none, and a taught model knows the words alone."""
        return self.what == "boilerplate" and self.context and self.unit != "document" and self.model is None


@dataclass(frozen=True)
class EvaluateOptions(CompareOptions):
    """Options of `evaluate`."""

    by: By = again(DuplicateOptions, "by", "jaccard")
    min_length: int = again(PassageOptions, "min_length", 60)
    similarity: float = again(PassageOptions, "similarity", 0.5)
    sample: int = option(500, "number of copied units", least=1, metavar="N")
    seed: int = option(0, "random seed", metavar="N")
    threads: int | None = again(DuplicateOptions, "threads", None)


@dataclass(frozen=True)
class IndexOptions(CompareOptions):
    """Options of an index."""

    unit: UnitName = again(CompareOptions, "unit", "paragraph")
    keep: KeepRule = option("first", "which copy stays", metavar="RULE")


@dataclass(frozen=True)
class CleanOptions(Options):
    """Options of `clean`.

    Examples
    --------
    >>> CleanOptions(remove=["passages"], min_passage=5)
    Traceback (most recent call last):
    dedupe.errors.OptionError: min_passage=5 is not between 16 and 4294967296 letters
    """

    remove: Sequence[Stage] = option(
        STAGES,
        f"what to remove, with commas: {', '.join(NAMED_STAGES)}",
        metavar="LIST",
        shown=",".join(STAGES),
        test=_check_stages,
    )
    threshold: float | None = again(CompareOptions, "threshold", None)
    recall: float = again(CompareOptions, "recall", 0.99)
    keep: Keep = again(DuplicateOptions, "keep", "first")
    facts: Facts = again(CompareOptions, "facts", "apart")
    boilerplate: float | Point = option(
        "normal",
        "remove boilerplate from this point on: careful, normal, thorough, or a probability",
        least=0,
        most=1,
        above=True,
        metavar="P",
    )
    context: bool = option(
        True,
        "count neighbours, and how often a paragraph recurs",
        off="judge a paragraph by its own words only, not by neighbours and recurrence",
    )
    model: Any = option(
        None,
        "also remove boilerplate that this model finds: the folder of one that was taught on your own lines",
        metavar="DIR",
        shown="none",
        test=_check_model,
    )
    quality: RuleSet | None = option(
        None, "also remove documents of which the rest fails this set of quality rules"
    )
    # A repeated paragraph shorter than this is a heading, a bracket, a name: it says nothing about a copy.
    min_paragraph: int = option(60, "shortest repeated paragraph to remove", least=0, metavar="N")
    # Passages are removed above stricter limits than they are reported at: parallel texts differ in a word.
    min_passage: int = option(
        100,
        "shortest repeated passage to remove, in letters",
        least=LEAST_LENGTH,
        most=MOST_LENGTH,
        hint=" letters",
        metavar="N",
    )
    passage_similarity: float = option(
        0.9,
        "least share of equal tokens in a removed passage",
        least=0,
        most=1,
        above=True,
        metavar="S",
    )
    # Letters below which what is left of a document is crumbs: a name, a date, a caption, and no sentence.
    min_left: int = option(
        20,
        "remove a document entirely if fewer letters are left; 0: never",
        least=0,
        hint=": it is a number of letters, and 0 for no limit",
        metavar="N",
    )
    paragraphs: ParagraphMode = again(CompareOptions, "paragraphs", "auto")
    threads: int | None = again(DuplicateOptions, "threads", None)
    # Shares of the text from which on a run stops: what false merges have wiped out elsewhere was 97 % and more.
    max_removal: float = option(
        0.9,
        "stop before writing if more text would be removed; --force goes on",
        least=0,
        most=1,
        metavar="SHARE",
    )
    max_source_removal: float = option(
        0.95, "the same for each file, folder or site with 20 documents or more", least=0, most=1, metavar="SHARE"
    )

    def __post_init__(self) -> None:
        if not isinstance(self.remove, str) and _can_be_listed(self.remove):
            object.__setattr__(self, "remove", tuple(self.remove))
        if isinstance(self.model, Path):
            object.__setattr__(self, "model", str(self.model))
        super().__post_init__()

    @property
    def rules(self) -> RuleSet | None:
        """Return the rules of quality by which documents are removed, if any."""
        return self.quality or ("default" if "quality" in self.remove else None)

    @property
    def named(self) -> list[Stage]:
        """Return the stages that the user asks for, in the order of the decisions."""
        judged: tuple[Stage, ...] = () if self.rules is None else ("quality",)
        return [*(stage for stage in STAGES if stage in self.remove), *judged]

    @property
    def stages(self) -> list[Stage]:
        """Return all stages, in the order of the decisions."""
        crumbs: tuple[Stage, ...] = ("crumbs",) if self.min_left else ()
        return [*self.named, *crumbs]
