"""Draw removals of `clean` for a person to read: what went, what stays for it, and where the two differ.

    python benchmarks/removals.py CORPUS.jsonl [--count 200] [--seed 1] [--exact] --output removals.jsonl
    python benchmarks/removals.py CORPUS.jsonl --passages [--count 200] --output removals.jsonl --texts read.txt

Only removals of documents and paragraphs as near copies are drawn, without exact ones unless asked for: whoever
agrees with the near ones agrees with the others. With `--passages` all removals of passages are drawn from, by the
defaults of `clean`; the rows hold no texts, which stand in a file of their own, with what is around them. A row is
to be given a verdict, yes or no: is what was removed said by the copy that stays, and cut where a reader would cut?
`--summary` counts the verdicts of a file that has been read.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import re
from hashlib import blake2b
from pathlib import Path

from dedupe.cleaning.decision import Decision
from dedupe.cleaning.held import decide_in_memory
from dedupe.documents import Corpus
from dedupe.files.corpus import open_sources
from dedupe.files.fields import Fields
from dedupe.files.scan import read_corpus
from dedupe.job import CleanOptions
from dedupe.spans import Spans

_WORDS = re.compile(r"\w+|[^\w\s]")
# Characters at the ends of a long passage, and beside it, that are shown.
_SHOWN, _AROUND = 220, 60
# A longer comparison takes minutes.
_LONGEST = 12_000


def differences(one: str, other: str) -> list[str]:
    """What stands in the kept text and what in the removed one, place by place, with a few words before it."""
    a, b = _WORDS.findall(one)[:_LONGEST], _WORDS.findall(other)[:_LONGEST]
    out = []
    for kind, a_start, a_end, b_start, b_end in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind != "equal":
            before = " ".join(a[max(0, a_start - 3) : a_start])
            old, new = " ".join(a[a_start:a_end]), " ".join(b[b_start:b_end])
            out.append(f"{before} [{old[:120]} → {new[:120]}]")
    return out


def row(corpus: Corpus, number: dict[object, int], decision: Decision) -> dict[str, object]:
    kept = decision.kept
    assert kept is not None
    gone = corpus.texts[number[decision.id]][decision.start : decision.end]
    stays = corpus.texts[number[kept.id]][kept.start : kept.end]
    found = differences(stays, gone) if decision.score < 1 else []
    return {
        "stage": decision.stage,
        "removed": [decision.id, decision.start, decision.end],
        "kept": list(kept),
        "similarity": round(decision.score, 4),
        "begins": " ".join(gone.split())[:80],
        "differences": found[:12],
        "more": max(len(found) - 12, 0),
        "verdict": None,
    }


def draw(seed: int, decision: Decision) -> bytes:
    """The place of a removal in a random order."""
    return blake2b(
        repr((seed, decision.id, decision.start, decision.end)).encode("utf-8", "surrogatepass")
    ).digest()


def passage_row(decision: Decision) -> dict[str, object]:
    kept = decision.kept
    assert kept is not None
    return {
        "removed": [decision.id, decision.start, decision.end],
        "kept": list(kept),
        "similarity": round(decision.score, 4),
        "measure": decision.measure,
        "verdict": None,
    }


def side_by_side(corpus: Corpus, number: dict[object, int], removed: dict[int, Spans], decision: Decision) -> str:
    """What goes and what stays, with what is around them; of what goes too there are dots."""
    kept = decision.kept
    assert kept is not None
    sides = []
    for identity, start, end in ((decision.id, decision.start, decision.end), kept):
        text = corpus.texts[number[identity]]
        own = text[start:end]
        if len(own) > 2 * _SHOWN:
            own = f"{own[:_SHOWN]} (… {len(own) - 2 * _SHOWN} …) {own[-_SHOWN:]}"
        gone = removed.get(number[identity], Spans())
        around = [
            "".join("·" if gone.overlaps(at, at + 1) else text[at] for at in range(low, high))
            for low, high in ((max(0, start - _AROUND), start), (end, min(end + _AROUND, len(text))))
        ]
        sides.append(f"{around[0]}⟦{own}⟧{around[1]}".replace("\n", "¶"))
    whole = [corpus.texts[number[place[0]]][place[1] : place[2]] for place in ((decision.id, *decision[1:3]), kept)]
    found = differences(whole[1], whole[0]) if decision.score < 1 else []
    head = f"{decision.id} [{decision.start},{decision.end}) {decision.reason}"
    return "\n".join([head, f"GOES  {sides[0]}", f"STAYS {sides[1]}", *(f"  {one}" for one in found[:12])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--exact", action="store_true", help="draw exact copies too")
    parser.add_argument("--passages", action="store_true", help="draw passages")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--texts", type=Path, help="where the texts of passages go")
    parser.add_argument("--summary", action="store_true")
    options = parser.parse_args()
    if options.summary:
        lines = Path(options.corpus).read_text("utf-8").splitlines()
        verdicts = [row["verdict"] for row in map(json.loads, lines) if "verdict" in row]
        print(
            {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts), key=str)}, f"of {len(verdicts)}"
        )
        return
    with open_sources([options.corpus]) as sources:
        corpus = read_corpus(sources, Fields()).corpus
    number = {identity: i for i, identity in enumerate(corpus.ids)}
    if options.passages:
        decided = decide_in_memory(corpus, CleanOptions())
        removals = [decision for decision in decided.decisions() if decision.stage == "passages"]
        removed: dict[int, Spans] = {}
        for document, start, end in decided.cuts_by_document().until(len(corpus)).tolist():
            removed.setdefault(document, Spans()).add(start, end)
        print(f"{len(removals):,} passages, {sum(d.score < 1 for d in removals):,} of them not equal")
        # By hash: a change of a few removals changes few of those that are drawn.
        drawn = sorted(removals, key=lambda one: draw(options.seed, one))[: options.count]
        head = {"seed": options.seed, "drawn": len(drawn), "of": len(removals)}
        rows = [json.dumps(row, ensure_ascii=False) for row in (head, *map(passage_row, drawn))]
        options.output.write_text("".join(f"{row}\n" for row in rows), "utf-8")
        texts = [f"#{i} {side_by_side(corpus, number, removed, one)}" for i, one in enumerate(drawn)]
        options.texts.write_text("\n\n".join(texts), "utf-8", "surrogatepass")
        return
    decisions = list(decide_in_memory(corpus, CleanOptions(remove=("duplicates", "paragraphs"))).decisions())
    removals = [decision for decision in decisions if options.exact or decision.score < 1]
    print(f"{len(decisions):,} removals, {sum(d.score < 1 for d in decisions):,} of them not exact")
    for stage in ("duplicates", "paragraphs"):
        print(stage, sum(d.stage == stage for d in removals), "to draw from")
    drawn = random.Random(options.seed).sample(removals, min(options.count, len(removals)))
    lines = [json.dumps(row(corpus, number, decision), ensure_ascii=False) + "\n" for decision in drawn]
    options.output.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
