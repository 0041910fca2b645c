"""What type checkers know of the verbs."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import dedupe
from dedupe.duplicates.arguments import DuplicateArguments
from dedupe.typed import CleanArguments
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("verb", "arguments"), [(dedupe.find_duplicates, DuplicateArguments), (dedupe.clean, CleanArguments)]
)
def test_overloads_take_what_the_verb_takes(verb: Callable[..., Any], arguments: type) -> None:
    parameters = inspect.signature(verb).parameters
    hints = {name: hint.__forward_arg__ for name, hint in arguments.__annotations__.items()}
    assert hints == {name: own.annotation for name, own in parameters.items() if name != "texts"}


def test_a_type_checker_knows_what_comes_out_and_refuses_what_is_wrong() -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    pytest.importorskip("polars", reason="polars is not installed")
    pytest.importorskip("duckdb", reason="duckdb is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "tests/typed/use.py"],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
