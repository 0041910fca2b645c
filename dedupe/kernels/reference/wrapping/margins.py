"""Line breaks that only wrap the lines of a text.

A program that fills lines ends one where the next word does not fit. A line break is *full* at a margin where
the line is no wider than the margin, and would be with the next word. So the margin of wrapped lines is the width
at which most of their breaks inside sentences are full. Verse, lists, tables and code have none: their lines end
elsewhere.

Some breaks surely end a paragraph. Stretches of lines between these are judged one by one: by their own margin if
they hold three breaks inside sentences or more, else by that of the whole text. All numbers are integers, and a
text is judged by itself alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from dedupe.kernels.reference.wrapping.lines import (
    CAPITAL,
    CASELESS,
    LOWER,
    Line,
    breaks_anywhere,
    count_words,
    first_unit,
    first_word,
    hangs_at,
    has_lower,
    is_one_word,
    is_row,
    is_rule,
    line_columns,
    may_end_sentence,
    opening,
)

# A margin narrower than this is that of a list or a poem, a wider one is none.
NARROWEST, WIDEST = 36, 120
# Verse is up to so wide: below, all breaks inside sentences have to be full.
_WIDE_AS_VERSE = 50
# No verse is so wide and even: where all breaks are full, lines may begin with capitals throughout.
_WIDER_THAN_VERSE = 60
# The narrowest margin of one or two breaks, in a text whose other lines are wrapped and in one of no others.
_FEW, _ALONE = 40, 52
# Breaks inside sentences that have a margin of their own.
_OWN = 3
# The first line of a paragraph stands no more columns to the right of the others, or to the left.
_FIRST_RIGHT, _FIRST_LEFT = 10, 8

# Signs that may stand beyond the margin.
_HANGS = "、。，．"

# What stands on both sides of a break: the sentence goes on; it may go on; it has ended.
GOES_ON, MAY_GO_ON, ENDED = range(3)
# How far a margin is trusted: not at all; where full breaks stand inside a sentence; as one of few breaks; wholly.
_NONE, _FULL_ONES, _OF_FEW, _WHOLLY = range(4)


class Break(NamedTuple):
    """A line break that may only wrap; it is full at the margins from `low` to `high`."""

    low: int
    high: int
    kind: int
    lower: bool
    """whether the next line begins with a lower-case letter"""
    item: bool
    """whether the next line begins as a list item may"""
    following: int
    """width of the next line, or 0 where that is one word, which may be too wide for any margin"""


class Margin(NamedTuple):
    """The width at which most breaks of a stretch are full, and what speaks for it."""

    width: int = 0
    net: int = 0
    """breaks inside sentences that are full, less those of lines that are somewhat too wide"""
    full: int = 0
    goes_on: int = 0
    """of the full ones, those after which the sentence surely goes on"""
    lower: int = 0
    """of these, those with a lower-case letter"""
    inside: int = 0
    """all breaks inside sentences"""
    ends: int = 0
    """ends of sentences that are not full, in lines no more than somewhat too wide"""

    @property
    def is_sure(self) -> bool:
        """Return whether lines are filled to this width."""
        if not self.net or self.net * 3 < self.ends:
            return False
        perfect = self.net == self.inside >= _OWN
        if self.width < _WIDE_AS_VERSE:
            return perfect and self.goes_on > 0
        if self.net * 4 >= self.inside * 3:
            even = perfect and (self.goes_on > 0 or self.width >= _WIDER_THAN_VERSE)
            return even or self.goes_on * 5 >= self.full
        return self.lower > 0 and self.net * 2 >= self.inside and self.goes_on * 3 >= self.full


class _Stretch(NamedTuple):
    """Breaks in a row of which none surely ends a paragraph."""

    lines: list[Line]
    breaks: list[Break]
    margin: Margin
    into: list[bool]
    """where the answers for the block go"""
    at: int


def find_wrapped(blocks: list[list[Line]]) -> list[list[bool]]:
    """Say for blocks of lines, all those of a text, which breaks only wrap: one answer for each two lines."""
    answers = [[False] * (len(lines) - 1) for lines in blocks]
    stretches: list[_Stretch] = []
    breaks: list[Break] = []
    for lines, answer in zip(blocks, answers, strict=True):
        for start, run in _runs(_find_breaks(lines, by_points=False)):
            breaks += run
            within = lines[start : start + len(run) + 1]
            stretch = _Stretch(within, run, find_margin(run), answer, start)
            if any(breaks_anywhere(line.text) for line in within):
                points = [found for found in _find_breaks(within, by_points=True) if found]
                stretch = max(stretch, stretch._replace(breaks=points, margin=find_margin(points)), key=_net)
            stretches.append(stretch)
    text = find_margin(breaks)
    with_own = [stretch.margin for stretch in stretches if stretch.margin.inside >= _OWN]
    sure = sum(margin.inside for margin in with_own if margin.is_sure)
    unsure = sum(margin.inside for margin in with_own) - sure
    is_sure = (text.inside >= 2 * _OWN and text.is_sure) or (
        sure >= 2 * _OWN and sure >= 2 * unsure and text.width >= _WIDE_AS_VERSE
    )
    for stretch in stretches:
        own = stretch.margin
        if own.inside >= _OWN:
            width, trust = (own.width, _WHOLLY) if own.is_sure else (text.width, _FULL_ONES if is_sure else _NONE)
        elif is_sure:
            width, trust = text.width, _WHOLLY
        else:
            width = _margin_of_few(stretch)
            trust = _OF_FEW if width >= (_FEW if sure >= unsure else _ALONE) else _NONE
        if trust and not _is_code(stretch.lines):
            _answer(stretch, width, trust)
    return answers


def _find_breaks(lines: list[Line], by_points: bool) -> list[Break | None]:
    return [_find_break(line, following, by_points) for line, following in pairwise(lines)]


def _runs(breaks: list[Break | None]) -> Iterator[tuple[int, list[Break]]]:
    """The runs of breaks of which none surely ends a paragraph, and where they begin."""
    start, run = 0, []
    for i, found in enumerate([*breaks, None]):
        if found is not None:
            run.append(found)
        else:
            if run:
                yield start, run
            start, run = i + 1, []


def _net(stretch: _Stretch) -> int:
    return stretch.margin.net


def _find_break(line: Line, following: Line, by_points: bool) -> Break | None:
    """The break between two lines, or None where it surely ends a paragraph."""
    if line.mark != following.mark or following.bullet or (line.item and following.item):
        return None
    if is_rule(line.text) or is_rule(following.text) or is_row(following):
        return None
    if is_row(line) and not hangs_at(line, following.indent):
        return None
    one_word = is_one_word(following.text)
    if one_word and is_one_word(line.text):
        return None
    first = opening(following.text)
    if first == CAPITAL and not has_lower(line.text) and not has_lower(following.text):
        first = LOWER
    kind = GOES_ON if first in (LOWER, CASELESS) and line.text[-1] not in "{}\\" else MAY_GO_ON
    kind = ENDED if may_end_sentence(line.text) else kind
    space = not (breaks_anywhere(line.text[-1]) and breaks_anywhere(following.text[0]))
    if by_points:
        end, width, hung = line.points, following.points, 1
        unit = len(first_unit(following.text)) if kind == ENDED else len(first_word(following.text))
    else:
        end, width, hung, unit = line.width, following.width, 2, line_columns(first_unit(following.text))
    low = end - hung if line.text[-1] in _HANGS else end
    # A line of less than half the margin is none that the next word was too long for.
    high = min(end + space + unit - 1, 2 * low)
    return Break(low, high, kind, first == LOWER, following.item > 0, 0 if one_word else width)


def find_margin(breaks: list[Break]) -> Margin:
    """The margin at which breaks are full; of several the widest."""
    starts, lower, goes_on, full, ended, ended_full = ([0] * (WIDEST + 2) for _ in range(6))
    inside = 0
    for found in breaks:
        if found.item or found.low > WIDEST or (found.kind != GOES_ON and found.low < NARROWEST):
            continue
        after = min(found.high, WIDEST) + 1
        if found.kind == ENDED:
            ended[found.low] += 1
            votes = [ended_full]
        else:
            inside += 1
            starts[found.low] += 1
            votes = [full, goes_on, lower] if found.lower else [full, goes_on]
            votes = votes if found.kind == GOES_ON else [full]
        for vote in votes:
            vote[found.low] += 1
            vote[after] -= 1
    for counts in (starts, lower, goes_on, full, ended, ended_full):
        for width in range(1, WIDEST + 1):
            counts[width] += counts[width - 1]
    best = Margin(inside=inside)
    for width in range(NARROWEST, WIDEST + 1):
        somewhat = min(WIDEST, width + width // 4)
        net = full[width] - (starts[somewhat] - starts[width])
        if net > best.net or (net == best.net > 0 and starts[width] > starts[width - 1]):
            ends = ended[somewhat] - ended_full[width]
            best = Margin(width, net, full[width], goes_on[width], lower[width], inside, ends)
    return best


def _margin_of_few(stretch: _Stretch) -> int:
    """The margin of a stretch of few breaks, or 0 where not all that are inside sentences are full or nearly so."""
    margin = stretch.margin
    if not margin.inside or len(stretch.breaks) > _OWN + 1:
        return 0
    if margin.net == margin.inside:
        return margin.width if margin.goes_on or _hangs(stretch) else 0
    width = max(found.low for found in stretch.breaks)
    even = all(found.kind == GOES_ON and found.lower and _is_near(found, width) for found in stretch.breaks)
    return width if even and width <= WIDEST else 0


def _hangs(stretch: _Stretch) -> bool:
    """Return whether a stretch begins with a list item whose second line stands under the first."""
    first, second = stretch.lines[:2]
    hangs = first.item > 0 and second.indent == first.indent + first.item
    return hangs and not may_end_sentence(first.text) and stretch.breaks[0].low >= _FEW


def _is_code(lines: list[Line]) -> bool:
    """Return whether lines hold statements, paths or numbers rather than words."""
    statements = words = odd = 0
    for i, line in enumerate(lines):
        statements += line.text[-1] in "{};\\" and not (i + 1 < len(lines) and lines[i + 1].item)
        counted = count_words(line.text)
        words, odd = words + counted[0], odd + counted[1]
    return statements * 3 > len(lines) or odd * 5 > words * 2


def _answer(stretch: _Stretch, width: int, trust: int) -> None:
    """Decide break by break which of a stretch only wrap at a margin."""
    # Lines that end with a sentence are followed by another paragraph somewhere.
    has_ends = any(
        found.kind == ENDED and (found.low * 4 < width * 3 or found.low > width + width // 24)
        for found in stretch.breaks
    )
    hangs = _hangs(stretch)
    is_first = True
    for i, found in enumerate(stretch.breaks):
        line, following = stretch.lines[i], stretch.lines[i + 1]
        full = found.low <= width + width // 24 and found.high >= width
        wraps = _wraps(found, width, full, trust, has_ends, hangs, line.text[-1])
        deeper = following.indent - line.indent
        if wraps and deeper > 0:
            wraps = is_first and (
                hangs_at(line, following.indent) or (full and deeper <= _FIRST_LEFT and found.kind != ENDED)
            )
        elif wraps and deeper < 0:
            wraps = is_first and full and not line.item and -deeper <= _FIRST_RIGHT
        stretch.into[stretch.at + i] = wraps
        is_first = not wraps


def _is_near(found: Break, width: int) -> bool:
    """Return whether a break is nearly full, as where lines were filled by hand."""
    return found.low * 3 >= width * 2 and found.high + width // 10 >= width


def _wraps(found: Break, width: int, full: bool, trust: int, has_ends: bool, hangs: bool, last: str) -> bool:
    """Return whether a break only wraps at a margin, wherever its lines begin."""
    somewhat = width + width // 8
    if last in "{}\\" or found.following > (width + width // 24 if found.kind == ENDED else somewhat):
        return False
    if found.low > somewhat:
        return trust == _WHOLLY and found.kind == GOES_ON and found.lower and found.low <= 2 * width
    if found.item:
        return trust == _WHOLLY and full and (found.kind != ENDED or last == ";")
    about, near = found.low * 3 >= width * 2, _is_near(found, width)
    if found.kind == GOES_ON:
        return full or (trust > _FULL_ONES and (near or (about and found.lower)))
    if found.kind == MAY_GO_ON:
        return (trust == _WHOLLY and (full or near)) or (trust == _OF_FEW and (full or (hangs and near)))
    close = about and found.low <= width + width // 24 and found.high + width // 12 >= width
    return trust > _FULL_ONES and (full or (close and not has_ends))
