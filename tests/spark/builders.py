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


def nested_copies(seed: int, worlds: int = 5) -> pa.Table:
    """Documents of several worlds, each with words of its own: copies inside of copies, some of them edited.

    Whole documents come back, paragraphs of them in others, and runs of their sentences in text without breaks.
    """
    source = random.Random(seed)
    texts = [text for world in range(worlds) for text in _nested(source, world)]
    source.shuffle(texts)
    return table(texts, source)


def _nested(source: random.Random, world: int) -> list[str]:
    letters = "bdfgklmnprstvz"
    words = [f"{a}{vowel}{b}{'aeiouyaeio'[world]}" for a in letters for vowel in "aeiou" for b in letters]

    def sentence() -> str:
        own = [source.choice(words) for _ in range(9)]
        return " ".join([own[0].capitalize(), *own[1:]]) + "."

    def run(count: int) -> list[str]:
        return [sentence() for _ in range(count)]

    def edited(sentences: list[str]) -> list[str]:
        out = list(sentences)
        for _ in range(source.choice([0, 0, 1, 1, 2])):
            number = source.randrange(len(out))
            own = out[number].split()
            own[source.randrange(1, len(own) - 1)] = source.choice([source.choice(words), "not", "42"])
            out[number] = " ".join(own)
        return out

    def part(sentences: list[str]) -> list[str]:
        first = source.randrange(len(sentences))
        return sentences[first : first + source.randint(2, 6)]

    known = [run(source.randint(4, 10)) for _ in range(4)]
    texts = []
    for _ in range(9):
        paragraphs = []
        for _ in range(source.randint(1, 4)):
            kind = source.randrange(4)
            chosen = source.choice(known)
            if kind == 0:
                chosen = edited(chosen)
            elif kind == 1:
                chosen = run(1) + part(chosen) + part(source.choice(known)) + run(1)
            elif kind == 2:
                chosen = edited(part(chosen) + run(2))
            paragraphs.append(" ".join(chosen))
        texts.append(source.choice(["\n\n", " "]).join(paragraphs))
    # Documents that are removed as a whole, whose kept copies are removed in part.
    for text in source.sample(texts, 3):
        own = text.split(" ")
        number = source.randrange(len(own))
        own[number] = source.choice([source.choice(words), own[number].upper(), f" {own[number]}"])
        texts.append(" ".join(own))
    return texts


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
