"""The report in a browser: nothing is refused or loaded, keys and filters work, hostile texts stay texts."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dedupe.cli import main
from dedupe.evaluation.judge import Answer, Judgements, read_judgements
from dedupe.report.model import Answers
from dedupe.report.page import render
from tests.conftest import make_text
from tests.report.test_answers import write_answers
from tests.report.test_report import HOSTILE, make_report

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
KEYS: dict[str, Answer] = {"r": "right", "y": "right", "w": "wrong", "n": "wrong", "u": "unsure"}
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    shown = browser.new_page(viewport={"width": 1200, "height": 900})
    shown.said = []
    shown.on("console", lambda message: shown.said.append(message.text))
    shown.on("pageerror", lambda error: shown.said.append(str(error)))
    shown.on("request", lambda request: shown.said.append(request.url) if request.url[:5] != "file:" else None)
    yield shown
    assert shown.said == []
    shown.close()


@pytest.fixture
def seeds_report(seeds: Path, tmp_path: Path) -> Path:
    """The report of a dry run on the seeds."""
    report = tmp_path / "report.html"
    assert main(["clean", str(seeds), "--dry-run", "--report", str(report), "--quiet"]) == 0
    return report


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_texts_do_nothing(page: Any, tmp_path: Path, number: int) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(render(make_report(HOSTILE[number])).encode("utf-8", "backslashreplace"))
    page.goto(path.as_uri())
    assert page.title() not in ("owned", "1")
    assert page.locator("article").count() == 1
    # What the script read is what it was given.
    assert page.locator("#tally").inner_text().startswith("0 of 1 judged")
    # Nothing is wider than the window.
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200


def test_a_line_of_a_megabyte_is_a_small_report(page: Any, tmp_path: Path) -> None:
    text = "the river rose " * 70_000
    rows = [json.dumps({"id": number, "text": text}) for number in range(3)]
    (tmp_path / "in.jsonl").write_text("\n".join(rows))
    report = tmp_path / "report.html"
    run = ["duplicates", str(tmp_path / "in.jsonl"), "--kept", str(tmp_path / "kept.txt"), "--quiet"]
    assert main([*run, "--report", str(report)]) == 0
    assert report.stat().st_size < 100_000
    page.goto(report.as_uri())
    assert "more characters" in page.locator("article").first.inner_text()


def test_search_filter_and_keys(page: Any, seeds_report: Path) -> None:
    page.goto(seeds_report.as_uri())
    assert page.locator("article:visible").count() == 3
    page.keyboard.press("/")
    page.keyboard.type("NEWSLETTER abonnez")
    assert page.locator("#count").inner_text() == "1 sample of 3"
    assert page.locator("article:visible").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("article:visible").count() == 3
    page.select_option("#stage", "passages")
    assert page.locator("article:visible").count() == 1
    page.select_option("#stage", "")
    page.locator("h1").click()
    for expected in ("sample 1", "sample 2"):
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == expected
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "sample 1"


def test_a_bar_and_a_row_lead_to_their_samples(page: Any, seeds_report: Path) -> None:
    page.goto(seeds_report.as_uri())
    page.locator(".shares a", has_text="boilerplate").click()
    assert page.locator("article:visible .tag").all_inner_texts() == ["boilerplate"] * 2
    page.locator("#all").click()
    assert page.locator("article:visible").count() == 3
    # Each bar with removals behind it, in the charts of scores and of thresholds.
    bars = page.locator(".plot a")
    assert bars.count() > 3
    for number in range(bars.count()):
        bars.nth(number).click(force=True)
        shown = page.locator("article:visible").count()
        assert shown == len(bars.nth(number).get_attribute("data-samples").split())


def test_without_a_script_all_is_there_but_judging(browser: Any, seeds_report: Path) -> None:
    shown = browser.new_page(java_script_enabled=False)
    shown.goto(seeds_report.as_uri())
    assert shown.locator("article:visible").count() == 3
    for selector in (".filters", ".judge", "#answers"):
        assert not shown.locator(selector).first.is_visible()
    shown.locator(".shares a", has_text="boilerplate").click()
    assert shown.url.endswith("#s2")
    shown.close()


def test_answers_are_counted_as_evaluate_counts_them(page: Any, tmp_path: Path) -> None:
    draw = random.Random(5)
    shared = [make_text(draw, 30) for _ in range(30)]
    rows = [
        f"{edit(shared[i % 30], i, draw)}\n\n{make_text(draw, 40)}\n\nSubscribe now for more!" for i in range(200)
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in rows))
    report, saved = tmp_path / "report.html", tmp_path / "answers.jsonl"
    assert main(["clean", str(tmp_path / "in.jsonl"), "--dry-run", "--report", str(report), "--quiet"]) == 0
    page.goto(report.as_uri())
    count = page.locator("article").count()
    assert count > 10
    assert page.locator("#save").is_disabled()
    data = json.loads(page.locator("#data").inner_text())
    write_answers(data, [None] * count, saved)
    judged = read_judgements(saved)
    page.locator("#s1").focus()
    for number in range(count):
        key = draw.choice("rrrrrywnu")
        page.keyboard.press(key)
        # An answer leads to the next sample.
        assert page.evaluate("document.activeElement.id") == f"s{min(number + 2, count)}"
        judged = judged.answered(number, KEYS[key])
        check_told(page, judged)
    assert check_saved(page, saved) == judged
    # The same answer again takes it back.
    answers = saved.read_bytes()
    page.locator("#s1 [aria-pressed=true]").click()
    assert page.locator("#s1 [aria-pressed=true]").count() == 0
    assert check_saved(page, saved).open == 1
    # What was saved can be opened again.
    page.reload()
    assert page.locator("#tally").inner_text().startswith("0 of")
    page.set_input_files("#load", {"name": "a.jsonl", "mimeType": "", "buffer": answers})
    sync_api.expect(page.locator("#tally")).to_contain_text(f"{count} of {count} judged")
    check_saved(page, saved)
    assert saved.read_bytes() == answers
    page.set_input_files("#load", {"name": "b.jsonl", "mimeType": "", "buffer": b'{"type": "draw"}'})
    sync_api.expect(page.locator("#tally")).to_contain_text("no answers about the samples of this page")


def edit(text: str, number: int, draw: random.Random) -> str:
    words = text.split()
    for _ in range(number // 60):
        words[draw.randrange(len(words))] = "river"
    return " ".join(words)


def check_saved(page: Any, saved: Path) -> Judgements:
    """Save the answers, and compare what the page says with what is read."""
    with page.expect_download() as download:
        page.locator("#save").click()
    assert download.value.suggested_filename == "answers.jsonl"
    download.value.save_as(saved)
    judged = read_judgements(saved)
    check_told(page, judged)
    return judged


def check_told(page: Any, judged: Judgements) -> None:
    share = judged.precision
    told = f"Precision {share.share:.2%} ({share.low:.2%} to {share.high:.2%}) for {judged.known:,} of "
    told = told if share.trials else "Precision: not known yet."
    assert told in page.locator("#tally").inner_text()


@pytest.mark.parametrize(("rare", "many"), [(1, 799), (3, 797), (1, 7), (5, 2)])
def test_shares_are_rounded_as_python_rounds(page: Any, tmp_path: Path, rare: int, many: int) -> None:
    made = make_report("x")
    (sample,) = made.samples
    samples = (sample, replace(sample, score=0.9))
    answers = Answers(None, {("passages", 12): rare, ("passages", 22): many})
    path = tmp_path / "report.html"
    path.write_text(render(replace(made, samples=samples, answers=answers)))
    page.goto(path.as_uri())
    page.locator("#s1 [data-answer=right]").click()
    page.locator("#s2 [data-answer=wrong]").click()
    check_saved(page, tmp_path / "answers.jsonl")


def test_arabic_reads_from_the_right_and_print_leaves_nothing_out(page: Any, tmp_path: Path) -> None:
    arabic = HOSTILE[3]
    path = tmp_path / "report.html"
    path.write_bytes(render(make_report(arabic)).encode("utf-8"))
    page.goto(path.as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.side p')).direction") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "ltr"
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator(".filters").is_visible()
    assert page.locator("article").first.is_visible()
    for selector in ("body", ".side.removed p", ".tag"):
        assert page.evaluate(_CONTRAST, selector) >= 4.5, selector
    assert page.pdf(format="A4")[:5] == b"%PDF-"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_text_is_told_from_its_ground_and_fits(browser: Any, seeds_report: Path, scheme: str, width: int) -> None:
    shown = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    shown.goto(seeds_report.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    for selector in ("body", ".lead", ".side.removed p", ".side.kept p", "mark", ".tag", ".removed h3 > span"):
        assert shown.evaluate(_CONTRAST, selector) >= 4.5, selector
    shown.close()


# The contrast of the first element's text with what lies below it, as WCAG computes it.
_CONTRAST = """
(selector) => {
  const part = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = (rgb) => 0.2126 * part(rgb[0]) + 0.7152 * part(rgb[1]) + 0.0722 * part(rgb[2]);
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  let node = document.querySelector(selector);
  const ink = light(numbers(getComputedStyle(node).color));
  while (node && (numbers(getComputedStyle(node).backgroundColor)[3] ?? 1) === 0) node = node.parentElement;
  const ground = light(numbers(getComputedStyle(node ?? document.body).backgroundColor));
  return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
}
"""
