"""`find_passages`: texts in, repeated passages with their exact places out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from dedupe.documents import Corpus, Id, Texts, Unit, read_texts
from dedupe.errors import InputError
from dedupe.lsh import check_probability
from dedupe.passages.align import Alignment, Limits, align, chain
from dedupe.passages.anchors import Block, find_blocks
from dedupe.passages.place import Passage, Placed, place
from dedupe.passages.tokens import Stretch, TokenRun, read_tokens
from dedupe.spans import Spans

# A CJK character carries about as much as two letters.
_WIDE, _FIRST_WIDE = 2, 0x2E80
# Two spans, or two lengths, that share this much are about the same.
_ABOUT = 0.8
# Tokens from which on a found copy keeps others of the same place from being looked for.
_COVERING = 24
# How many alignments back another one of the same place may stand.
_LOOK_BACK = 32


@dataclass(frozen=True)
class PassageGroup:
    """All places of one passage, the kept one first."""

    copies: tuple[Unit, ...]

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self.copies)


@dataclass(frozen=True)
class Passages(Sequence[Passage]):
    """Repeated passages, in the order of their later copies."""

    pairs: tuple[Passage, ...]

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, i: int) -> Passage: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, i: int | slice) -> Passage | tuple[Passage, ...]:
        return self.pairs[i]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self.pairs)

    def __repr__(self) -> str:
        return f"<{len(self.pairs)} repeated passages>"

    @property
    def groups(self) -> tuple[PassageGroup, ...]:
        """Passages by kept copy; kept copies that mostly cover each other are one."""
        by_document: dict[Id, list[Passage]] = {}
        for pair in self.pairs:
            by_document.setdefault(pair.b, []).append(pair)
        groups: list[list[Unit]] = []
        for identity, pairs in by_document.items():
            pairs.sort(key=lambda p: (p.b_start, -p.b_end))
            current: list[Unit] = []
            for pair in pairs:
                if not current or not _mostly_same(current[0], pair):
                    current = [Unit(identity, pair.b_start, pair.b_end)]
                    groups.append(current)
                current.append(Unit(pair.a, pair.a_start, pair.a_end))
        return tuple(PassageGroup(tuple(copies)) for copies in groups)

    def to_arrow(self) -> Any:
        """An Arrow table with the fields of `Passage`."""
        import pyarrow as pa

        columns = zip(*self.pairs, strict=True) if self.pairs else ((),) * len(Passage._fields)
        return pa.table(dict(zip(Passage._fields, map(list, columns), strict=True)))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)


def _mostly_same(kept: Unit, pair: Passage) -> bool:
    shared = min(kept.end, pair.b_end) - max(kept.start, pair.b_start)
    return shared >= _ABOUT * (max(kept.end, pair.b_end) - min(kept.start, pair.b_start))


def find_passages(
    texts: Texts,
    *,
    min_length: int = 60,
    similarity: float = 0.8,
    within: bool = True,
    across: bool = True,
) -> Passages:
    """Find passages that stand in two places, exactly or with small edits.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or Arrow object
        The documents.
    min_length : int, default 60
        Shortest passage, in code points; one of a script without spaces counts as two.
    similarity : float, default 0.8
        Least share of equal tokens: 2 · matched / (tokens of a + tokens of b).
    within, across : bool, default True
        Whether to look inside documents, and across them.

    Returns
    -------
    Passages
        A sequence of `Passage`; `.groups` gathers the copies of one passage.

    Raises
    ------
    InputError
        An argument is out of range, or a text is not a string.

    Notes
    -----
    Line breaks and sentences play no part. Runs of six equal tokens (twelve in scripts without spaces) are
    anchors; anchors that follow each other closely in both places are chained; the ends of a chain are
    extended token by token while matches outweigh differences. Each place is compared with the first one of
    its anchors, in all and in its own document, so that frequent passages cost time linear in their copies.

    References
    ----------
    Altschul et al., "Basic local alignment search tool", 1990 (seed and extend).

    Examples
    --------
    >>> text = "As he said, the old mill by the river has stood empty for forty years now. " \\
    ...        "But the old mill by the river has stood empty for forty years now."
    >>> passage = find_passages(text)[0]
    >>> text[passage.a_start:passage.a_end]
    'But the old mill by the river has stood empty for forty years now.'
    """
    corpus = read_texts(texts)
    stretches = [Stretch(number, 0, text) for number, text in enumerate(corpus.texts)]
    return passages_of(corpus, stretches, min_length, similarity, within=within, across=across)


def passages_of(
    corpus: Corpus,
    stretches: Sequence[Stretch],
    min_length: int = 60,
    similarity: float = 0.8,
    *,
    within: bool = True,
    across: bool = True,
) -> Passages:
    """Find passages in parts of documents; none reaches over the end of a part."""
    if min_length < 1:
        raise InputError(f"min_length={min_length} must be at least 1")
    check_probability("similarity", similarity, high_open=False)
    run = read_tokens(stretches)
    hashes: Sequence[int] = memoryview(run.hashes)  # type: ignore[arg-type]
    best: dict[tuple[int, int], list[Alignment]] = {}
    aligned: dict[int, Spans] = {}
    for blocks in find_blocks(run, within=within, across=across):
        limits = _limits(run, blocks[0])
        covered = aligned.setdefault(limits.a_first, Spans())
        for links in chain(blocks):
            # A place that has an earlier copy needs no other; this keeps repetitive text linear.
            if all(covered.covers(block.a, block.a + block.length) for block in links):
                continue
            found = align(hashes, _apart(links), limits)
            if found.similarity >= similarity:
                best.setdefault((limits.a_first, limits.b_first), []).append(found)
                if found.a_end - found.a_start >= _COVERING:
                    covered.add(found.a_start, found.a_end)
    kept = _one_copy_each(sorted(a for group in best.values() for a in _without_covered(group)))
    placed = place(corpus, run, kept)
    long = (p for p in placed if _length(corpus, p, run) >= min_length)
    return Passages(tuple(p.passage for p in long if p.passage.similarity >= similarity))


def _length(corpus: Corpus, placed: Placed, run: TokenRun) -> int:
    """The length of the shorter side in code points, CJK characters counted twice."""
    passage = placed.passage
    sides = (
        corpus.texts[run.document[placed.alignment.a_start]][passage.a_start : passage.a_end],
        corpus.texts[run.document[placed.alignment.b_start]][passage.b_start : passage.b_end],
    )
    return min(len(side) + sum(ord(c) >= _FIRST_WIDE for c in side) * (_WIDE - 1) for side in sides)


def _limits(run: TokenRun, block: Block) -> Limits:
    a, b = int(run.stretch[block.a]), int(run.stretch[block.b])
    bounds = run.bounds
    return Limits(int(bounds[a]), int(bounds[a + 1]), int(bounds[b]), int(bounds[b + 1]))


def _apart(links: list[Block]) -> list[Block]:
    """A chain whose two sides do not run into each other: a text cannot be a copy of itself."""
    first_a = links[0].a
    out = []
    for a, b, length in links:
        allowed = min(length, first_a - b)
        if allowed <= 0:
            break
        out.append(Block(a, b, allowed))
        if allowed < length:
            break
    return out


def _without_covered(found: list[Alignment]) -> list[Alignment]:
    """Leave out alignments that a stronger one of the same two texts mostly covers on both sides."""
    out: list[Alignment] = []
    for one in sorted(found, key=lambda a: -a.matched):
        if not any(_covers(other, one) for other in out):
            out.append(one)
    return out


def _one_copy_each(found: list[Alignment]) -> list[Alignment]:
    """Leave each later place with one kept copy: the earliest that is about as long as the longest.

    So all copies of a passage name the same one, and none names a copy that itself has to go.
    """
    out: list[Alignment] = []
    for one in found:
        rival = next((i for i in _last_places(out, one.a_start) if _same_place(out[i], one)), None)
        if rival is None:
            out.append(one)
            continue
        other = out[rival]
        first, second = (other, one) if other.b_start <= one.b_start else (one, other)
        out[rival] = first if first.matched >= _ABOUT * second.matched else second
    return out


def _last_places(out: list[Alignment], start: int) -> Iterator[int]:
    """Numbers of the last alignments, backwards, as long as any may reach beyond `start`."""
    for i in range(len(out) - 1, max(-1, len(out) - 1 - _LOOK_BACK), -1):
        if out[i].a_end > start:
            yield i


def _same_place(one: Alignment, other: Alignment) -> bool:
    shared = min(one.a_end, other.a_end) - max(one.a_start, other.a_start)
    return shared >= _ABOUT * (max(one.a_end, other.a_end) - min(one.a_start, other.a_start))


def _covers(outer: Alignment, inner: Alignment) -> bool:
    a = min(outer.a_end, inner.a_end) - max(outer.a_start, inner.a_start)
    b = min(outer.b_end, inner.b_end) - max(outer.b_start, inner.b_start)
    return a >= 0.7 * (inner.a_end - inner.a_start) and b >= 0.7 * (inner.b_end - inner.b_start)


__all__ = ["Passage", "PassageGroup", "Passages", "find_passages", "passages_of"]
