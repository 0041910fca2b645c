"""`clean` within a limit of memory: the bytes of the path in memory, also after it was stopped anywhere."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import clean_files, restore_files, worksize
from dedupe.cleaning import engine, held
from dedupe.cleaning.held import decide_in_memory
from dedupe.cleaning.removals import SPAN, overlapping, within
from dedupe.errors import DuplicateIdError, InputError, OutputError, RecordError, RemovalError
from dedupe.files.corpus import open_sources
from dedupe.files.fields import Fields
from dedupe.files.scan import read_corpus
from dedupe.job import STAGES, CleanOptions, FileOptions
from dedupe.kernels.reference.passages.anchors import link
from dedupe.outofcore import clean, run
from dedupe.passages.promising import Sieve
from dedupe.policy import link_runs
from dedupe.store import budget as budgets
from dedupe.store.budget import Budget
from dedupe.store.stages import Stages
from tests.cleaning import reference
from tests.conftest import make_text
from tests.faults import CountingDisk, FailingDisk, on, run_and_kill
from tests.files.builders import PROMPT, SHARED, all_files, write_folder

LONG = bool(os.environ.get("DEDUPE_LONG"))
KILLS = 100 if LONG else 2
# Room for so little that everything is cut into pieces.
SMALL = worksize.WorkSizes(
    batch_bytes=3000,
    cluster_text=200,
    documents=4,
    rows=3,
    sentences=6,
    anchors=5,
    pairs=2,
    units=6,
    buckets=3,
    files=2,
    blocks=2,
    look=2,
)


@pytest.fixture(autouse=True)
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for so little that everything is cut into pieces."""
    monkeypatch.setattr(run, "make_budget", lambda memory: Budget(budgets._BASE + int(memory), 2))
    monkeypatch.setattr(worksize, "SIZES", SMALL)


def output(folder: Path) -> dict[str, str]:
    """Digests of everything that a run has written."""
    # A run that was killed leaves hidden files behind.
    names = [name for name in all_files(folder) if not any(part.startswith(".") for part in name.split("/"))]
    return {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}


def both(inputs: list[Path], place: Path, memory: int = 1 << 14, names: Any = None, **more: Any) -> Any:
    """Clean in memory and in files, compare everything, with the reference too, and answer with the report."""
    options = CleanOptions(**more)
    fields = Fields.of(FileOptions(**(names or {})), options.keep)
    with open_sources([str(path) for path in inputs]) as sources, pytest.MonkeyPatch.context() as patch:
        patch.setattr(held, "_ROOM", budgets._BASE + memory)
        corpus = read_corpus(sources, fields, strict=False).corpus
        decided, expected = decide_in_memory(corpus, options), reference.decide(corpus, options)
        assert list(decided.decisions()) == expected.decisions
        assert decided.counts().judged == tuple(expected.judged.tolist())
    reports = []
    for name, limits in (("memory", {}), ("files", {"max_memory": memory, "workdir": place / "work"})):
        (place / name).mkdir(parents=True)
        (place / "work").mkdir(exist_ok=True)
        reports.append(
            clean_files(
                inputs,
                place / name / "out",
                place / name / "audit.jsonl",
                options=options,
                **(names or {}),
                force=True,
                **limits,  # type: ignore[arg-type]
            )
        )
        assert not list((place / "work").iterdir())
    assert output(place / "memory") == output(place / "files")
    one, other = reports
    assert one.counts == other.counts
    assert list(one.found.problems()) == list(other.found.problems())
    return other


