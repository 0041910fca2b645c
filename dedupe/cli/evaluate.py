"""`dedupe evaluate`: known copies put into the corpus and looked for; removals for a person to judge."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dedupe.arguments import check_number
from dedupe.cli.commands import check_results, finish, open_inputs, read_inputs
from dedupe.cli.options import add_command, add_inputs, add_options, chosen
from dedupe.cli.progress import Progress
from dedupe.cli.show import STAGE_NAMES, say
from dedupe.cli.table import styled, table, terminal_width
from dedupe.errors import AuditError, InputError
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.rows import write_rows
from dedupe.files.scan import read_corpus
from dedupe.job import EvaluateOptions, FileOptions
from dedupe.options import options_of
from dedupe.text.display import printable

if TYPE_CHECKING:
    from dedupe.evaluation.evaluate import Evaluation, Level
    from dedupe.evaluation.judge import Answer, Judged, Judgements
    from dedupe.intervals import Proportion

# Shares of the time, roughly: measured on 20 MB of manuals and code.
_STAGES = {"reading": 5, "drawing a sample": 5, "putting copies in": 70, "putting passages in": 20}
_KEYS: dict[str, Answer] = {
    **dict.fromkeys(("y", "yes", "right"), "right"),
    **dict.fromkeys(("n", "no", "wrong"), "wrong"),
    **dict.fromkeys(("u", "unsure"), "unsure"),
}


def add_evaluate_command(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `dedupe evaluate`."""
    parser = add_command(
        parsers,
        "evaluate",
        evaluate,
        "measure recall and precision on your own corpus, by copies that are put in, or by your own eyes",
        "dedupe evaluate corpus.jsonl --threshold 0.8",
        "dedupe evaluate corpus.jsonl --audit audit.jsonl --answers answers.jsonl",
        "dedupe evaluate --answers answers.jsonl",
    )
    add_inputs(parser, least="*")
    add_options(parser, EvaluateOptions)
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write every copy that was put in, and if it was found"
    )
    parser.add_argument("--audit", metavar="FILE", help="draw removals of this audit for a person to judge")
    parser.add_argument(
        "--answers", metavar="FILE", help="removals with your answers, .jsonl: drawn, or saved by a report"
    )
    parser.add_argument(
        "--count", type=int, default=100, metavar="N", help="removals that are drawn, about (default: 100)"
    )


def evaluate(options: argparse.Namespace) -> int:
    """`dedupe evaluate`."""
    check_number("count", options.count, int, least=1)
    if options.audit and not options.answers:
        raise InputError("--audit needs --answers: a .jsonl file for the removals that are drawn and your answers")
    if options.answers:
        return _judge(options)
    if not options.inputs:
        raise InputError("no input: name the files of a corpus, or --answers with a file of answers")
    return _inject(options)


def _inject(options: argparse.Namespace) -> int:
    from dedupe.evaluation.evaluate import evaluate as run
    from dedupe.evaluation.near_duplicates import Injection
    from dedupe.evaluation.repeats import Repeat

    job = chosen(options, EvaluateOptions)
    listed = check_results(options, [options.output])
    with Progress(options.quiet, _STAGES) as progress:
        found = read_inputs(options, progress)
        result = run(
            found.corpus,
            **vars(job),
            progress=progress.step,
        )
    if options.output:
        # Every row has all columns: in Parquet the first one says which there are.
        empty = dict.fromkeys((*Injection._fields, *Repeat._fields))
        with write_rows(options.output, private=True) as out:
            for copy in result.injections:
                out.write({"what": "copy", **empty, **copy._asdict()})
            for repeat in result.repeats:
                out.write({"what": "passage", **empty, **repeat._asdict()})
    say(options, lambda: _as_json(result), lambda out: _show(result, out), options.output)
    return finish(found, listed)


def _show(result: Evaluation, out: TextIO) -> None:
    settings, copied = result.settings, len({one.source for one in result.injections})
    parts = [
        f"Copies of {copied:,} {settings.unit}s and passages of {result.documents:,} documents, put in and sought\n"
        f"{settings.shingle}, threshold {settings.threshold:g}, recall {settings.recall:g}, facts {settings.facts}",
        _levels("changed in the copy", result.levels, out),
    ]
    if len(result.scripts) > 1:
        parts.append(_levels("similar enough, in", result.scripts, out))
    expected = "at the threshold and above"
    if settings.by == "jaccard":
        expected += f"; {result.promised:.2%} was to be expected"
    if result.apart:
        expected += f"\n  (without {result.apart:,} that differ in what may be a fact, and stay)"
    parts += [
        _levels("copies of nothing", result.decoys, out),
        f"{_headline('recall', result.recall, expected, out)}\n"
        f"{_headline('precision', result.precision, 'of the pairs found with a text that was put in', out)}",
    ]
    if result.repeats:
        rows = [*result.passage_levels, *((f"put {where}", share) for where, share in result.passage_places)]
        right, wrong = result.passage_precision, result.passage_decoys
        head = ["changed in the passage", "found", "", "95 % interval"]
        parts += [
            table(head, [[name, *_cells(share)] for name, share in rows], out=out),
            f"{_headline('precision', right, 'of what was found where a passage was put', out)}\n"
            f"{_headline('false finds', wrong, 'of passages with their words in another order', out)}",
        ]
    print("\n\n".join(parts), file=out)


