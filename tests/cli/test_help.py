"""The help of each command: its options in groups, short flags."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dedupe.cli import main
from dedupe.cli.groups import option_groups
from dedupe.cli.main import make_parser


def commands(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for action in below:
        for part, one in action.choices.items():
            yield from commands(one, f"{name} {part}".strip())


ALL = dict(commands(make_parser()))


@pytest.mark.parametrize("name", ALL)
def test_the_help_of_a_command_shows_each_option_once_and_in_a_group(name: str) -> None:
    parser = ALL[name]
    groups = dict(option_groups(name.rpartition(" ")[2], parser._actions))
    shown = [action for actions in groups.values() for action in actions]
    assert sorted(map(id, shown)) == sorted(id(a) for a in parser._actions if a.help != argparse.SUPPRESS)
    assert next(iter(groups)) == "input"
    titles = [line[:-1] for line in parser.format_help().splitlines() if re.fullmatch("[a-z ]+:", line)]
    assert [title for title in titles if not title.startswith("example")] == list(groups)


def test_the_important_options_of_clean_come_first() -> None:
    groups = dict(option_groups("clean", ALL["clean"]._actions))
    assert list(groups) == ["input", "output", "what is removed", "memory and speed", "limits", "general"]
    assert [actions[0].dest for actions in groups.values()] == [
        *("inputs", "output", "remove", "max_memory", "max_removal", "options")
    ]
    assert (
        ALL["clean"].format_usage().split()
        == "usage: dedupe clean [-o OUT] [--audit FILE] IN [IN ...] [options]".split()
    )


@pytest.mark.parametrize("name", ALL)
def test_a_short_flag_means_the_same_everywhere(name: str) -> None:
    flags = ALL[name]._option_string_actions
    for short, long in (("-o", "--output"), ("-q", "--quiet"), ("-j", "--threads")):
        assert flags.get(short) is flags.get(long), (name, short)


def test_short_flags_do_what_long_ones_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "Some text."}\n')
    target = tmp_path / "scores.jsonl"
    assert main(["score", str(tmp_path / "in.jsonl"), "-o", str(target), "-q", "-j", "1"]) == 0
    assert target.read_text().count("\n") == 1
    assert capsys.readouterr() == ("", "")
    assert main(["score", str(tmp_path / "in.jsonl"), "-o", str(target), "-j", "0"]) == 2
    assert capsys.readouterr().err.startswith("dedupe: --threads 0 must be at least 1")
    for flag in ("-V", "--version"):
        with pytest.raises(SystemExit):
            main([flag])
    short, long = capsys.readouterr().out.splitlines()
    assert short == long
