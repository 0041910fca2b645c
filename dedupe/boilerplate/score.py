"""`score_boilerplate`: texts in, the probability that each unit is boilerplate out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from dedupe import backend
from dedupe.boilerplate.features import FIXED_POINT
from dedupe.boilerplate.model import BoilerplateModel, shipped_model
from dedupe.cleaning.options import REMOVE_BOILERPLATE
from dedupe.documents import Id, Texts, id_column, read_texts
from dedupe.duplicates.units import UnitTable, cut_units
from dedupe.lsh import Unit, check_probability
from dedupe.segmentation import ParagraphMode
from dedupe.text.encode import TextBatch

Verdict: TypeAlias = Literal["boilerplate", "unsure", "content"]

# Evidence that the words alone must give, in log-odds against texts of the same length, for texts shorter than
# so many code points: to be short is not enough, and a single word says little.
LEAST_EVIDENCE = ((25, 4.5), (40, 3.5), (1 << 62, 2.0))


class BoilerplateScore(NamedTuple):
    """The score of `text[start:end]` of the document `id`."""

    id: Id
    start: int
    end: int
    boilerplate: float
    """calibrated probability that this is boilerplate, 0 to 1"""
    evidence: float
    """what the words and signs say, in log-odds against texts of the same length"""
    category: str | None
    """the kind of boilerplate; None until the model knows kinds"""


class BoilerplateScores(Sequence[BoilerplateScore]):
    """Scores of all units, as columns; read as a sequence of `BoilerplateScore`."""

    def __init__(
        self,
        units: UnitTable,
        probability: npt.NDArray[np.float64],
        evidence: npt.NDArray[np.float64],
    ) -> None:
        self._units = units
        self.probability = probability
        self.evidence = evidence

    def __len__(self) -> int:
        return len(self._units)

    @overload
    def __getitem__(self, i: int) -> BoilerplateScore: ...
    @overload
    def __getitem__(self, i: slice) -> list[BoilerplateScore]: ...
    def __getitem__(self, i: int | slice) -> BoilerplateScore | list[BoilerplateScore]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        return BoilerplateScore(
            *self._units.reference(i), float(self.probability[i]), float(self.evidence[i]), None
        )

    def __iter__(self) -> Iterator[BoilerplateScore]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"<boilerplate scores of {len(self)} texts>"

    def verdicts(self, threshold: float = REMOVE_BOILERPLATE) -> list[Verdict]:
        """What each unit is taken for.

        "boilerplate" from `threshold` on and where the words themselves say so, "content" below one half, and
        "unsure" between: a short heading is no menu entry because it is short.
        """
        check_probability("boilerplate threshold", threshold, high_open=False)
        limits, least = zip(*LEAST_EVIDENCE, strict=True)
        needed = np.array(least)[np.searchsorted(limits, self._units.end - self._units.start, side="right")]
        sure = (self.probability >= threshold) & (self.evidence >= needed)
        content = (self.probability < 0.5) & ~sure
        return ["boilerplate" if s else "content" if c else "unsure" for s, c in zip(sure, content, strict=True)]

    def to_arrow(self) -> Any:
        """An Arrow table: id, start, end, boilerplate, evidence, category."""
        import pyarrow as pa

        units = self._units
        return pa.table(
            {
                "id": id_column(units.corpus.ids[d] for d in units.document.tolist()),
                "start": units.start,
                "end": units.end,
                "boilerplate": self.probability,
                "evidence": self.evidence,
                "category": pa.nulls(len(units), pa.string()),
            }
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)


def score_boilerplate(
    texts: Texts, *, unit: Unit = "document", paragraphs: ParagraphMode = "auto"
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

    Returns
    -------
    BoilerplateScores
        A calibrated probability and the evidence for each unit; `.verdicts()` decides.

    Raises
    ------
    InputError
        A text is not a string, or an argument is out of range.

    Notes
    -----
    A linear model on hashed character and word n-grams and the shape of the text, scored in integers: the same
    numbers everywhere. `dedupe/boilerplate/model/README.md` is its card.

    Examples
    --------
    >>> scores = score_boilerplate(["Subscribe now for unlimited access!", "The river rose overnight."])
    >>> scores.verdicts()
    ['boilerplate', 'content']
    """
    return score_units(cut_units(read_texts(texts), unit, paragraphs))


def score_units(units: UnitTable, model: BoilerplateModel | None = None) -> BoilerplateScores:
    """Score units that are already cut."""
    model = model or shipped_model()
    scores = _linear_scores(units.batches(), model)
    probability = model.probabilities(scores, units.end - units.start)
    return BoilerplateScores(units, probability, scores / (1 << FIXED_POINT))


def _linear_scores(batches: Iterable[TextBatch], model: BoilerplateModel) -> npt.NDArray[np.int64]:
    parts = [np.zeros(0, np.int64)]
    for batch in batches:
        parts.append(
            backend.boilerplate_scores(
                *batch,
                model.char_weights,
                model.word_weights,
                model.shape_weights,
                model.char_scale,
                model.word_scale,
            )
        )
    return np.concatenate(parts)
