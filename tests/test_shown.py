"""Results show their rows in a terminal and in a notebook, and become tables of other libraries."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import dedupe
from dedupe.cli.main import main
from dedupe.errors import DedupeError
from dedupe.shown import ROWS, STYLE
from dedupe.text.display import as_percent, columns, printable

MILL = "The old mill by the river has stood empty for forty years, and nobody in the village knows why."
TEXTS = {
    "a": MILL,
    "b": MILL.replace("forty", "FORTY"),
    "c": "Dogs bark at night, and nobody sleeps in the village.",
}
PROMPT = "Subscribe now for unlimited access!"


def results() -> dict[str, Any]:
    found = dedupe.find_duplicates(TEXTS)
    return {
        "duplicates": found,
        "pairs": found.pairs,
        "passages": dedupe.find_passages({"x": f"{MILL} Then. {MILL}"}, min_length=40),
        "cleaned": dedupe.clean({**TEXTS, "d": f"{MILL[::-1]}\n{PROMPT}"}),
        "boilerplate": dedupe.score_boilerplate([PROMPT, MILL]),
        "quality": dedupe.score_quality(TEXTS),
        "languages": dedupe.detect_language(TEXTS),
    }


class Page(HTMLParser):
    """The cells of a page; all that is opened is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_rows_are_shown_in_a_terminal() -> None:
    shown = repr(dedupe.find_duplicates(TEXTS)).splitlines()
    assert shown[0] == "<Duplicates: 3 documents, 2 kept, char:5 at 0.85>"
    assert shown[1].split() == "kept removed similarity text of the kept text of the removed".split()
    assert re.fullmatch(r"a +b +1\.000 +The old mill .*… +The old mill .*…", shown[2])
    assert len(shown) == 3
    assert repr(dedupe.find_duplicates(["one text"])) == "<Duplicates: 1 document, 1 kept, char:5 at 0.85>"
    paragraphs = dedupe.find_duplicates({"p": f"{MILL}\n\n{MILL}"}, unit="paragraph")
    assert f"p [0, {len(MILL)})" in repr(paragraphs)
    cleaned = repr(dedupe.clean({"a": f"{MILL}\n{PROMPT}"})).splitlines()
    assert cleaned[0] == "<Cleaned: 1 of 1 document, 1 removal>"
    assert cleaned[2].split()[:2] == ["a", str(len(PROMPT) + 1)]
    assert "und" in repr(dedupe.detect_language(["42"]))
    scores = dedupe.score_boilerplate([PROMPT])
    assert f"{scores.probability[0]:.3f}" in repr(scores)


def test_only_the_first_rows_are_shown() -> None:
    scores = dedupe.score_boilerplate([MILL] * 1234)
    assert len(repr(scores).splitlines()) == ROWS + 3
    assert repr(scores).endswith("\n… and 1,224 more")
    assert "… and 1,214 more" in Page(scores._repr_html_()).text


@pytest.mark.parametrize("name", results())
def test_a_result_has_a_length_and_rows_and_becomes_tables(name: str) -> None:
    result = results()[name]
    assert len(result) == len(list(result)) > 0
    assert result[0] == next(iter(result)) and result[-1] == list(result)[-1]
    assert list(result[:1]) == [result[0]]
    with pytest.raises(IndexError):
        result[len(result)]
    table = result.to_arrow()
    assert repr(result).startswith("<") and "\n" in repr(result)
    page = Page(result._repr_html_())
    assert not page.open and {"table", "td", "th"} <= set(page.tags)
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    assert isinstance(result.to_pandas(), pd.DataFrame) and isinstance(result.to_polars(), pl.DataFrame)
    assert list(result.to_pandas().columns) == result.to_polars().columns == table.column_names
    assert len(result.to_pandas()) == len(result.to_polars()) == len(table)


def test_what_a_sequence_holds() -> None:
    found, cleaned = results()["duplicates"], results()["cleaned"]
    assert list(found) == list(found.groups) and found[0].cluster == ("a", "b")
    assert cleaned[0] == dedupe.Document("a", MILL) and [one.id for one in cleaned] == ["a", "c", "d"]
    assert len(dedupe.find_duplicates(["one text"])) == 0


def test_nothing_in_a_text_can_steer_a_page_or_a_terminal() -> None:
    evil = f"<script>alert(1)</script> & \x1b[31m\u202e {MILL}"
    for result in (
        dedupe.find_duplicates({"<b>": evil, "\x1b": evil.upper()}),
        dedupe.find_duplicates([evil, evil]).pairs,
        dedupe.clean({"<i>": evil}),
        dedupe.find_passages({"<u>": f"{evil}\n\n{evil}"}, min_length=40),
        dedupe.score_boilerplate([evil]),
        dedupe.score_quality({"<b>": evil * 3}),
        dedupe.detect_language({"<b>": evil}),
        dedupe.explain_match(evil, evil + " more"),
    ):
        page = result._repr_html_()
        assert not {"script", "b", "i", "u"} & set(Page(page).tags)
        assert not {"\x1b", "\u202e"} & set(page + repr(result) + str(result)) or isinstance(
            result, type(dedupe.explain_match("a", "b"))
        )


def test_a_page_has_the_colours_of_the_report() -> None:
    from importlib.resources import files

    report = (files("dedupe.report") / "report.css").read_text("utf-8")
    for colours in re.findall(r"--(?:ink|soft|rule|mark):(#\w+)", STYLE):
        assert colours in report


def test_an_explanation_is_printed_as_the_command_prints_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    why = dedupe.explain_match(MILL, MILL.replace("forty", "fifty"))
    monkeypatch.setattr("dedupe.cli.explain.terminal_width", lambda: 100)
    for name, text in (("a.txt", MILL), ("b.txt", MILL.replace("forty", "fifty"))):
        (tmp_path / name).write_text(text)
    main(["explain", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")])
    assert capsys.readouterr().out.rstrip("\n") == str(why)
    page = why._repr_html_()
    assert "<mark>fifty</mark>" in page and "near-duplicates (document, threshold 0.85)" in page


def test_texts_of_an_index_that_is_closed_are_left_out(tmp_path: Any) -> None:
    index = dedupe.Index.open(tmp_path / "my.index", unit="document")
    index.add(["a", "b"], [MILL, MILL.upper()])
    found = index.duplicates()
    index.close()
    assert repr(found).splitlines()[2].split()[:3] == ["a", "b", "1.000"]


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = dedupe.find_duplicates(TEXTS)
    for name in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(DedupeError, match=f"{name} is not installed: pip install {name}, or use to_arrow"):
            getattr(found, f"to_{name}")()


def test_joiners_of_letters_are_no_controls() -> None:
    for text in ("ಫೇಸ್\u200cಬುಕ್", "می\u200cخواهم", "क्\u200dष"):
        assert printable(text) == text and columns(text) == columns(
            text.replace("\u200c", "").replace("\u200d", "")
        )
    assert printable("pay\u200dpal \u200c \u202e") == "pay\\u200dpal \\u200c \\u202e"


@pytest.mark.parametrize(("similarity", "shown"), [(1.0, "100%"), (0.9951, "99%"), (0.99, "99%"), (0.974, "97%")])
def test_what_is_not_equal_is_not_shown_as_equal(similarity: float, shown: str) -> None:
    assert as_percent(similarity) == shown
