"""Put passages of some documents, edited, into others, and see which are found in both places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from dedupe.documents import Unit
from dedupe.evaluation.edits import Draw, change_words, script_of, shuffle_words, split_tokens
from dedupe.evaluation.near_duplicates import DECOYS, ORDER, level_name
from dedupe.passages.find import find_passages
from dedupe.passages.result import PassageGroup
from dedupe.segmentation import Span, segment
from dedupe.spans import Spans

# Shares of words that are changed.
LEVELS = (0.0, 0.02, 0.05, 0.1, 0.2)
# A place is found if so much of it is; a find belongs to what was put in if so much of it lies there.
COVERED = 0.8
# Letters of a passage that is put in, as multiples of the shortest that is looked for.
_LENGTHS = (2, 4, 8)

Where: TypeAlias = Literal["within", "across"]


class Repeat(NamedTuple):
    """A passage that was put in."""

    donor: int
    """the number of the document that it was taken from"""
    start: int
    end: int
    """its place there, after what was put in before it"""
    host: int
    """the number of the document that it was put into"""
    host_start: int
    host_end: int
    level: str
    script: str
    where: Where
    found: bool = False
    """whether both places came out as copies of one passage; of a decoy, whether it came out at all"""
    extra: int = 0
    """code points by which what was found reaches over the place that it was put into"""


def inject_repeats(
    documents: Sequence[str], *, min_length: int, similarity: float, seed: int, rounds: int, threads: int
) -> tuple[list[Repeat], int, int]:
    """Put one passage into each document, in some rounds.

    Returns
    -------
    (list of Repeat, int, int)
        And how many of the finds at the places that were filled are right, and wrong.
    """
    out, right, wrong = list[Repeat](), 0, 0
    scripts = [script_of(text) for text in documents]
    for number in range(rounds):
        texts, made = _fill(documents, scripts, min_length, Draw(seed, "passages", number), number)
        groups = find_passages(texts, min_length=min_length, similarity=similarity, threads=threads).groups
        places: dict[int, list[tuple[Unit, PassageGroup]]] = defaultdict(list)
        for group in groups:
            for copy in group.copies:
                places[copy.id].append((copy, group))
        for one in made:
            hits = [(copy, group) for copy, group in places[one.host] if _lies_in(copy, one)]
            decoy = one.level in DECOYS
            true = [] if decoy else [(copy, group) for copy, group in hits if _touches_donor(group, one)]
            right, wrong = right + len(true), wrong + len(hits) - len(true)
            found = (
                bool(hits)
                if decoy
                else _covers((copy for copy, _ in true), one.host, one.host_start, one.host_end)
                and _covers((copy for _, group in true for copy in group.copies), one.donor, one.start, one.end)
            )
            extra = sum(
                max(one.host_start - copy.start, 0) + max(copy.end - one.host_end, 0) for copy, _ in true[:1]
            )
            out.append(one._replace(found=found, extra=extra))
    return out, right, wrong


def _fill(
    documents: Sequence[str], scripts: Sequence[str], min_length: int, draw: Draw, number: int
) -> tuple[list[str], list[Repeat]]:
    """Documents of which one in two has got a passage of another one, or one of its own, and what was put where."""
    order = draw.shuffled(range(len(documents)))
    texts, made = list(documents), list[Repeat]()
    half = (len(order) + 1) // 2
    for turn, host in enumerate(order[:half]):
        # One in two is repeated in its own document; a document alone has no other.
        donor = host if turn % 2 or half + turn >= len(order) else order[half + turn]
        sentences = segment(texts[donor], "sentence")
        taken = _stretch(texts[donor], sentences, min_length * _LENGTHS[(turn + number) % len(_LENGTHS)], draw)
        if taken is None:
            continue
        start, end = taken
        levels = (*LEVELS, -1.0)
        level = levels[(turn // 2 + number) % len(levels)]
        passage, decoy = split_tokens(texts[donor][start:end]), level < 0
        put = shuffle_words(passage, draw) if decoy else change_words(passage, level, passage[1::2], draw)
        ends = [place.end for place in segment(texts[host], "sentence")]
        # In its own document it stands behind itself, so that its own place stays where it is.
        ends = [place for place in ends if donor != host or place >= end]
        place = draw.one(ends)
        texts[host] = f"{texts[host][:place]} {put}{texts[host][place:]}"
        name = ORDER if decoy else level_name(level)
        filled = place + 1, place + 1 + len(put)
        where: Where = "within" if donor == host else "across"
        made.append(Repeat(donor, start, end, host, *filled, name, scripts[donor], where))
    return texts, made


def _stretch(text: str, sentences: Sequence[Span], letters: int, draw: Draw) -> tuple[int, int] | None:
    """Return where so many letters of whole sentences begin and end, or nothing if there are fewer."""
    if not sentences:
        return None
    first = draw.below(len(sentences))
    for offset in range(len(sentences)):
        begin = (first + offset) % len(sentences)
        count = 0
        for sentence in sentences[begin:]:
            count += sum(map(str.isalnum, text[sentence.start : sentence.end]))
            if letters <= count <= 2 * letters:
                return sentences[begin].start, sentence.end
            if count > 2 * letters:
                break
    return None


def _lies_in(copy: Unit, one: Repeat) -> bool:
    """Return whether a find is about the place that was filled."""
    shared = min(copy.end, one.host_end) - max(copy.start, one.host_start)
    return bool(shared > (1 - COVERED) * (copy.end - copy.start))


def _touches_donor(group: PassageGroup, one: Repeat) -> bool:
    return any(copy.id == one.donor and copy.start < one.end and one.start < copy.end for copy in group.copies)


def _covers(copies: Iterable[Unit], document: int, start: int, end: int) -> bool:
    """Return whether what was found of a document holds enough of a stretch of it."""
    held = Spans()
    for copy in copies:
        low, high = max(copy.start, start), min(copy.end, end)
        if copy.id == document and low < high:
            held.add(low, high)
    return sum(high - low for low, high in held) >= COVERED * (end - start)
