"""Rooms of the package (folders, and files beside them) import each other in one direction, as Rust modules do."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import dedupe

ROOT = Path(dedupe.__file__).parent
INNER = {"kernels.reference", "kernels.facts"}
NATIVE = Path(__file__).parents[1] / "dedupe" / "_native" / "src"


def room(module: str) -> str:
    parts = module.split(".")
    inner = ".".join(parts[:2])
    return inner if inner in INNER else parts[0]


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
    graph = imports()
    assert graph["cleaning"] >= {"duplicates", "passages", "boilerplate"}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"rooms in a circle: {' -> '.join(error.args[1])}")
    assert order.index("job") < order.index("kernels")
    floors = ["text", "kernels", "duplicates", "cleaning", "outofcore", "write", "cli"]
    assert [name for name in order if name in floors] == floors
    # What lies on disk knows neither documents nor verbs.
    assert graph["store"] <= {
        "columns",
        "disk",
        "errors",
        "kernels",
        "parallel",
        "records",
        "sizes",
        "sorting",
        "text",
        "worksize",
    }


def test_the_reference_is_imported_by_kernels_alone() -> None:
    assert {name for name, others in imports().items() if "kernels.reference" in others} == {"kernels.facts"}


def rust_imports(root: Path) -> dict[str, set[str]]:
    """The modules that each module names, tests left out."""
    paths = {path.relative_to(root).with_suffix("").parts: path for path in root.rglob("*.rs")}
    modules = {parts[:-1] if parts[-1] == "mod" else parts: path for parts, path in paths.items()}
    out: dict[str, set[str]] = {}
    for module, path in modules.items():
        if module in (("lib",), ("bindings",)) or module[-1] == "tests":
            continue
        code = re.split(r"^#\[cfg\(test\)\]\nmod tests {", path.read_text("utf-8"), flags=re.MULTILINE)[0]
        found = out["::".join(module)] = set()
        for start, inner, last in re.findall(r"\b(crate|super|self|\w+)::((?:\w+::)*)(\w+|\{[^}]*\})", code):
            base = {"crate": (), "super": module[:-1], "self": module}.get(start, (*module, start))
            for name in re.findall(r"\w+", last):
                target = (*base, *inner.split("::")[:-1], name)
                while target and target not in modules:
                    target = target[:-1]
                if target and target != module:
                    found.add("::".join(target))
    return out


@pytest.mark.skipif(not NATIVE.exists(), reason="the native core is not there in source")
def test_no_rust_module_leads_back_to_itself() -> None:
    graph = rust_imports(NATIVE)
    assert graph["groups"] >= {"batch", "near"} and "passages::letters" in graph["passages"]
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"Rust modules in a circle: {' -> '.join(error.args[1])}")
    assert order.index("failure") < order.index("batch") < order.index("sets") < order.index("groups")


# A verb is called the same wherever it is: in Python, on the command line, on Spark.
VERBS = {"clean", "restore", "score", "evaluate", "find_duplicates", "find_passages", "main", "Cleaned"}


def test_a_search_finds_each_public_name_once() -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for path in ROOT.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].add(path.relative_to(ROOT).as_posix())
    twice = {name: sorted(places) for name, places in homes.items() if len(places) > 1}
    assert twice.keys() == VERBS, {name: places for name, places in twice.items() if name not in VERBS}
