"""Extension: an alignment goes on beyond its end as long as it pays."""

from __future__ import annotations

from typing import TypeAlias

from dedupe.kernels.reference.passages.letters import Letters

# What a letter of equal ones counts, what one of unequal ones and of a gap costs, and how far the score may fall
# below the best one.
_EQUAL, _UNEQUAL, _GAP, _DROP = 2, 3, 3, 40
# Letters that an end may be extended by.
_FARTHEST = 2000

# First letter and end.
Place: TypeAlias = tuple[int, int]


def extend(letters: Letters, a: Place, b: Place, step: int) -> tuple[int, int, int]:
    """Extend an alignment from its end on both sides, until the score has fallen too far below the best one.

    Parameters
    ----------
    letters : Letters
        The letters.
    a, b : (int, int)
        The end of the alignment, and the place that it may reach at most.
    step : int
        1 to go on, -1 to go back.

    Returns
    -------
    (int, int, int)
        How many letters of `a` and of `b` are gained, and what the equal ones among them weigh.
    """
    rows, columns = (min((limit - start) * step, _FARTHEST) for start, limit in (a, b))
    shift = 0 if step > 0 else -1
    units, wide = letters.units, letters.wide
    # A cell is the best score of an alignment of the first i letters of a and the first j of b and, of those with
    # this score, the most that is matched: by i, for one sum i + j after the other.
    before: dict[int, tuple[int, int]] = {}
    last = {0: (0, 0)}
    best, gained = 0, (0, 0, 0)
    for total in range(1, max(rows, 0) + max(columns, 0) + 1):
        cells = {}
        for i in sorted({*last, *(i + 1 for i in last), *(i + 1 for i in before)}):
            j = total - i
            if i > rows or j > columns:
                continue
            at, facing = a[0] + step * (i - 1) + shift, b[0] + step * (j - 1) + shift
            reached = []
            if i - 1 in last:
                score, matched = last[i - 1]
                reached.append((score - _GAP * (1 + wide[at]), matched))
            if i in last:
                score, matched = last[i]
                reached.append((score - _GAP * (1 + wide[facing]), matched))
            if i - 1 in before:
                score, matched = before[i - 1]
                if units[at] == units[facing]:
                    own = 1 + wide[at]
                    reached.append((score + _EQUAL * own, matched + own))
                else:
                    reached.append((score - _UNEQUAL * (1 + max(wide[at], wide[facing])), matched))
            cells[i] = max(reached)
        before, last = last, {i: cell for i, cell in cells.items() if cell[0] >= best - _DROP}
        if not last and not before:
            break
        top = max(last.values(), default=(0, 0))
        if top[0] > best:
            i = min(i for i, cell in last.items() if cell == top)
            best, gained = top[0], (i, total - i, top[1])
    return gained
