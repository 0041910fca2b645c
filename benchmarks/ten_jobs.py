"""Lines of code for ten common jobs, with dedupe, SemHash and datatrove.

    python benchmarks/ten_jobs.py                 the table
    python benchmarks/ten_jobs.py --run TOOL      the functions of one tool, on a few texts, each answer checked

A line is one of a function's body, formatted at 88 columns, that is neither blank nor comment.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

TOOLS = {"dedupe": "dedupe", "semhash": "SemHash", "datatrove": "datatrove"}
JOBS = {
    "near_duplicates": "near-duplicates of a list of texts",
    "clean_frame": "a pandas frame without near-duplicate rows",
    "files": "a folder of JSON lines, deduplicated",
    "why_removed": "what was removed, and for which copy",
    "undo": "the removed back",
    "against": "training texts without those of a test set",
    "paragraphs": "repeated paragraphs removed",
    "boilerplate": "cookie notices and prompts removed",
    "increment": "a new batch against what was kept, on disk",
    "within_memory": "within a limit of memory",
}
FOLDER = Path(__file__).resolve().with_suffix("")


def counted(tool: str) -> dict[str, tuple[int, int]]:
    """The lines, and the statements, of each function."""
    source = (FOLDER / f"with_{tool}.py").read_text("utf-8")
    command = ["ruff", "format", "--isolated", "--line-length", "88", "-"]
    done = subprocess.run(command, input=source, capture_output=True, encoding="utf-8", check=True)
    lines = done.stdout.splitlines()
    out = {}
    for node in ast.parse(done.stdout).body:
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            text = lines[body[0].lineno - 1 : node.end_lineno]
            kept = sum(1 for line in text if line.strip() and not line.strip().startswith("#"))
            out[node.name] = kept, sum(isinstance(one, ast.stmt) for part in body for one in ast.walk(part))
    return out


def loaded(tool: str) -> ModuleType:
    spec = spec_from_file_location(f"with_{tool}", FOLDER / f"with_{tool}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table() -> None:
    counts = {tool: counted(tool) for tool in TOOLS}
    impossible = {tool: loaded(tool).NOT_POSSIBLE for tool in TOOLS}
    for tool in TOOLS:
        assert counts[tool].keys() | impossible[tool].keys() == JOBS.keys(), tool
        assert not counts[tool].keys() & impossible[tool].keys(), tool
    shared = [job for job in JOBS if all(job in counts[tool] for tool in TOOLS)]
    print(f"| job | {' | '.join(TOOLS.values())} |\n| --- | {' | '.join('---' for _ in TOOLS)} |")
    for job, title in JOBS.items():
        cells = [str(counts[tool][job][0]) if job in counts[tool] else "no" for tool in TOOLS]
        print(f"| {title} | {' | '.join(cells)} |")
    titles = (f"**sum of the {len(shared)} that all three do**", "the same, in statements")
    for which, title in enumerate(titles):
        sums = [str(sum(counts[tool][job][which] for job in shared)) for tool in TOOLS]
        print(f"| {title} | {' | '.join(sums)} |")
    print(f"| jobs done | {' | '.join(str(len(counts[tool])) for tool in TOOLS)} |\n")
    for tool, name in TOOLS.items():
        for job, why in impossible[tool].items():
            print(f"- {name}, {JOBS[job]}: no, {why}.")


FERRY = "The ferry was late on Friday because of the storm, and forty cars had to wait on the quay until noon."
DOGS = "Dogs must be kept on a lead in the park from April to July, said the council on Monday after a vote."
MARKET = "The market returns to the square with forty stalls, after two years in the yard of the old school."
COOKIES = "We use cookies to improve your experience on this site."
COPY = FERRY.upper().replace(",", "")


class Letters:
    """Counts of letter pairs instead of a model, which would have to be downloaded."""

    def encode(self, inputs: list[str], **_: Any) -> Any:
        import numpy as np

        out = np.zeros((len(inputs), 26 * 26), dtype=np.float32)
        for row, text in enumerate(inputs):
            letters = [ord(letter) - 97 for letter in text.lower() if "a" <= letter <= "z"]
            for a, b in pairwise(letters):
                out[row, 26 * a + b] += 1
        return out


def stand_ins(tool: str) -> None:
    """What is not there in a run: SemHash's model, and the tasks of lighteval, of which none is asked for."""
    if tool == "semhash":
        mock.patch("semhash.semhash.StaticModel.from_pretrained", lambda _: Letters()).start()
    if tool == "datatrove":
        registry = SimpleNamespace(get_task_dict=lambda _: {})
        modules = {
            "lighteval": ModuleType("lighteval"),
            "lighteval.tasks": ModuleType("lighteval.tasks"),
            "lighteval.tasks.lighteval_task": SimpleNamespace(
                LightevalTask=SimpleNamespace(load_datasets=lambda _: None)
            ),
            "lighteval.tasks.registry": SimpleNamespace(Registry=lambda **_: registry),
        }
        mock.patch.dict(sys.modules, modules).start()
        mock.patch("datatrove.pipeline.base.check_required_dependencies", lambda *_: None).start()


