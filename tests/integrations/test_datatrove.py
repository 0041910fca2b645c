"""Blocks in a pipeline of datatrove, run by its own executor on files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from dedupe.errors import InputError

pytest.importorskip("datatrove")
pytestmark = pytest.mark.filterwarnings("default")

PROMPT = "Subscribe now for unlimited access!"
STORY = (
    "The old mill by the river has stood empty for forty years, and nobody in the village knows why. The council "
    "met on Monday, and talked for three hours about the bridge that was closed in spring. When the first carts of "
    "the morning come over the hill, the dogs bark, and the baker opens his shop in the square behind the church."
)
TEXTS = [STORY, PROMPT, f"{STORY}\n\n{PROMPT}", f"{PROMPT}\n" * 20]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    rows = [{"id": f"d{i}", "text": text} for i, text in enumerate(TEXTS)]
    (tmp_path / "in" / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def run(folder: Path, *steps: Any) -> list[dict[str, Any]]:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    LocalPipelineExecutor(
        [JsonlReader(str(folder / "in")), *steps, JsonlWriter(str(folder / "out"))],
        logging_dir=str(folder / "logs"),
    ).run()
    return read(folder / "out")


def read(folder: Path) -> list[dict[str, Any]]:
    rows = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows += map(json.loads, lines)
    return rows


@pytest.mark.parametrize("batch_size", [1, 2, 128])
def test_the_filter_drops_and_says_why(folder: Path, batch_size: int) -> None:
    from datatrove.pipeline.writers import JsonlWriter

    from dedupe.integrations.datatrove import DedupeFilter

    dropped = JsonlWriter(str(folder / "dropped"))
    step = DedupeFilter(rules="gopher", exclusion_writer=dropped, batch_size=batch_size)
    kept = run(folder, step)
    reasons = {row["id"]: row["metadata"]["filter_reason"] for row in read(folder / "dropped")}
    assert {row["id"] for row in kept} | set(reasons) == {f"d{i}" for i in range(len(TEXTS))}
    assert "d0" in {row["id"] for row in kept}
    assert {"d1", "d3"} <= set(reasons)


def test_the_filter_asks_boilerplate_alone(folder: Path) -> None:
    from dedupe.integrations.datatrove import DedupeFilter, boilerplate_shares

    assert [row["id"] for row in run(folder, DedupeFilter(rules=None))] == ["d0", "d2"]
    shares = boilerplate_shares(TEXTS)
    assert shares[0] == 0 and shares[1] == 1 and 0 < shares[2] < 0.2 and shares[3] > 0.8
    with pytest.raises(InputError, match="max_boilerplate"):
        DedupeFilter(max_boilerplate=1.5)


def test_statistics_are_written_as_datatrove_writes_its_own(folder: Path) -> None:
    pytest.importorskip("tldextract")
    from dedupe.integrations.datatrove_stats import DedupeStats

    out = run(folder, DedupeStats(str(folder / "stats"), groups_to_compute=["summary", "histogram"]))
    assert out[1]["metadata"]["boilerplate_share"] == 1.0
    assert out[0]["metadata"]["quality"] > out[3]["metadata"]["quality"]
    summary = json.loads((folder / "stats" / "summary" / "boilerplate_share" / "00000.json").read_text())
    assert summary["summary"]["n"] == 4
    assert (folder / "stats" / "histogram" / "quality" / "00000.json").exists()
