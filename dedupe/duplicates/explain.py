"""`explain_match`: why two texts are or are not near-duplicates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedupe import kernels
from dedupe.duplicates.facts import differing_facts, facts_agree
from dedupe.duplicates.fingerprints import Signer
from dedupe.duplicates.settings import Settings, resolve
from dedupe.duplicates.verify import jaccard
from dedupe.errors import InputError
from dedupe.job import CompareOptions, Facts, UnitName
from dedupe.kernels.records import PlacedSets
from dedupe.lsh import Shingle
from dedupe.passages.compare import Comparison, compare_texts
from dedupe.shown import FirstRows, beginning, html_table
from dedupe.text.display import excerpt_tokens
from dedupe.text.encode import encode_batch
from dedupe.text.fold import fold_tokens

# Differing facts that are named.
_SHOWN = 3


@dataclass(frozen=True)
class MatchExplanation:
    """The evidence of a comparison of two texts."""

    a: str
    b: str
    settings: Settings
    """settings of the comparison: unit, shingle, threshold, recall, bands"""
    equal: bool
    """whether both are equal after folding (with `facts="apart"`, signs too), and so copies of any length"""
    similarity: float
    """the exact similarity: shared shingles as a share of the shingles of both"""
    shared: int
    """number of shared shingles"""
    shingles: tuple[int, int]
    """number of different shingles of each text"""
    probability: float
    """probability that two texts of this similarity are found"""
    found: bool
    """whether the two texts share a band key, and so would be compared"""
    same_facts: bool
    """whether both agree in their possible facts: numbers, names, signs, words of short texts"""

    @property
    def differing(self) -> tuple[tuple[str, str], ...]:
        """Return the differing words that may be facts, of the first and of the second text."""
        return () if self.same_facts else differing_facts(self.a, self.b)

    @property
    def contained(self) -> tuple[float, float]:
        """Return for each text the share of its shingles that the other text has too."""
        first, second = (self.shared / max(count, 1) for count in self.shingles)
        return first, second

    @property
    def match(self) -> bool:
        """Return whether a run with these settings finds the pair as near-duplicates."""
        apart = self.settings.facts == "apart" and not self.same_facts
        return self.equal or (self.found and self.similarity >= self.settings.threshold and not apart)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the reasons in words, the decisive one first."""
        limit, bands = self.settings.threshold, self.settings.bands
        if not any(self.shingles):
            return ("neither has a letter or a digit: such texts equal nothing",)
        if self.equal:
            same = "they are the same after folding: copies, whatever their length"
            return (same,) if self.same_facts else (same, self._apart())
        near = self.similarity >= limit
        out = [
            f"they share {self.shared:,} of {sum(self.shingles) - self.shared:,} shingles "
            f"({self.settings.shingle}): similarity {self.similarity:.4f}, "
            f"{'at or above' if near else 'below'} the threshold {limit:g}"
        ]
        if near:
            out.append(
                f"{bands.bands} bands of {bands.rows} find a pair so similar with probability "
                f"{self.probability:.4f}; this one "
                f"{'is found' if self.found else 'shares no band, and is missed: ask for more recall'}"
            )
        if near and not self.same_facts:
            out.append(self._apart())
        best = max(self.contained)
        if self.similarity < limit <= best:
            short = "first" if self.contained[0] == best else "second"
            out.append(f'{best:.0%} of the {short} one is in the other: by="containment" would find it')
        return tuple(out)

    def _apart(self) -> str:
        pairs = [f"{a or 'nothing'} / {b or 'nothing'}" for a, b in self.differing]
        shown = f" ({'; '.join(pairs[:_SHOWN])}{'; …' if len(pairs) > _SHOWN else ''})" if pairs else ""
        if self.settings.facts == "ignore":
            return f"they differ in what may be a fact{shown}: with facts='apart', the default of clean, both stay"
        return f"they differ in what may be a fact{shown}, and stay apart"

    def compare(self) -> Comparison:
        """Show both texts side by side, with the differing words marked, for a terminal or a page."""
        return compare_texts(self.a, self.b)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        head = "near-duplicates" if self.match else "not near-duplicates"
        title = f"{head} ({self.settings.unit}, threshold {self.settings.threshold:g}): {'; '.join(self.reasons)}"
        both = compare_texts(beginning(self.a), beginning(self.b)).cells()
        return html_table(FirstRows(title, ("first", "second"), [both], 1))

    def text(self, width: int = 100) -> str:
        """Return the whole explanation for a terminal.

        Parameters
        ----------
        width : int, default 100
            Columns of the terminal.
        """
        head = "near-duplicates" if self.match else "not near-duplicates"
        lines = [f"{head} ({self.settings.unit}, threshold {self.settings.threshold:g})"]
        lines += [f"  - {reason}" for reason in self.reasons]
        for name, text in (("first", self.a), ("second", self.b)):
            tokens = [token.text for token in fold_tokens(text)]
            lines.append(f"{name}, folded: {len(tokens):,} tokens: {excerpt_tokens(tokens, width - 40)}")
        return "\n".join([*lines, "", self.compare().text(width)])


def explain_match(
    a: str,
    b: str,
    *,
    unit: UnitName = CompareOptions.unit,
    threshold: float | None = None,
    recall: float = CompareOptions.recall,
    shingle: str | Shingle | None = None,
    permutations: int | None = None,
    facts: Facts = CompareOptions.facts,
) -> MatchExplanation:
    """Explain why two texts are or are not near-duplicates.

    Parameters
    ----------
    a, b : str
        The texts, each taken as one unit; `a` would be kept.
    unit, threshold, recall, shingle, permutations, facts
        As for `find_duplicates`; `unit` only sets the defaults.

    Returns
    -------
    MatchExplanation
        `.match`, `.reasons`, the numbers behind them, and `.compare()` side by side.

    Raises
    ------
    InputError
        An argument is out of range, or a text is not a string.

    Examples
    --------
    >>> why = explain_match("The mill burnt in 1841, and nobody knows why.",
    ...                     "The mill burnt in 1914, and nobody knows why.", threshold=0.6)
    >>> why.match, round(why.similarity, 2), why.same_facts
    (True, 0.7, False)
    >>> print(why.reasons[-1])
    they differ in what may be a fact (1841 / 1914): with facts='apart', the default of clean, both stay
    """
    for name, text in (("a", a), ("b", b)):
        if not isinstance(text, str):
            raise InputError(f"{name} is {type(text).__name__}, not str: give two texts")
    settings = resolve(unit, threshold, recall, shingle, permutations, facts)
    batch = encode_batch([a, b])
    keys, folded = Signer(settings).sign(batch)
    signs = settings.facts == "apart"
    sets = PlacedSets(*kernels.placed_sets(batch, settings.shingle.code, settings.shingle.n))
    one, other = np.zeros(1, np.int64), np.ones(1, np.int64)
    first, second = np.diff(sets.offsets).tolist()
    similarity = float(jaccard(sets.sets, one, other)[0])
    return MatchExplanation(
        a,
        b,
        settings,
        bool(folded[0] == folded[1] != 0)
        and bool(kernels.same_fold(batch.select(one), batch.select(other), signs)[0]),
        similarity,
        int(kernels.overlaps(sets.sets, one, other)[0]),
        (first, second),
        settings.bands.recall(similarity),
        bool((keys[:, 0] == keys[:, 1]).any() and folded.all()),
        bool(facts_agree(batch.select(one), batch.select(other))[0]),
    )
