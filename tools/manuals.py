"""Manuals and references: documents of which next to everything is content, however much it looks like menus.

`python -m tools.manuals CORPUS --output FILE` draws them from JSONL with `id`, `text` and `source`, the package of
Debian that holds them (`linux-doc-6.1`). Sayings, licences and scripture are left out.

Their tables, names of functions and short headings read like navigation to a model that has seen web pages alone.
What few of the documents hold is content; of what many hold, as "Next" or the name of a section, nothing is said.
"""

from __future__ import annotations

import argparse
import heapq
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dedupe import kernels
from dedupe.documents import read_texts
from dedupe.text.encode import encode_batch
from dedupe.units import cut_units

# What more documents hold may be anything.
_MOST_HOLDERS = 2
_SHORTEST, _LONGEST = 2, 200
# Of one site, so that no one outweighs the others.
_MOST_ROWS, _MOST_BLOCKS = 4_000, 9_000

# What is drawn: documents of a family, and no longer ones.
_DRAWN, _LONGEST_DOCUMENT = 250, 100_000
_NO_MANUAL = ("fortunes", "scancode", "bible")
# Translations and volumes are one family: `libreoffice-help-fr`, `manpages-de-dev`, `doc-rfc-std`.
_FAMILY = re.compile(r"manpages|[^-]+(-[^-]+)?")

Page = dict[str, Any]


def main(arguments: list[str] | None = None) -> None:
    """Draw some documents of each family, by a hash of their ids."""
    parser = argparse.ArgumentParser(description="Draw manuals from a corpus.")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    families: dict[str, list[tuple[int, str, str]]] = {}
    with options.corpus.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            found = _FAMILY.match(row["source"])
            if found and not row["source"].startswith(_NO_MANUAL) and len(row["text"]) <= _LONGEST_DOCUMENT:
                families.setdefault(found[0], []).append((zlib.crc32(row["id"].encode()), row["id"], row["text"]))
    with options.output.open("w", encoding="utf-8") as out:
        for family, rows in sorted(families.items()):
            for _, _, text in heapq.nsmallest(_DRAWN, rows):
                out.write(json.dumps({"text": text, "site": family}, ensure_ascii=False) + "\n")


def read_manuals(path: Path) -> list[Page]:
    """Read manuals: JSONL with `text` and `site`, which those that belong together share.

    Returned are pages as `read_pages` gives them, every block of which is labelled content, with `holders`: in how
    many of the documents it stands.
    """
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    units = cut_units(read_texts([row["text"] for row in rows]), "paragraph")
    texts = [units.text(i) for i in range(len(units))]
    keys, document = kernels.recurrence_keys(encode_batch(texts)), np.asarray(units.document)
    order = np.lexsort((document, keys))
    first = np.append(True, (np.diff(keys[order]) != 0) | (np.diff(document[order]) != 0))
    number = np.unique(keys, return_inverse=True)[1]
    holders = np.bincount(number[order][first])[number].tolist()
    pages: list[Page] = [{"site": row["site"], "lang": "und", "blocks": []} for row in rows]
    for i, (of, text) in enumerate(zip(document.tolist(), texts, strict=True)):
        pages[of]["blocks"].append({"text": text, "label": 0, "holders": holders[i]})
    return [page for page in pages if page["blocks"]]


def is_rare(block: dict[str, Any]) -> bool:
    """Return whether so few manuals hold a block that it is content."""
    return bool(block["holders"] <= _MOST_HOLDERS)


def manual_rows(manuals: list[Page]) -> Iterator[dict[str, Any]]:
    """Yield short blocks that stand in one manual alone, some of each site."""
    by_site: dict[str, list[str]] = {}
    for page in manuals:
        texts = [block["text"] for block in page["blocks"] if block["holders"] == 1]
        by_site.setdefault(page["site"], []).extend(
            text for text in texts if _SHORTEST <= len(text) <= _LONGEST and any(map(str.isalpha, text))
        )
    for site, texts in by_site.items():
        for text in sorted(texts, key=lambda text: zlib.crc32(text.encode("utf-8", "replace")))[:_MOST_ROWS]:
            yield {"text": text, "label": 0, "lang": "und", "site": site, "source": "manuals", "cut": "manual"}


def some_of_each(manuals: list[Page]) -> list[Page]:
    """Return manuals without those that would be too many of a site."""
    blocks: dict[str, int] = {}
    out = []
    for page in manuals:
        blocks[page["site"]] = blocks.get(page["site"], 0) + len(page["blocks"])
        if blocks[page["site"]] <= _MOST_BLOCKS:
            out.append(page)
    return out


if __name__ == "__main__":
    main()
