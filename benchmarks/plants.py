"""Quality on texts of your own: plants repeated passages in them, looks for them, and scores what is found.

    python benchmarks/plants.py PARAGRAPHS.txt --scorer SCORER [--documents 400] [--keep SUITE]

PARAGRAPHS.txt has a paragraph a line, in one language. Near-duplicates among them are left out first; documents are
made of eight to sixteen others each. Some sentences of every fourth document are copied into it, or into the next
one: as they are, with a share of the words deleted, inserted or replaced, with letters lost, or in another order.
SCORER reads such a suite (`passages.jsonl`) and predictions, and answers as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dedupe

# A share of the words, of the letters, or the order of the sentences.
EDITS = ("exact", "w05", "w10", "w20", "noise", "shuffled")
LETTERS = (90, 500)
# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana and Chinese characters.
_SCRIPTS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
_UNSPACED = re.compile(f"[{_SCRIPTS}]")
_PAIRS = re.compile(f"[{_SCRIPTS}]{{1,2}}|[^{_SCRIPTS}]+")


def paragraphs(path: Path) -> list[str]:
    """The paragraphs of a file that are long enough, and of which none is much like another."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines() if len(line.strip()) >= 60]
    found = dedupe.find_duplicates(lines, unit="document", threshold=0.5)
    left = set(range(len(lines))) - {pair.a for pair in found.pairs}
    repeated = dedupe.find_passages(lines)
    return [lines[i] for i in sorted(left - {passage.a for passage in repeated})]


def make_documents(texts: Sequence[str], count: int, source: random.Random) -> list[list[str]]:
    """Documents as lists of sentences, each paragraph in one of them."""
    texts = source.sample(texts, len(texts))
    documents: list[list[str]] = []
    while len(documents) < count and len(texts) >= 16:
        own = [texts.pop() for _ in range(source.randint(8, 16))]
        documents.append([text[s.start : s.end] for text in own for s in dedupe.segment(text, "sentence")])
    return documents


def is_spaced(sentence: str) -> bool:
    """Return whether spaces are between the words of a sentence; names in Latin letters do not count."""
    return " " in sentence and 4 * len(_UNSPACED.findall(sentence)) < len(sentence)


def words_of(sentence: str) -> list[str]:
    """Return the words of a sentence; where no spaces are between them, pairs of letters."""
    return sentence.split(" ") if is_spaced(sentence) else _PAIRS.findall(sentence)


def edit(sentences: Sequence[str], kind: str, words: Sequence[str], source: random.Random) -> list[str]:
    """The sentences as a copy of them."""
    if kind == "shuffled":
        return source.sample(sentences, len(sentences))
    share = {"exact": 0.0, "noise": 0.0, "w05": 0.05, "w10": 0.1, "w20": 0.2}[kind]
    out = []
    for sentence in sentences:
        kept: list[str] = []
        for part in words_of(sentence):
            chance = source.random()
            if chance >= share / 3:
                kept.append(source.choice(words) if chance < share * 2 / 3 else part)
            if share * 2 / 3 <= chance < share:
                kept.append(source.choice(words))
        text = (" " if is_spaced(sentence) else "").join(kept)
        if kind == "noise":
            text = "".join(letter for letter in text if source.random() >= 0.03)
        out.append(text)
    return out


def plant(
    documents: Sequence[list[str]], number: int, kind: str, words: Sequence[str], source: random.Random
) -> list[dict[str, Any]]:
    """Copy a block of sentences of a document into another place, or into the next document: what is where."""
    own = documents[number]
    across = number + 1 < len(documents) and source.random() < 0.3
    for _ in range(50):
        first = source.randrange(len(own))
        last = source.randint(first + (3 if kind == "shuffled" else 1), first + 6)
        if last <= len(own) and LETTERS[0] <= sum(map(len, own[first:last])) <= LETTERS[1]:
            break
    else:
        return []
    copy = edit(own[first:last], kind, words, source)
    target = documents[number + 1] if across else own
    others = [at for at in range(len(target) + 1) if across or not first < at < last]
    at = source.choice(others)
    target[at:at] = copy
    shift = 0 if across or at > first else len(copy)
    return [
        {"document": number, "first": first + shift, "last": last + shift, "edit": "orig"},
        {"document": number + across, "first": at, "last": at + len(copy), "edit": kind},
    ]


def make_suite(texts: Sequence[str], count: int, language: str, seed: int = 1) -> list[dict[str, Any]]:
    """Documents with the places of what was planted, as the scorer reads them."""
    source = random.Random(seed)
    documents = make_documents(texts, count, source)
    words = [word for own in documents for sentence in own for word in words_of(sentence)]
    planted: dict[int, list[dict[str, Any]]] = {}
    # A document has one plant at most.
    for turn, number in enumerate(range(0, len(documents), 4)):
        places = plant(documents, number, EDITS[turn % len(EDITS)], words, source)
        for place in places:
            planted.setdefault(place["document"], []).append({**place, "group": number})
    rows = []
    for number, sentences in enumerate(documents):
        # A space between sentences where the language has any.
        gap = " " if sum(map(is_spaced, sentences)) * 2 > len(sentences) else ""
        text = gap.join(sentences)
        starts = [sum(map(len, sentences[:i])) + i * len(gap) for i in range(len(sentences))]
        spans = [
            {
                "start": starts[place["first"]],
                "end": starts[place["last"] - 1] + len(sentences[place["last"] - 1]),
                "group": str(place["group"]),
                "edit": place["edit"],
            }
            for place in planted.get(number, [])
        ]
        category = "planted" if spans else "none"
        row = {"id": str(number), "text": text, "lang": language, "category": category, "flat": True}
        rows.append({**row, "source": "plants", "spans": spans})
    return rows


def score(rows: Sequence[dict[str, Any]], scorer: Path, folder: Path) -> dict[str, Any]:
    """What the scorer says of the passages that are found in a suite, which is left in a folder."""
    Path(folder, "passages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found = dedupe.find_passages({row["id"]: row["text"] for row in rows})
    groups = [{"copies": [copy._asdict() for copy in group.copies]} for group in found.groups]
    Path(folder, "found.jsonl").write_text("".join(json.dumps(group) + "\n" for group in groups), "utf-8")
    output = Path(folder, "score.json")
    command = [sys.executable, str(scorer), str(folder), str(folder / "found.jsonl"), "--json", str(output)]
    subprocess.run(command, check=True, capture_output=True)
    return json.loads(output.read_text("utf-8"))  # type: ignore[no-any-return]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paragraphs", type=Path)
    parser.add_argument("--scorer", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--language", default="")
    parser.add_argument("--keep", type=Path, help="a folder for the suite")
    options = parser.parse_args()
    rows = make_suite(paragraphs(options.paragraphs), options.documents, options.language)
    with tempfile.TemporaryDirectory() as folder:
        keep = options.keep or Path(folder)
        keep.mkdir(parents=True, exist_ok=True)
        figures = score(rows, options.scorer, keep)
    planted = sum(bool(row["spans"]) for row in rows)
    print(f"{len(rows)} documents, {planted} with a passage planted")
    names = ("precision", "recall", "granularity", "plagdet")
    print("  ".join(f"{name} {figures['overall'][name]:.4f}" for name in names))
    print(
        "recall  " + "  ".join(f"{kind} {figures['edit'][kind]['recall']:.4f}" for kind in sorted(figures["edit"]))
    )
    clean = figures["clean_docs"]
    print(f"documents with nothing planted, but a passage found: {clean['with_false_detection']}")


if __name__ == "__main__":
    main()
