"""Each option stands once: what verbs, command line and Spark offer is compared with the options classes."""

from __future__ import annotations

import argparse
import inspect
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import dedupe
from dedupe.cli.main import make_parser
from dedupe.cli.options import chosen
from dedupe.errors import InputError, OptionError
from dedupe.job import (
    CleanOptions,
    Columns,
    CompareOptions,
    DuplicateOptions,
    EvaluateOptions,
    FileOptions,
    IndexOptions,
    PassageOptions,
    ScoreOptions,
)
from dedupe.options import Described, check, options_of

CLASSES = (
    CleanOptions,
    CompareOptions,
    DuplicateOptions,
    EvaluateOptions,
    FileOptions,
    IndexOptions,
    PassageOptions,
    ScoreOptions,
)
VERBS: list[tuple[Callable[..., Any], type, set[str]]] = [
    # Limits stop a run before it writes; texts in memory are not written.
    (dedupe.clean, CleanOptions, {"max_removal", "max_source_removal"}),
    (dedupe.find_duplicates, DuplicateOptions, set()),
    (dedupe.find_passages, PassageOptions, set()),
    (dedupe.evaluate, EvaluateOptions, set()),
    (dedupe.explain_match, CompareOptions, {"paragraphs"}),
    (dedupe.Index, IndexOptions, set()),
    (dedupe.clean_files, FileOptions, set()),
]
COMMANDS: list[tuple[str, type, set[str]]] = [
    ("clean", CleanOptions, set()),
    ("clean", FileOptions, set()),
    # `--pairs` and `--all-pairs` name files.
    ("duplicates", DuplicateOptions, {"pairs"}),
    ("duplicates", FileOptions, {"source"}),
    # `--only` says both.
    ("passages", PassageOptions, {"within", "across"}),
    ("score", ScoreOptions, set()),
    ("evaluate", EvaluateOptions, set()),
    ("explain", CompareOptions, {"paragraphs"}),
    ("index add", IndexOptions, set()),
]