def in_folder(name: str) -> list[str]:
    """The texts of the JSON lines in a folder, compressed or not."""
    import gzip

    out = []
    for path in sorted(Path(name).rglob("*.jsonl*")):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        out += [json.loads(line)["text"] for line in raw.decode().splitlines()]
    return out


def run(tool: str) -> None:
    """Each function, in a folder and a process of its own."""
    impossible = loaded(tool).NOT_POSSIBLE
    for job in JOBS:
        if job in impossible:
            print(f"{job}: not possible, {impossible[job]}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, str(FOLDER.with_suffix(".py")), "--run", tool, "--job", job]
            done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
        print(done.stdout.strip() if done.returncode == 0 else f"{job}: FAILED\n{done.stderr}")


def run_here(tool: str, job: str) -> None:
    import pandas as pd

    module = loaded(tool)
    stand_ins(tool)
    call = getattr(module, job)
    texts = [FERRY, DOGS, COPY, MARKET]
    kept = [FERRY, DOGS, MARKET]
    pages = [f"{FERRY}\n{DOGS}", f"{MARKET}\n{FERRY}"]
    Path("corpus").mkdir()
    for n, part in enumerate((texts[:2], texts[2:])):
        rows = [json.dumps({"id": f"{n}{m}", "text": text}) for m, text in enumerate(part)]
        Path(f"corpus/{n}.jsonl").write_text("\n".join(rows) + "\n")
    if job == "near_duplicates":
        found, expected = list(call(texts)), kept
    elif job == "clean_frame":
        frame = pd.DataFrame({"url": ["a", "b", "c", "d"], "text": texts})
        found, expected = (
            call(frame)[["url", "text"]].values.tolist(),
            [list(row) for row in zip("abd", kept, strict=True)],
        )
    elif job in ("files", "within_memory"):
        call()
        found, expected = in_folder("cleaned" if job == "files" else "limited"), kept
    elif job == "why_removed":
        found, expected = [row[:2] for row in call(texts)], [(COPY, FERRY)]
    elif job == "undo":
        found, expected = sorted(undone(tool, module, texts)), sorted(texts)
    elif job == "against":
        found, expected = list(call([FERRY, DOGS, MARKET], [COPY])), [DOGS, MARKET]
    elif job == "paragraphs":
        found, expected = list(call(pages)), [pages[0], MARKET]
    elif job == "boilerplate":
        found, expected = list(call([f"{FERRY}\n{COOKIES}", DOGS])), [FERRY, DOGS]
    else:
        batches = {"monday": {"a": FERRY, "b": DOGS}, "tuesday": {"c": COPY, "d": MARKET}}
        named = tool == "datatrove"
        found = [list(call(batch, day) if named else call(batch)) for day, batch in batches.items()]
        expected = [[FERRY, DOGS], [MARKET]]
    print(f"{job}: {'as expected' if found == expected else f'FOUND {found}'}")


def undone(tool: str, module: ModuleType, texts: list[str]) -> list[str]:
    if tool == "dedupe":
        from dedupe import clean

        return list(module.undo(clean(texts)).values())
    if tool == "semhash":
        from semhash import SemHash

        return list(module.undo(SemHash.from_records(texts).self_deduplicate()))
    module.files()
    # The same decisions again, and the removed documents in files.
    for path in ("signatures", "buckets", "remove"):
        Path(path).rename(f"{path}-of-files")
    module.why_removed(texts)
    module.undo()
    return in_folder("original")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", choices=list(TOOLS))
    parser.add_argument("--job", choices=list(JOBS), help="one function, in the current folder, which is empty")
    chosen = parser.parse_args()
    if chosen.run and chosen.job:
        run_here(chosen.run, chosen.job)
    elif chosen.run:
        run(chosen.run)
    else:
        table()
