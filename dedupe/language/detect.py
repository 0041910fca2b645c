"""`detect_language`: texts in, the language of each and its probability out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
from dedupe.shown import FirstRows
from dedupe.text.display import counted
from dedupe.text.encode import Offsets, TextBatch

UNKNOWN = "und"
LEAST_PROBABILITY = 0.7
# Languages that are one class: short texts do not tell them apart, and long ones with less certainty than others.
GROUPS = ("bs", "hr", "sr"), ("id", "ms")
FACTOR_BITS = 10
# Lower than any sum, with room for what is added.
_NEVER = -(1 << 30)

Floats = npt.NDArray[np.float64]


class Language(NamedTuple):
    """The language of a text."""

    code: str
    """ISO 639-1, or "und" if the language is uncertain"""
    probability: float
    """probability that the detected language is right, 0 to 1, also if the code is "und" """


class Languages(Scored[Language]):
    """Languages of texts, in their order."""

    def __init__(self, ids: Sequence[Id], codes: Sequence[str], probability: Floats) -> None:
        self._ids, self.codes, self.probability = ids, list(codes), probability

    def __len__(self) -> int:
        return len(self.codes)

    def _row(self, i: int) -> Language:
        return Language(self.codes[i], float(self.probability[i]))

    def _view(self, limit: int) -> FirstRows:
        rows = [(identity, *one) for identity, one in zip(self._ids, self[:limit], strict=False)]
        return FirstRows(
            f"languages of {counted(len(self), 'text')}", ("id", "language", "probability"), rows, len(self)
        )

    def to_arrow(self) -> Any:
        """Return an Arrow table: id, language, probability."""
        import pyarrow as pa

        columns = {"id": id_column(self._ids), "language": self.codes, "probability": self.probability}
        return pa.table(columns)


class Calibration(NamedTuple):
    """Table from the lead of the best language to the probability that it is right."""

    step: float
    """what the probability grows by from one limit to the next"""
    least: Offsets
    """n-grams from which on each class of lengths is meant"""
    factors: tuple[Offsets, ...]
    """for each class what the lead is multiplied by, in units of 1 / 1024, for each hundredth of what is typical"""
    limits: tuple[Offsets, ...]
    """for each class the leads, in units of the scores, from which on the probability is one step more"""


def detect_language(
    texts: Texts,
    *,
    threshold: float = LEAST_PROBABILITY,
    languages: Sequence[str] | None = None,
    detector: LanguageDetector | None = None,
    text: str = Columns.text,
    threads: int | None = None,
) -> Languages:
    """Detect the language of each text.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or Arrow object
        The texts; the detector reads 10,000 characters of each.
    threshold : float, default 0.7
        Least probability; a text below it is "und".
    languages : sequence of str, optional
        The allowed codes, such as `["da", "no", "sv"]`; the default is all 71 languages.
    detector : LanguageDetector, optional
        Another detector to ask; `dedupe.language.detectors` has adapters for py3langid, lingua and pycld2.
    text : str, optional
        Column of a table; see `find_duplicates`.
    threads : int, optional
        Batches of texts processed at a time; the default is all cores. The result does not depend on it.

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
    The profiles of the installed langdetect, for 55 languages, are mixed with those of this package, for 71. Their
    likelihoods are added up over all n-grams of one to four letters, in integers. Capitals count as small letters.
    A text in a script without profile is "und". In Chinese, Japanese and Korean texts Latin words do not count. A
    letter that a language does not use counts against it.

    Bosnian, Croatian and Serbian in Latin letters are one class; so are Indonesian and Malay. The code is the
    likelier one, with the probability of the class, unless `languages` names the choice.
    Probabilities were measured on texts of three classes of length, since naive Bayes by itself is certain even
    when it is wrong.

    Examples
    --------
    >>> detect_language(["Le fleuve est sorti de son lit.", "Nobody knows why it has stood empty.", "42"]).codes
    ['fr', 'en', 'und']
    """
    check_probability("threshold", threshold, high_open=False)
    corpus = read_texts(texts, Columns(text))
    column = corpus.texts
    if detector is not None and not hasattr(detector, "detect"):
        raise InputError(
            f"detector is {type(detector).__name__}, without a method `detect`: dedupe.language.detectors has some"
        )
    choice = _checked_languages(languages, detector)
    if detector is not None:
        answers = list(detector.detect(list(column)))
        if len(answers) != len(column):
            raise InputError(f"the detector answered {len(answers)} times to {len(column)} texts")
        codes, probability = [code for code, _ in answers], np.array([float(p) for _, p in answers], np.float64)
    else:
        codes, probability = languages_of(column, thread_count(threads), choice)
    sure = (probability >= threshold).tolist()
    return Languages(
        corpus.ids, [code if ok else UNKNOWN for code, ok in zip(codes, sure, strict=True)], probability
    )


def languages_of(
    column: TextColumn, threads: int, languages: Sequence[str] | None = None
) -> tuple[list[str], Floats]:
    """Return the likeliest language of each text, and its probability."""

    def detect(batch: TextBatch) -> tuple[list[str], Floats]:
        codes, *measures = best_languages(batch, languages)
        return codes, _probability(*measures)

    batches = (column.read(np.arange(first, last)) for first, last in runs(column.sizes()))
    answers = list(ordered_map(detect, batches, threads))
    probabilities = [probability for _, probability in answers]
    return [code for codes, _ in answers for code in codes], np.concatenate([np.zeros(0), *probabilities])


def _checked_languages(
    languages: Sequence[str] | None, detector: LanguageDetector | None
) -> tuple[str, ...] | None:
    """Return the codes; refuse a code without a profile."""
    if languages is None:
        return None
    if detector is not None:
        raise InputError("languages limits the profiles of this package: give detector or languages, not both")
    codes = () if isinstance(languages, str) or not isinstance(languages, Iterable) else tuple(languages)
    if not codes or not all(isinstance(code, str) for code in codes):
        raise InputError(f"languages must be a list of codes, such as ['en', 'fr'], not {languages!r}")
    unknown = sorted(set(codes) - set(known_languages()))
    if unknown:
        known = ", ".join(known_languages())
        raise InputError(f"languages: no profile for {', '.join(unknown)}; there are {known}")
    return codes


def best_languages(
    batch: TextBatch, languages: Sequence[str] | None = None
) -> tuple[list[str], Offsets, Offsets, Offsets]:
    """Return the likeliest language of each text, and three measures of its probability.

    They are its lead over the next language, its likeness to other texts in the language, and the number of
    n-grams. Likeness is in hundredths of the typical value.
    """
    profiles = load_profiles()
    scores, counts, signs = kernels.language_scores(batch, profiles.tables())
    codes, variants = _variants()
    sums = scores + profiles.prior
    # The sum of a language is that of its likeliest variant.
    for first, other in variants:
        np.maximum(sums[:, first], sums[:, other], out=sums[:, first])
        sums[:, other] = _NEVER
    sums[signs & HAS_HANGUL == 0, codes.index("ko")] = _NEVER
    sums[signs & HAS_KANA > 0, codes.index("zh")] = _NEVER
    if languages is not None:
        sums[:, [code not in languages for code in codes]] = _NEVER
    rows, best = np.arange(len(batch)), sums.argmax(axis=1)
    highest = sums[rows, best].astype(np.int64)
    sums[rows, best] = _NEVER
    if languages is None:
        for group in GROUPS:
            columns = np.array([number for number, code in enumerate(codes) if code in group])
            own = np.flatnonzero((best[:, None] == columns).any(axis=1))
            sums[own[:, None], columns] = _NEVER
    likelihood = highest - profiles.prior[best]
    # What speaks for a language must be more than nothing, too.
    lead = np.minimum(highest - sums.max(axis=1), likelihood)
    typical = profiles.typical[best] * np.maximum(counts, 1)
    likeness = np.clip(100 * likelihood // typical, 0, 100)
    counts = np.where(likelihood > 0, counts, 0)
    return [codes[number] for number in best.tolist()], np.maximum(lead, 0), likeness, counts


@cache
def known_languages() -> tuple[str, ...]:
    """Return the codes of all languages that have a profile."""
    return tuple(sorted({language.split("-")[0] for language in load_profiles().languages}))


@cache
def _variants() -> tuple[list[str], list[tuple[int, int]]]:
    """The code of each profile, and which ones are further variants of another's language."""
    codes = [language.split("-")[0] for language in load_profiles().languages]
    return codes, [(codes.index(code), number) for number, code in enumerate(codes) if codes.index(code) < number]


def _probability(lead: Offsets, likeness: Offsets, counts: Offsets) -> Floats:
    calibration = load_calibration()
    out = np.zeros(len(lead))
    kind = np.searchsorted(calibration.least, counts, side="right") - 1
    for number, (factors, limits) in enumerate(zip(calibration.factors, calibration.limits, strict=True)):
        own = kind == number
        sure = lead[own] * factors[likeness[own]] >> FACTOR_BITS
        out[own] = np.searchsorted(limits, sure, side="right") * calibration.step
    # Where nothing is known nothing is likely.
    out[counts == 0] = 0
    return np.minimum(out, 1.0)


@cache
def load_calibration() -> Calibration:
    """Return the measurements of `tools/calibrate_language.py`."""
    table = json.loads((files("dedupe.language") / "calibration.json").read_text("ascii"))
    limits = tuple(np.array(own["limits"], np.int64) for own in table["classes"])
    factors = tuple(np.array(own["factors"], np.int64) for own in table["classes"])
    return Calibration(
        table["step"], np.array([own["least"] for own in table["classes"]], np.int64), factors, limits
    )