def make_corpus(path: Path, seed: int) -> Path:
    """Documents of shared blocks, edited or not, of phrases, prompts and their own words."""
    source = random.Random(seed)
    blocks = [make_text(source, source.randint(14, 40)) for _ in range(5)]
    phrases = [make_text(source, source.randint(2, 7)) for _ in range(5)]
    phrases += ["国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。", "Page 3 of 7"]

    def edited(text: str) -> str:
        words = text.split()
        for place in range(len(words)):
            if source.random() < 0.06:
                words[place] = make_text(source, 1)
        cut = source.randint(0, 6)
        return " ".join(words[cut : len(words) - source.randint(0, 6)])

    def paragraph() -> str:
        kinds = (
            lambda: source.choice(blocks),
            lambda: edited(source.choice(blocks)),
            lambda: f"{make_text(source, 8)} {edited(source.choice(blocks))}. {make_text(source, 6)}",
            lambda: " ".join(source.choices(phrases, k=3)),
            lambda: make_text(source, source.randint(1, 20)),
            lambda: PROMPT,
            lambda: SHARED,
        )
        return source.choice(kinds)()

    lines, kept = [], []
    for i in range(source.randint(1, 14)):
        text = "\n".join(paragraph() for _ in range(source.randint(0, 6)))
        if kept and source.random() < 0.2:
            text = source.choice(kept)
        kept.append(text)
        site = source.choice(["a.org", "b.org", None])
        lines.append(
            json.dumps(
                {"id": f"{path.stem}{i}", "text": text, "site": site, "rank": source.randint(0, 3), "at": i * 5 % 7}
            )
        )
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("keep", ["first", "last", "longest", "best", "rank"])
@settings(max_examples=300 if LONG else 5)
@given(seed=st.integers(0, 1 << 30), memory=st.sampled_from([1 << 11, 1 << 14, 1 << 20]), data=st.data())
def test_files_and_memory_write_the_same(
    tmp_path_factory: Any, keep: str, seed: int, memory: int, data: Any
) -> None:
    folder = tmp_path_factory.mktemp("run")
    remove = data.draw(
        st.sampled_from(
            [
                ("duplicates", "paragraphs", "passages", "boilerplate"),
                ("passages",),
                ("paragraphs", "boilerplate"),
                ("duplicates", "passages"),
            ]
        )
    )
    names = {
        name: data.draw(st.sampled_from([None, field])) for name, field in (("source", "site"), ("order", "at"))
    }
    inputs = [make_corpus(folder / f"{name}.jsonl", seed + i) for i, name in enumerate(("a", "b"))]
    both(
        inputs[: data.draw(st.integers(1, 2))],
        folder,
        memory,
        names,
        remove=remove,
        keep=keep,
        quality=data.draw(st.sampled_from([None, "default"])),
        context=data.draw(st.booleans()),
        min_passage=data.draw(st.sampled_from([40, 100])),
        threads=data.draw(st.sampled_from([1, 2])),
        min_left=data.draw(st.sampled_from([0, 20, 300])),
        facts=data.draw(st.sampled_from(["apart", "ignore"])),
    )


def make_nested(path: Path, seed: int) -> Path:
    """Pages, copies of them, and pages that hold a paragraph or a few sentences of others."""
    source = random.Random(seed)

    def sentence() -> str:
        return f"{make_text(source, source.randint(6, 14)).capitalize()}."

    def paragraph() -> list[str]:
        return [sentence() for _ in range(source.randint(1, 6))]

    def edited(sentences: list[str]) -> list[str]:
        out = []
        for own in sentences:
            words = own.split()
            if source.random() < 0.3:
                words[source.randrange(1, len(words) - 1)] = make_text(source, 1)
            out.append(" ".join(words))
        return out

    def quoted(sentences: list[str]) -> list[str]:
        first = source.randrange(len(sentences))
        taken = sentences[first : first + source.randint(2, 4)]
        return [*paragraph()[:2], *(edited(taken) if source.random() < 0.4 else taken), *paragraph()[:1]]

    paragraphs = [paragraph() for _ in range(6)]
    pages: list[list[list[str]]] = []
    for _ in range(source.randint(3, 12)):
        kind = source.random()
        if pages and kind < 0.3:
            page = [list(own) for own in source.choice(pages)]
            place = source.randrange(len(page))
            page[place] = edited(page[place])
            if source.random() < 0.3:
                page.append(paragraph()[:1])
        else:
            page = [paragraph() for _ in range(source.randint(2, 7))]
            for place in range(len(page)):
                kind = source.random()
                if kind < 0.3:
                    page[place] = list(source.choice(paragraphs))
                elif kind < 0.6:
                    page[place] = quoted(source.choice([*paragraphs, *(own for other in pages for own in other)]))
        pages.append(page)
    between = source.choice([" ", "\n", "\n* * *\n"])
    texts = ["\n\n".join(between.join(own) for own in page) for page in pages]
    rows = [{"id": f"{path.stem}{i}", "text": text, "rank": source.randint(0, 2)} for i, text in enumerate(texts)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    "keep",
    ["first", "shortest", "rank", *(pytest.param(keep, marks=pytest.mark.slow) for keep in ("last", "longest"))],
)
@settings(max_examples=300 if LONG else 5)
@given(seed=st.integers(0, 1 << 30), memory=st.sampled_from([1 << 11, 1 << 20]), data=st.data())
def test_files_and_memory_follow_kept_copies_alike(
    tmp_path_factory: Any, keep: str, seed: int, memory: int, data: Any
) -> None:
    folder = tmp_path_factory.mktemp("run")
    both(
        [make_nested(folder / "a.jsonl", seed)],
        folder,
        memory,
        None,
        keep=keep,
        min_paragraph=data.draw(st.sampled_from([20, 60])),
        min_passage=data.draw(st.sampled_from([40, 100])),
        threshold=data.draw(st.sampled_from([None, 0.5])),
        min_left=data.draw(st.sampled_from([20, 300])),
        facts=data.draw(st.sampled_from(["apart", "ignore"])),
        remove=data.draw(st.sampled_from([("duplicates", "paragraphs", "passages"), STAGES])),
    )


