"""Output for people: summaries on stdout, problems on stderr; nothing hostile reaches a terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from dedupe.cli.flags import in_flags
from dedupe.cli.table import styled, table, terminal_width
from dedupe.files.formats import record_word
from dedupe.files.rows import STDOUT
from dedupe.text.display import as_percent, counted, printable, shorten, shorten_left, wrap

if TYPE_CHECKING:
    from dedupe.cleaning.decision import Decision
    from dedupe.duplicates.result import Group
    from dedupe.duplicates.settings import Settings
    from dedupe.files.corpus import FileCorpus
    from dedupe.job import Stage
    from dedupe.passages.result import Passages
    from dedupe.text.encode import Offsets
    from dedupe.write.clean_files import CleanReport
    from dedupe.write.score_files import ScoresSummary

# Documents and groups that a summary shows; files hold all of them.
SHOWN = 20
SHOWN_SOURCES = 5
# Lines that a reason takes.
_WHY_LINES = 3
STAGE_NAMES: dict[Stage, str] = {
    "duplicates": "document",
    "paragraphs": "paragraph",
    "passages": "passage",
    "boilerplate": "boilerplate",
    "quality": "document of low quality",
    "crumbs": "document of crumbs",
}


def excerpt(text: str, width: int) -> str:
    """The beginning of a text, as long as fits."""
    return shorten(printable(text[: 4 * width]), width)


def short_name(name: object, width: int) -> str:
    """An id as it fits; of a long one the end, which tells it from its neighbours."""
    return shorten_left(printable(str(name)), width)


def say(
    options: argparse.Namespace,
    as_json: Callable[[], Mapping[str, Any]],
    show: Callable[[TextIO], object],
    *results: str | None,
) -> None:
    """The summary of a command, for people, for machines, or none; on stderr where `results` go to stdout."""
    out = sys.stderr if STDOUT in results else sys.stdout
    if options.json:
        # In ASCII it is the same on a terminal of any encoding.
        out.write(json.dumps(as_json(), separators=(",", ":")) + "\n")
    elif not options.quiet:
        show(out)


def show_clean(
    report: CleanReport, output: str | None, audit: str | None, out: TextIO, *, dry_run: bool = False
) -> None:
    """The summary of `dedupe clean`."""
    width = terminal_width()
    counts = report.counts
    for example in counts.examples:
        size = len(example.text)
        state = "removed" if example.whole else f"{size - example.removed:,} of {size:,} characters kept"
        print(f"{styled(short_name(example.id, width - 34), 'bold', out)}: {state}", file=out)
        for decision in example.decisions:
            _show_decision(decision, example.text, width, out)
        if example.more:
            print(f"  … and {example.more} more removals", file=out)
    if counts.touched > len(counts.examples):
        more = counts.touched - len(counts.examples)
        print(f"… and {more:,} more documents; the audit has every removal", file=out)
    documents = counts.removal.total.documents
    if counts.touched:
        print(file=out)
    print(f"{documents - counts.touched:,} of {documents:,} documents untouched", file=out)
    _show_totals(report, out)
    if output == STDOUT and not dry_run:
        undo = f"audit: {printable(audit)}" if audit else "no audit: the removed text cannot be restored"
        print(f"\ncleaned: standard output   {undo}", file=out)
        return
    if dry_run or output is None or audit is None:
        print("\nnothing was written: to do it, name --output and --audit instead of --dry-run", file=out)
        return
    written = printable(output) if report.outputs else "nothing is left to write"
    print(f"\ncleaned: {written}   audit: {printable(audit)}", file=out)
    print(f"undo:    dedupe restore {printable(output)} --audit {printable(audit)} --output original/", file=out)


def _show_decision(decision: Decision, text: str, width: int, out: TextIO) -> None:
    place = f"[{decision.start},{decision.end})"
    score = _score(decision)
    print(f"  - {styled(STAGE_NAMES[decision.stage], 'bad', out)} {score} {place}", file=out)
    print(f"      “{excerpt(text[decision.start : decision.end], width - 8)}”", file=out)
    if decision.why:
        failed = "fails " if decision.stage == "quality" else ""
        for line in wrap(excerpt(failed + decision.why, _WHY_LINES * (width - 8)), width - 6):
            print(styled(f"      {line}", "dim", out), file=out)
    if decision.kept:
        kept = f"      kept: [{decision.kept.start},{decision.kept.end}) in "
        lost = f" (later removed there: {decision.kept_removed_by})" if decision.kept_removed_by else ""
        same = decision.kept.id == decision.id
        room = width - len(kept) - len(lost)
        where = "this document" if same else short_name(decision.kept.id, room)
        print(styled(f"{kept}{where}{lost}", "dim", out), file=out)


def _score(decision: Decision) -> str:
    if decision.kept:
        return as_percent(decision.score)
    if decision.stage == "crumbs":
        return f"({decision.score:.0%} was left)"
    return f"{'q' if decision.stage == 'quality' else 'p'}={decision.score:.2f}"


def _show_totals(report: CleanReport, out: TextIO) -> None:
    total, gone = report.removal.total.characters, report.removal.total.characters_removed
    stages = report.counts.stages
    parts = [f"{stages[s]:,} {_plural(STAGE_NAMES[s], stages[s])}" for s in STAGE_NAMES if stages.get(s)]
    print(f"removed: {', '.join(parts) or 'nothing'}", file=out)
    share = f" ({100 * (total - gone) / total:.1f} %)" if total else ""
    print(f"kept: {total - gone:,} of {total:,} characters{share}", file=out)
    sources = sorted(report.removal.sources, key=lambda source: -source.share)
    if len(sources) > 1 and gone:
        rows = [
            [own.source, f"{own.share:.1%}", f"{own.documents_removed:,} of {own.documents:,}"]
            for own in sources[:SHOWN_SOURCES]
        ]
        print(f"\n{table(['source', 'removed', 'documents'], rows, out=out)}", file=out)
        if len(sources) > SHOWN_SOURCES:
            print(f"of {len(sources):,} sources these lose most", file=out)


def clean_as_json(report: CleanReport, audit: str | None, *, dry_run: bool) -> dict[str, Any]:
    """Return the same for machines."""
    total = report.removal.total
    return {
        "documents": total.documents,
        "documents_removed": total.documents_removed,
        "documents_touched": report.counts.touched,
        "characters": total.characters,
        "characters_removed": total.characters_removed,
        "removals": {stage: count for stage in STAGE_NAMES if (count := report.counts.stages.get(stage))},
        "quarantined": report.found.quarantined,
        "dry_run": dry_run,
        "outputs": [str(path) for path in report.outputs],
        "audit": None if dry_run else audit,
    }


def _plural(name: str, count: int) -> str:
    if count == 1 or name == "boilerplate":
        return name
    first, *rest = name.split(" ")
    return " ".join((f"{first}s", *rest))


class DuplicatesSummary(NamedTuple):
    """The numbers of `dedupe duplicates`."""

    settings: Settings
    kept: int
    removed: int
    groups: int
    compared: int
    largest_bucket: int

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        settings, bands = self.settings, self.settings.bands
        return {
            "unit": settings.unit,
            "units": self.kept + self.removed,
            "kept": self.kept,
            "removed": self.removed,
            "groups": self.groups,
            "compared": self.compared,
            "largest_bucket": self.largest_bucket,
            "threshold": settings.threshold,
            "shingle": str(settings.shingle),
            "facts": settings.facts,
            "recall": bands.recall(settings.threshold),
            "bands": bands.bands,
            "rows": bands.rows,
        }


def show_duplicates(summary: DuplicatesSummary, groups: Iterator[Group], out: TextIO, *, listed: bool) -> None:
    """The summary of `dedupe duplicates`, and the first groups, where no file was asked for."""
    settings, bands = summary.settings, summary.settings.bands
    for group in islice(groups, SHOWN):
        print(styled(f"kept {_unit_name(group.kept)}", "bold", out), file=out)
        for unit, similarity in zip(group.cluster[1:SHOWN], group.similarities[1:], strict=False):
            print(f"  {similarity:.3f}  {_unit_name(unit)}", file=out)
        if len(group.cluster) > SHOWN:
            print(f"  … and {len(group.cluster) - SHOWN:,} more", file=out)
    if listed and summary.groups > SHOWN:
        print(f"… and {summary.groups - SHOWN:,} more groups; write them with --groups FILE", file=out)
    print(
        f"{counted(summary.kept + summary.removed, settings.unit)}: {summary.kept:,} kept, "
        f"{counted(summary.removed, 'duplicate')} in {counted(summary.groups, 'group')}\n"
        f"{settings.shingle}, threshold {settings.threshold:g}, facts {settings.facts}, "
        f"{counted(summary.compared, 'pair')} compared exactly, largest bucket {summary.largest_bucket:,}\n"
        f"recall at the threshold {bands.recall(settings.threshold):.3f}: {bands.bands} bands of {bands.rows}",
        file=out,
    )


class PassagesSummary(NamedTuple):
    """The numbers of `dedupe passages`."""

    documents: int
    documents_with: int
    copies: int
    groups: int
    characters: int
    covered: int
    """code points that stand in two places or more, kept copies included"""

    @classmethod
    def of(cls, result: Passages, sizes: Offsets) -> PassagesSummary:
        """Return those of an answer, about texts of these lengths."""
        covered = result.covered()
        return cls(
            len(covered),
            int((covered > 0).sum()),
            len(result),
            result.group_count,
            int(sizes.sum()),
            int(covered.sum()),
        )


def show_passages_summary(summary: PassagesSummary, out: TextIO) -> None:
    """The summary of `dedupe passages`."""
    share = summary.covered / summary.characters if summary.characters else 0.0
    passages = f"{summary.groups:,} passage{'' if summary.groups == 1 else 's'}"
    copies = f"{summary.copies:,} further cop{'y' if summary.copies == 1 else 'ies'}"
    print(
        f"{passages} with {copies}, in {summary.documents_with:,} of {summary.documents:,} documents\n"
        f"{share:.1%} of the text occurs in two or more places",
        file=out,
    )


def scores_as_json(summary: ScoresSummary) -> dict[str, Any]:
    """The summary of `dedupe score` for machines."""
    return {"what": summary.what, "scored": summary.scored, "counts": dict(summary.says.most_common())}


def show_scores(summary: ScoresSummary, out: TextIO) -> None:
    """The summary of `dedupe score`."""
    says = summary.says.most_common()
    if not says:
        print(f"{summary.what}: nothing was scored", file=out)
        return
    rows = [[name, f"{count:,}", f"{count / summary.scored:.1%}"] for name, count in says[:SHOWN]]
    print(table([summary.what, "", "share"], rows, out=out), file=out)
    if len(says) > SHOWN:
        print(f"… and {len(says) - SHOWN:,} more", file=out)


def show_passages(result: Passages, count: int, out: TextIO) -> None:
    """Pairs of copies side by side, those first that differ most."""
    width = terminal_width()
    for passage in sorted(result, key=lambda passage: passage.similarity)[:count]:
        kept = f"{short_name(passage.b, width // 3)} [{passage.b_start},{passage.b_end})"
        copy = f"{short_name(passage.a, width // 3)} [{passage.a_start},{passage.a_end})"
        counted = ", by letters" if passage.measure == "letters" else ""
        print(f"{kept} and {copy}: {as_percent(passage.similarity)} equal{counted}", file=out)
        print(result.compare(passage).text(width), end="\n\n", file=out)


def _unit_name(unit: Any) -> str:
    room = terminal_width() - 10
    if isinstance(unit, tuple):
        place = f" [{unit[1]},{unit[2]})"
        return f"{short_name(unit[0], room - len(place))}{place}"
    return short_name(unit, room)


def show_problems(found: FileCorpus, listed: object) -> None:
    """Say on stderr which records were quarantined."""
    for source, problem in islice(found.problems(), 5):
        number = f", {record_word(source.format)} {problem.number}" if problem.number else ""
        sys.stderr.write(
            f"dedupe: quarantined {printable(source.name)}{number}: {printable(in_flags(problem.reason))}\n"
        )
    if found.quarantined > 5:
        sys.stderr.write(f"dedupe: … and {found.quarantined - 5:,} more\n")
    if found.quarantined and listed:
        sys.stderr.write(f"dedupe: {found.quarantined:,} quarantined in all, listed in {listed}\n")
