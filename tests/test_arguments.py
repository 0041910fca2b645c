"""Whatever is given to an argument is understood, or refused in words: no error comes from the depth."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dedupe
from dedupe.errors import DedupeError
from dedupe.integrations.datasketch import to_datasketch

TEXTS = [
    "The cat sat on the mat and looked at the dog that slept.",
    "The river rose overnight, and the bridge closed.",
]
LINES = ["Subscribe now to our newsletter", "The cat sat on the mat"] * 12
LABELS = [1, 0] * 12
# What comes from a form, a file of settings, or a slip of the keys.
VALUES: list[Any] = [
    *("no", "1", "", "a\0b", "x" * 5000, "\ud800", b"x", 0, -1, 3, 1.5, 10**30, float("nan"), True, None),
    *([], ["x"], [1, "a"], [None], ["\ud800"], (), {}, {"a": 1}, {1: 2}, object(), Path("nowhere/x.txt")),
]


class Calls:
    """A valid call of each public function; `call(name, argument=value)` makes one with another value."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, itertools.count()
        self._texts = folder / "texts"
        self._texts.mkdir()
        (self._texts / "a.txt").write_text(TEXTS[0])
        self._fitted = dedupe.BoilerplateClassifier(cv=2).fit(LINES, LABELS)
        self._saved = self.place()
        self._fitted.save(self._saved)
        texts, index, fitted = {"texts": TEXTS}, dedupe.Index, dedupe.BoilerplateClassifier
        self.known: dict[str, tuple[Any, Callable[..., Any], dict[str, Any]]] = {
            "segment": (dedupe.segment, dedupe.segment, {"text": TEXTS[0]}),
            "explain_match": (dedupe.explain_match, dedupe.explain_match, {"a": TEXTS[0], "b": TEXTS[1]}),
            "restore": (dedupe.restore, dedupe.restore, {"cleaned": dedupe.clean(TEXTS)}),
            "clean_files": (dedupe.clean_files, self._clean_files, {}),
            "restore_files": (dedupe.restore_files, self._restore_files, {}),
            "CleanOptions": (dedupe.CleanOptions, dedupe.CleanOptions, {}),
            "Index": (index, index, {}),
            "Index.open": (index.open, lambda **given: index.open(**{"path": self.place(), **given}), {}),
            "Index.add": (index.add, self._of_index("add"), {"ids": ["x"], "texts": TEXTS[:1]}),
            "Index.query": (index.query, self._of_index("query"), texts),
            "Index.remove": (index.remove, self._of_index("remove"), {"ids": ["a"]}),
            "Index.texts": (index.texts, self._of_index("texts"), {"ids": ["a"]}),
            "Index.merge": (index.merge, self._of_index("merge"), {"other": index(unit="document")}),
            "Index.to_datasketch": (index.to_datasketch, self._of_index("to_datasketch"), {}),
            "BoilerplateClassifier": (fitted, lambda **given: fitted(**given).fit(LINES, LABELS), {"cv": 2}),
            "BoilerplateClassifier.fit": (fitted.fit, fitted(cv=2).fit, {"X": LINES, "y": LABELS}),
            "BoilerplateClassifier.predict": (fitted.predict, self._fitted.predict, {"X": LINES}),
            "BoilerplateClassifier.save": (
                fitted.save,
                lambda **given: self._fitted.save(**{"folder": self.place(), **given}),
                {},
            ),
            "BoilerplateClassifier.load": (fitted.load, fitted.load, {"folder": self._saved}),
        }
        for verb in ("clean", "find_duplicates", "find_passages", "score_boilerplate", "score_quality"):
            self.known[verb] = (getattr(dedupe, verb), getattr(dedupe, verb), texts)
        for verb in ("detect_language", "evaluate"):
            self.known[verb] = (getattr(dedupe, verb), getattr(dedupe, verb), texts)
        self.known["to_datasketch"] = (to_datasketch, to_datasketch, texts)

    def place(self) -> str:
        return str(self._folder / f"{next(self._numbers)}")

    def _clean_files(self, **given: Any) -> Any:
        output = self.place()
        return dedupe.clean_files(
            **{"inputs": str(self._texts), "output": output, "audit": f"{output}.jsonl", **given}
        )

    def _restore_files(self, **given: Any) -> Any:
        output = self.place()
        dedupe.clean_files(str(self._texts), output, f"{output}.jsonl")
        return dedupe.restore_files(
            **{"cleaned": output, "audit": f"{output}.jsonl", "output": f"{output}.again", **given}
        )

    @staticmethod
    def _of_index(name: str) -> Callable[..., Any]:
        def work(**given: Any) -> Any:
            index = dedupe.Index(unit="document")
            index.add(["a", "b"], TEXTS)
            return getattr(index, name)(**given)

        return work

    def arguments(self) -> Iterator[tuple[str, inspect.Parameter]]:
        for name, (function, _, _) in self.known.items():
            for parameter in inspect.signature(function).parameters.values():
                if parameter.name != "self":
                    yield name, parameter

    def call(self, name: str, **given: Any) -> Any:
        _, function, valid = self.known[name]
        return function(**{**valid, **given})


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    # What names a file relative to here writes it there.
    monkeypatch.chdir(tmp_path)
    return Calls(tmp_path)


