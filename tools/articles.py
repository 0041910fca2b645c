"""Development articles: the gold text of a page and the boilerplate beside it, as an extractor leaves them.

Whole pages hold menus, and gold text holds no prompt. An article stands between: from a few blocks before the
first long block of its content to some behind the last, with at most four blocks of boilerplate at one place. Its
site decides its fold. `insert` puts prompts, and content that looks like prompts, at any place of articles.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.kernels.records import I64

# Content of fewer code points may be a stray heading: it tells no article's begin.
_LONG = 80
_LEAST_LONG = 4
# Between two long blocks of an article lie no more blocks of boilerplate.
_FAR_APART = 25
_AT_ONE_PLACE = 4
# Sources whose gold text was made by hand and holds no parts of the page: precision is measured on these.
CLEAN_SOURCES = ("daniel", "fundus")
# What stands before the first colon: of `Read also: …` it tells what follows.
_KICKER = re.compile(r"[^:：\n]{3,40}[:：](?=\s*\S)")
_RIGHTS = re.compile(
    "all rights reserved|alle rechte|tous droits|todos los derechos|todos os direitos|tutti i diritti"
    "|wszelkie prawa|все права|всі права|με επιφύλαξη|版权所有|版權所有|無断転載",
    re.IGNORECASE,
)
_DATED = re.compile(r"(19|20)\d\d|\d\d?[:.h]\d\d")
_LONGEST_DATED = 70
KINDS = ("boilerplate", "hard", "content")
"""what is put into articles: prompts, content that looks like prompts, and other content"""
_SHARES = (0.55, 0.2, 0.25)
_MOST_INSERTED = 4
_LONE_DOCUMENTS, _LONE_SHARES = 800, (0.35, 0.15, 0.5)
_SPOKEN_DOCUMENTS, _FEWEST_LINES, _MOST_LINES = 150, 4, 30

Page = dict[str, Any]
Mask = npt.NDArray[np.bool_]


def make_articles(pages: list[Page]) -> list[Page]:
    """An article of each page that holds enough text, with the fields of the page and fewer blocks."""
    out = []
    for page in pages:
        kept = _article(page)
        if kept:
            out.append({**page, "blocks": [page["blocks"][i] for i in kept]})
    return out


def _article(page: Page) -> list[int]:
    blocks = page["blocks"]
    content = [block["label"] == 0 for block in blocks]
    sizes = np.array([len(block["text"]) for block in blocks])
    long = np.array([i for i, is_content in enumerate(content) if is_content and sizes[i] >= _LONG], np.int64)
    if not len(long):
        return []
    parts = np.split(long, np.flatnonzero(np.diff(long) > _FAR_APART) + 1)
    core = max(parts, key=lambda part: int(sizes[part].sum()))
    if len(core) < _LEAST_LONG:
        return []
    first, last = int(core[0]), int(core[-1])
    while first and content[first - 1]:
        first -= 1
    dice = zlib.crc32(str(page["page"]).encode())
    kept = [i for i in range(max(0, first - dice % 6), first) if not content[i]]
    run, seen = 0, set()
    for i in range(first, last + 1):
        run = 0 if content[i] else run + 1
        text = blocks[i]["text"]
        if run <= _AT_ONE_PLACE and not (content[i] and text in seen):
            kept.append(i)
        seen.add(text)
    behind = range(last + 1, min(len(blocks), last + 3 + (dice >> 8) % 8))
    return kept + [i for i in behind if not content[i]]


def doubtful(articles: list[Page], pages: list[Page]) -> Mask:
    """Return a mask of the blocks of articles that are called content, and may well be none.

    What stands on two pages of a site or on three sites, what is called boilerplate elsewhere, short lines
    with a date or a time, notices of rights, and lines that begin like boilerplate elsewhere, up to a colon, where
    that beginning stands on two pages of the site or on three sites.
    """
    on_site: dict[tuple[str, str], set[int]] = defaultdict(set)
    on_sites: dict[str, set[str]] = defaultdict(set)
    elsewhere: set[str] = set()

    def stands_often(site: str, text: str) -> bool:
        return len(on_site[site, text]) >= 2 or len(on_sites[text]) >= 3

    for number, page in enumerate(pages):
        for block in page["blocks"]:
            for text in (block["text"], _kicker(block["text"])):
                on_site[page["site"], text].add(number)
                on_sites[text].add(page["site"])
                if block["label"] == 1:
                    elsewhere.add(text)
    out = []
    for article in articles:
        for block in article["blocks"]:
            text, kicker = block["text"], _kicker(block["text"])
            repeated = stands_often(article["site"], text) or text in elsewhere
            pointer = kicker != "" and stands_often(article["site"], kicker) and kicker in elsewhere
            dated = len(text) < _LONGEST_DATED and _DATED.search(text) is not None
            rights = _RIGHTS.search(text) is not None
            out.append(block["label"] == 0 and (repeated or pointer or dated or rights))
    return np.array(out, bool)


def _kicker(text: str) -> str:
    found = _KICKER.match(text)
    return found[0] if found else ""


def spoken(rows: list[I64], seed: int) -> tuple[I64, I64]:
    """Documents of short lines of content: chats, subtitles, dialogues, lists, which hold no long block.

    `rows` are, by fold, the training rows to draw from. Returned are the row of each line, and its document; the
    documents of one fold follow those of another.
    """
    rng = np.random.default_rng(seed)
    lines: list[int] = []
    sizes: list[int] = []
    for own in rows:
        for _ in range(_SPOKEN_DOCUMENTS):
            # The lines of a document are alike: one language, one form.
            first = int(rng.integers(max(1, len(own) - _MOST_LINES)))
            size = int(rng.integers(_FEWEST_LINES, _MOST_LINES + 1))
            lines += own[first : first + size].tolist()
            sizes.append(len(own[first : first + size]))
    return np.array(lines, np.int64), np.repeat(np.arange(len(sizes)), sizes)


def lone(pools: dict[str, list[I64]], seed: int) -> tuple[I64, I64]:
    """Documents of one to three lines of any kind, which have next to no neighbours; see `spoken`."""
    rng = np.random.default_rng(seed)
    lines: list[int] = []
    sizes: list[int] = []
    for fold in range(len(pools[KINDS[0]])):
        for size in rng.integers(1, 4, _LONE_DOCUMENTS).tolist():
            kinds = rng.choice(len(KINDS), size, p=_LONE_SHARES).tolist()
            lines += [int(rng.choice(pools[KINDS[kind]][fold])) for kind in kinds]
            sizes.append(size)
    return np.array(lines, np.int64), np.repeat(np.arange(len(sizes)), sizes)


class Inserted(NamedTuple):
    """Articles into which texts were put: for each block where it is from."""

    document: I64
    block: I64
    """its number among the blocks of the articles; -1 where it was put in"""
    row: I64
    """its number among the training rows; -1 where it was there before"""
    kind: I64
    """the place in `KINDS` of what was put in; -1 where it was there before"""


def insert(document: I64, labels: I64, folds: I64, pools: dict[str, list[I64]], seed: int) -> Inserted:
    """Put texts at random places of articles, of half of which only the content is left.

    Parameters
    ----------
    document, labels, folds : int array
        Of each block of the articles.
    pools : dict of lists of int arrays
        For each kind of `KINDS`, by fold, the training rows to draw from.
    seed : int
        What the places and texts are drawn by.
    """
    rng = np.random.default_rng(seed)
    starts = np.append(np.flatnonzero(np.diff(document, prepend=-1)), len(document))
    shares = np.cumsum(_SHARES)
    rows: list[tuple[int, int, int, int]] = []
    for first, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        own = np.arange(first, end)
        if rng.random() < 0.5:
            own = own[labels[own] == 0]
        count = int(rng.integers(0, _MOST_INSERTED + 1))
        at = np.sort(rng.integers(0, len(own) + 1, count)).tolist()
        for place in range(len(own) + 1):
            while at and at[0] == place:
                at.pop(0)
                kind = int(np.searchsorted(shares, rng.random(), side="right"))
                pool = pools[KINDS[kind]][int(folds[first])]
                rows.append((int(document[first]), -1, int(pool[rng.integers(len(pool))]), kind))
            if place < len(own):
                rows.append((int(document[first]), int(own[place]), -1, -1))
    return Inserted(*np.array(rows, np.int64).reshape(-1, 4).T)
