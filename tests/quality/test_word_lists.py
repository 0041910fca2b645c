"""Word lists and functions of users: what is counted, and which mistakes are told before any work."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels, score_quality
from dedupe.cli import main
from dedupe.errors import InputError
from dedupe.kernels.counts import fold_word
from dedupe.kernels.reference.quality.words import split_words
from dedupe.quality.score import Quality
from dedupe.text.encode import encode_batch

words = st.lists(st.sampled_from("a A b é e # 東 京 don't".split()), max_size=12).map(" ".join)


def score(text: str, **options: object) -> Quality:
    return score_quality(text, passages=False, boilerplate=False, **options)  # type: ignore[call-overload, no-any-return]


def count(text: str, entries: list[str]) -> int:
    """How many entries a text holds: from the left, the longest first, none inside another."""
    folded = [fold_word(word) for word in split_words(text)]
    known = [[fold_word(word) for word in split_words(entry)] for entry in entries]
    hits = at = 0
    while at < len(folded):
        longest = max((len(own) for own in known if own and folded[at : at + len(own)] == own), default=0)
        hits += longest > 0
        at += longest or 1
    return hits


@given(words, st.lists(words, max_size=6), st.lists(words, max_size=3))
def test_entries_are_counted_from_the_left_each_list_by_itself(text: str, one: list[str], two: list[str]) -> None:
    lists = np.array([0] * len(one) + [1] * len(two), np.int64)
    seen = kernels.listed_words(encode_batch([text, ""]), encode_batch(one + two), lists, 2)
    assert seen.tolist() == [[count(text, one), count(text, two)], [0, 0]]


@pytest.mark.skipif(not kernels.native, reason="needs the native core")
def test_wrong_arrays_are_refused() -> None:
    with pytest.raises(ValueError, match="every entry needs its list"):
        kernels.listed_words(encode_batch(["a"]), encode_batch(["a"]), np.zeros(0, np.int64), 1)
    with pytest.raises(ValueError, match="list that there is not"):
        kernels.listed_words(encode_batch(["a"]), encode_batch(["a"]), np.ones(1, np.int64), 1)


def test_words_count_in_their_language() -> None:
    lists = {"rude": {"en": ["damn", "bloody hell"], "zh": ["王八"]}, "brand": ["Acme"]}
    texts = ["Damn! Bloody  hell, damn ACME.", "王八蛋王八", "acme verdammt damn"]
    quality = score_quality(texts, language=["en", "zh", "und"], word_lists=lists)
    assert quality.signals["rude"].tolist() == [3, 2, -1]
    assert quality.signals["brand"].tolist() == [1, 0, 1]
    assert pa.table(quality).column_names[-2:] == ["rude", "brand"]


def test_a_language_without_stop_words_may_have_words() -> None:
    assert score("damn", language="th", word_lists={"x": {"th": ["damn"]}}).signals["x"][0] == 1


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_txt", ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_lists_are_read_from_folders(tmp_path: Path) -> None:
    one = write(
        tmp_path / "rude", en_txt="# comment\n\ndamn\n#tag\n", de="Mist\n", LICENSE="none", README_md="none"
    )
    several = write(tmp_path / "lists", rude__en_txt="\ufeffdamn", brand__all_txt="Acme")
    text = "damn #tag, damn Acme"
    for lists in (one, str(one), {"rude": {"en": one / "en.txt"}}):
        assert score(text, language="en", word_lists=lists).signals["rude"][0] == 3
    signals = score(text, language="en", word_lists=several).signals
    assert (signals["rude"][0], signals["brand"][0]) == (2, 1)
    assert score(text, language=None, word_lists=several / "brand" / "all.txt").signals["all"][0] == 1


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        (3, "neither a path nor a mapping"),
        ("missing", "no folder missing"),
        ({"words": ["a"]}, "'words' is that of another column"),
        ({"": ["a"]}, "no name of a list"),
        ({"x": 3}, "'x' for 'all' is 3"),
        ({"x": {}}, "'x' has no language"),
        ({"x": {"english": ["a"]}}, "words for 'english': name languages by ISO codes"),
        ({"x": {"en": []}}, "'x' for 'en' holds no words"),
        ({"x": {"en": ["a", " "]}}, "'x' for 'en' holds ' '"),
        ({"x": {"en": ["a", 3]}}, "'x' for 'en' holds 3"),
        ({"x": {"en": "missing.txt"}}, r"missing\.txt cannot be read"),
    ],
)
def test_mistakes_in_lists_are_told(lists: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        score_quality("a", word_lists=lists)  # type: ignore[arg-type]


def test_mistakes_in_folders_are_told(tmp_path: Path) -> None:
    for name, files, message in (
        ("none", {"README_md": "x"}, "'none' in .* has no file such as en.txt"),
        ("both", {"en_txt": "x", "rude__en_txt": "x"}, "lies beside folders"),
        ("name", {"english_txt": "x"}, "words for 'english'"),
        ("empty", {"en_txt": "\n"}, "holds no words"),
    ):
        with pytest.raises(InputError, match=message):
            score("a", word_lists=write(tmp_path / name, **files))
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin" / "fr.txt").write_bytes(b"\xe9t\xe9")
    with pytest.raises(InputError, match=r"fr\.txt is not UTF-8 \(byte 0\)"):
        score("a", word_lists=tmp_path / "latin")


def test_functions_are_signals() -> None:
    texts = {"a": "one two", "b": ""}
    signals = {"spaces": lambda text: text.count(" "), "half": lambda text: np.float32(len(text) / 2), "any": bool}
    quality = score_quality(texts, signals=signals)
    assert quality.signals["spaces"].tolist() == [1, 0]
    table = pa.table(quality)
    assert table.column("half").to_pylist() == [3.5, 0]
    assert table.column_names[-3:] == ["spaces", "half", "any"]
    assert quality[0] == score_quality(texts)[0]


@pytest.mark.parametrize(
    ("signals", "message"),
    [
        (
            {"x": lambda text: 1 / len(text)},
            "signal 'x' of document 'b': the function failed with ZeroDivisionError",
        ),
        ({"x": lambda text: None}, "signal 'x' of document 'a': the function returned None, which is no number"),
        ({"x": lambda text: 10**400}, "integer beyond all floats"),
        ({"x": 3}, "'x' is 3, which is no function"),
        ({3: len}, "3 is no name of a signal"),
        ({"words": len}, "'words' is that of another column"),
        ({"listed": len}, "'listed' is that of another column"),
        ([len], "no mapping of functions"),
    ],
)
def test_mistakes_in_functions_are_told(signals: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        score_quality({"a": "text", "b": ""}, signals=signals, word_lists={"listed": ["a"]})  # type: ignore[arg-type]


def test_the_command_counts_words_of_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists = write(tmp_path / "lists", rude__en_txt="damn", brand__all_txt="Acme")
    rows = [
        {"text": "The river rose overnight, and nobody knew why that damn dam of Acme broke."},
        {"text": "42 Acme"},
    ]
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    out = tmp_path / "out.jsonl"
    arguments = ["score", str(corpus), "--what", "quality", "--output", str(out), "--quiet"]
    for more in ([], ["--max-memory", "1GB", "--force"]):
        assert main([*arguments, "--word-lists", str(lists), *more]) == 0
        scores = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        assert [(one["rude"], one["brand"]) for one in scores] == [(1, 1), (-1, 1)]
    parquet = tmp_path / "out.parquet"
    assert main([*arguments[:-2], str(parquet), "--quiet", "--word-lists", str(lists)]) == 0
    assert pa.parquet.read_table(parquet).column("rude").to_pylist() == [1, -1]
    assert main([*arguments, "--force", "--word-lists", str(tmp_path / "no")]) == 2
    assert "there is no folder" in capsys.readouterr().err
