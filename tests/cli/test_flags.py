"""Messages of the library as the command line shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedupe import clean_files
from dedupe.cli import main
from dedupe.cli.flags import error_in_flags, flags_of, in_flags
from dedupe.cli.main import make_parser
from dedupe.errors import InputError, OptionError

PARSER = make_parser().parse_args(["clean", "x"]).parser


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("out exists: overwrite it with `force=True`", "out exists: overwrite it with --force"),
        ("numbered by place (`id=None`, `id=NAME`)", "numbered by place (--id none, --id NAME)"),
        ("more than `max_removal=0.9`", "more than --max-removal 0.9"),
        ("leave `max_memory=` out", "leave --max-memory out"),
        # Of two flags for one option the one that the help shows.
        ("without `strict=True`, with `context=False`", "without --strict, with --no-context"),
        # Files may be called so.
        ("keep=x.jsonl: the first 6 records have no field", "keep=x.jsonl: the first 6 records have no field"),
        ("force=True.jsonl: no such file", "force=True.jsonl: no such file"),
        ("`nothing=1` is unknown", "`nothing=1` is unknown"),
    ],
)
def test_arguments_in_backticks_are_shown_as_flags(message: str, shown: str) -> None:
    with flags_of(PARSER):
        assert in_flags(message) == error_in_flags(InputError(message)) == shown


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("min_left=-3 must be at least 0", "--min-left -3 must be at least 0"),
        ("facts='both' is not one of ignore, apart", "--facts both is not one of ignore, apart"),
        ("remove=('a', 'b'): name one", "--remove a,b: name one"),
        ("remove=['a']: name one", "--remove a: name one"),
        ("nothing=1 is unknown", "nothing=1 is unknown"),
    ],
)
def test_the_message_of_an_option_begins_with_its_flag(message: str, shown: str) -> None:
    with flags_of(PARSER):
        assert error_in_flags(OptionError(message)) == shown


def test_without_a_command_nothing_is_changed() -> None:
    assert error_in_flags(OptionError("min_left=-3 must be at least 0")) == "min_left=-3 must be at least 0"


def test_a_list_of_quarantined_records_names_flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.jsonl").write_text('{"text": "a mill"}\n{"txt": "a bridge"}\n')
    assert main(["clean", "rows.jsonl", "-o", "out.jsonl", "--audit", "audit.jsonl", "-q"]) == 1
    assert "with --text" in Path("audit.quarantine.jsonl").read_text()
    clean_files("rows.jsonl", "again.jsonl", "again.audit.jsonl")
    assert "with `text=`" in Path("again.audit.quarantine.jsonl").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["clean", "x", "--autput", "y"],
            "dedupe clean: unrecognized arguments: --autput y; did you mean --output?",
        ),
        (["index", "info", "x", "--jsn"], "dedupe index info: unrecognized arguments: --jsn; did you mean --json?"),
    ],
)
def test_a_command_says_itself_what_it_does_not_know(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("passages rows.jsonl --show -1", "--show -1 must be at least 0"),
        ("evaluate rows.jsonl --count 0", "--count 0 must be at least 1"),
        ("score rows.jsonl --workdir w", "--workdir is for a run within a limit of memory"),
        ("clean rows.jsonl --dry-run --workdir w", "--workdir is for a run within a limit of memory"),
        ("explain . rows.jsonl", ". is a folder: name the two files to compare"),
        ("explain two.txt two.txt --unit paragraph", "two.txt holds 2 paragraphs, and one is compared with one"),
        ("restore . --audit audit.jsonl -o -", "restore does not write to standard output: name a folder"),
        ("score link.txt", "it is a link to nowhere.txt, which is not there"),
        ("clean rows.jsonl --dry-run --options job.toml", "keep_sources is no option; did you mean keep?"),
        ("clean rows.jsonl --dry-run --options field.toml", "id_field is no option; did you mean id?"),
        ("score rows.jsonl --model nowhere", "there is no model in nowhere"),
        ("score rows.jsonl --what quality --model nowhere", "--model nowhere is for --what boilerplate"),
        ("index merge known.index ./known.index", "./known.index is the index itself"),
        ("duplicates rows.jsonl --against -", "standard input is what is read: name files for --against"),
        ("index add known.index rows.jsonl", "id 1 is in the index already"),
        ("index add known.index rows.jsonl", "; nothing was added (--skip-known"),
    ],
)
def test_what_cannot_be_meant_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.jsonl").write_text('{"id": 1, "text": "a mill"}\n')
    Path("two.txt").write_text("A mill.\n\nA river.\n")
    Path("link.txt").symlink_to("nowhere.txt")
    Path("job.toml").write_text('keep_sources = ["a"]\n')
    Path("field.toml").write_text('id_field = "a"\n')
    assert main(["index", "add", "known.index", "rows.jsonl", "-q"]) == 0
    assert main(words.split()) == 2
    assert said in capsys.readouterr().err
    assert not Path("-").exists()
