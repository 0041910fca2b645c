"""The rule of facts, which keeps near copies apart: the readable twin of the native kernel.

Similarity cannot tell a copy with another misprint from a manual page of another function. What can: where two
texts differ, and how. The answer is a function of the two texts alone, and the same whichever comes first.

Two texts state the same facts if they have a *reading* in common (`fact_views.py`): they are equal but for quotes,
brackets, sentence marks and case, for spelling (`color`, `colour`; `list box`, `listbox`), for the notation of
numbers, for contractions, and for misprints. A misprint occurs once, the other text lacks it, and its right form
occurs twice besides. Prefixes of negation are not joined to the next word, and names that both texts have double
the same letters.

Of two texts of 200 words and more, in one language of `facts-words.txt` that has spaces, a word is *covered*
where some three consecutive words around it occur in the other text too. What is not covered comes in runs. They
state the same facts if

- they have the same numbers, signs, number words, negations, months and weekdays, each as often;
- no run has one of these, or a name: a word with a capital letter inside a sentence, or at the beginning of one if
  it never occurs without; in titles and texts of capitals no run has any such word;
- no run has a word beside a number, which may be its unit, nor one of a script without capital letters;
- no word takes the place of another one, but of its misprint: where both texts have something that the other one
  lacks, their short runs are the same words but for spaces and misprints;
- no run has a word that begins or ends as inflected and compound numbers, negations and dates do (`stems` and
  `endings` of the file), nor one that is a word of the other runs with a prefix of negation;
- no run is longer than 7 words, but in the longer one of two texts that both have 400 words and differ in length
  by more than 7;
- no short run is among the first 20 words, where titles are;
- no stretch of fewer than 12 words changes its place: two names would have changed theirs;
- the words in short runs, the places where common stretches change their order, and the covered words that one
  text has more often, are together at most one in 200 words of the shorter text.

`may_agree` is a necessary condition, which is asked of units before they are compared: near copies of a form that
was filled in very often are told apart by keys, not in pairs.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import groupby, pairwise

import numpy as np

from dedupe.kernels.records import DIFFERS, IN_WORDS, STATES_MORE, FactTexts
from dedupe.kernels.reference.fact_views import (
    EVIDENCE,
    FIGURE,
    MANY_MARKED,
    STRAY,
    WORD,
    Atom,
    Profile,
    View,
    is_misprint,
    profile_of,
)
from dedupe.kernels.reference.fact_words import load_fact_words
from dedupe.text.encode import Bytes, Offsets
from dedupe.text.hashing import U64, hash_tokens, shingle_hashes

WINDOW = 3
SHORT_RUN = 7
HEAD = 20
LONG_TEXT = 400
# Words of a stretch that may move, at least: a short run and the windows around it.
LEAST_MOVED = SHORT_RUN + 2 * WINDOW - 1

Run = tuple[int, int]


def same_facts(texts: FactTexts, a: Offsets, b: Offsets) -> Bytes:
    """1 for each pair of fact texts that state the same facts, else 0.

    Parameters
    ----------
    texts : (uint8 array, int64 array)
        What `fact_texts` gives.
    a, b : int64 arrays, shape (pairs,)
        Numbers of texts.

    Returns
    -------
    uint8 array, shape (pairs,)
        The answers.
    """
    written = _strings(texts)
    pairs = zip(a.tolist(), b.tolist(), strict=True)
    return np.array([agree(profile(written[x]), profile(written[y])) for x, y in pairs], np.uint8)


def fact_differences(texts: FactTexts, a: Offsets, b: Offsets) -> Bytes:
    """Return for each pair of fact texts the sum of what they differ in: `STATES_MORE`, `DIFFERS`, `IN_WORDS`.

    Parameters
    ----------
    texts : (uint8 array, int64 array)
        What `fact_texts` gives.
    a, b : int64 arrays, shape (pairs,)
        Numbers of texts.

    Returns
    -------
    uint8 array, shape (pairs,)
        The answers.
    """
    written = _strings(texts)
    pairs = zip(a.tolist(), b.tolist(), strict=True)
    return np.array([_differences(*compared_views(written[x], written[y])) for x, y in pairs], np.uint8)


def _differences(one: View, other: View) -> int:
    more = one.counts - other.counts
    apart = more | (other.counts - one.counts)
    states_more = any(
        atom.key in more and (atom.kind != WORD or (atom.flag == "C" and one.is_cased)) for atom in one.atoms
    )
    in_words = all(
        atom.kind == WORD and atom.flag != "C" for view in (one, other) for atom in view.atoms if atom.key in apart
    )
    return STATES_MORE * states_more + DIFFERS * bool(apart) + IN_WORDS * in_words


def _strings(texts: FactTexts) -> list[str]:
    raw = texts[0].tobytes()
    return [raw[start:end].decode("utf-8", "surrogatepass") for start, end in pairwise(texts[1].tolist())]


@lru_cache(1024)
def profile(fact_text: str) -> Profile:
    """A fact text, ready for comparison."""
    return profile_of(fact_text)


def compared_views(a: str, b: str) -> tuple[View, View]:
    """The views by which two fact texts are compared word by word."""
    return _views(profile(a), profile(b))


def may_agree(a: Profile, b: Profile) -> bool:
    """Return whether two texts may state the same facts: what their numbers, signs and counts of words say."""
    return _may_share_reading(a, b) or _may_be_alike(a, b)


def _may_be_alike(a: Profile, b: Profile) -> bool:
    one, other = _views(a, b)
    shorter, longer = sorted((one, other), key=lambda view: len(view.words))
    count = len(shorter.words)
    if count < STRAY or not (one.strays and other.strays and one.language == other.language):
        return False
    if one.strict != other.strict:
        return False
    missing = (shorter.counts - longer.counts).total()
    more = len(longer.words) - count
    if count >= LONG_TEXT and more > SHORT_RUN:
        return missing * STRAY <= count
    return (missing + missing + more) * STRAY <= count


def agree(a: Profile, b: Profile) -> bool:
    """Return whether two texts state the same facts."""
    return _share_reading(a, b) or (_may_be_alike(a, b) and _loosely(*_views(a, b)))


def _sheds_marks(a: Profile, b: Profile) -> bool:
    """Return whether one text may be the other without its marks."""
    fewer, more = sorted((a.marked_words, b.marked_words))
    return not fewer and more >= MANY_MARKED


def _views(a: Profile, b: Profile) -> tuple[View, View]:
    return (a.plain, b.plain) if _sheds_marks(a, b) else (a.marked, b.marked)


def _read_as(a: Profile, b: Profile) -> list[tuple[View, View]]:
    """The ways to see two texts in which they may have a reading in common."""
    if not _sheds_marks(a, b):
        return [(a.marked, b.marked)]
    return [(x, y) for x in (a.plain, a.transcribed) for y in (b.plain, b.transcribed)]


def _may_share_reading(a: Profile, b: Profile) -> bool:
    return any(not x.readings.keys().isdisjoint(y.readings) for x, y in _read_as(a, b))


def _share_reading(a: Profile, b: Profile) -> bool:
    return any(x.shares_reading(y) and x.spells_names_like(y) for x, y in _read_as(a, b))


def _loosely(a: View, b: View) -> bool:
    """Return whether long texts that may agree do so, though they have no reading in common."""
    first, second = (shingle_hashes(hash_tokens([word.encode() for word in view.words]), WINDOW) for view in (a, b))
    runs_a, runs_b = _runs(len(a.words), np.isin(first, second)), _runs(len(b.words), np.isin(second, first))
    shorter = min(len(a.words), len(b.words))
    if not a.spells_names_like(b) or _has_opposite(a, runs_a, b, runs_b) or _has_opposite(b, runs_b, a, runs_a):
        return False
    more_a, more_b = _unequal_repeats(a.words, runs_a, b.words, runs_b)
    if (more_a or more_b or not _face(a, runs_a, b, runs_b)) and (runs_a or more_a) and (runs_b or more_b):
        return False
    changed = more_a + more_b
    for view, runs, more in ((a, runs_a, len(a.words) - len(b.words)), (b, runs_b, len(b.words) - len(a.words))):
        for start, end in runs:
            if any(_is_fact(place, view, (a, b)) for place in range(start, end)):
                return False
            if end - start > SHORT_RUN:
                if shorter < LONG_TEXT or more <= SHORT_RUN:
                    return False
            elif start < HEAD:
                return False
            else:
                changed += end - start
    return (changed + max(_moves(first, second), _moves(second, first))) * STRAY <= shorter


def _is_fact(place: int, view: View, views: tuple[View, View]) -> bool:
    """Return whether a word may not change in a text of any length."""
    atom = view.atoms[place]
    if atom.kind != WORD or atom.is_caseless or _is_beside_figure(place, view.atoms):
        return True
    if load_fact_words().languages[view.language].parts.has(atom.own):
        return True
    if not atom.flag:
        return False
    return not view.is_cased or atom.flag == "C" or all(atom.text not in each.small for each in views)


def _is_beside_figure(place: int, atoms: list[Atom]) -> bool:
    """Return whether a number is before or behind a word, of which it may be the unit."""
    return any(atom.kind == FIGURE for atom in atoms[max(place - 1, 0) : place + 2])


def _face(a: View, runs_a: list[Run], b: View, runs_b: list[Run]) -> bool:
    """Return whether short runs of two texts are the same words one by one, but for spaces and misprints."""
    short_a, short_b = ([run for run in runs if run[1] - run[0] <= SHORT_RUN] for runs in (runs_a, runs_b))
    if len(short_a) != len(short_b):
        return False
    prefixes = load_fact_words().languages[a.language].parts.prefixes
    for run, other_run in zip(short_a, short_b, strict=True):
        words, others = a.atoms[slice(*run)], b.atoms[slice(*other_run)]
        if "".join(atom.own for atom in words) == "".join(atom.own for atom in others) and not any(
            atom.own in prefixes for atom in (*words, *others)
        ):
            continue
        if len(words) != len(others):
            return False
        for one, other in zip(words, others, strict=True):
            if one.text != other.text and not (_is_put_right(one, a, other, b) or _is_put_right(other, b, one, a)):
                return False
    return True


def _is_put_right(wrong: Atom, view: View, right: Atom, other: View) -> bool:
    """Return whether a word is a misprint that another text does not have, of a word that its own has besides."""
    return is_misprint(wrong, right) and view.counts[right.key] >= EVIDENCE and not other.counts[wrong.key]


def _has_opposite(view: View, runs: list[Run], other: View, other_runs: list[Run]) -> bool:
    """Return whether a word of some runs is one of others with a prefix of negation, not two words closed up."""
    own, words = (
        {atom.text for start, end in each for atom in seen.atoms[start:end] if atom.kind == WORD}
        for seen, each in ((view, runs), (other, other_runs))
    )
    cuts = (cut for word in own for cut in view.opposites.get(word, ()))
    return any(rest in words and prefix not in words for prefix, rest in cuts)


def _unequal_repeats(a: list[str], runs_a: list[Run], b: list[str], runs_b: list[Run]) -> tuple[int, int]:
    """Return how many covered words one text has more often than the other, and the other than the one."""
    counts = []
    for words, runs in ((a, runs_a), (b, runs_b)):
        counts.append(Counter(words))
        for start, end in runs:
            counts[-1].subtract(words[start:end])
    return (counts[0] - counts[1]).total(), (counts[1] - counts[0]).total()


def _moves(first: U64, second: U64) -> int:
    """Return how often windows that occur once in both texts follow each other in another order.

    Where a stretch of a few words moved, two of them may have changed places: the answer is the count of windows.
    """
    once: list[dict[int, int]] = []
    for windows in (first.tolist(), second.tolist()):
        counts = Counter(windows)
        once.append({window: place for place, window in enumerate(windows) if counts[window] == 1})
    places = [(place, once[1][window]) for window, place in once[0].items() if window in once[1]]
    stretches = [list(stretch) for _, stretch in groupby(places, lambda pair: pair[1] - pair[0])]
    moves = 0
    for before, after in pairwise(stretches):
        if after[0][1] < before[-1][1]:
            moves += 1
            if min(each[-1][0] - each[0][0] for each in (before, after)) + WINDOW < LEAST_MOVED:
                return len(first)
    return moves


def _runs(count: int, known: np.ndarray) -> list[Run]:
    """The runs of words that no known window covers."""
    covered = np.zeros(count + 2, bool)
    covered[[0, -1]] = True
    for offset in range(WINDOW):
        covered[1 + offset : 1 + offset + len(known)] |= known
    edges = np.diff(covered.astype(np.int8))
    return list(zip(np.flatnonzero(edges < 0).tolist(), np.flatnonzero(edges > 0).tolist(), strict=True))
