"""What people write by mistake is refused before any work, in words that say what was meant and what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import dedupe
from dedupe.errors import InputError
from dedupe.lsh import choose_bands

TEXT = "The old mill by the river has stood empty for forty years."
call: Any = dedupe
ROWS = [{"text": TEXT}, {"text": TEXT}]


class Untouched:
    """Texts that nobody may read."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("work was done before the arguments were checked")


class Splits(dict[str, Any]):
    """A dict of datasets, as `load_dataset` gives it."""


class Rows:
    """A dataset of one split."""

    column_names = ("text",)


class Stream:
    """An endless dataset."""

    def with_format(self) -> None: ...

    def __iter__(self) -> Iterator[dict[str, str]]:
        return iter(ROWS)


OPTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("find_duplicates", {"threshold": "0.8"}, r"threshold='0.8' is not a number: write 0.8, without quotes"),
    ("find_duplicates", {"threshold": 80}, r"threshold=80 must be above 0 and up to 1: 80 % is 0.8"),
    ("find_duplicates", {"threads": "4"}, r"threads='4' is not a whole number: write 4, without quotes"),
    ("find_duplicates", {"recall": "high"}, r"recall='high' is not a number$"),
    (
        "find_duplicates",
        {"unit": "documents"},
        r"unit='documents' is not one of document, .*: did you mean 'document'\?",
    ),
    ("find_duplicates", {"unit": "Sentence"}, r"did you mean 'sentence'\?"),
    ("find_duplicates", {"unit": "page"}, r"unit='page' is not one of document, paragraph, sentence$"),
    ("find_duplicates", {"unit": ["document"]}, r"unit=\['document'\] is not one of"),
    ("find_duplicates", {"by": "containement"}, r"did you mean 'containment'\?"),
    ("find_duplicates", {"pairs": True}, r"pairs=True is not one of kept, all"),
    ("find_duplicates", {"linkage": "component"}, r"did you mean 'components'\?"),
    ("find_duplicates", {"facts": "appart"}, r"did you mean 'apart'\?"),
    ("find_duplicates", {"paragraphs": "line"}, r"did you mean 'lines'\?"),
    ("find_duplicates", {"shingle": 5}, r"shingle=5 is not understood: write a string, 'char:5' or 'word:5'"),
    ("find_duplicates", {"shingle": True}, r"shingle=True is not understood: write a string, 'char:5' or 'word:3'"),
    ("find_duplicates", {"shingle": "5"}, r"write word:N or char:N .*'char:5' or 'word:5'"),
    ("find_duplicates", {"keep": 5}, r"keep=5 is no rule"),
    ("find_duplicates", {"text": 5}, r"text=5 is no name of a column, and no list of names"),
    ("find_duplicates", {"nulls": "drop"}, r"nulls='drop' is not one of keep, refuse"),
    (
        "find_passages",
        {"within": False, "across": False},
        r"within=False and across=False leave nothing to look at",
    ),
    ("find_passages", {"preset": "proze"}, r"did you mean 'prose'\?"),
    ("find_passages", {"min_length": "60"}, r"min_length='60' is not a whole number: write 60, without quotes"),
    ("find_passages", {"within": "true"}, r"within='true' is neither True nor False: write True, without quotes"),
    ("clean", {"remove": "duplicates"}, r"remove='duplicates' is one string: give a list, remove=\['duplicates'\]"),
    ("clean", {"remove": "duplicates,passages"}, r"give a list, remove=\['duplicates', 'passages'\]"),
    ("clean", {"remove": "duplicates,pasages"}, r"in a list: did you mean 'passages'\?"),
    ("clean", {"remove": ["duplicate"]}, r"in a list: did you mean 'duplicates'\?"),
    ("clean", {"remove": "boilerplates"}, r"in a list: did you mean 'boilerplate'\?"),
    ("clean", {"remove": []}, r"remove=\(\): name one or more of"),
    ("clean", {"boilerplate": "carefull"}, r"did you mean 'careful'\?"),
    ("clean", {"boilerplate": "0.8"}, r"write 0.8, without quotes"),
    ("clean", {"quality": "gofer"}, r"did you mean 'gopher'\?"),
    ("clean", {"context": "no"}, r"context='no' is neither True nor False$"),
    ("clean", {"passage_similarity": 90}, r"90 % is 0.9"),
    ("evaluate", {"by": "jacard"}, r"did you mean 'jaccard'\?"),
    ("evaluate", {"sample": "10"}, r"write 10, without quotes"),
    ("score_boilerplate", {"unit": "paragraphs"}, r"did you mean 'paragraph'\?"),
    ("score_quality", {"paragraphs": "blanks"}, r"did you mean 'blank'\?"),
    ("detect_language", {"threshold": "0.5"}, r"threshold='0.5' is not a number: write 0.5, without quotes"),
]


