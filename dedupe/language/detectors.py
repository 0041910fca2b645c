"""Other language detectors behind one protocol; each needs its package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from dedupe.errors import InputError


class LanguageDetector(Protocol):
    """Anything that tells languages."""

    def detect(self, texts: Sequence[str]) -> Sequence[tuple[str, float]]:
        """Code and probability for each text, in order; "und" and 0 where it cannot tell."""


class Py3LangId:
    """py3langid: `pip install py3langid`."""

    def __init__(self) -> None:
        langid = _module("py3langid.langid", "py3langid")
        self._identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)

    def detect(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Ask py3langid."""
        answers = map(self._identifier.classify, map(_without_surrogates, texts))
        return [(str(code), min(float(probability), 1.0)) for code, probability in answers]


class Lingua:
    """lingua: `pip install lingua-language-detector`."""

    def __init__(self) -> None:
        lingua = _module("lingua", "lingua-language-detector")
        self._detector = lingua.LanguageDetectorBuilder.from_all_languages().build()

    def detect(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Ask lingua."""
        out = []
        for text in texts:
            values = self._detector.compute_language_confidence_values(_without_surrogates(text))
            likely = [value for value in values[:1] if value.value > 0]
            out += [(value.language.iso_code_639_1.name.lower(), float(value.value)) for value in likely]
            out += [("und", 0.0)] * (1 - len(likely))
        return out


class Pycld2:
    """pycld2: `pip install pycld2`."""

    def __init__(self) -> None:
        self._cld2 = _module("pycld2", "pycld2")

    def detect(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """Ask pycld2."""
        out = []
        for text in texts:
            # It refuses control characters too.
            clean = "".join(c for c in text if c.isprintable() or c.isspace()).encode("utf-8", "ignore")
            try:
                _, _, found = self._cld2.detect(clean, bestEffort=True)
            except self._cld2.error:
                found = ()
            code, percent = (found[0][1], found[0][2]) if found else ("un", 0)
            out.append(("und", 0.0) if code == "un" else (code.split("-")[0], percent / 100))
        return out


def _without_surrogates(text: str) -> str:
    """The text without what UTF-8 does not know."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _module(name: str, package: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise InputError(f"this detector needs the package {package}: pip install {package}") from error
