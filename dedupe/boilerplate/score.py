"""`score_boilerplate`: texts in, the probability that each unit is boilerplate, its kind and the evidence out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.arguments import check_paths
from dedupe.boilerplate.categories import CATEGORIES, shipped_categories
from dedupe.boilerplate.context import (
    RECURRENCE,
    ContextScores,
    context_features,
    own_features,
    recurrence_features,
    shipped_context,
)
from dedupe.boilerplate.explain import Explanation, explain_texts
from dedupe.boilerplate.model import BoilerplateModel, Floats, Scores, shipped_model
from dedupe.columns import runs
from dedupe.documents import Id, Texts, id_column, read_texts
from dedupe.errors import InputError, ModelError
from dedupe.job import CleanOptions, Columns, ParagraphMode, Point, ScoreOptions, UnitName
from dedupe.kernels.records import FIXED_POINT, I64
from dedupe.options import check, options_of
from dedupe.scored import Scored
from dedupe.shown import FirstRows, beginning
from dedupe.tables import PAGE_SOURCE
from dedupe.text.display import counted
from dedupe.text.encode import TextBatch
from dedupe.typed import TaughtModel
from dedupe.units import UnitTable, cut_units

Verdict: TypeAlias = Literal["boilerplate", "unsure", "content"]
VERDICTS: tuple[Verdict, ...] = ("boilerplate", "unsure", "content")

_UNITS_AT_A_TIME = 1 << 16


class BoilerplateScore(NamedTuple):
    """The score of `text[start:end]` of the document `id`."""

    id: Id
    start: int
    end: int
    boilerplate: float
    """calibrated probability that this is boilerplate, 0 to 1, by all that is known"""
    evidence: float
    """what its words and signs say, in log-odds"""
    category: str | None
    """the kind of boilerplate it would be; None where it is likelier to be content"""
    text: float
    """the probability by its own text alone"""
    context: float | None
    """the probability by its place and its neighbours alone; None where they were not asked for"""
    recurrence: float | None
    """the probability by how often it comes back alone; None where that was not asked for"""


class BoilerplateScores(Scored[BoilerplateScore]):
    """Scores of all units, as columns; read as a sequence of `BoilerplateScore`."""

    def __init__(
        self,
        units: UnitTable,
        model: BoilerplateModel,
        text: Floats,
        evidence: Floats,
        context: ContextScores | None = None,
        on_source: I64 | None = None,
        probability: Floats | None = None,
    ) -> None:
        self._units, self._model, self._on_source = units, model, on_source
        self._points = model.points if probability is None else shipped_context().points
        self.text = text
        self.evidence = evidence
        self.context = context
        self.probability = text if probability is None else probability

    def __len__(self) -> int:
        return len(self._units)

    def _row(self, i: int) -> BoilerplateScore:
        found = self.context
        return BoilerplateScore(
            *self._units.reference(i),
            boilerplate=float(self.probability[i]),
            evidence=float(self.evidence[i]),
            category=self.categories[i],
            text=float(self.text[i]),
            context=None if found is None else float(found.context[i]),
            recurrence=None if found is None else float(found.recurrence[i]),
        )

    def _view(self, limit: int) -> FirstRows:
        texts = (beginning(self._units.text(i)) for i in range(min(len(self), limit)))
        rows = [(*one[:4], one.category, text) for one, text in zip(self[:limit], texts, strict=True)]
        columns = (*BoilerplateScore._fields[:4], "category", "text")
        return FirstRows(f"boilerplate scores of {counted(len(self), 'text')}", columns, rows, len(self))

    @cached_property
    def categories(self) -> list[str | None]:
        """The kind of boilerplate that each unit would be; None where it is likelier to be content."""
        return [(*CATEGORIES, None)[i] for i in self.category_numbers().tolist()]

    def category_numbers(self, units: I64 | None = None) -> I64:
        """The place in `CATEGORIES` of the kind of each unit, or of some, which ascend; -1 where there is none."""
        if units is None:
            units = np.arange(len(self))
        likely = np.flatnonzero(self.probability[units] >= 0.5)
        out = np.full(len(units), -1)
        out[likely] = shipped_categories().numbers(self._units.select(units[likely]).batches())
        return out

    def reasons(self, units: I64) -> list[str]:
        """The reasons of some units, which ascend; equal texts are explained once."""
        out: list[str] = []
        known: dict[tuple[bytes, str | None, int], str] = {}
        for first, last in runs((self._units.end - self._units.start)[units]):
            own = units[first:last]
            batch, categories, on_source = self._units.batch(own), *self._known(own)
            keys = list(zip(map(batch.raw, range(len(own))), categories, on_source, strict=True))
            places = {key: place for place, key in enumerate(keys) if key not in known}
            new = list(places.values())
            found = explain_texts(
                batch.select(new),
                self._model,
                [categories[place] for place in new],
                [0] * len(new),
                [on_source[place] for place in new],
            )
            known.update(zip(places, (one.reason for one in found), strict=True))
            out += map(known.__getitem__, keys)
        return out

    def _known(self, units: I64) -> tuple[list[str | None], list[int]]:
        """The categories of some units, and on how many other pages of their source they stand."""
        on_source = np.zeros(len(units), np.int64) if self._on_source is None else self._on_source[units]
        return [(*CATEGORIES, None)[i] for i in self.category_numbers(units).tolist()], on_source.tolist()

    def explain(self, i: int) -> Explanation:
        """Return the words that carry the score of unit `i`, as spans in its document, and a short reason.

        Raises
        ------
        InputError
            There is no unit of that number.
        """
        try:
            units = np.array([range(len(self))[i]])
        except (IndexError, TypeError):
            raise InputError(f"there is no unit {i!r}: they are numbered, and there are {len(self):,}") from None
        categories, on_source = self._known(units)
        start = self._units.start[units].tolist()
        return explain_texts(self._units.batch(units), self._model, categories, start, on_source)[0]

    def verdicts(self, threshold: float | Point = CleanOptions.boilerplate) -> list[Verdict]:
        """Return what each unit is taken for.

        Parameters
        ----------
        threshold : float or {"careful", "normal", "thorough"}, default "normal"
            The least probability that is taken for boilerplate, or the operating point that has one.

        Returns
        -------
        list of str
            "boilerplate" from that probability on, "content" below one half (and below that probability), "unsure"
            between.

        Raises
        ------
        InputError
            The argument is out of range.
        """
        return [VERDICTS[i] for i in self.verdict_numbers(threshold).tolist()]

    def verdict_numbers(self, threshold: float | Point = CleanOptions.boilerplate) -> I64:
        """The place of each verdict in `VERDICTS`."""
        limit = self.limit(threshold)
        return np.where(self.probability >= limit, 0, np.where(self.probability < 0.5, 2, 1))

    def limit(self, threshold: float | Point = CleanOptions.boilerplate) -> float:
        """The least probability that is taken for boilerplate at an operating point.

        Raises
        ------
        InputError
            The argument is out of range.
        """
        replace(options_of(CleanOptions)["boilerplate"], name="threshold").check(threshold)
        return self._points.of(threshold)

    def to_arrow(self) -> Any:
        """An Arrow table with the fields of `BoilerplateScore`."""
        import pyarrow as pa

        units, none = self._units, pa.nulls(len(self), pa.float64())
        around = (none, none) if self.context is None else (self.context.context, self.context.recurrence)
        columns = (
            id_column(units.corpus.ids[d] for d in units.document.tolist()),
            units.start,
            units.end,
            self.probability,
            self.evidence,
            pa.array(self.categories, pa.string()),
            self.text,
            *around,
        )
        return pa.table(dict(zip(BoilerplateScore._fields, columns, strict=True)))


def score_boilerplate(
    texts: Texts,
    *,
    unit: UnitName = "document",
    paragraphs: ParagraphMode = ScoreOptions.paragraphs,
    context: bool = False,
    model: TaughtModel | str | Path | None = None,
    text: str = Columns.text,
    id: str | None = Columns.id,
    source: str | None = None,
) -> BoilerplateScores:
    """Score how likely texts are boilerplate: subscription prompts, share lines, cookie notices and their like.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or Arrow object
        The texts; the elements of a list are scored independently of each other.
    unit : {"document", "paragraph", "sentence"}, default "document"
        What to score: each text as it is, or its paragraphs or sentences.
    paragraphs : {"auto", "lines", "blank"}, default "auto"
        Where paragraphs end; see `segment`.
    context : bool, default False
        Whether place, neighbours and recurrence count. It is for paragraphs or sentences of whole pages. Recurrence
        is which other documents hold a unit, and which of the same source, where documents have one.
    model : BoilerplateClassifier, str, or Path, optional
        A classifier that was fitted on your own lines, or the folder that it was saved in; not with `context`.
    text, id, source : str, optional
        Columns of a table; see `find_duplicates`.

    Returns
    -------
    BoilerplateScores
        A calibrated probability, the evidence and the category of each unit; `.verdicts()` decides, `.explain(i)`
        shows the words.

    Raises
    ------
    InputError
        A text is not a string, or an argument is out of range.
    ModelError
        A model cannot be read, or is not fitted.

    Notes
    -----
    Weights of hashed character and word n-grams and of the shape of the text, then trees over their sums, scored in
    integers: the same numbers everywhere. `dedupe/boilerplate/model/README.md` is the card of the models.

    Examples
    --------
    >>> scores = score_boilerplate(["Subscribe now for unlimited access!", "The river rose overnight."])
    >>> scores.verdicts()
    ['boilerplate', 'content']
    >>> scores[0].category
    'subscription'
    """
    check(ScoreOptions, unit=unit, paragraphs=paragraphs, context=context)
    if context and unit == "document":
        raise InputError('context=True needs units that have neighbours: unit="paragraph" or "sentence"')
    if context and model is not None:
        raise InputError("context=True takes the shipped model: leave model out, or context")
    taught = None if model is None else taught_model(model)
    units = cut_units(read_texts(texts, Columns(text, id, source)), unit, paragraphs)
    return score_in_context(units) if context else score_units(units, taught)


def taught_model(model: TaughtModel | str | Path) -> BoilerplateModel:
    """The model of a classifier, or of the folder that one was saved in.

    Raises
    ------
    ModelError
        The model cannot be read, or is not fitted.
    """
    if isinstance(model, str | Path):
        check_paths(model=model)
        return BoilerplateModel.load(Path(model))
    if not hasattr(model, "model_"):
        raise ModelError(f"{type(model).__name__} is not fitted: call its fit first")
    taught: BoilerplateModel = model.model_
    return taught


def score_units(
    units: UnitTable, model: BoilerplateModel | None = None, probability: Floats | None = None
) -> BoilerplateScores:
    """Score units that are already cut, each by its own text, where `probability` does not say more."""
    model = model or shipped_model()
    scores = model.scores(units.batches())
    evidence = scores.evidence / (1 << FIXED_POINT)
    return BoilerplateScores(units, model, model.probabilities(scores), evidence, probability=probability)


def score_in_context(
    units: UnitTable, rest: UnitTable | None = None, recurrence: I64 | None = None
) -> BoilerplateScores:
    """Score units that are already cut, all those of their documents, in order.

    Where parts of them are removed already, `rest` are the units that are left: they are scored where they stood,
    by all that is known together.
    `recurrence` is what `recurrence_features` says of the units, where these are not all of a corpus.
    """
    model = shipped_model()
    if recurrence is None:
        columns = units.corpus.columns
        sources = columns.get(PAGE_SOURCE, columns.get("source"))
        keys = [np.zeros(0, np.uint64)]

        def with_keys(batch: TextBatch) -> TextBatch:
            keys.append(kernels.recurrence_keys(batch))
            return batch

        # Texts are read once for both.
        scores = model.scores(map(with_keys, units.batches()))
        recurrence = recurrence_features(np.concatenate(keys), units.document, sources)
    else:
        scores = model.scores(units.batches())
    place, own = np.arange(len(units)), scores
    if rest is not None:
        place = _places(rest, units)
        less = np.flatnonzero((units.start[place] != rest.start) | (units.end[place] != rest.end))
        own = Scores(*(column[place] for column in scores))
        for column, again in zip(own, model.scores(rest.select(less).batches()), strict=True):
            column[less] = again
    features = (
        (
            own_features(Scores(*(column[low:high] for column in own))),
            context_features(
                units.document[first:last],
                Scores(*(column[first:last] for column in scores)),
                place[low:high] - first,
            ),
            recurrence[place[low:high]],
        )
        for first, last in _document_runs(units.document)
        for begin, end in [np.searchsorted(place, (first, last)).tolist()]
        # A document may have more units than are worked on at a time.
        for low in range(begin, end, _UNITS_AT_A_TIME) or [begin]
        for high in [min(low + _UNITS_AT_A_TIME, end)]
    )
    by_text, evidence = model.probabilities(own), own.evidence / (1 << FIXED_POINT)
    on_source = recurrence[place, RECURRENCE.index("on_source")]
    none, shipped = np.zeros(0), shipped_context()
    if rest is not None:
        combined = np.concatenate((none, *(shipped.combined(*rows) for rows in features)))
        return BoilerplateScores(rest, model, by_text, evidence, None, on_source, combined)
    parts = [shipped.probabilities(*rows) for rows in features]
    found = ContextScores(*(np.concatenate((none, *columns)) for columns in zip(*parts, strict=True)))
    return BoilerplateScores(units, model, by_text, evidence, found, on_source, found.combined)


def boilerplate_limit(options: CleanOptions) -> float:
    """The least probability of boilerplate that `clean` removes."""
    shipped = shipped_context() if options.context else shipped_model()
    return shipped.points.of(options.boilerplate)


def _document_runs(document: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Runs of units that hold whole documents, few enough that their features take little room; one at least."""
    begins = np.append(np.flatnonzero(np.diff(document, prepend=-1)), len(document))
    sizes = np.diff(begins)
    if not len(sizes):
        yield 0, 0
    for first, last in runs(sizes, _UNITS_AT_A_TIME):
        yield int(begins[first]), int(begins[last])


def _places(units: UnitTable, among: UnitTable) -> npt.NDArray[np.int64]:
    """Return where each unit stands among others, by where it begins: itself, or what it is the rest of."""
    base = int(max(units.end.max(initial=0), among.end.max(initial=0))) + 1
    starts = among.document * base + among.start
    return np.maximum(np.searchsorted(starts, units.document * base + units.start, side="right") - 1, 0)
