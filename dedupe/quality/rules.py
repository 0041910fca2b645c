"""Rules that a text passes or fails, in sets by the names they are known by.

`gopher` is Table A1 and section A.1.1 of Rae et al. 2021, `c4` the rules of Raffel et al. 2020 that drop whole
pages, `fineweb` those that Penedo et al. 2024 added; names and thresholds are those of datatrove. `default` is our
own: what holds in every script, and leaves articles, manuals and poems alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.job import RuleSet
from dedupe.quality.signals import Signals


class Rule(NamedTuple):
    """A text fails where `signal` is below `least` or above `most`."""

    name: str
    signal: str
    least: float = -np.inf
    most: float = np.inf
    scripts: Literal["all", "spaced"] = "all"
    """"spaced" rules say nothing of texts mostly in scripts without spaces"""
    from_words: int = 0
    """nor of texts with fewer words than this"""

    def fails(self, signals: Signals) -> npt.NDArray[np.bool_]:
        """Return which texts fail."""
        value = np.asarray(signals[self.signal])
        out = (value < self.least) | (value > self.most)
        if self.signal == "stop_words":
            out &= value >= 0
        if self.scripts == "spaced":
            out &= np.asarray(signals["unspaced_share"]) <= 0.5
        if self.from_words:
            out &= np.asarray(signals["words"]) >= self.from_words
        return np.asarray(out, bool)


_GOPHER = (
    Rule("gopher_short_doc", "plain_words", least=50),
    Rule("gopher_long_doc", "plain_words", most=100_000),
    Rule("gopher_below_avg_threshold", "mean_word_length", least=3, scripts="spaced"),
    Rule("gopher_above_avg_threshold", "mean_word_length", most=10),
    Rule("gopher_too_many_hashes", "hashes", most=0.1),
    Rule("gopher_too_many_ellipsis", "ellipses", most=0.1),
    Rule("gopher_too_many_bullets", "bullet_lines", most=0.9),
    Rule("gopher_too_many_end_ellipsis", "ellipsis_lines", most=0.3),
    Rule("gopher_below_alpha_threshold", "alphabetic_words", least=0.8),
    Rule("gopher_enough_stop_words", "stop_words", least=2),
    Rule("dup_para_frac", "repeated_paragraphs", most=0.3),
    Rule("dup_para_char_frac", "repeated_paragraph_characters", most=0.2),
    Rule("dup_line_frac", "repeated_lines", most=0.3),
    Rule("dup_line_char_frac", "repeated_line_characters", most=0.2),
    Rule("top_2_gram", "top_2_gram", most=0.2),
    Rule("top_3_gram", "top_3_gram", most=0.18),
    Rule("top_4_gram", "top_4_gram", most=0.16),
    Rule("duplicated_5_n_grams", "repeated_5_grams", most=0.15),
    Rule("duplicated_6_n_grams", "repeated_6_grams", most=0.14),
    Rule("duplicated_7_n_grams", "repeated_7_grams", most=0.13),
    Rule("duplicated_8_n_grams", "repeated_8_grams", most=0.12),
    Rule("duplicated_9_n_grams", "repeated_9_grams", most=0.11),
    Rule("duplicated_10_n_grams", "repeated_10_grams", most=0.10),
)
_C4 = (
    Rule("lorem_ipsum", "c4_lorem_ipsum", most=0),
    Rule("curly_bracket", "c4_curly_bracket", most=0),
    Rule("too_few_sentences", "c4_sentences", least=5),
)
_FINEWEB = (
    Rule("empty", "lines", least=1),
    Rule("line_punct_ratio", "terminal_lines", least=0.12),
    Rule("short_line_ratio", "short_lines", most=0.67),
    Rule("char_dup_ratio", "repeated_line_share", most=0.01),
    Rule("list_ratio", "breaks", most=0.3),
)
_DEFAULT = (
    Rule("no_words", "plain_words", least=1),
    Rule("not_language", "alphabetic_words", least=0.5, from_words=20),
    Rule("hashes", "hashes", most=0.1, from_words=20),
    Rule("ellipses", "ellipses", most=0.1, from_words=20),
    Rule("no_stop_words", "stop_words", least=2, from_words=100),
    Rule("mojibake", "mojibake", most=0.01),
    Rule("unreadable", "unreadable", most=0.01),
    Rule("repeated_lines", "repeated_line_characters", most=0.3, from_words=50),
    Rule("repeated_words", "repeated_5_grams", most=0.3, from_words=50),
    Rule("repeated_pair", "top_2_gram", most=0.2, from_words=50),
    Rule("repeated_passages", "repeated_share", most=0.4, from_words=50),
    Rule("boilerplate", "boilerplate_share", most=0.6, from_words=20),
)
RULES: Mapping[RuleSet, tuple[Rule, ...]] = {
    "default": _DEFAULT,
    "gopher": _GOPHER,
    "c4": _C4,
    "fineweb": _FINEWEB,
}