def test_a_document_that_is_removed_in_tiles_counts_once(tmp_path: Path, words: random.Random) -> None:
    shared = make_text(words, 30)
    page = "\n\n".join([make_text(words, 60), shared, make_text(words, 60)])
    texts = [f"{make_text(words, 40)}\n\n{shared}", page, page]
    rows = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts))
    (tmp_path / "a.jsonl").write_text(rows)
    report = both([tmp_path / "a.jsonl"], tmp_path / "run")
    assert report.counts.stages == {"duplicates": 1, "paragraphs": 1}
    audit = (tmp_path / "run/files/audit.jsonl").read_text()
    removals = [row for row in map(json.loads, audit.splitlines()) if row["type"] == "removal"]
    assert [(row["id"], row["kept"]["id"]) for row in removals] == [(2, 1), (2, 0), (2, 1), (1, 0)]


@pytest.mark.parametrize("more", [{}, {"quality": "gopher", "keep": "shortest"}, {"keep": "in/sub"}])
def test_all_formats_go_through(tmp_path: Path, more: dict[str, Any]) -> None:
    write_folder(tmp_path / "in", random.Random(4))
    if more.get("keep") == "in/sub":
        more = {"keep": [str(tmp_path / "in/sub")]}
    report = both([tmp_path / "in"], tmp_path / "run", **more)
    assert report.counts.touched > 5
    assert report.found.quarantined
    restore_files(tmp_path / "run/files/out", tmp_path / "run/files/audit.jsonl", tmp_path / "back")
    assert all_files(tmp_path / "back") == all_files(tmp_path / "in")


def test_the_seeds(seeds: Path, tmp_path: Path) -> None:
    assert both([seeds], tmp_path).counts.stages == {"passages": 1, "boilerplate": 2}


def test_what_would_glue_words_is_taken_back(tmp_path: Path, words: random.Random) -> None:
    block = make_text(words, 40)
    texts = [f"{block}", f"one{block}two {make_text(words, 30)}", f"x{block} {PROMPT}\n{make_text(words, 9)}"]
    rows = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts))
    (tmp_path / "a.jsonl").write_text(rows)
    both([tmp_path / "a.jsonl"], tmp_path / "run", quality="default")


