"""Quality before and after: counts of a sample that agree with what scores the texts themselves get."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean_files, score_quality
from dedupe.cleaning import SCORE_STEPS
from dedupe.cleaning.cuts import Cut, apply_cuts
from dedupe.cleaning.qualities import LOOKED_AT, SAMPLED, count_qualities
from tests.conftest import make_text
from tests.files.builders import PROMPT

TEXTS = [
    "",
    "La la la. " * 40,
    f"The river rose.\n{PROMPT}",
    "A Duna vize tegnap este tovább emelkedett.",
    "x" * 5000,
]


def steps_of(texts: list[str]) -> tuple[int, ...]:
    scores = score_quality([text[:LOOKED_AT] for text in texts], threads=1).score
    return tuple(np.histogram(scores, np.arange(SCORE_STEPS + 1) / SCORE_STEPS)[0].tolist())


@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.tuples(st.integers(0, 3000), st.integers(0, 900)), st.booleans()))
)
def test_the_counts_are_those_of_the_texts_before_and_after(
    documents: list[tuple[str, tuple[int, int], bool]],
) -> None:
    texts = [text for text, _, _ in documents]
    cuts = [
        [Cut(start, min(start + size, len(text)))] if start < len(text) else []
        for text, (start, size), _ in documents
    ]
    whole = [gone for _, _, gone in documents]
    before, after = count_qualities(texts, cuts, whole)
    if not texts:
        assert before == after == ()
        return
    left = [apply_cuts(text, own) for text, own, gone in zip(texts, cuts, whole, strict=True) if not gone]
    assert (before, after) == (steps_of(texts), steps_of(left) if left else (0,) * SCORE_STEPS)


@pytest.mark.parametrize("memory", [None, "400MB"])
def test_the_audit_counts_a_sample_whatever_the_memory(tmp_path: Path, memory: str | None) -> None:
    source = random.Random(6)
    texts = [f"{make_text(source, 80)}.\n{PROMPT}\n{PROMPT}" for _ in range(2 * SAMPLED)]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts))
    clean_files([tmp_path / "a.jsonl"], tmp_path / "b.jsonl", tmp_path / "audit.jsonl", max_memory=memory)
    rows = map(json.loads, (tmp_path / "audit.jsonl").read_text().splitlines())
    (row,) = (row for row in rows if row["type"] == "quality")
    assert sum(row["before"]) == sum(row["after"]) == SAMPLED
    mean = [np.average(np.arange(SCORE_STEPS), weights=row[when]) for when in ("before", "after")]
    assert mean[0] < mean[1]
