"""A model that was taught on one's own lines finds more boilerplate for `clean`, and changes nothing else."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedupe
from dedupe import CleanOptions, clean, clean_files, score_boilerplate
from dedupe.boilerplate.score import boilerplate_limit
from dedupe.cleaning import engine
from dedupe.cli.main import main
from dedupe.errors import InputError, ModelError

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install 'dedupe-text[train]'")

RIVERS = ["Esk", "Tay", "Don", "Nith", "Spey", "Clyde", "Tweed", "Annan", "Forth", "Ness"]
PROMPTS = [
    "Tell the Herald what you saw on the {} today.",
    "If this story about the {} worries you, the valley line listens at any hour.",
    "Our reporter for the {} is in the reading room on Thursdays.",
]
NEWS = [
    "The council closed the bridge over the {} on Thursday.",
    "A reader saw otters in the {} today, and told the school.",
    "The school at the {} has room for forty children, the teacher said.",
    "If the {} rises again, the line to Langholm will be closed at any hour.",
]
OTHERS = ["Accept all cookies", "Harbour", "Tell the Herald what you saw at the market.", "The ferry was late."]
LINES = [*(line.format(river) for line in (*PROMPTS, *NEWS) for river in RIVERS[:4]), *OTHERS]


@pytest.fixture(scope="module")
def taught() -> Any:
    rows = [
        (line.format(river), kind) for kind, own in ((1, PROMPTS), (0, NEWS)) for line in own for river in RIVERS
    ]
    texts, labels = zip(*rows, strict=True)
    return dedupe.BoilerplateClassifier().fit(texts, labels, warm_start=True)


@pytest.fixture(scope="module")
def folder(taught: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("model") / "herald"
    taught.save(path)
    return str(path)


@settings(deadline=None)
@given(st.lists(st.sampled_from(LINES), min_size=2, max_size=8, unique=True), st.booleans(), st.floats(0.3, 0.99))
def test_the_larger_probability_counts(taught: Any, lines: list[str], context: bool, limit: float) -> None:
    text = "\n".join(lines)
    own = score_boilerplate(text, unit="paragraph", context=context, paragraphs="lines")
    by_taught = score_boilerplate(text, unit="paragraph", model=taught, paragraphs="lines")
    expected = {
        (one.start, one.end, max(one.boilerplate, other.boilerplate))
        for one, other in zip(own, by_taught, strict=True)
        if max(one.boilerplate, other.boilerplate) >= limit
    }
    asked: dict[str, Any] = {"remove": ["boilerplate"], "paragraphs": "lines", "min_left": 0, "context": context}
    found = clean(text, boilerplate=limit, model=taught, **asked).decisions
    assert {(one.start, one.end, one.score) for one in found} == expected
    assert {(one.start, one.end) for one in clean(text, boilerplate=limit, **asked).decisions} <= {
        one[:2] for one in expected
    }


@settings(deadline=None)
@given(st.lists(st.sampled_from(LINES), min_size=9, max_size=14, unique=True))
def test_texts_on_one_line_lose_sentences_that_it_finds(taught: Any, lines: list[str]) -> None:
    text = " ".join(lines)
    options = CleanOptions(remove=["boilerplate"], min_left=0)
    limit, asked = boilerplate_limit(options), {"remove": ["boilerplate"], "min_left": 0}
    models: tuple[Any, ...] = (None, taught)
    before, after = (clean(text, model=model, **asked) for model in models)
    spans = [(one.start, one.end) for one in after.decisions]
    assert spans == sorted(spans) and all(one[1] <= other[0] for one, other in pairwise(spans))
    assert all(one.score >= limit for one in after.decisions)
    assert {(one.start, one.end) for one in before.decisions} <= set(spans)
    if len(text) < 400:
        return
    gone = np.zeros(len(text), bool)
    for start, end in spans:
        gone[start:end] = True
    for one in score_boilerplate(text, unit="sentence", model=taught):
        if one.boilerplate >= limit and one.end - one.start >= 20:
            assert gone[one.start : one.end].any(), text[one.start : one.end]


def test_files_and_memory_give_the_same(tmp_path: Path, folder: str, taught: Any) -> None:
    texts = {str(i): "\n".join(LINES[i::7]) for i in range(7)}
    rows = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items())
    (tmp_path / "in.jsonl").write_text(rows)
    given = str(tmp_path / "in.jsonl")
    expected = clean(texts, model=taught)
    assert expected.texts != clean(texts).texts
    outputs = []
    for name, more in (
        ("a", []),
        ("b", ["--max-memory", "1GB"]),
        ("c", ["--options", str(tmp_path / "audit.a.jsonl")]),
    ):
        results = ["--output", str(tmp_path / f"{name}.jsonl"), "--audit", str(tmp_path / f"audit.{name}.jsonl")]
        flags = [] if name == "c" else ["--model", folder]
        assert main(["clean", given, *flags, *more, *results, "--quiet"]) == 0
        outputs.append((tmp_path / f"{name}.jsonl").read_bytes())
        cleaned = {row["id"]: row["text"] for row in map(json.loads, outputs[-1].splitlines())}
        assert cleaned == expected.texts
    head = json.loads((tmp_path / "audit.a.jsonl").read_text().split("\n")[0])
    assert head["model"] == folder and len(head["model_digest"]) == 64


def test_a_stopped_run_does_not_go_on_with_another_model(
    tmp_path: Path, taught: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": "\n".join(LINES)}) + "\n")
    model, work = tmp_path / "model", tmp_path / "work"
    taught.save(model)
    work.mkdir()

    def run() -> None:
        given, out, audit = (tmp_path / name for name in ("in.jsonl", "out.jsonl", "audit.jsonl"))
        clean_files(given, out, audit, options=CleanOptions(model=model), max_memory="500MB", workdir=work)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(engine, "split_cuts", interrupt)
        run()
    assert list(work.iterdir())
    labels = [number % 2 for number in range(len(LINES))]
    dedupe.BoilerplateClassifier().fit(LINES, labels, warm_start=True).save(model)
    with pytest.raises(InputError, match="other"):
        run()
    taught.save(model)
    run()
    assert not list(work.iterdir())


@pytest.mark.parametrize("model", ["nowhere", Path("nowhere")])
def test_a_model_that_is_not_there_stops_before_any_work(tmp_path: Path, model: Any) -> None:
    with pytest.raises(ModelError, match="there is no model in nowhere"):
        clean(iter(["a"]), model=model)
    (tmp_path / "in.jsonl").write_text("{}\n")
    with pytest.raises(ModelError, match="there is no model in nowhere"):
        clean_files(tmp_path / "in.jsonl", tmp_path / "out", tmp_path / "audit", options=CleanOptions(model=model))
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_what_is_no_model_is_refused(tmp_path: Path, taught: Any) -> None:
    with pytest.raises(InputError, match=r"^model=3 is neither"):
        clean("a", model=3)  # type: ignore[call-overload]
    with pytest.raises(InputError, match="neither a fitted"):
        clean("a", model=dedupe.BoilerplateClassifier())
    with pytest.raises(InputError, match="save it, and give its folder"):
        clean_files(tmp_path, tmp_path / "out", tmp_path / "audit", options=CleanOptions(model=taught))


@pytest.mark.parametrize("more", [[], ["--max-memory", "1GB"], ["--unit", "sentence"], ["--unit", "document"]])
def test_a_taught_model_scores_files(taught: Any, folder: str, tmp_path: Path, more: list[str]) -> None:
    rows, out = tmp_path / "rows.jsonl", tmp_path / "scores.jsonl"
    texts = ["\n".join(LINES[:3]), "\n".join(LINES[-3:])]
    rows.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    assert main(["score", str(rows), "--model", folder, "-o", str(out), "--quiet", *more]) == 0
    unit = more[1] if "--unit" in more else "paragraph"
    wanted = dedupe.score_boilerplate(texts, unit=unit, model=taught)  # type: ignore[call-overload]
    got = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["boilerplate"] for row in got] == [round(one.boilerplate, 6) for one in wanted]
    assert [row["verdict"] for row in got] == wanted.verdicts()
    assert {row["context"] for row in got} == {None}