def test_errors_are_those_of_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "text": "x"}\n{"id": 1, "text": "y"}\n{')
    (tmp_path / "work").mkdir()

    def run(**more: Any) -> None:
        limits = {"max_memory": 1 << 14, "workdir": tmp_path / "work", **more}
        clean_files([path], tmp_path / "out.jsonl", tmp_path / "audit.jsonl", id="id", **limits)

    with pytest.raises(DuplicateIdError, match=r"line 1 and by .*line 2"):
        run()
    path.write_text('{"id": 1, "text": "x"}\n{"id": 2, "text": "y"}\n{')
    with pytest.raises(RecordError, match="line 3"):
        run(strict=True)
    with pytest.raises(InputError, match="function"):
        run(options=CleanOptions(keep=len))
    with pytest.raises(OutputError, match="no folder"):
        run(workdir=tmp_path / "nowhere")
    assert not list((tmp_path / "work").iterdir())
    assert not (tmp_path / "out.jsonl").exists()


def test_brakes_stop_and_force_goes_on_from_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps({"id": i, "text": PROMPT}) for i in range(30)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "work").mkdir()

    def run(**more: Any) -> Any:
        limits = {"max_memory": 1 << 14, "workdir": tmp_path / "work", **more}
        return clean_files([tmp_path / "a.jsonl"], tmp_path / "out.jsonl", tmp_path / "audit.jsonl", **limits)

    with pytest.raises(RemovalError, match="nothing was written"):
        run()
    assert list((tmp_path / "work").iterdir())
    monkeypatch.setattr(clean, "scan", None)
    assert run(force=True).removal.total.share == 1.0
    assert not list((tmp_path / "work").iterdir())


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_folder(tmp_path / "in", random.Random(4))
    make_corpus(tmp_path / "in" / "more.jsonl", 5)
    (tmp_path / "work").mkdir()
    return tmp_path


def run_in(corpus: Path, **more: Any) -> dict[str, str]:
    options = CleanOptions(quality="default", **more)
    limits: dict[str, Any] = {"max_memory": 1 << 14, "workdir": corpus / "work"}
    (corpus / "run").mkdir(exist_ok=True)
    clean_files(
        [corpus / "in"], corpus / "run/out", corpus / "run/audit.jsonl", options=options, force=True, **limits
    )
    return output(corpus / "run")


def test_a_run_goes_on_behind_each_stage(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run_in(corpus)
    finished: list[str] = []
    before: dict[str, set[str]] = {}
    stage = Stages.run

    def noted(self: Stages, name: str, *more: Any) -> Any:
        before[name] = {*finished}
        answer = stage(self, name, *more)
        finished.append(name)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Stages, "run", noted)
        assert run_in(corpus) == expected
    assert len(before) >= 15
    for at in sorted(before)[:: 1 if LONG else 3]:

        def stopped(self: Stages, name: str, *more: Any, at: str = at) -> Any:
            if name == at:
                raise KeyboardInterrupt
            return stage(self, name, *more)

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Stages, "run", stopped)
            run_in(corpus)
        made: list[str] = []

        def made_only(self: Stages, name: str, kind: Any, make: Any, *more: Any, made: list[str] = made) -> Any:
            return stage(self, name, kind, lambda folder: (made.append(name), make(folder))[1], *more)

        with monkeypatch.context() as patch:
            patch.setattr(Stages, "run", made_only)
            assert run_in(corpus) == expected
        assert at in made and before[at].isdisjoint(made)
        assert not list((corpus / "work").iterdir())


def test_a_failing_disk_stops_a_run_that_goes_on_later(corpus: Path) -> None:
    counting = CountingDisk()
    with on(counting):
        expected = run_in(corpus)
    rest = range(1, counting.count, 7 if LONG else 601)
    for at in rest:
        with on(FailingDisk(at)), pytest.raises(OutputError, match="cannot be written"):
            run_in(corpus)
        assert run_in(corpus) == expected


