"""`score_quality`: texts in; signals of quality, a score with its reasons, and failed rules out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from dedupe import kernels
from dedupe.arguments import check_flags
from dedupe.boilerplate.score import VERDICTS, score_units
from dedupe.columns import BatchColumn, TextColumn, runs
from dedupe.documents import Corpus, Id, Texts, id_column, read_texts
from dedupe.errors import InputError
from dedupe.job import Columns, ParagraphMode, RuleSet, ScoreOptions
from dedupe.kernels.counts import COLUMNS
from dedupe.kernels.records import I64
from dedupe.language.detect import LEAST_PROBABILITY, UNKNOWN, languages_of
from dedupe.options import check
from dedupe.parallel import ordered_map, thread_count
from dedupe.passages.find import passages_of
from dedupe.quality.functions import SignalFunctions, call_functions, check_functions
from dedupe.quality.rules import RULES
from dedupe.quality.signals import MEANINGS, Floats, Signals, make_signals
from dedupe.quality.stopwords import load_stop_words
from dedupe.quality.wordlists import LoadedLists, WordLists, load_word_lists
from dedupe.scored import Scored
from dedupe.shown import FirstRows
from dedupe.text.display import counted
from dedupe.units import cut_units, whole_documents

# By so many characters of a text its language is told; by more where it is not that likely. It is right for 97.6 %
# of 6,214 pages and documents, by whole texts for 97.1 %, by 1,000 characters for 97.4 % at twice the time.
FIRST_CHARACTERS, MORE_CHARACTERS = 300, 1500
LIKELY = 0.9

Languages: TypeAlias = Literal["auto"] | str | Sequence[str] | None
MORE_SIGNALS = {
    "repeated_share": "code points in passages that the text repeats inside itself, both copies, of all",
    "boilerplate_share": "code points in paragraphs that are boilerplate, of all",
    "language_probability": "how likely the language is right, also where it is not likely enough to be named",
}


class Penalty(NamedTuple):
    """A score is multiplied by 1 where `signal` is `good`, by `1 - weight` where it is `bad`, and in between."""

    signal: str
    good: float
    bad: float
    weight: float
    what: Callable[[float], str]
    """the reason in words"""
    from_words: int = 0
    """texts with fewer words are not judged by this"""

    def of(self, signals: Signals) -> Floats:
        """Return what is taken from 1, for each text."""
        value = np.asarray(signals[self.signal], np.float64)
        part = np.clip((value - self.good) / (self.bad - self.good), 0, 1)
        judged = np.asarray(signals["words"]) >= self.from_words
        if self.signal == "stop_words":
            judged &= value >= 0
        return np.where(judged & ~np.isnan(value), part * self.weight, 0.0)


def _percent(what: str) -> Callable[[float], str]:
    return lambda value: f"{value:.0%} {what}"


# Each family counts once, by its worst member: all of a family see the same fault.
PENALTIES: tuple[tuple[Penalty, ...], ...] = (
    (
        Penalty("repeated_share", 0.05, 0.7, 0.8, _percent("of it stands in passages that it repeats")),
        Penalty("repeated_line_characters", 0.05, 0.5, 0.8, _percent("of it are lines said before"), 20),
        Penalty("repeated_5_grams", 0.05, 0.5, 0.8, _percent("of it are words said before"), 50),
        Penalty("top_2_gram", 0.08, 0.25, 0.8, _percent("of it is one pair of words"), 50),
    ),
    (Penalty("boilerplate_share", 0.05, 0.8, 0.8, _percent("of it is boilerplate")),),
    (
        Penalty("alphabetic_words", 0.75, 0.3, 0.8, _percent("of its words hold letters"), 5),
        Penalty("hashes", 0.02, 0.2, 0.6, lambda value: f"{value:.2f} hash signs for each word", 5),
        Penalty("ellipses", 0.02, 0.2, 0.5, lambda value: f"{value:.2f} ellipses for each word", 5),
    ),
    (
        Penalty("mojibake", 0.0002, 0.01, 0.7, _percent("of its characters were read with a wrong table")),
        Penalty("unreadable", 0.0002, 0.01, 0.7, _percent("of its characters cannot be read")),
    ),
    (
        Penalty(
            "stop_words", 4, 0, 0.6, lambda value: f"only {value:.0f} of the frequent words of its language", 50
        ),
        Penalty("upper", 0.3, 0.9, 0.4, _percent("of its letters are capitals"), 20),
    ),
    (
        Penalty("terminal_lines", 0.12, 0.0, 0.3, _percent("of its lines end a sentence"), 20),
        Penalty("ellipsis_lines", 0.1, 0.5, 0.4, _percent("of its lines break off"), 20),
        Penalty("bullet_lines", 0.6, 1.0, 0.2, _percent("of its lines are list items"), 20),
    ),
    (Penalty("plain_words", 50, 0, 0.5, lambda value: f"only {value:.0f} words"),),
)


class Reason(NamedTuple):
    """Why a score is not 1."""

    signal: str
    value: float
    penalty: float
    """the score was multiplied by 1 less this"""
    text: str


class DocumentQuality(NamedTuple):
    """The quality of one text."""

    id: Id
    score: float
    """0 to 1; a text without anything to say against it has 1"""
    reasons: tuple[Reason, ...]
    """the weightiest first"""


class Quality(Scored[DocumentQuality]):
    """Quality of texts, in their order: scores, signals as columns, and failed rules."""

    def __init__(self, ids: Sequence[Id], languages: Sequence[str], signals: Signals) -> None:
        self._ids = ids
        self.languages = list(languages)
        """the language whose stop words were counted, "und" where none"""
        self.signals = signals
        """by name an array with a value for each text; `dedupe.quality.signals.MEANINGS` says what they are"""
        self._penalties = [np.array([penalty.of(signals) for penalty in family]) for family in PENALTIES]
        self.score = np.ones(len(ids))
        for family in self._penalties:
            self.score *= 1 - family.max(axis=0)

    def with_signals(self, more: Signals) -> Quality:
        """Return this result with more signals added at the end."""
        return Quality(self._ids, self.languages, {**self.signals, **more})

    def __len__(self) -> int:
        return len(self._ids)

    def _row(self, i: int) -> DocumentQuality:
        return DocumentQuality(self._ids[i], float(self.score[i]), self._reasons(i))

    def _view(self, limit: int) -> FirstRows:
        rows = [
            (one.id, one.score, language, "; ".join(reason.text for reason in one.reasons))
            for one, language in zip(self[:limit], self.languages, strict=False)
        ]
        return FirstRows(
            f"quality of {counted(len(self), 'text')}", ("id", "score", "language", "reasons"), rows, len(self)
        )

    def _reasons(self, i: int) -> tuple[Reason, ...]:
        found = []
        for family, penalties in zip(PENALTIES, self._penalties, strict=True):
            worst = int(penalties[:, i].argmax())
            taken = float(penalties[worst, i])
            if taken > 0:
                signal, value = family[worst].signal, float(self.signals[family[worst].signal][i])
                found.append(Reason(signal, value, taken, family[worst].what(value)))
        return tuple(sorted(found, key=lambda reason: -reason.penalty))

    def failed(self, rules: RuleSet = "default") -> list[tuple[str, ...]]:
        """Return the names of the rules of a set that each text fails; an empty tuple if it passes.

        Raises
        ------
        InputError
            There is no such set of rules.
        """
        check(ScoreOptions, rules=rules)
        chosen = RULES[rules]
        columns = [rule.fails(self.signals).tolist() for rule in chosen]
        rows = zip(*columns, strict=True)
        return [tuple(rule.name for rule, fails in zip(chosen, row, strict=True) if fails) for row in rows]

    def to_arrow(self) -> Any:
        """Return an Arrow table: id, score, language, and a column for each signal (null if not requested)."""
        import pyarrow as pa

        columns = {name: pa.array(values, from_pandas=True) for name, values in self.signals.items()}
        return pa.table({"id": id_column(self._ids), "score": self.score, "language": self.languages, **columns})


def score_quality(
    texts: Texts,
    *,
    language: Languages = "auto",
    passages: bool = True,
    boilerplate: bool = True,
    paragraphs: ParagraphMode = ScoreOptions.paragraphs,
    word_lists: WordLists | None = ScoreOptions.word_lists,
    signals: SignalFunctions | None = None,
    text: str = Columns.text,
    id: str | None = Columns.id,
    threads: int | None = None,
) -> Quality:
    """Measure the quality of texts: repetition, symbols, stop words, line ends, boilerplate, broken encodings.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or Arrow object
        The documents.
    language : "auto", str, sequence of str, or None, default "auto"
        Language of the stop words: detected for each text, one code for all, a code for each, or none.
    passages : bool, default True
        Look for passages that a text repeats, edited or not.
    boilerplate : bool, default True
        Score paragraphs as boilerplate.
    paragraphs : {"auto", "lines", "blank"}, default "auto"
        Where paragraphs end; see `segment`.
    word_lists : path or mapping, optional
        Word lists, each counted as a signal. Give a folder with a file for each language (`en.txt`), a folder of
        such folders, or a mapping `{"name": {"en": [...]}}`. An entry may have several words; capitals and
        diacritics make no difference. If a list has no words for the language of a text, and none
        for `all`, its count is -1.
    signals : mapping of functions, optional
        More signals by name. Each function gets one text at a time, in order, and returns a number.
    text, id : str, optional
        Columns of a table; see `find_duplicates`.
    threads : int, optional
        Batches of texts processed at a time; the default is all cores. The result does not depend on it.

    Returns
    -------
    Quality
        A sequence with a score and reasons for each text; `.signals`, `.failed(rules)`, `.to_arrow()`.

    Raises
    ------
    InputError
        A text is not a string, an argument is out of range, or a word list cannot be read. Also if a function of
        `signals` fails or returns no number.

    Notes
    -----
    The rules are those of Gopher (Rae et al. 2021), C4 (Raffel et al. 2020) and FineWeb (Penedo et al. 2024), with
    the names and thresholds of datatrove. Given the words of this package, datatrove makes the same decisions;
    `docs/quality.md` lists the exceptions.
    The score is a product of one penalty for each kind of fault: it was not learned.

    Examples
    --------
    >>> quality = score_quality({"song": "La la la la. " * 30, "note": "The river rose overnight."})
    >>> quality[0].reasons[0].text
    '67% of it are words said before'
    >>> quality.failed("fineweb")
    [(), ('short_line_ratio',)]

    With your own words and your own function:

    >>> words = {"water": {"en": ["river", "sea"]}}
    >>> quality = score_quality("The river rose and fell.", word_lists=words, signals={"size": len})
    >>> int(quality.signals["water"][0]), float(quality.signals["size"][0])
    (1, 24.0)
    """
    check(ScoreOptions, paragraphs=paragraphs, threads=threads)
    check_flags(passages=passages, boilerplate=boilerplate)
    lists = load_lists(word_lists)
    check_functions(signals, (*TAKEN, *lists.names))
    corpus = read_texts(texts, Columns(text, id))
    quality = quality_of(corpus, language, passages, boilerplate, paragraphs, thread_count(threads), lists)
    return quality.with_signals(call_functions(signals, corpus)) if signals else quality


def load_lists(word_lists: WordLists | None) -> LoadedLists:
    """Read word lists whose names are free; see `score_quality`."""
    return load_word_lists(word_lists, TAKEN)


def quality_of(
    corpus: Corpus,
    language: Languages,
    passages: bool,
    boilerplate: bool,
    paragraphs: ParagraphMode,
    threads: int,
    lists: LoadedLists | None = None,
) -> Quality:
    """Return the quality of the texts of a corpus."""
    lists = lists or load_lists(None)
    languages, probability = _languages(corpus, language, threads, lists.languages)
    stop_words = load_stop_words()
    bits = stop_words.bits(languages)

    def count(run: tuple[int, int]) -> tuple[I64, I64]:
        batch = corpus.texts.read(np.arange(*run))
        counts = kernels.quality_counts(batch, stop_words.words, stop_words.masks, bits[slice(*run)])
        return counts, lists.count(batch, languages[slice(*run)])

    parts = list(ordered_map(count, runs(corpus.texts.sizes()), threads))
    counts = np.concatenate([np.zeros((0, len(COLUMNS)), np.int64), *(part for part, _ in parts)])
    listed = np.concatenate([np.zeros((0, len(lists.names)), np.int64), *(part for _, part in parts)])
    characters = np.maximum(counts[:, COLUMNS.index("characters")], 1)
    more = {name: np.full(len(corpus), np.nan) for name in MORE_SIGNALS}
    more["language_probability"] = probability
    if passages:
        more["repeated_share"] = (
            passages_of(whole_documents(corpus), across=False, threads=threads).covered() / characters
        )
    if boilerplate:
        units = cut_units(corpus, "paragraph", paragraphs)
        hit = score_units(units).verdict_numbers() == VERDICTS.index("boilerplate")
        sizes = np.where(hit, units.end - units.start, 0)
        more["boilerplate_share"] = np.bincount(units.document, sizes, len(corpus)) / characters
    made = make_signals(counts, bits > 0)
    return Quality(corpus.ids, languages, {**made, **more, **dict(zip(lists.names, listed.T, strict=True))})


def _languages(
    corpus: Corpus, language: Languages, threads: int, listed: frozenset[str]
) -> tuple[list[str], Floats]:
    """The language of each text, and how likely it is; nan where it was not asked for.

    `listed` are the languages that a user has words for.
    """
    unknown = np.full(len(corpus), np.nan)
    if language is None:
        return [UNKNOWN] * len(corpus), unknown
    if language == "auto":
        codes, probability = _detect(corpus.texts, threads)
        sure = (probability >= LEAST_PROBABILITY).tolist()
        return [code if ok else UNKNOWN for code, ok in zip(codes, sure, strict=True)], probability
    known = load_stop_words().languages
    if not isinstance(language, str | Sequence) or not all(isinstance(code, str) for code in language):
        raise InputError(
            f"language={language!r} is no code: give 'auto', a code such as 'en', or one for each text"
        )
    given = [language] * len(corpus) if isinstance(language, str) else list(language)
    if len(given) != len(corpus):
        raise InputError(f"language holds {len(given)} codes for {len(corpus)} texts: give one for each")
    others = sorted({code for code in given if code != UNKNOWN and code not in known and code not in listed})
    if others and isinstance(language, str):
        raise InputError(f"language={language!r} has no list of stop words; those that have: {', '.join(known)}")
    return [UNKNOWN if code in others else code for code in given], unknown


def _detect(texts: TextColumn, threads: int) -> tuple[list[str], Floats]:
    """The likeliest language of each text by its beginning, and how likely it is."""
    sizes = texts.sizes()

    def detect(run: tuple[int, int]) -> tuple[list[str], Floats]:
        numbers = np.arange(*run)
        codes, probability = _by_head(texts, numbers, FIRST_CHARACTERS)
        unsure = np.flatnonzero((probability < LIKELY) & (sizes[numbers] > FIRST_CHARACTERS))
        again, probability[unsure] = _by_head(texts, numbers[unsure], MORE_CHARACTERS)
        for place, code in zip(unsure.tolist(), again, strict=True):
            codes[place] = code
        return codes, probability

    parts = list(ordered_map(detect, runs(sizes), threads))
    codes = [code for part, _ in parts for code in part]
    return codes, np.concatenate([np.zeros(0), *(probability for _, probability in parts)])


def _by_head(texts: TextColumn, numbers: I64, characters: int) -> tuple[list[str], Floats]:
    """The likeliest languages of some texts by so many characters of each."""
    heads = texts.slices(numbers, np.zeros_like(numbers), np.full_like(numbers, characters))
    return languages_of(BatchColumn([heads]), 1)


def describe_signals() -> Mapping[str, str]:
    """Return a description of each signal."""
    return {**MEANINGS, **MORE_SIGNALS}


TAKEN = ("id", "score", "language", "failed", "reasons", *describe_signals())
"""names of columns that no list or function may have"""
