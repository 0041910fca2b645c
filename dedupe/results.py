"""Result classes of the verbs, for type hints and documentation. The verbs make the objects."""

from dedupe.boilerplate.score import BoilerplateScore, BoilerplateScores
from dedupe.cleaning.clean import Cleaned
from dedupe.cleaning.decision import Decision
from dedupe.documents import Unit
from dedupe.duplicates.explain import MatchExplanation
from dedupe.duplicates.result import Duplicates, Group, Pair, Pairs
from dedupe.evaluation.evaluate import Evaluation
from dedupe.index.change import Change, Match
from dedupe.language.detect import Language, Languages
from dedupe.passages.result import Coverage, Passage, PassageGroup, Passages
from dedupe.quality.score import DocumentQuality, Quality
from dedupe.segmentation import Span
from dedupe.write.clean_files import CleanReport

__all__ = [
    "BoilerplateScore",
    "BoilerplateScores",
    "Change",
    "CleanReport",
    "Cleaned",
    "Coverage",
    "Decision",
    "DocumentQuality",
    "Duplicates",
    "Evaluation",
    "Group",
    "Language",
    "Languages",
    "Match",
    "MatchExplanation",
    "Pair",
    "Pairs",
    "Passage",
    "PassageGroup",
    "Passages",
    "Quality",
    "Span",
    "Unit",
]
