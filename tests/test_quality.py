"""Quality on the labelled development data does not fall below the floors."""

import json
import os
import runpy
from pathlib import Path

import pytest

import dedupe

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_quality_stays_above_the_floors(development_data: Path) -> None:
    if not dedupe.native:
        pytest.skip("quality floors run on the native core")
    measure = runpy.run_path(str(BENCHMARKS / "quality.py"))["measure"]
    figures = measure(development_data, development_data.parent / "tools")
    floors = json.loads((BENCHMARKS / "floors.json").read_text())
    low = {n: (figures[n], floor) for n, floor in floors["at_least"].items() if figures[n] < floor}
    high = {n: (figures[n], limit) for n, limit in floors["at_most"].items() if figures[n] > limit}
    assert not low and not high


@pytest.mark.skipif(not os.environ.get("DEDUPE_LONG"), reason="takes minutes: .ci/long sets DEDUPE_LONG")
def test_the_boilerplate_models_trained_again_measure_the_same(development_data: Path, tmp_path: Path) -> None:
    """Trained again without the judgements of an encoder, the models measure about the same."""
    if not dedupe.native:
        pytest.skip("training runs on the native core")
    pytest.importorskip("scipy")
    from tools import PACKAGE, train_boilerplate

    data = [
        str(development_data / name) for name in ("boilerplate/train.jsonl", "boilerplate/pages.jsonl", "lines")
    ]
    train_boilerplate.main([*data, "--output", str(tmp_path / "model")])
    made, shipped = (
        json.loads((folder / "report.json").read_text("utf-8"))
        for folder in (tmp_path / "model", PACKAGE / "boilerplate" / "model")
    )
    for part in ("all", "without_ambiguous", "from_40_characters_without_ambiguous"):
        assert made[part]["auc"] == pytest.approx(shipped[part]["auc"], abs=0.005)
        assert made[part]["ece"] == pytest.approx(shipped[part]["ece"], abs=0.008)