def _levels(title: str, levels: Sequence[Level], out: TextIO) -> str:
    head = [title, "similarity", "found", "", "95 % interval"]
    rows = [
        [one.name, f"{one.similarity[1]:.2f} ({one.similarity[0]:.2f}-{one.similarity[2]:.2f})", *_cells(one.found)]
        for one in levels
    ]
    return table(head, rows, out=out)


def _cells(share: Proportion) -> list[str]:
    if not share.trials:
        return ["-"] * 3
    return [f"{share.hits:,}/{share.trials:,}", f"{share.share:.1%}", f"{share.low:.1%} to {share.high:.1%}"]


def _headline(name: str, share: Proportion, note: str, out: TextIO) -> str:
    title = styled(name, "bold", out)
    if not share.trials:
        return f"{title}: not known, for lack of any"
    return f"{title}: {share.share:.2%} ({share.low:.2%} to {share.high:.2%})\n  {note}"


def _as_json(result: Evaluation) -> dict[str, Any]:
    def named(shares: Sequence[tuple[str, Proportion]]) -> list[dict[str, Any]]:
        return [{"name": name, **share._asdict()} for name, share in shares]

    def levels(own: Sequence[Level]) -> list[dict[str, Any]]:
        return [
            {
                "name": one.name,
                **one.found._asdict(),
                "similarity": dict(zip(("low", "middle", "high"), one.similarity, strict=True)),
            }
            for one in own
        ]

    settings = result.settings
    return {
        "unit": settings.unit,
        "threshold": settings.threshold,
        "shingle": str(settings.shingle),
        "documents": result.documents,
        "recall": result.recall._asdict() | {"promised": result.promised, "apart": result.apart},
        "precision": result.precision._asdict(),
        "levels": levels(result.levels),
        "scripts": levels(result.scripts),
        "decoys": levels(result.decoys),
        "passages": {
            "levels": named(result.passage_levels),
            "places": named(result.passage_places),
            "scripts": named(result.passage_scripts),
            "precision": result.passage_precision._asdict(),
            "decoys": result.passage_decoys._asdict(),
        },
    }


def _judge(options: argparse.Namespace) -> int:
    from dedupe.evaluation.judge import draw_removals, read_judgements

    path = Path(options.answers)
    found: FileCorpus | None = None
    listed: str | None = None
    if path.exists():
        judgements = read_judgements(path)
        _check_same(judgements, options)
    else:
        if not options.audit or not options.inputs:
            raise InputError(
                f"{path} is not there yet: name the files that clean was given and --audit, and removals are drawn"
            )
        if path.suffix != ".jsonl":
            raise InputError(f"{path}: name the answers .jsonl")
        listed = check_results(options, [options.answers])
        found = _read_cleaned(options)
        judgements = draw_removals(options.audit, found.corpus, count=options.count)
        judgements.write(path)
    if judgements.open and not options.json and _is_terminal():
        judgements = _ask(judgements, path)
    say(options, lambda: _judged_as_json(judgements), lambda out: _show_judged(judgements, path, out))
    return finish(found, listed) if found else 0


def _read_cleaned(options: argparse.Namespace) -> FileCorpus:
    """The files that clean was given, and no other that lies beside them; each must be as it was."""
    from dedupe.files.audit import check_audit, file_rows, understanding

    check_audit(Path(options.audit))
    with understanding(options.audit):
        files = {str(row["name"]): row["sha256"] for row in file_rows(Path(options.audit))}
    with Progress(options.quiet) as progress, open_inputs(options) as sources:
        own = [source for source in sources if source.relative in files]
        found = read_corpus(own, _fields_of(options), strict=options.strict, digest=True, progress=progress.step)
    for contents in found.contents:
        if contents.sha256 != files.pop(contents.source.relative):
            raise AuditError(
                f"{contents.source.name} is not as it was when {options.audit} was written: give what clean had"
            )
    if files:
        missing = ", ".join(sorted(files)[:3])
        raise AuditError(f"{options.audit} is about {missing} too: give all files that clean was given")
    return found