@pytest.mark.filterwarnings("ignore")
def test_no_value_of_an_argument_fails_in_the_depth(calls: Calls) -> None:
    wrong = []
    for name, parameter in calls.arguments():
        for value in VALUES:
            try:
                calls.call(name, **{parameter.name: value})
            except DedupeError:
                pass
            except Exception as error:
                wrong.append(f"{name}({parameter.name}={value!r:.60}): {type(error).__name__}: {error!s:.200}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.filterwarnings("ignore")
def test_a_word_is_no_truth_value_and_no_number(calls: Calls) -> None:
    passed = []
    for name, parameter in calls.arguments():
        if not set(str(parameter.annotation).split(" | ")) <= {"bool", "int", "float", "None"}:
            continue
        told = [_told(calls, name, parameter.name, value) for value in ("no", "1", ["x"])]
        assert all(one.startswith(f"{parameter.name}=") for one in told), (name, parameter.name, told)
        passed.append((name, parameter.name))
    assert len(passed) > 60 and ("clean_files", "dry_run") in passed and ("Index.query", "limit") in passed


def _told(calls: Calls, name: str, argument: str, value: object) -> str:
    try:
        calls.call(name, **{argument: value})
    except DedupeError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("Index.query", {"limit": 0}, "limit=0 must be at least 1"),
        ("Index.query", {"limit": "1"}, "limit='1' is not a whole number: write 1, without quotes"),
        ("Index.add", {"ids": "x"}, "ids='x' is no list"),
        ("Index.open", {"path": "x" * 5000}, r"path='x+… is the name of no file, since it has 5,000 characters"),
        ("clean_files", {"force": "no"}, "force='no' is neither True nor False"),
        ("clean_files", {"output": 5}, "output=5 is no path"),
        ("clean_files", {"progress": 5}, "progress=5 is no function"),
        ("restore_files", {"cleaned": ""}, "cleaned='' is the name of no file, since it is empty"),
        ("BoilerplateClassifier.fit", {"warm_start": "yes"}, "warm_start='yes' is neither True nor False"),
        ("BoilerplateClassifier.fit", {"y": "1"}, "y='1' is no list"),
        ("BoilerplateClassifier", {"C": "3"}, "C='3' is not a number: write 3, without quotes"),
    ],
)
def test_what_is_wrong_is_said(calls: Calls, name: str, given: dict[str, Any], told: str) -> None:
    with pytest.raises(DedupeError, match=told):
        calls.call(name, **given)
