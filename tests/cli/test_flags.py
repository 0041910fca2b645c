"""Messages of the library as the command line shows them."""

from __future__ import annotations

import pytest

from dedupe.cli.flags import flags_of, in_flags
from dedupe.cli.main import make_parser


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("min_left=-3 must be at least 0", "--min-left -3 must be at least 0"),
        ("facts='both' is none of ignore, apart", "--facts both is none of ignore, apart"),
        ("remove=('a', 'b'): name one", "--remove a,b: name one"),
        ("remove=['a']: name one", "--remove a: name one"),
        ("out exists: overwrite it with `force=True`", "out exists: overwrite it with --force"),
        ("numbered by place (`id=None`, `id=NAME`)", "numbered by place (--id none, --id NAME)"),
        ("more than `max_removal=0.9`", "more than --max-removal 0.9"),
        ("leave `max_memory=` out", "leave --max-memory out"),
        # What is no argument of the command stays as it is.
        ("a=b.jsonl: no such file", "a=b.jsonl: no such file"),
        ("in/keep=first.jsonl is damaged", "in/keep=first.jsonl is damaged"),
        ("`nothing=1` is unknown", "`nothing=1` is unknown"),
    ],
)
def test_arguments_are_shown_as_flags(message: str, shown: str) -> None:
    parser = make_parser().parse_args(["clean", "x"]).parser
    with flags_of(parser):
        assert in_flags(message) == shown


def test_without_a_command_nothing_is_changed() -> None:
    assert in_flags("min_left=-3 must be at least 0") == "min_left=-3 must be at least 0"
