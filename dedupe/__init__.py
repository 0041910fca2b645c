"""Find near-duplicates and repeated passages, score boilerplate, clean corpora, and undo it.

The verbs take texts (strings, mappings, documents, Arrow columns) and return small result objects:

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
    from dedupe.boilerplate.score import score_boilerplate
    from dedupe.cleaning.clean import clean, restore
    from dedupe.documents import Document
    from dedupe.duplicates.explain import explain_match
    from dedupe.duplicates.find import find_duplicates
    from dedupe.errors import DedupeError
    from dedupe.evaluation.evaluate import evaluate
    from dedupe.index.index import Index
    from dedupe.job import CleanOptions
    from dedupe.kernels import native
    from dedupe.language.detect import detect_language
    from dedupe.passages.find import find_passages
    from dedupe.quality.score import score_quality
    from dedupe.segmentation import segment
    from dedupe.write.clean_files import clean_files
    from dedupe.write.restore_files import restore_files

# Names are imported when they are first used: `import dedupe` alone loads nothing heavy.
_HOMES = {
    "BoilerplateClassifier": "boilerplate.classifier",
    "CleanOptions": "job",
    "DedupeError": "errors",
    "Document": "documents",
    "Index": "index.index",
    "clean": "cleaning.clean",
    "clean_files": "write.clean_files",
    "detect_language": "language.detect",
    "evaluate": "evaluation.evaluate",
    "explain_match": "duplicates.explain",
    "find_duplicates": "duplicates.find",
    "find_passages": "passages.find",
    "native": "kernels",
    "restore": "cleaning.clean",
    "restore_files": "write.restore_files",
    "score_boilerplate": "boilerplate.score",
    "score_quality": "quality.score",
    "segment": "segmentation",
}
# What was offered here once, and where it is now.
_MOVED = {
    **dict.fromkeys(
        ("BoilerplateScores", "Cleaned", "Duplicates", "Languages", "Passages", "Quality", "Unit"), "results"
    ),
    "choose_bands": "lsh",
    "lsh_curve": "lsh",
    "to_datasketch": "integrations.datasketch",
    "Fields": "files.fields",
}

__all__ = [
    "BoilerplateClassifier",
    "CleanOptions",
    "DedupeError",
    "Document",
    "Index",
    "__version__",
    "clean",
    "clean_files",
    "detect_language",
    "evaluate",
    "explain_match",
    "find_duplicates",
    "find_passages",
    "native",
    "restore",
    "restore_files",
    "score_boilerplate",
    "score_quality",
    "segment",
]


def __getattr__(name: str) -> Any:
    if name in _MOVED:
        from dedupe.renamed import warn_old

        home = f"{__name__}.{_MOVED[name]}"
        new = "the arguments text=, id=, source=, order=" if name == "Fields" else f"{home}.{name}"
        warn_old(f"{__name__}.{name}", new)
        return getattr(import_module(home), name)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
