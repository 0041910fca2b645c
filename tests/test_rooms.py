"""Rooms of the package (folders, and files beside them) import each other in one direction."""

from __future__ import annotations

import ast
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import dedupe

ROOT = Path(dedupe.__file__).parent
# Files are cleaned past memory by a room that reads files.
KNOWN = {("files", "outofcore")}


def room(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[:2] == ["kernels", "reference"] else parts[0]


def imports() -> dict[str, set[str]]:
    """The rooms that each room imports from, anywhere in its modules."""
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in ROOT.rglob("*.py")
        if "_native" not in path.parts
    }
    out: dict[str, set[str]] = defaultdict(set)
    for module, path in names.items():
        if module in ("__init__", "__main__"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dedupe":
                home = (node.module or "").removeprefix("dedupe").lstrip(".")
                for name in node.names:
                    inner = f"{home}.{name.name}".lstrip(".")
                    target = inner if inner in names else home
                    if target and room(target) != room(module):
                        out[room(module)].add(room(target))
    return out


def test_no_room_leads_back_to_itself() -> None:
    graph = {name: {other for other in others if (name, other) not in KNOWN} for name, others in imports().items()}
    assert graph["cleaning"] >= {"duplicates", "passages", "boilerplate"}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"rooms in a circle: {' -> '.join(error.args[1])}")
    assert order.index("text") < order.index("kernels") < order.index("cleaning") < order.index("cli")


def test_a_circle_that_is_gone_is_not_allowed_any_more() -> None:
    graph = imports()
    assert all(other in graph[name] and name in graph[other] for name, other in KNOWN)