def _fields_of(options: argparse.Namespace) -> Fields:
    """The fields that clean read, as its audit names them; what the command line says wins."""
    from dedupe.files.audit import read_job

    known = options_of(FileOptions)
    given = {
        name: value for name, value in vars(chosen(options, FileOptions)).items() if value != known[name].default
    }
    of_run: dict[str, Any] = {}
    # Of a run that kept by a function no options can be read: then those of the command line are all.
    with suppress(InputError):
        of_run = {name: value for name, value in read_job(Path(options.audit)).items() if name in known}
    if of_run.get("id") == "none":
        of_run["id"] = None
    return Fields.of(FileOptions(**{**of_run, **given}))


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _check_same(judgements: Judgements, options: argparse.Namespace) -> None:
    """Refuse answers about another audit than the one that is named."""
    if not options.audit:
        return
    from dedupe.files.audit import audit_digest

    if audit_digest(Path(options.audit)) != judgements.audit:
        about = "a run that wrote no audit" if judgements.audit is None else "another audit"
        raise InputError(
            f"{options.answers} holds answers about {about}, not about {options.audit}: leave out --audit, or name "
            "another file of answers"
        )


def _ask(judgements: Judgements, path: Path) -> Judgements:
    """Show what waits for an answer, one after the other; each answer is in the file at once."""
    from dedupe.evaluation.judge import read_judgements

    width = terminal_width()
    waiting = [number for number, one in enumerate(judgements.removals) if one.answer is None]
    print(f"{len(waiting):,} removals to judge; every answer is kept in {printable(str(path))} at once\n")
    for turn, number in enumerate(waiting, 1):
        print(_removal(judgements.removals[number], width, f"{turn:,} of {len(waiting):,}"))
        key = _key()
        if key is None:
            break
        # Read again: somebody else may have answered, too.
        judgements = read_judgements(path).answered(number, key)
        judgements.write(path)
        print()
    return judgements


def _key() -> Answer | None:
    """An answer, or nothing where somebody has had enough."""
    while True:
        try:
            given = input("right to remove it? [y]es, [n]o, [u]nsure, [q]uit: ").strip().lower()
        except (EOFError, KeyboardInterrupt):
            print()
            return None
        if given in ("q", "quit"):
            return None
        if given in _KEYS:
            return _KEYS[given]


def _removal(one: Judged, width: int, turn: str) -> str:
    from dedupe.passages.compare import compare_texts

    head = f"{turn}: {_stage_name(one.stage)} {one.score:.2f} in {printable(one.place.id)}"
    lines = [styled(head, "bold"), f"  {printable(one.reason)}"]
    if one.kept is None:
        text = printable(one.place.text)
        around = printable(one.place.before)[-width:], printable(one.place.after)[:width]
        return "\n".join([*lines, styled(around[0], "dim"), text, styled(around[1], "dim")])
    kept = f"  kept (left): {printable(one.kept.id)} [{one.kept.start},{one.kept.end})"
    return "\n".join([*lines, kept, compare_texts(one.kept.text, one.place.text).text(width)])


def _show_judged(judgements: Judgements, path: Path, out: TextIO) -> None:
    drawn = len(judgements.removals)
    if judgements.open:
        print(
            f"{judgements.open:,} of {drawn:,} removals wait for an answer: run this on a terminal, or write\n"
            f'"right", "wrong" or "unsure" behind "answer" in {printable(str(path))}',
            file=out,
        )
    if judgements.open < drawn:
        rows = [[_stage_name(stage), f"{size:,}", *_cells(share)] for stage, size, share in judgements.stages]
        print(f"\n{table(['removed as', 'removals', 'right', '', '95 % interval'], rows, out=out)}\n", file=out)
        note = f"of {judgements.known:,} removals that the answers stand for are right"
        print(_headline("precision", judgements.precision, note, out), file=out)


def _stage_name(stage: str) -> str:
    names: Mapping[Any, str] = STAGE_NAMES
    return names.get(stage, stage)


def _judged_as_json(judgements: Judgements) -> dict[str, Any]:
    return {
        "removals": sum(size for _, _, size in judgements.sizes),
        "drawn": len(judgements.removals),
        "open": judgements.open,
        "precision": judgements.precision._asdict(),
        "stages": [
            {"stage": stage, "removals": size, **share._asdict()} for stage, size, share in judgements.stages
        ],
    }
