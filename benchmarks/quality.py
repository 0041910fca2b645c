"""Quality on labelled data: duplicates, passages, languages, boilerplate; figures as JSON, and floors for a test.

    python benchmarks/quality.py --data DATA --tools TOOLS [--output benchmarks/results/quality.json]

DATA holds `neardup/` (docs.jsonl, docs_pairs.jsonl, passages.jsonl), TOOLS the scorers `score_docs.py` and
`score_passages.py`, which are run as they are. Boilerplate is measured where the model is trained, on sites
that it has not seen: its figures are read from the model's report.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Any

import dedupe
from dedupe.passages.result import PassageGroup

THRESHOLDS = (0.5, 0.6, 0.7, 0.8)
REPORT = Path(dedupe.__file__).parent / "boilerplate" / "model" / "report.json"


def measure(data: Path, tools: Path) -> dict[str, float]:
    """All figures, by name."""
    figures = {
        **near_duplicates(data, tools),
        **contained(data, tools),
        **passages(data, tools),
        **natural(data),
        **languages(data),
        **boilerplate(),
    }
    return {name: round(value, 4) for name, value in figures.items()}


def near_duplicates(data: Path, tools: Path) -> dict[str, float]:
    """Pairs at several thresholds, from one run each, against the labelled pairs."""
    texts = read(data / "neardup" / "docs.jsonl")
    figures = {}
    for threshold in THRESHOLDS:
        result = dedupe.find_duplicates(texts, threshold=threshold, pairs="all")
        score = run_scorer(tools / "score_docs.py", data / "neardup", [{"a": p.a, "b": p.b} for p in result.pairs])
        name = f"documents_{threshold}"
        figures[f"{name}_precision"] = score["all"]["precision"]
        figures[f"{name}_recall"] = score["all"]["recall"]
        figures[f"{name}_f1"] = score["all"]["f1"]
        figures[f"{name}_ari"] = score["ari"]
        for category in ("norm", "words02", "words05", "words10", "ocr", "truncate", "short"):
            figures[f"{name}_recall_{category}"] = score["category"][category]["recall"]
    return figures


def contained(data: Path, tools: Path) -> dict[str, float]:
    """Directed pairs at the default threshold of containment, against the labelled pairs."""
    result = dedupe.find_duplicates(read(data / "neardup" / "docs.jsonl"), by="containment", pairs="all")
    score = run_scorer(tools / "score_docs.py", data / "neardup", [{"a": p.a, "b": p.b} for p in result.pairs])
    figures = {"contained_precision": score["all"]["precision"]}
    for category in ("truncate", "merge", "boilerplate"):
        figures[f"contained_recall_{category}"] = score["category"][category]["recall"]
    return figures


def passages(data: Path, tools: Path) -> dict[str, float]:
    """Passages of the suite, within documents and across."""
    found = dedupe.find_passages(read(data / "neardup" / "passages.jsonl"))
    rows = [{"copies": [copy._asdict() for copy in group.copies]} for group in found.groups]
    score = run_scorer(tools / "score_passages.py", data / "neardup", rows)
    names = ("precision", "recall", "granularity", "plagdet")
    figures = {f"passages_{name}": score["overall"][name] for name in names}
    for category in (
        *("tail_repeat", "lead_repeat", "adjacent", "intra_exact", "intra_edit", "intra_noise", "intra_shuffle"),
        *("cross_exact", "cross_edit", "cross_noise", "multi_copy"),
    ):
        figures[f"passages_{category}_plagdet"] = score["category"][category]["plagdet"]
    for language in ("en", "fr", "hi", "ar", "th", "zh", "ja"):
        figures[f"passages_{language}_plagdet"] = score["language"][language]["plagdet"]
    for edit in ("w10", "w20", "ocr", "shuffled"):
        figures[f"passages_recall_{edit}"] = score["edit"][edit]["recall"]
    figures["passages_clean_documents_hit"] = score["clean_docs"]["with_false_detection"]
    return figures


def natural(data: Path) -> dict[str, float]:
    """Share of the repeats in texts as they were written that are found, by half of both copies at least."""
    with (data / "neardup" / "natural" / "passages.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    hits = []
    for row in rows:
        groups = dedupe.find_passages(row["text"]).groups
        for a, b in combinations(row["spans"], 2):
            if a["group"] == b["group"]:
                hits.append(any(all(half_found(span, group) for span in (a, b)) for group in groups))
    return {"passages_natural_recall": sum(hits) / len(hits)}


def half_found(span: dict[str, Any], group: PassageGroup) -> bool:
    """Whether a copy of a passage covers half of a span."""
    shared = (min(copy.end, span["end"]) - max(copy.start, span["start"]) for copy in group.copies)
    return any(2 * length >= span["end"] - span["start"] for length in shared)


def languages(data: Path) -> dict[str, float]:
    """Share of texts of which the language is right, by length, and of the surest 85 %."""
    with (data / "language" / "dev.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = dedupe.detect_language([row["text"] for row in rows], threshold=1e-9)
    right = [code == row["lang"] for code, row in zip(found.codes, rows, strict=True)]
    figures = {}
    for length in ("le40", "40-200", "gt200"):
        own = [ok for ok, row in zip(right, rows, strict=True) if row["length"] == length]
        figures[f"language_{length}"] = sum(own) / len(own)
    surest = sorted(range(len(rows)), key=lambda i: -found.probability[i])[: round(0.85 * len(rows))]
    figures["language_surest"] = sum(right[i] for i in surest) / len(surest)
    return figures


def boilerplate() -> dict[str, float]:
    """What the training measured on unseen sites."""
    report = json.loads(REPORT.read_text("utf-8"))
    figures = {}
    for part in ("all", "without_ambiguous", "from_40_characters_without_ambiguous"):
        for name in ("auc", "ap", "ece"):
            figures[f"boilerplate_{part}_{name}"] = report[part][name]
    figures["boilerplate_short_prompts_auc"] = report["short_prompts_against_short_sentences"]["auc"]
    figures["boilerplate_removed_precision"] = report["from_40_characters"]["removed_precision"]
    figures["boilerplate_pages_auc"] = report["pages"]["whole_site_combined"]["auc"]
    figures["boilerplate_extracted_auc"] = report["pages"]["extracted_combined"]["auc"]
    for point, found in report["pages"]["points"].items():
        for name in ("precision", "recall"):
            figures[f"boilerplate_articles_{point}_{name}"] = found[name]
    figures["boilerplate_articles_content_lost"] = report["pages"]["points"]["normal"]["content_characters_lost"]
    figures["boilerplate_articles_ece"] = report["pages"]["articles_combined"]["ece"]
    figures["boilerplate_spoken_lost"] = report["pages"]["spoken_normal"]["content_characters_lost"]
    figures["boilerplate_lists_lost"] = report["pages"]["lists_normal"]["content_characters_lost"]
    figures["boilerplate_unseen_prompts"] = report["categories"]["unseen_prompts"]["right"]
    figures["boilerplate_categories"] = report["categories"]["prompts_of_unseen_languages"]
    for cut in ("sentence", "fragment"):
        figures[f"boilerplate_{cut}s_removed"] = report[f"content_{cut}s"]["removed"]
    return figures


def read(path: Path) -> dict[str, str]:
    """Id to text."""
    with path.open(encoding="utf-8") as lines:
        return {row["id"]: row["text"] for row in map(json.loads, lines)}


def run_scorer(script: Path, suite: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Score predictions."""
    with tempfile.TemporaryDirectory() as folder:
        prediction, output = Path(folder, "prediction.jsonl"), Path(folder, "score.json")
        prediction.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        command = [sys.executable, str(script), str(suite), str(prediction), "--json", str(output)]
        subprocess.run(command, check=True, capture_output=True)
        return json.loads(output.read_text("utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "quality.json")
    options = parser.parse_args()
    figures = measure(options.data, options.tools)
    options.output.write_text(json.dumps(figures, indent=1) + "\n")
    for name, value in figures.items():
        print(f"{name:55} {value:.4f}")


if __name__ == "__main__":
    main()