def test_damage_to_work_files_is_named_while_a_run_reads_them(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, stage, chance = run_in(corpus), Stages.run, random.Random(8)
    names: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(Stages, "run", lambda self, name, *more: (names.append(name), stage(self, name, *more))[1])
        run_in(corpus)
    noticed = 0
    for at in names[1 :: 1 if LONG else 4]:

        def damaged(self: Stages, name: str, *more: Any, at: str = at) -> Any:
            files = [
                path for path in sorted(self.folder.iterdir()) if path.stat().st_size and path.suffix != ".json"
            ]
            files = [path for path in files if path.name != "lock"]
            for path in files if name == at else []:
                data = bytearray(path.read_bytes())
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
                path.write_bytes(data)
            return stage(self, name, *more)

        with monkeypatch.context() as patch:
            patch.setattr(Stages, "run", damaged)
            try:
                assert run_in(corpus) == expected
            except OutputError as error:
                assert "is not as it was written: remove" in str(error)
                noticed += 1
        shutil.rmtree(corpus / "work" / "dedupe-work", ignore_errors=True)
    assert noticed >= len(names[1 :: 1 if LONG else 4]) // 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_command_ends_with_the_same_bytes(corpus: Path) -> None:
    chance, hits = random.Random(3), 0

    def run(name: str, operations: int | None = None) -> tuple[int, int]:
        outputs = ["--force", "--output", f"{name}/out", "--audit", f"{name}/audit.jsonl"]
        limits = ["--max-memory", "500MB", "--workdir", "work", "--quiet"]
        return run_and_kill(["clean", "in", *limits, *outputs], corpus, operations)

    for name in ("expected", "found"):
        (corpus / name).mkdir()
    code, operations = run("expected")
    assert code == 1
    for _ in range(KILLS):
        hits += run("found", chance.randint(1, operations))[0] == -signal.SIGKILL
    assert hits >= min(30, KILLS // 2)
    assert run("found")[0] == 1
    assert output(corpus / "found") == output(corpus / "expected")
    assert not list((corpus / "work").iterdir())


def test_another_option_is_refused_but_for_threads_and_brakes(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(engine, "find_anchors", _interrupt)
        run_in(corpus)
    with pytest.raises(InputError, match="is not this one: other options"):
        run_in(corpus, min_passage=50)
    with pytest.raises(InputError, match="is not this one: other keep"):
        run_in(corpus, keep="last")
    assert run_in(corpus, threads=1, max_removal=0.5)


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


ENTRIES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=40).map(sorted)


@given(ENTRIES, st.lists(st.integers(0, 6), min_size=40, max_size=40))
def test_anchors_are_linked_as_in_memory(entries: list[tuple[int, int]], hashes: list[int]) -> None:
    document = np.array([own for own, _ in entries], np.int64)
    own = np.array(hashes[: len(entries)], np.uint32)
    places = np.arange(len(entries), dtype=np.uint32)
    expected = link(own, places, document, within=False, across=True)
    order = np.argsort(own, kind="stable")
    earlier, later = link_runs(own[order], document[order])
    pairs = zip(order[earlier].tolist(), order[later].tolist(), strict=True)
    assert sorted(pairs) == sorted(zip(*(side.tolist() for side in expected), strict=True))


SPANS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(1, 5)), max_size=12)


@given(SPANS, SPANS)
def test_places_are_found_among_spans(spans: list[Any], places: list[Any]) -> None:
    apart: list[tuple[int, int, int]] = []
    for document, start, size in sorted(spans):
        if not apart or apart[-1][0] != document or apart[-1][2] <= start:
            apart.append((document, start, start + size))
    asked = [(document, start, start + size) for document, start, size in places]
    given_ = np.array(apart, SPAN)
    sides = np.array(asked, np.int64).reshape(-1, 3).T
    assert overlapping(given_, *sides).tolist() == [
        any(d == own[0] and s < own[2] and own[1] < e for d, s, e in apart) for own in asked
    ]
    assert within(given_, *sides).tolist() == [
        any(d == own[0] and s <= own[1] and own[2] <= e for d, s, e in apart) for own in asked
    ]


@given(
    st.integers(14, 80),
    st.integers(0, 60),
    st.integers(0, 60),
    st.sampled_from([40, 100]),
    st.sampled_from(["Latin", "CJK"]),
    st.integers(0, 1 << 30),
)
def test_an_anchor_in_a_long_match_is_never_passed_over(
    length: int, before: int, behind: int, least: int, script: str, seed: int
) -> None:
    source, k = random.Random(seed), 14
    alphabet = range(97, 123) if script == "Latin" else [*range(97, 123), *range(0x4E00, 0x4E20)]
    shared = source.choices(alphabet, k=length)
    sides = []
    for _ in range(2):
        head, tail = (source.choices(alphabet, k=source.randint(0, room)) for room in (before, behind))
        sides.append((np.array([*head, *shared, *tail], np.uint16), len(head)))
    sieve = Sieve(k, least)
    weight = sum(1 + (letter >= 0x2E80) for letter in shared)
    for at in range(length - k + 1):
        around = [
            sieve.surroundings((letters, np.array([0, len(letters)])), np.array([first + at], np.uint32))
            for letters, first in sides
        ]
        if weight >= min(40, 2 * least // 3):
            assert sieve.long(*around).all()
