"""`clean` and `restore` on texts in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar, Unpack, overload

import numpy as np

from dedupe.boilerplate.score import taught_model
from dedupe.cleaning.cuts import Cut, apply_cuts, undo_cuts
from dedupe.cleaning.decision import Decision, count_stages
from dedupe.cleaning.held import decide_in_memory
from dedupe.documents import Corpus, Document, Id, Key, Origin, Plain, Table, as_given, id_column, read_texts
from dedupe.duplicates.keep import check_keep
from dedupe.errors import InputError
from dedupe.frames import TableRows
from dedupe.job import (
    ALL_STAGES,
    CleanOptions,
    Facts,
    Keep,
    Nulls,
    ParagraphMode,
    Point,
    RuleSet,
    Stage,
    TableOptions,
)
from dedupe.shown import FirstRows, Shown, beginning
from dedupe.text.display import counted
from dedupe.typed import CleanArguments, TaughtModel

Data = TypeVar("Data")


@dataclass(frozen=True, repr=False)
class Cleaned(Shown, Generic[Data]):
    """Cleaned texts, every removed piece, and the reason for each removal.

    It is a sequence of the kept documents.
    """

    texts: Mapping[Id, str]
    """the kept documents, cleaned, in input order"""
    decisions: tuple[Decision, ...]
    """every removal, stage by stage"""
    removed: Mapping[Id, tuple[tuple[int, str], ...]]
    """removed pieces by document: offset in the original, and text; an entirely removed document is one at 0"""
    _order: Sequence[Id]
    _origin: Origin

    @cached_property
    def data(self) -> Data:
        """The kept documents, cleaned, in the form that `clean` was given.

        A table or column of pandas, polars (lazy too), Arrow, DuckDB or datasets keeps its own type. Removed rows
        are left out, the text column has the cleaned texts, and all else is unchanged. Rows without a text stay.
        Other texts are a list or a dict.
        """
        order = self._order
        stays = [number for number, identity in enumerate(order) if identity in self.texts]
        changed = (number for number in stays if order[number] in self.removed)
        data: Data = as_given(self._origin, order, stays, lambda number: self.texts[order[number]], changed)
        return data

    def summary(self) -> dict[str, int]:
        """Count documents in and out, characters in and out, and removals by stage."""
        out = sum(map(len, self.texts.values()))
        gone = sum(len(piece) for pieces in self.removed.values() for _, piece in pieces)
        stages = count_stages(self.decisions)
        return {
            "documents": len(self._order),
            "documents_kept": len(self.texts),
            "characters": out + gone,
            "characters_kept": out,
            **{stage: stages[stage] for stage in ALL_STAGES},
        }

    def to_arrow(self) -> Any:
        """Return an Arrow table of the kept documents: id, text."""
        import pyarrow as pa

        return pa.table({"id": id_column(self.texts), "text": pa.array(self.texts.values(), pa.string())})

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Document]:
        return (Document(identity, text) for identity, text in self.texts.items())

    @overload
    def __getitem__(self, i: int) -> Document: ...
    @overload
    def __getitem__(self, i: slice) -> list[Document]: ...
    def __getitem__(self, i: int | slice) -> Document | list[Document]:
        if isinstance(i, slice):
            return [Document(identity, self.texts[identity]) for identity in self._kept_ids[i]]
        return Document(self._kept_ids[i], self.texts[self._kept_ids[i]])

    @cached_property
    def _kept_ids(self) -> list[Id]:
        return list(self.texts)

    def _view(self, limit: int) -> FirstRows:
        documents, removals = counted(len(self._order), "document"), counted(len(self.decisions), "removal")
        title = f"Cleaned: {len(self.texts)} of {documents}, {removals}"
        rows = [
            (one.id, sum(len(piece) for _, piece in self.removed.get(one.id, ())), beginning(one.text))
            for one in islice(self, limit)
        ]
        return FirstRows(title, ("id", "characters removed", "text"), rows, len(self.texts))


@overload
def clean(texts: Table, **options: Unpack[CleanArguments]) -> Cleaned[Table]: ...
@overload
def clean(  # type: ignore[overload-overlap]
    texts: Mapping[Key, str], **options: Unpack[CleanArguments]
) -> Cleaned[dict[Key, str]]: ...
@overload
def clean(  # type: ignore[overload-overlap]
    texts: Document | Iterable[Document], **options: Unpack[CleanArguments]
) -> Cleaned[list[Document]]: ...
@overload
def clean(texts: str | Iterable[str] | Corpus, **options: Unpack[CleanArguments]) -> Cleaned[list[str]]: ...
def clean(
    texts: Any,
    *,
    remove: Sequence[Stage] = CleanOptions.remove,
    threshold: float | None = None,
    recall: float = CleanOptions.recall,
    keep: Keep = CleanOptions.keep,
    facts: Facts = CleanOptions.facts,
    boilerplate: float | Point = CleanOptions.boilerplate,
    context: bool = CleanOptions.context,
    model: TaughtModel | str | Path | None = None,
    quality: RuleSet | None = None,
    min_paragraph: int = CleanOptions.min_paragraph,
    min_passage: int = CleanOptions.min_passage,
    passage_similarity: float = CleanOptions.passage_similarity,
    min_left: int = CleanOptions.min_left,
    paragraphs: ParagraphMode = CleanOptions.paragraphs,
    text: str | Sequence[str] = TableOptions.text,
    id: str | None = TableOptions.id,
    source: str | None = None,
    order: str | None = None,
    nulls: Nulls | None = None,
    threads: int | None = None,
) -> Cleaned[Any]:
    """Remove near-duplicate documents and paragraphs, repeated passages and boilerplate; keep one copy of each.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or table
        The documents. A table or column may be of pandas, polars (lazy too), Arrow, DuckDB, datasets, or any
        other library that speaks Arrow.
    remove : sequence of {"duplicates", "paragraphs", "passages", "boilerplate", "quality"}
        The stages, decided in this order; the default is the first four. "quality" removes documents that fail
        the rules of `quality`, or the default ones.
    threshold : float, optional
        Least similarity of near-duplicate documents and paragraphs; see `find_duplicates`.
    recall : float, default 0.99
        The probability of finding a pair at the threshold.
    keep : {"first", "last", "longest", "shortest", "best"}, str, function, or sequence
        The rule for the kept copy; see `find_duplicates`. A passage is kept at its first place in the document
        that comes first by this rule.
    facts : {"apart", "ignore"}, default "apart"
        "apart" keeps both near copies if they differ in a possible fact: a number, a name, a word of a short text,
        a title. It counts for documents, paragraphs and passages; see `find_duplicates`.
    boilerplate : {"careful", "normal", "thorough"} or float, default "normal"
        The operating point, or the least probability, of removed paragraphs. The model card has precision and
        recall of each point.
    context : bool, default True
        Also judge a paragraph by its place, its neighbours and its recurrence, not by its words alone.
    model : BoilerplateClassifier, str, or Path, optional
        A classifier that was fitted on your own lines, or the folder that it was saved in. What it finds by the
        words of a paragraph is removed too: the larger of the two probabilities counts.
    quality : {"default", "gopher", "c4", "fineweb"}, optional
        Also remove documents whose remaining text fails a rule of this set; see `score_quality`.
    min_paragraph : int, default 60
        Shortest paragraph that is removed as a duplicate, in code points.
    min_passage : int, default 100, at least 16
        Shortest passage that is removed, in letters; one of Chinese, Japanese or Korean counts as two.
    passage_similarity : float, default 0.9
        Least share of equal tokens of a passage and its kept copy; see `find_passages`.
    min_left : int, default 20
        Least letters and digits left in a document: if a removal leaves fewer, the document is removed entirely.
        One of Chinese, Japanese or Korean counts as two. A document with a kept copy, or with a fact that kept it
        apart, stays. 0 lets all documents stay.
    paragraphs : {"auto", "lines", "blank"}, default "auto"
        Where paragraphs end; see `segment`.
    text, id, source, order : str, optional
        Columns of a table; see `find_duplicates`. Several columns of text need `remove=["duplicates"]`.
    nulls : {"keep", "refuse"}, default "keep"
        "keep" leaves rows without a text in `.data`, but not as documents; "refuse" makes them an error.
    threads : int, optional
        Threads for signing; they never change a result.

    Returns
    -------
    Cleaned
        `.data` (a table of the given type, or a list or dict), `.texts`, `.decisions`, and all that `restore`
        needs.

    Raises
    ------
    InputError
        An argument is out of range, or a text is not a string.
    ModelError
        The model cannot be read.

    Notes
    -----
    Cleaned text is a subsequence of the input: nothing is inserted, no words are glued. A duplicate is removed
    only if no duplicate stage removes its kept copy. A document may be removed for several kept copies, each with
    a part of it. A passage is removed in whole sentences that match those of its kept copy. Inside one document,
    a long sentence may begin with up to twelve words that differ, none of them a number, a negation or a name.

    Examples
    --------
    >>> cleaned = clean({"a": "The river rose overnight.\\nSubscribe now for unlimited access!"})
    >>> cleaned.texts
    {'a': 'The river rose overnight.'}
    >>> restore(cleaned)
    {'a': 'The river rose overnight.\\nSubscribe now for unlimited access!'}

    Data frame in, data frame out:

    >>> import pyarrow as pa
    >>> pages = pa.table({"url": ["a.org", "b.org"], "body": ["The river rose.", "the RIVER rose"]})
    >>> clean(pages, text="body").data.to_pylist()
    [{'url': 'a.org', 'body': 'The river rose.'}]
    """
    options = CleanOptions(
        remove=remove,
        threshold=threshold,
        recall=recall,
        keep=keep,
        facts=facts,
        boilerplate=boilerplate,
        context=context,
        model=model,
        quality=quality,
        min_paragraph=min_paragraph,
        min_passage=min_passage,
        passage_similarity=passage_similarity,
        min_left=min_left,
        paragraphs=paragraphs,
        threads=threads,
    )
    table = TableOptions(text, id, source, order, nulls)
    if table.joins and options.named != ["duplicates"]:
        raise InputError(
            f"text={list(table.text)} makes one text of several columns, from which nothing can be cut: ask for "
            "remove=['duplicates'], or name one column"
        )
    if model is not None:
        taught_model(model)
    corpus = read_texts(texts, table, nulls)
    if isinstance(corpus.origin, TableRows) and corpus.origin.frame.is_index(corpus.origin.column):
        raise InputError("the texts are the index of the frame, which stays as it is: give frame.reset_index()")
    options = replace(options, keep=check_keep(corpus, keep))
    decided = decide_in_memory(corpus, options)
    whole = decided.is_removed(np.arange(len(corpus))).tolist()
    cuts: dict[int, list[Cut]] = {}
    for document, start, end in decided.cuts_by_document().until(len(corpus)).tolist():
        cuts.setdefault(document, []).append(Cut(start, end))
    kept: dict[Id, str] = {}
    removed: dict[Id, tuple[tuple[int, str], ...]] = {}
    for number, (identity, original) in enumerate(zip(corpus.ids, corpus.texts, strict=True)):
        if whole[number]:
            removed[identity] = ((0, original),)
            continue
        own = cuts.get(number, [])
        kept[identity] = apply_cuts(original, own)
        if own:
            removed[identity] = tuple((start, original[start:end]) for start, end in own)
    origin = corpus.origin or Plain("list", ())
    return Cleaned(kept, tuple(decided.decisions()), removed, corpus.ids, origin)


@overload
def restore(cleaned: Cleaned[dict[Key, str]]) -> dict[Key, str]: ...
@overload
def restore(cleaned: Cleaned[list[str]] | Cleaned[list[Document]]) -> dict[Id, str]: ...
@overload
def restore(cleaned: Cleaned[Table]) -> Table: ...
def restore(cleaned: Cleaned[Any]) -> Any:
    """Return the input of `clean`: the table, or the texts to the character.

    Parameters
    ----------
    cleaned : Cleaned
        The result of `clean`.

    Returns
    -------
    table or dict
        The table or column that `clean` was given, equal in rows, order, index and types. For other input, a dict
        of ids to original texts, in input order.

    Raises
    ------
    InputError
        The argument is not a result of `clean`.
    """
    if not isinstance(cleaned, Cleaned):
        raise InputError(
            f"restore takes the result of clean, not {type(cleaned).__name__}: call restore(clean(texts)); for "
            "files use restore_files, with their audit"
        )
    if isinstance(cleaned._origin, TableRows):
        return cleaned._origin.frame.original()
    return {
        identity: undo_cuts(cleaned.texts.get(identity, ""), cleaned.removed.get(identity, ()))
        for identity in cleaned._order
    }