def command(name: str) -> argparse.ArgumentParser:
    parser = make_parser()
    for part in name.split():
        (below,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
        parser = below.choices[part]
    return parser


@pytest.mark.parametrize(("verb", "owner", "without"), VERBS)
def test_a_verb_has_every_option_of_its_class_with_its_default(
    verb: Callable[..., Any], owner: type, without: set[str]
) -> None:
    parameters = inspect.signature(verb).parameters
    assert without <= options_of(owner).keys()
    for name, own in options_of(owner).items():
        assert (name in parameters) != (name in without), name
        if name in parameters:
            assert parameters[name].default == own.default, name


@pytest.mark.parametrize(("name", "owner", "without"), COMMANDS)
def test_a_command_has_every_option_of_its_class_with_its_default(
    name: str, owner: type, without: set[str]
) -> None:
    actions = {one.dest: one for one in command(name)._actions if one.help != argparse.SUPPRESS}
    assert without <= options_of(owner).keys()
    for option, own in options_of(owner).items():
        if option in without:
            continue
        action = actions[option]
        assert own.option.help in (action.help or "") or own.option.off == action.help
        if name != "index add":
            assert action.default == own.default


def test_commands_without_flags_do_what_verbs_without_arguments_do() -> None:
    words = {"explain": ["x", "x"]}
    for name, owner, without in COMMANDS:
        if name != "index add":
            options = make_parser().parse_args([*name.split(), *words.get(name, ["x"])])
            assert chosen(options, owner, tuple(without)) == owner()


def test_spark_has_every_option_or_says_which_are_for_the_local_run() -> None:
    pytest.importorskip("pyspark")
    from dedupe.spark import clean, find_duplicates, find_passages, score
    from dedupe.spark.cli import _LOCAL, _parser

    (below,) = (one for one in _parser()._actions if isinstance(one, argparse._SubParsersAction))
    limits = {"max_removal", "max_source_removal"}
    for verb, name, owner, more in (
        (clean, "clean", CleanOptions, limits),
        (find_duplicates, "duplicates", DuplicateOptions, set()),
        (find_passages, "passages", PassageOptions, set()),
        (score, "score", ScoreOptions, set()),
    ):
        parameters = inspect.signature(verb).parameters
        flags = {one.dest: one.default for one in below.choices[name]._actions}
        for option, own in options_of(owner).items():
            if option not in _LOCAL:
                assert flags[option] == own.default, (name, option)
            if option not in _LOCAL | more:
                assert parameters[option].default == own.default, (name, option)
        for column in {*options_of(Columns)} & flags.keys():
            assert flags[column] == parameters[column].default


def numbers() -> list[Any]:
    return [
        pytest.param(owner, own, id=f"{owner.__name__}-{own.name}")
        for owner in CLASSES
        for own in options_of(owner).values()
        if own.kind in (int, float)
    ]


@pytest.mark.parametrize(("owner", "own"), numbers())
def test_a_number_of_another_type_or_out_of_range_is_refused_by_name(owner: type, own: Described) -> None:
    limits = own.option
    wrong: list[object] = ["1", True, math.nan, [], 1j]
    wrong += [1.5, 20.0, Decimal(20)] if own.kind is int else [Decimal("0.5")]
    wrong += [limits.least if limits.above else limits.least - 1] if limits.least > -math.inf else []
    wrong += [limits.most if limits.below else limits.most + 1] if limits.most < math.inf else []
    wrong += [] if own.optional else [None]
    for value in wrong:
        with pytest.raises(InputError, match=f"^{own.name}="):
            owner(**{own.name: value})
    inside = [limits.most] if limits.most < math.inf and not limits.below else []
    inside += [limits.least] if limits.least > -math.inf and not limits.above else []
    for value in inside:
        own.check(value if own.kind is float else int(value))


@pytest.mark.parametrize("owner", CLASSES)
def test_choices_flags_and_names_of_another_type_are_refused(owner: type) -> None:
    for own in options_of(owner).values():
        if own.choices or own.kind in (bool, str):
            with pytest.raises(InputError, match=f"^{own.name}=17"):
                owner(**{own.name: 17})
        if own.choices:
            with pytest.raises(InputError, match=f"'nonsense' is not one of {own.choices[0]}, "):
                owner(**{own.name: "nonsense"})


def test_stages_are_a_list_of_known_names() -> None:
    for wrong in ("headlines", [], ["crumbs"], ["passages", "headlines"]):
        with pytest.raises(InputError, match=r"remove=.*name one or more of duplicates, .*quality"):
            CleanOptions(remove=wrong)  # type: ignore[arg-type]


def test_quality_is_a_stage_with_the_default_rules_or_with_others() -> None:
    assert CleanOptions(remove=["quality"]).rules == "default"
    assert CleanOptions(remove=["quality"], quality="c4").rules == "c4"
    assert CleanOptions(quality="gopher").named[-1] == "quality"
    assert CleanOptions().rules is None
    shouting = "BUY NOW!!! " * 40
    assert dict(dedupe.clean([shouting], remove=["quality"]).texts) == {}
    assert dict(dedupe.clean([shouting], remove=["quality"]).texts) == dict(
        dedupe.clean([shouting], remove=["quality"], quality="default").texts
    )


def test_a_verb_checks_its_options_before_it_looks_at_a_text() -> None:
    for call in (
        lambda: dedupe.clean(7, min_left=-1),  # type: ignore[arg-type]
        lambda: dedupe.find_duplicates(7, facts="both"),  # type: ignore[arg-type]
        lambda: dedupe.score_quality(7, paragraphs="all"),  # type: ignore[arg-type]
        lambda: dedupe.score_boilerplate(7, unit="line"),  # type: ignore[arg-type]
        lambda: dedupe.evaluate(7, sample=0),
    ):
        with pytest.raises(InputError, match=r"^(min_left|facts|paragraphs|unit|sample)="):
            call()


def test_a_check_of_some_options_needs_no_others() -> None:
    check(CleanOptions, threshold=0.5)
    with pytest.raises(InputError, match="threshold=0 must be above 0 and up to 1"):
        check(CleanOptions, threshold=0)


@pytest.mark.parametrize(
    ("verb", "wrong"),
    [
        (dedupe.clean, {"remove": 7}),
        (dedupe.clean, {"remove": {"headlines"}}),
        (dedupe.clean, {"keep": None}),
        (dedupe.clean, {"keep": b"first"}),
        (dedupe.clean, {"keep": np.array(5)}),
        (dedupe.clean, {"remove": np.array(5)}),
        (dedupe.clean, {"facts": np.array(["apart", "ignore"])}),
        (dedupe.find_duplicates, {"keep": 7}),
        (dedupe.find_duplicates, {"shingle": 5}),
        (dedupe.find_passages, {"threads": "2"}),
        (dedupe.find_passages, {"threads": 1.5}),
        (dedupe.evaluate, {"threads": True}),
    ],
)
def test_other_values_are_refused_by_name(verb: Callable[..., Any], wrong: dict[str, object]) -> None:
    (name,) = wrong
    with pytest.raises(InputError, match=f"^{name}="):
        verb(["The cat sat on the mat."], **wrong)


def test_numbers_of_other_libraries_are_those_of_python() -> None:
    options = CleanOptions(threshold=np.float32(0.75), min_left=np.int64(7), recall=Fraction(1, 2))  # type: ignore[arg-type]
    assert repr((options.threshold, options.min_left, options.recall)) == "(0.75, 7, 0.5)"


def test_stages_may_come_from_anything_that_gives_them() -> None:
    expected = CleanOptions(remove=["passages", "duplicates"])
    assert CleanOptions(remove=iter(["passages", "duplicates"])) == expected  # type: ignore[arg-type]
    assert CleanOptions(remove={"passages": 1, "duplicates": 2}) == expected  # type: ignore[arg-type]


def test_sizes_are_named() -> None:
    for wrong in ("x", "", True, 1.5, [1]):
        with pytest.raises(InputError, match=r"^max_memory=.* is no size"):
            FileOptions(max_memory=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("language", {"unit": "sentence"}),
        ("language", {"paragraphs": "lines"}),
        ("quality", {"context": False}),
        ("boilerplate", {"rules": "gopher"}),
        ("boilerplate", {"word_lists": "lists"}),
    ],
)
def test_an_option_of_another_score_is_refused(what: Any, given: dict[str, Any]) -> None:
    ((name, value),) = given.items()
    with pytest.raises(OptionError, match=rf"^{name}={value!r} is for `what="):
        ScoreOptions(what=what, **given)