@pytest.mark.parametrize(("verb", "arguments", "said"), OPTIONS)
def test_a_wrong_option_is_told_before_texts_are_read(verb: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        getattr(dedupe, verb)(Untouched(), **arguments)


TEXTS: list[tuple[Any, str]] = [
    (5, r"texts is int: give a string, a sequence of strings, .* a data frame"),
    (None, r"texts is NoneType: give a string"),
    (b"bytes", r"texts is bytes: .*decode bytes first"),
    (Path("rows.jsonl"), r"texts is a path, 'rows.jsonl': read the file first; for files there are clean_files"),
    ([Path("a.txt")], r"text 0 .* is \w+Path, not str: read the file, or clean files with clean_files"),
    ([b"bytes"], r"is bytes, not str: decode bytes"),
    ([TEXT, None], r"text 1 \(id 1\) is NoneType, not str: drop or fill missing values first"),
    ([TEXT, float("nan")], r"text 1 .* is float, not str: drop or fill missing values first"),
    ([1, 2], r"is int, not str: give strings"),
    (ROWS, r"text 0 .* is dict, not str: of rows make a table, as in pyarrow.Table.from_pylist"),
    ([("a", TEXT)], r"is tuple, not str: give strings, a mapping id -> text, or dedupe.Document"),
    ({"text": [TEXT, TEXT]}, r"is list, not str: a mapping is id -> text; of columns make a table"),
    (
        Splits(train=Rows(), test=Rows()),
        r"text 0 \(id 'train'\) is Rows, not str: give one split, as in data\['train'\]",
    ),
    (Stream(), r"texts is Stream, a stream of rows: give a Dataset"),
    ([dedupe.Document("a", None)], r"id 'a'\) is NoneType"),  # type: ignore[arg-type]
    ([dedupe.Document([1], TEXT)], r"the id of document 0 is list: give a string or a number"),  # type: ignore[arg-type]
    ([TEXT, pd.NA], r"text 1 \(id 1\) is NAType, not str: drop or fill missing values first"),
    ([TEXT, pd.NaT], r"is NaTType, not str: drop or fill missing values first"),
    (np.array([[TEXT, TEXT]]), r"is ndarray, not str: give the texts themselves, in one list or column"),
    (np.array(TEXT), r"texts is ndarray: give a string, a sequence of strings"),
    ([pd.DataFrame(ROWS)], r"is DataFrame, not str: make one table of them, as in pandas.concat"),
    ([pd.Series([TEXT])], r"is Series, not str: give the texts themselves"),
    (pd.DataFrame(ROWS).to_dict("series"), r"is Series, not str: a mapping is id -> text; of columns make a table"),
    ({"a": pa.array([TEXT])}, r"is StringArray, not str: a mapping is id -> text; of columns make a table"),
    (pd.DataFrame(), r"the table has no columns: give one with a column of texts, such as 'text'"),
]
VERBS = (
    "find_duplicates",
    "find_passages",
    "clean",
    "evaluate",
    "score_boilerplate",
    "score_quality",
    "detect_language",
)


@pytest.mark.parametrize(("texts", "said"), TEXTS)
@pytest.mark.parametrize("verb", VERBS)
def test_what_is_no_text_is_told_with_what_to_do(verb: str, texts: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        getattr(dedupe, verb)(texts)


def test_splits_of_datasets_are_named() -> None:
    datasets = pytest.importorskip("datasets")
    one = datasets.Dataset.from_list(ROWS)
    with pytest.raises(InputError, match=r"give one split, as in data\['train'\]"):
        dedupe.clean(datasets.DatasetDict(train=one, test=one))
    with pytest.raises(InputError, match=r"give one split, as in data\['train'\]"):
        dedupe.clean(datasets.DatasetDict(train=one, test=one), text="body")
    with pytest.raises(InputError, match="IterableDataset, a stream of rows"):
        dedupe.clean(one.to_iterable_dataset())


TABLE = pa.table({"body": [TEXT, TEXT.upper()], "stars": [1, 2], "site": ["a", "b"]})
OTHERS: list[tuple[Callable[[], Any], str]] = [
    (lambda: call.find_duplicates(TABLE, text="boddy"), r"text='boddy' is no column .*: did you mean 'body'\?"),
    (lambda: call.clean(TABLE, text="body", id="Stars"), r"id='Stars' is no column .*: did you mean 'stars'\?"),
    (lambda: call.clean(TABLE, text="body", source="sites"), r"did you mean 'site'\?"),
    (
        lambda: call.find_duplicates([TEXT], keep="longst"),
        r"keep='longst' is not one of .*: did you mean 'longest'\?",
    ),
    (lambda: call.clean([TEXT], keep="longst"), r"keep='longst' is not one of .*: did you mean 'longest'\?"),
    (lambda: call.clean(TABLE, text="body", keep="star"), r"did you mean 'stars'\?"),
    (lambda: call.clean(TABLE, text="body", keep="site"), r"numbers are needed to choose what stays"),
    (lambda: call.clean([TEXT], keep=[1, 2]), r"keep holds 2 values for 1 documents"),
    (lambda: call.find_duplicates([TEXT], text="body"), r"text='body' names a column, but texts is list"),
    (lambda: call.find_duplicates([TEXT], against=5), r"^against: texts is int"),
    (lambda: call.restore("abc"), r"restore takes the result of clean, not str: .* for files use restore_files"),
    (lambda: call.restore([TEXT]), r"restore takes the result of clean, not list"),
    (lambda: call.restore(call.find_duplicates([TEXT])), r"not Duplicates: call restore\(clean\(texts\)\)"),
    (lambda: call.explain_match(TEXT, 5), r"b is int, not str: give two texts"),
    (lambda: call.segment(5), r"text is int, not str: call segment for each text"),
    (lambda: call.segment(TEXT, "sentences"), r"did you mean 'sentence'\?"),
    (lambda: call.score_quality([TEXT], language=5), r"language=5 is no code: give 'auto', a code such as 'en'"),
    (
        lambda: call.detect_language([TEXT], languages="en"),
        r"languages must be a list of codes, such as \['en', 'fr'\]",
    ),
    (lambda: call.score_quality([TEXT]).failed("gofer"), r"did you mean 'gopher'\?"),
    (lambda: call.score_boilerplate([TEXT]).verdicts("carefull"), r"did you mean 'careful'\?"),
    (lambda: call.find_duplicates([TEXT], pairs="all").at("0.9"), r"threshold='0.9' is not a number: write 0.9"),
    (lambda: call.Index(unit="documents"), r"did you mean 'document'\?"),
    (lambda: call.Index(keep="longst"), r"did you mean 'longest'\?"),
    (lambda: call.Index(threshold="0.8"), r"write 0.8, without quotes"),
    (
        lambda: call.Index("my.index"),
        r"threshold='my.index' is not a number: Index.open\('my.index'\) is in a folder",
    ),
    (lambda: call.Index().add("a", TEXT), r"ids='a' is no list: give one"),
    (lambda: call.Index().add(["a"], [5]), r"is int, not str: give strings"),
    (lambda: call.Index().query(ROWS), r"of rows make a table"),
    (lambda: call.clean({TEXT}), r"texts is a set, which has no order: give a list"),
    (lambda: call.clean(StringIO(TEXT)), r"texts is an open file: give what it reads"),
    (lambda: call.clean([call.Document("a", TEXT)] * 2), r"by text 0 and by text 1; make the ids unique$"),
    (lambda: call.clean([TEXT], keep=lambda text: text), r"keep gave .The old mill by the river has st.* for Unit"),
    (lambda: call.clean_files(TABLE, "out", "a.jsonl"), r"inputs is Table, a table, and no file: give it to clean"),
    (lambda: call.CleanOptions(remove="duplicates"), r"give a list, remove=\['duplicates'\]"),
    (lambda: call.clean_files(5, "out", "a.jsonl"), r"inputs holds int, no path: give files, folders, or a list"),
    (lambda: call.clean_files([TABLE], "out", "a.jsonl"), r"inputs holds Table, no path"),
    (
        lambda: call.clean_files("x", "out", "a.jsonl", options={"remove": ["duplicates"]}),
        r"is no CleanOptions: write options=dedupe.CleanOptions",
    ),
    (lambda: choose_bands("0.8"), r"threshold='0.8' is not a number"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("mistake", "said"), OTHERS)
def test_other_mistakes_are_told_with_what_to_do(mistake: Callable[[], Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        mistake()


def test_no_work_is_done_for_a_rule_that_cannot_be_kept_by(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("texts were compared before the arguments were checked")

    monkeypatch.setattr("dedupe.duplicates.find.sign_corpus", work)
    monkeypatch.setattr("dedupe.cleaning.clean.decide_in_memory", work)
    for verb in (dedupe.find_duplicates, dedupe.clean):
        for keep in ("longst", [1, 2, 3], ["a.org"]):
            with pytest.raises(InputError):
                verb([TEXT, TEXT], keep=keep)
        with pytest.raises(InputError, match="give numbers, or dates"):
            verb(TABLE, text="body", order="site")


@pytest.mark.parametrize(
    "texts", ["rows.jsonl", ["a.txt", "b/c.TXT"], {"a": "pages.parquet"}, "s3://bucket/a.csv.gz"]
)
def test_a_path_that_is_taken_for_a_text_is_told(texts: Any) -> None:
    for verb in (dedupe.find_duplicates, dedupe.clean, dedupe.score_quality):
        with pytest.warns(UserWarning, match="looks like a path and is taken for a text: read the file") as caught:
            verb(texts)
        # The warning points to the line of the call.
        assert [one.filename for one in caught] == [__file__]


def test_a_folder_is_a_path(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="looks like a path"):
        dedupe.find_duplicates(str(tmp_path))


def test_sources_that_no_document_is_from_are_told() -> None:
    documents = [dedupe.Document("a", TEXT, "a.org")]
    with pytest.warns(UserWarning, match=r"keep=\['b.org'\] are sources, and no document is from one of them"):
        dedupe.clean(documents, keep=["b.org"])
    dedupe.clean(documents, keep=["b.org", "a.org"])


def test_a_column_of_another_type_is_named() -> None:
    for verb in (dedupe.clean, dedupe.find_passages, dedupe.score_quality):
        with pytest.raises(InputError, match=r"column .stars. is int64, not text: name another"):
            verb(TABLE, text="stars")


def test_a_column_of_several_types_is_told_by_a_row() -> None:
    frame = pd.DataFrame({"text": [None, "a", "b", 5]})
    with pytest.raises(InputError, match="row 3 holds int, and those before it str"):
        dedupe.clean(frame)


def test_a_file_with_spaces_in_its_name_is_a_path_where_it_exists(tmp_path: Path) -> None:
    name = str(tmp_path / "my rows.txt")
    dedupe.find_duplicates(name)
    Path(name).write_text(TEXT)
    with pytest.warns(UserWarning, match="looks like a path"):
        dedupe.find_duplicates(name)


@pytest.mark.parametrize(
    "texts",
    [
        TEXT,
        ["rows.jsonl", TEXT],
        "See readme.txt",
        "rows.jsonl\n",
        ".",
        "/",
        "tests",
        "a.b",
        "",
        "\0.txt",
        ".txt " * 300,
        "x" * 5000 + ".txt",
        [],
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_text_is_no_path(texts: Any) -> None:
    dedupe.find_duplicates(texts)


def test_one_folder_or_file_may_stand_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(f"{TEXT}\n\nSubscribe now for unlimited access!\n")
    outputs = []
    for number, inputs in enumerate((str(tmp_path / "in"), tmp_path / "in", [tmp_path / "in"])):
        dedupe.clean_files(inputs, tmp_path / f"{number}", tmp_path / f"{number}.jsonl")
        outputs.append((tmp_path / f"{number}" / "a.txt").read_text())
    assert len(set(outputs)) == 1 and outputs[0].strip() == TEXT


def test_paths_and_flags_of_other_libraries_are_understood(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    with os.scandir(tmp_path) as entries:
        (entry,) = entries
    for number, inputs in enumerate((pd.Series([str(tmp_path / "a.txt")]), [entry], np.array([str(entry.path)]))):
        output = tmp_path / f"{number}"
        report = call.clean_files(inputs, output, f"{output}.jsonl", force=np.bool_(True), strict=np.bool_(False))
        assert report.outputs == (output / "a.txt",)
