"""Corpora for tests of Spark: copies, near copies, shared paragraphs, prompts; and answers as plain rows."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa

PROMPTS = (
    "Subscribe now for unlimited access!",
    "Follow us on Facebook and Twitter",
    "Sign up for our newsletter today and get the best stories.",
)


def near_copies(seed: int, count: int = 60, kinds: int = 4, length: int = 30) -> pa.Table:
    """Texts that are copies of a few, with some words changed."""
    source = random.Random(seed)
    words = [f"w{i}" for i in range(400)]
    kinds_of = [[source.choice(words) for _ in range(length)] for _ in range(kinds)]
    texts = []
    for _ in range(count):
        text = list(source.choice(kinds_of))
        for _ in range(source.choice([0, 0, 1, 2, 3])):
            text[source.randrange(length)] = source.choice(words)
        texts.append(" ".join(text))
    return table(texts, source)


def pages(seed: int, count: int = 24) -> pa.Table:
    """Pages of paragraphs that come back, whole, edited or inside of others, with prompts below."""
    source = random.Random(seed)
    words = (
        "the river rose overnight and nobody knows why it has stood empty for forty years council met mill".split()
    )

    def paragraph() -> str:
        return " ".join(source.choice(words) + str(source.randrange(99)) for _ in range(source.randint(15, 60)))

    known = [paragraph() for _ in range(12)]
    texts = []
    for _ in range(count):
        own = [source.choice(known) for _ in range(source.randint(1, 4))]
        if source.random() < 0.3:
            own = [f"{one} {source.choice(known)}" for one in own]
        for _ in range(source.choice([0, 1, 2])):
            number = source.randrange(len(own))
            changed = own[number].split()
            changed[source.randrange(len(changed))] = "changed"
            own[number] = " ".join(changed)
        texts.append("\n\n".join([*own, source.choice(PROMPTS)]))
    return table(texts, source)


def table(texts: list[str], source: random.Random) -> pa.Table:
    """Texts with ids that are in no order, a number each, and a source."""
    count = len(texts)
    ids = [f"d{number}" for number in source.sample(range(10 * count), count)]
    sources = [source.choice(["one", "two", None]) for _ in range(count)]
    wanted = [source.choice([None, 1.0, 2.5, 3.0]) for _ in range(count)]
    return pa.table(
        {
            "id": ids,
            "text": texts,
            "n": list(range(count)),
            "source": pa.array(sources, pa.string()),
            "wanted": pa.array(wanted, pa.float64()),
        }
    )


def rows(frame: Any) -> list[tuple[Any, ...]]:
    """The rows of a frame, in an order that does not depend on where they lay."""
    return sorted((tuple(row) for row in frame.collect()), key=repr)
