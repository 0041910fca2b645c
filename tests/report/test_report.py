"""Reports: whatever texts hold, the page is one file that runs and loads nothing but its own."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.cli import main
from dedupe.report.from_audit import read_report
from dedupe.report.model import (
    Answers,
    Bar,
    Chart,
    Crowd,
    Curve,
    Figure,
    Limit,
    Look,
    Place,
    Plots,
    Report,
    Sample,
    Selection,
    Share,
    Table,
)
from dedupe.report.page import render
from dedupe.report.top import looks_of
from dedupe.sampling import EACH, LEVELS, Sampler
from tests.conftest import make_text

HOSTILE = [
    "</script><script>document.title = 'owned'</script>",
    '<img src=x onerror="document.title=1"> & "quotes" \'and\' {{ 7 * 7 }} {% raw %}',
    "abc\u202etxt.exe\u202c and \u2066isolated\u2069, \x1b[31mred\x07\x00",
    "متن فارسی با اعداد ۱۲۳ و علامت‌ها؛ این جمله برای آزمون است.",
    "日本語の文章はここに立っている。二度目の文章も同じである。",
    "\ud800 alone",
    "x" * 5000,
]


class Page(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)


def make_report(text: str) -> Report:
    place = Place(text, 0, len(text), text, text, text)
    bars = (Bar((0, 3), text, Selection("passages")), Bar((2, 1), text))
    chart = Chart(text, bars, ((0, text), (1, text)), text, (text, text), Limit(0.5, text), text)
    return Report(
        title=text,
        lead=text,
        figures=(Figure(text, text),),
        about=((text, text),),
        looks=(Look(text, text, Selection(source=text)), Look(text, text, anchor="tables", urgent=True)),
        tables=(Table(text, text, text, (Share(text, 1, 2, text, Selection(source=text)),), text),),
        plots=(Plots(text, (chart,)),),
        curves=(Curve(text, ((0.5, 0.1), (1.0, 1.0)), 0.8, text),),
        groups=(Crowd(text, 3),),
        samples=(Sample("passages", text, 0.5, place, place, text, text),),
        answers=Answers(text, {("passages", 12): 3}),
        quarantine=(text,),
        quarantined=1,
        parameters=((text, text),),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_texts_and_nothing_else(text: str) -> None:
    known = Page(render(make_report("plain")))
    page = Page(render(make_report(text)))
    # A <mark> more or less is all that a text may change.
    assert [tag for tag, _ in page.tags if tag != "mark"] == [tag for tag, _ in known.tags if tag != "mark"]
    names = {name for _, attributes in page.tags for name in attributes}
    assert not any(name.startswith("on") or name in ("style", "src") for name in names)
    assert not {tag for tag, _ in page.tags} & {"img", "iframe", "link", "object", "form"}
    shown = render(make_report(text))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]", shown)


@given(st.text(max_size=60))
def test_no_text_makes_a_tag(text: str) -> None:
    page = Page(render(make_report(text)))
    # The one that runs, and data.
    assert [attributes.get("type") for tag, attributes in page.tags if tag == "script"] == [
        "application/json",
        None,
    ]
    assert sum(tag == "article" for tag, _ in page.tags) == 1


def test_only_its_own_style_and_script_may_run() -> None:
    text = render(make_report("plain"))
    policy = next(a["content"] for tag, a in Page(text).tags if "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.S)
        assert inside
        digest = base64.b64encode(hashlib.sha256(inside.group(1).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text


def test_headings_labels_and_charts_are_told_to_who_cannot_see_them() -> None:
    page = Page(render(make_report("plain")))
    labelled = {a["for"] for tag, a in page.tags if tag == "label"}
    fields = {a["id"] for tag, a in page.tags if tag in ("input", "select")}
    assert {"query", "stage", "load"} == fields
    assert fields <= labelled
    assert all(a.get("aria-label") or a.get("aria-hidden") for tag, a in page.tags if tag == "svg")
    assert next(a for tag, a in page.tags if tag == "html")["lang"] == "en"
    ids = {a["id"] for _, a in page.tags if a.get("id")}
    assert {a["aria-labelledby"] for _, a in page.tags if a.get("aria-labelledby")} <= ids


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 1), st.integers(0, 200)), max_size=80), st.randoms())
def test_samples_do_not_depend_on_the_order_and_are_few(
    items: list[tuple[str, float, int]], source: object
) -> None:
    items = list({(stage, number): (stage, score, number) for stage, score, number in items}.values())

    def draw(given: list[tuple[str, float, int]]) -> list[tuple[str, float, int]]:
        sampler: Sampler[tuple[str, float, int]] = Sampler()
        for item in given:
            sampler.add(item[0], item[1], str(item[2]), item)
        return sorted(sampler.drawn())

    drawn = draw(items)
    assert drawn == draw(items[::-1])
    assert set(drawn) <= set(items)
    for stage in "ab":
        for level in range(LEVELS):
            own = [item for item in items if item[0] == stage and min(int(item[1] * LEVELS), LEVELS - 1) == level]
            assert sum(item in own for item in drawn) == min(len(own), EACH)


def test_the_seeds_have_their_removals_side_by_side(seeds: Path, tmp_path: Path) -> None:
    out, audit, page = tmp_path / "out", tmp_path / "audit.jsonl", tmp_path / "report.html"
    run = ["clean", str(seeds), "--output", str(out), "--audit", str(audit), "--quiet"]
    assert main([*run, "--report", str(page)]) == 0
    report = read_report(audit)
    assert [sample.stage for sample in report.samples] == ["passages", "boilerplate", "boilerplate"]
    passage = report.samples[0]
    assert passage.kept is not None
    assert (passage.place.start, passage.kept.start) == (1517, 899)
    text = page.read_text("utf-8")
    assert "<mark>Cependant</mark>" in text
    assert "abonnez-vous ici" in text
    assert "5f96912e3f320865efabc1c4314785b83060c1fa43fd8ea28156e4385588f91f" in text
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert 'href="#s1" data-samples="1"' in text
    # From the audit alone the very same page is made.
    again = tmp_path / "again.html"
    assert main(["report", str(audit), "--output", str(again), "--quiet"]) == 0
    assert again.read_bytes() == page.read_bytes()


def test_totals_sources_languages_brakes_and_quarantine_are_told(tmp_path: Path) -> None:
    import random

    source = random.Random(3)
    rows = [json.dumps({"id": f"n{i}", "text": make_text(source, 80), "site": "news"}) for i in range(30)]
    rows += [
        json.dumps({"id": f"p{i}", "text": "Subscribe now for unlimited access!", "site": "ads"}) for i in range(30)
    ]
    rows.insert(5, "{broken")
    (tmp_path / "in.jsonl").write_text("\n".join(rows))
    audit, page = tmp_path / "audit.jsonl", tmp_path / "report.html"
    run = ["clean", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl"), "--audit", str(audit)]
    run += ["--source", "site", "--quiet", "--report", str(page)]
    assert main(run) == 2
    assert not page.exists()
    assert main([*run, "--force"]) == 1
    report = read_report(audit)
    assert report.quarantined == 1
    assert "in.jsonl:6" in report.quarantine[0]
    looks = {look.title: look for look in report.looks}
    assert "of the text of ads" in looks["Over a limit"].detail
    assert looks["Quarantined"].detail == "1 record is unreadable and left out."
    assert looks["Loses most text"].detail == "ads: 100.0 % of the text removed, 30 of 30 documents entirely."
    assert looks["Loses most text"].samples == Selection(source="ads")
    assert {sample.source for sample in report.samples} == {"ads"}
    by_source = next(table for table in report.tables if table.title == "By source")
    assert {row.name: round(row.share, 2) for row in by_source.rows} == {"ads": 1.0, "news": 0.0}
    assert any(table.title == "Languages before and after" for table in report.tables)
    assert report.groups[0].times == 29


@pytest.mark.parametrize("memory", [[], ["--max-memory", "400MB"]])
def test_audit_and_report_are_the_same_whatever_the_memory(tmp_path: Path, memory: list[str]) -> None:
    import random

    source = random.Random(4)
    texts = [make_text(source, 90) for _ in range(12)]
    rows = [{"id": i, "text": f"{source.choice(texts)}\n\n{source.choice(texts)}"} for i in range(40)]
    corpus = tmp_path / "in.jsonl"
    corpus.write_text("\n".join(map(json.dumps, rows)))
    found = []
    for number, options in enumerate(([], memory)):
        folder = tmp_path / str(number)
        folder.mkdir()
        run = ["clean", str(corpus), "--output", str(folder / "out.jsonl"), "--audit", str(folder / "audit.jsonl")]
        assert main([*run, "--report", str(folder / "report.html"), "--quiet", *options]) == 0
        # The time is that of the file.
        os.utime(folder / "audit.jsonl", (1_700_000_000, 1_700_000_000))
        again = ["report", str(folder / "audit.jsonl"), "--output", str(folder / "report.html"), "--force"]
        assert main([*again, "--quiet"]) == 0
        found.append([(folder / name).read_bytes() for name in ("audit.jsonl", "report.html")])
    assert found[0] == found[1]
    assert b"audit file of 2023-11-14 22:13 UTC" in found[0][1]
    assert b'"type":"sample"' in found[0][0]
    assert b'"type":"scores"' in found[0][0]


@pytest.mark.parametrize("options", [[], ["--max-memory", "400MB", "--source", "site"]])
def test_lengths_groups_and_sources_are_those_of_the_files(tmp_path: Path, options: list[str]) -> None:
    import random

    source = random.Random(6)
    shared = [make_text(source, size) for size in (12, 40, 90)]
    texts = [f"{source.choice(shared)}\n\n{make_text(source, source.randrange(3, 60))}" for _ in range(50)]
    # Some documents lose all they hold.
    texts += [source.choice(shared) for _ in range(10)]
    for half in (0, 1):
        rows = [{"id": i, "text": text, "site": f"site {i % 3}"} for i, text in enumerate(texts) if i % 2 == half]
        (tmp_path / f"{half}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    audit, out = tmp_path / "audit.jsonl", tmp_path / "out"
    inputs = [str(tmp_path / "0.jsonl"), str(tmp_path / "1.jsonl")]
    assert main(["clean", *inputs, "--output", str(out), "--audit", str(audit), "--quiet", *options]) == 0
    told = [json.loads(line) for line in audit.read_text().splitlines()]
    (lengths,) = (row for row in told if row["type"] == "lengths")
    left = [json.loads(line)["text"] for path in sorted(out.iterdir()) for line in path.read_text().splitlines()]
    assert len(left) < len(texts)
    assert lengths["before"] == octaves(map(len, texts))
    assert lengths["after"] == octaves(map(len, left))
    (sizes,) = (row for row in told if row["type"] == "group_sizes")
    named = Counter(row["kept"]["id"] for row in told if row["type"] == "removal" and "kept" in row)
    assert sizes["counts"] == octaves(named.values())
    for row in told:
        if row["type"] == "sample":
            number = row["place"]["id"]
            assert row["source"] == (f"site {number % 3}" if "site" in options else inputs[number % 2])
            assert row["length"] == len(texts[number])


def octaves(sizes: Iterable[int]) -> list[int]:
    counts = Counter(size.bit_length() for size in sizes)
    return [counts[bits] for bits in range(max(counts) + 1)]


def counted(removed: int, source: str = "", documents: int = 30) -> dict[str, Any]:
    numbers = {"documents": documents, "documents_removed": 0, "characters": 1000, "characters_removed": removed}
    return {"source": source, "sources": 3, **numbers}


def test_what_is_near_a_limit_is_told_first_and_once() -> None:
    rows: dict[str, list[dict[str, Any]]] = {
        "source": [counted(100, "c"), counted(800, "b"), counted(990, "few", 3), counted(500, "d")],
        "group": [{"id": "x", "times": 400}],
        "brake": [{"message": "too much"}],
    }
    run = {"max_removal": 0.9, "max_source_removal": 0.95, "min_left": 20}

    def looks(removed: int) -> list[tuple[str, str]]:
        found = looks_of(run, counted(removed), rows, 0, {"crumbs": 1, "passages": 900})
        return [(look.title, look.detail.partition(":")[0]) for look in found]

    rest = [
        ("Near a limit", "b"),
        ("Removed as crumbs", "1 document removed, because fewer than 20 letters and digits were left."),
        ("Loses most text", "d"),
        ("Loses most text", "c"),
        ("Large group", "400 removals name x as their kept copy."),
    ]
    assert looks(700) == [("Over a limit", "too much"), *rest]
    told = "75.0 % of the text removed, 0 of 30 documents entirely; the limit is 90 %."
    assert looks(750) == [("Over a limit", "too much"), ("Near a limit", told), *rest]


def test_what_stays_is_among_the_probabilities_of_boilerplate(tmp_path: Path) -> None:
    texts = ["The river rose overnight.", "The council met on Monday.", "Subscribe now for unlimited access!"]
    source, audit = tmp_path / "in.txt", tmp_path / "audit.jsonl"
    source.write_text("\n\n".join(texts))
    run = ["clean", str(source), "--output", str(tmp_path / "out.txt"), "--audit", str(audit), "--quiet"]
    assert main([*run, "--remove", "boilerplate"]) == 0
    thresholds, likely = read_report(audit).plots[0].charts
    judged, removed = zip(*(bar.values for bar in likely.bars), strict=True)
    assert (sum(judged), sum(removed)) == (3, 1)
    assert all(part <= whole for whole, part in zip(judged, removed, strict=True))
    assert {bar.tip.partition(": ")[2] for bar in likely.bars} >= {"1 of 1 removed", "0 of 1 removed"}
    # Only what removals stand behind leads to samples.
    assert [bar.samples is not None for bar in likely.bars] == [bool(count) for count in removed]
    assert thresholds.bars[0].values[0] == pytest.approx(len(texts[2]) / len("\n\n".join(texts)))


@pytest.mark.parametrize("memory", [[], ["--max-memory", "400MB"]])
def test_duplicates_have_a_report(tmp_path: Path, memory: list[str]) -> None:
    rows = [
        {"id": i, "text": f"The river rose overnight, and nobody knows why, in village number {i % 3}."}
        for i in range(9)
    ]
    for name in ("new", "old"):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    page = tmp_path / "report.html"
    run = ["duplicates", str(tmp_path / "new.jsonl"), "--kept", str(tmp_path / "kept.txt"), "--quiet", "--force"]
    assert main([*run, "--report", str(page), *memory]) == 0
    text = page.read_text()
    assert "Near-duplicate documents" in text
    assert "Probability that a pair of documents is found" in text
    assert main([*run, "--report", str(page), "--against", str(tmp_path / "old.jsonl"), *memory]) == 0
    assert "what was compared against" in page.read_text()


def test_passages_have_a_report(seeds: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run = ["passages", str(seeds), "--output", str(tmp_path / "found.jsonl"), "--quiet", "--report", str(page)]
    assert main(run) == 0
    text = page.read_text("utf-8")
    assert "<mark>du président russe</mark>" in text
    # Nothing was removed, and nobody is asked whether that was right.
    assert "Found 1 copies" not in text
    assert ">found</span>" in text and ">removed</span>" not in text and 'class="judge"' not in text


def test_a_report_of_nothing_is_a_page(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "One text, and nothing to find in it."}\n')
    page = tmp_path / "report.html"
    run = ["clean", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl"), "--quiet"]
    assert main([*run, "--audit", str(tmp_path / "audit.jsonl"), "--report", str(page)]) == 0
    assert "Nothing was found." in page.read_text()


def test_what_is_no_audit_or_no_page_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "audit.jsonl").write_text('{"type":"run","format":"else"}\n')
    assert main(["report", str(tmp_path / "audit.jsonl"), "--output", str(tmp_path / "report.txt")]) == 2
    assert "name the report .html" in capsys.readouterr().err
    assert main(["report", str(tmp_path / "audit.jsonl"), "--output", str(tmp_path / "report.html")]) == 2
    assert "is an audit of format 'else'" in capsys.readouterr().err
