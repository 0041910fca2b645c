"""Find near-duplicates and repeated passages, score boilerplate, clean corpora, and undo it.

The verbs take texts (strings, mappings, documents, Arrow columns) and answer with small result objects:

>>> import dedupe
>>> dedupe.find_duplicates(["Same text, twice.", "Another one.", "same text twice"]).kept
(0, 1)
"""

from importlib import import_module
from logging import NullHandler, getLogger
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

getLogger(__name__).addHandler(NullHandler())

if TYPE_CHECKING:
    from dedupe.boilerplate.classifier import BoilerplateClassifier
    from dedupe.boilerplate.score import BoilerplateScores, score_boilerplate
    from dedupe.cleaning.clean import Cleaned, clean, restore
    from dedupe.cleaning.options import CleanOptions
    from dedupe.documents import Document, Unit
    from dedupe.duplicates.explain import explain_match
    from dedupe.duplicates.export import to_datasketch
    from dedupe.duplicates.find import find_duplicates
    from dedupe.duplicates.result import Duplicates
    from dedupe.errors import DedupeError
    from dedupe.evaluation.evaluate import evaluate
    from dedupe.files.clean_files import clean_files
    from dedupe.files.lines import Fields
    from dedupe.files.restore_files import restore_files
    from dedupe.index.index import Index
    from dedupe.kernels import native
    from dedupe.language.detect import Languages, detect_language
    from dedupe.lsh import choose_bands, lsh_curve
    from dedupe.passages.find import Passages, find_passages
    from dedupe.quality.score import Quality, score_quality
    from dedupe.segmentation import segment

# Names are imported when they are first used: `import dedupe` alone loads nothing heavy.
_HOMES = {
    "BoilerplateClassifier": "boilerplate.classifier",
    "BoilerplateScores": "boilerplate.score",
    "CleanOptions": "cleaning.options",
    "Cleaned": "cleaning.clean",
    "DedupeError": "errors",
    "Document": "documents",
    "Duplicates": "duplicates.result",
    "Fields": "files.lines",
    "Index": "index.index",
    "Languages": "language.detect",
    "Passages": "passages.find",
    "Quality": "quality.score",
    "Unit": "documents",
    "choose_bands": "lsh",
    "clean": "cleaning.clean",
    "clean_files": "files.clean_files",
    "detect_language": "language.detect",
    "evaluate": "evaluation.evaluate",
    "explain_match": "duplicates.explain",
    "find_duplicates": "duplicates.find",
    "find_passages": "passages.find",
    "lsh_curve": "lsh",
    "native": "kernels",
    "restore": "cleaning.clean",
    "restore_files": "files.restore_files",
    "score_boilerplate": "boilerplate.score",
    "score_quality": "quality.score",
    "segment": "segmentation",
    "to_datasketch": "duplicates.export",
}

__all__ = [
    "BoilerplateClassifier",
    "BoilerplateScores",
    "CleanOptions",
    "Cleaned",
    "DedupeError",
    "Document",
    "Duplicates",
    "Fields",
    "Index",
    "Languages",
    "Passages",
    "Quality",
    "Unit",
    "__version__",
    "choose_bands",
    "clean",
    "clean_files",
    "detect_language",
    "evaluate",
    "explain_match",
    "find_duplicates",
    "find_passages",
    "lsh_curve",
    "native",
    "restore",
    "restore_files",
    "score_boilerplate",
    "score_quality",
    "segment",
    "to_datasketch",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
