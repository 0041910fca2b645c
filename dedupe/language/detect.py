"""`detect_language`: texts in, the language of each and how sure that is out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.columns import TextColumn, runs
from dedupe.documents import Id, Texts, id_column, read_texts
from dedupe.errors import InputError
from dedupe.job import Columns
from dedupe.kernels.records import HAS_HANGUL, HAS_KANA
from dedupe.language.detectors import LanguageDetector
from dedupe.language.profiles import load_profiles
from dedupe.lsh import check_probability
from dedupe.parallel import ordered_map, thread_count
from dedupe.scored import Scored
from dedupe.text.encode import Offsets, TextBatch

UNKNOWN = "und"
LEAST_PROBABILITY = 0.7

Floats = npt.NDArray[np.float64]


class Language(NamedTuple):
    """The language of a text."""

    code: str
    """ISO 639-1, or "und" when that is not sure enough"""
    probability: float
    """how likely the language found is the right one, 0 to 1, also where the code is "und" """


class Languages(Scored[Language]):
    """Languages of texts, in their order."""

    def __init__(self, ids: Sequence[Id], codes: Sequence[str], probability: Floats) -> None:
        self._ids, self.codes, self.probability = ids, list(codes), probability

    def __len__(self) -> int:
        return len(self.codes)

    def _row(self, i: int) -> Language:
        return Language(self.codes[i], float(self.probability[i]))

    def __repr__(self) -> str:
        return f"<languages of {len(self)} texts>"

    def to_arrow(self) -> Any:
        """An Arrow table: id, language, probability."""
        import pyarrow as pa

        columns = {"id": id_column(self._ids), "language": self.codes, "probability": self.probability}
        return pa.table(columns)


class Calibration(NamedTuple):
    """From how far the best language is ahead to how likely it is right."""

    step: float
    """what the probability grows by from one limit to the next"""
    least: Offsets
    """n-grams from which on each class of lengths is meant"""
    limits: tuple[Offsets, ...]
    """for each class the leads, in units of the scores, from which on the probability is one step more"""


def detect_language(
    texts: Texts,
    *,
    threshold: float = LEAST_PROBABILITY,
    detector: LanguageDetector | None = None,
    text: str = Columns.text,
    threads: int | None = None,
) -> Languages:
    """Detect the language that each text is in.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or Arrow object
        The texts; 10,000 characters of each are looked at.
    threshold : float, default 0.7
        Least probability; a text of less is "und".
    detector : LanguageDetector, optional
        Another detector to ask; `dedupe.language.detectors` has adapters for py3langid, lingua and pycld2.
    text : str, optional
        Column of a table; see `find_duplicates`.
    threads : int, optional
        Batches of texts that are worked on at a time; all cores by default. The result does not depend on it.

    Returns
    -------
    Languages
        A sequence of `Language`, `code` and `probability`; `.to_arrow()` is a table.

    Raises
    ------
    InputError
        A text is not a string, or an argument is out of range.

    Notes
    -----
    The profiles are those of the installed langdetect, for 55 languages (Chinese is one here); their likelihoods
    are added up over all n-grams of one to three letters, in integers; langdetect itself draws some at random.
    Without Hangul a text is not taken for Korean, nor with kana for Chinese. How likely an answer is right was
    measured on texts of three classes of length, since what naive Bayes says itself is certainty even where it is
    wrong.

    Examples
    --------
    >>> detect_language(["Le fleuve est sorti de son lit.", "Nobody knows why it has stood empty.", "42"]).codes
    ['fr', 'en', 'und']
    """
    check_probability("threshold", threshold, high_open=False)
    corpus = read_texts(texts, Columns(text))
    column = corpus.texts
    if detector is not None:
        answers = list(detector.detect(list(column)))
        if len(answers) != len(column):
            raise InputError(f"the detector answered {len(answers)} times to {len(column)} texts")
        codes, probability = [code for code, _ in answers], np.array([float(p) for _, p in answers], np.float64)
    else:
        codes, probability = languages_of(column, thread_count(threads))
    sure = (probability >= threshold).tolist()
    return Languages(
        corpus.ids, [code if ok else UNKNOWN for code, ok in zip(codes, sure, strict=True)], probability
    )


def languages_of(column: TextColumn, threads: int) -> tuple[list[str], Floats]:
    """The likeliest language of each text, and how likely it is."""
    batches = (column.read(np.arange(first, last)) for first, last in runs(column.sizes()))
    parts = list(ordered_map(_detect, batches, threads))
    return [code for own, _ in parts for code in own], np.concatenate([np.zeros(0), *(own for _, own in parts)])


def _detect(batch: TextBatch) -> tuple[list[str], Floats]:
    """The likeliest language of each text, and how likely it is."""
    codes, lead, counts = best_languages(batch)
    return codes, _probability(lead, counts)


def best_languages(batch: TextBatch) -> tuple[list[str], Offsets, Offsets]:
    """The likeliest language of each text, by how much it is ahead of the next one, and how many n-grams say so."""
    profiles = load_profiles()
    codes, column = _codes()
    scores, counts, signs = kernels.language_scores(batch, profiles.tables())
    sums = np.zeros((len(batch), len(codes)), np.int64)
    for number, own in enumerate(column.tolist()):
        np.maximum(sums[:, own], scores[:, number], out=sums[:, own])
    sums[signs & HAS_HANGUL == 0, codes.index("ko")] = 0
    sums[signs & HAS_KANA > 0, codes.index("zh")] = 0
    best = sums.argmax(axis=1)
    two = np.partition(sums, -2, axis=1)[:, -2:]
    return [codes[number] for number in best.tolist()], two[:, 1] - two[:, 0], counts


@cache
def _codes() -> tuple[list[str], Offsets]:
    """The codes, and which of them each profile is of: variants of a language are one."""
    own = [language.split("-")[0] for language in load_profiles().languages]
    codes = sorted(set(own))
    return codes, np.array([codes.index(code) for code in own], np.int64)


def _probability(lead: Offsets, counts: Offsets) -> Floats:
    calibration = load_calibration()
    out = np.zeros(len(lead))
    kind = np.searchsorted(calibration.least, counts, side="right") - 1
    for number, limits in enumerate(calibration.limits):
        own = kind == number
        out[own] = np.searchsorted(limits, lead[own], side="right") * calibration.step
    # Where nothing is known nothing is likely.
    out[counts == 0] = 0
    return np.minimum(out, 1.0)


@cache
def load_calibration() -> Calibration:
    """Return what `tools/calibrate_language.py` measured."""
    table = json.loads((files("dedupe.language") / "calibration.json").read_text("ascii"))
    limits = tuple(np.array(own["limits"], np.int64) for own in table["classes"])
    return Calibration(table["step"], np.array([own["least"] for own in table["classes"]], np.int64), limits)
