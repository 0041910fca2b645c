"""Shared fixtures: where data lies, and small builders of texts."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "dedupe",
    max_examples=int(os.environ.get("HYPOTHESIS_MAX_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("dedupe")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def seeds() -> Path:
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def development_data() -> Path:
    """The labelled development data, where it is at hand."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the labelled development data is not on this machine")
    return SHARED / "data"


@pytest.fixture
def words() -> random.Random:
    return random.Random(20)


def make_text(source: random.Random, count: int) -> str:
    """A text of `count` made-up words, another at each call."""
    letters = "bcdfghklmnprstvz"
    vowels = "aeiou"
    made = []
    for _ in range(count):
        syllables = source.randint(1, 3)
        made.append("".join(source.choice(letters) + source.choice(vowels) for _ in range(syllables)))
    return " ".join(made)


def pytest_report_header() -> str:
    import dedupe

    if os.environ.get("CI") and os.environ.get("DEDUPE_NATIVE") != "0":
        assert dedupe.native, "CI tests the native core, but it is not installed"
    return f"dedupe kernels: {'native' if dedupe.native else 'reference'}"
