"""The report in a browser: nothing is refused or loaded, keys and filters work, hostile texts stay texts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dedupe.cli import main
from dedupe.report.page import render
from tests.report.test_report import HOSTILE, make_report

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
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
    assert page.locator("#count").inner_text() == "1 sample"
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
    for selector in ("body", ".side.goes p", ".tag"):
        assert page.evaluate(_CONTRAST, selector) >= 4.5, selector
    assert page.pdf(format="A4")[:5] == b"%PDF-"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_text_is_told_from_its_ground_and_fits(browser: Any, seeds_report: Path, scheme: str, width: int) -> None:
    shown = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    shown.goto(seeds_report.as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    for selector in ("body", ".lead", ".side.goes p", ".side.stays p", "mark", ".tag", ".goes h3 > span"):
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
