"""The lines in README and in the guide do what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.conftest import ROOT
from tests.spark.builders import pages

pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'dedupe-text[spark]'")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["README.md", "docs/spark.md"])
def test_the_lines_for_spark_run(spark: Any, name: str, tmp_path: Path) -> None:
    table = pages(8, 12).rename_columns(["url", "body", "fetched", "site", "rank"])
    pq.write_table(table, tmp_path / "pages.parquet")
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / name).read_text("utf-8"), re.M | re.S)
    lines = [block for block in blocks if "dedupe.spark" in block]
    assert lines
    for block in lines:
        # Names of files are those of the folder in which Java was started.
        code = re.sub(r'"(\w+\.parquet)"', rf'"{tmp_path}/\1"', block)
        exec(compile(code, name, "exec"), {})
    left = pq.read_table(tmp_path / "cleaned.parquet").num_rows
    went = pq.read_table(tmp_path / "audit.parquet").filter(pc.field("type") == "document").num_rows
    assert left + went == 12 and left >= 6
