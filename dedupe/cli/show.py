"""What people see: summaries on stdout, progress and problems on stderr; nothing hostile reaches a terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from dedupe.text.display import printable

if TYPE_CHECKING:
    from dedupe.cleaning.options import Stage
    from dedupe.cleaning.stages import Decision
    from dedupe.duplicates.result import Duplicates, Group
    from dedupe.duplicates.settings import Settings
    from dedupe.files.clean_files import CleanReport
    from dedupe.files.corpus import FileCorpus
    from dedupe.passages.result import Passages

# Documents and groups that a summary shows; files hold all of them.
SHOWN = 20
SHOWN_SOURCES = 5
_NAMES: dict[Stage, str] = {
    "duplicates": "document",
    "paragraphs": "paragraph",
    "passages": "passage",
    "boilerplate": "boilerplate",
    "quality": "document of low quality",
}


def excerpt(text: str, width: int) -> str:
    """The beginning of a text, as long as fits."""
    shown = printable(text[: 4 * width])
    return shown if len(shown) <= width else shown[: max(width - 1, 1)].rstrip() + "…"


def short_name(name: object, width: int) -> str:
    """An id as it fits; of a long one the end, which tells it from its neighbours."""
    shown = printable(str(name))
    return shown if len(shown) <= width else "…" + shown[len(shown) - width + 1 :]


class Progress:
    """A bar on stderr while work goes on, on a terminal only."""

    def __init__(self, quiet: bool) -> None:
        self._shown = not quiet and sys.stderr.isatty()
        self._bar: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def step(self, name: str) -> None:
        """Say what is being done now."""
        if self._shown:
            if self._bar is None or self._bar.total is not None:
                self._open(None)
            self._bar.set_description_str(excerpt(name, 50))
            self._bar.update()

    def count(self, name: str, total: int) -> None:
        """Begin something that is counted."""
        if self._shown:
            self._open(total)
            self._bar.set_description_str(name)

    def advance(self, done: int) -> None:
        """So many more are done."""
        if self._bar is not None:
            self._bar.update(done)

    def _open(self, total: int | None) -> None:
        from tqdm import tqdm

        self._close()
        self._bar = tqdm(total=total, unit="", leave=False, file=sys.stderr)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def show_clean(report: CleanReport, output: str, audit: str, *, dry_run: bool = False) -> None:
    """The summary of `dedupe clean`."""
    width = max(60, min(shutil.get_terminal_size((100, 24)).columns, 120))
    counts = report.counts
    for example in counts.examples:
        size = len(example.text)
        state = "removed" if example.whole else f"{size - example.removed:,} of {size:,} characters kept"
        print(f"{short_name(example.id, width - 34)}: {state}")
        for decision in example.decisions:
            _show_decision(decision, example.text, width)
        if example.more:
            print(f"  … and {example.more} more removals")
    if counts.touched > len(counts.examples):
        print(f"… and {counts.touched - len(counts.examples):,} more documents; the audit has every removal")
    documents = counts.removal.total.documents
    if counts.touched:
        print()
    print(f"{documents - counts.touched:,} of {documents:,} documents untouched")
    _show_totals(report)
    if dry_run:
        print("\nnothing was written: leave --dry-run out to do it")
        return
    print(f"\ncleaned: {printable(output)}   audit: {printable(audit)}")
    print(f"undo:    dedupe restore {printable(output)} --audit {printable(audit)} --output original/")


def _show_decision(decision: Decision, text: str, width: int) -> None:
    place = f"[{decision.start},{decision.end})"
    kind = "q" if decision.stage == "quality" else "p"
    score = f"{decision.score:.0%}" if decision.kept else f"{kind}={decision.score:.2f}"
    print(f"  - {_NAMES[decision.stage]} {score} {place}")
    print(f"      “{excerpt(text[decision.start : decision.end], width - 8)}”")
    if decision.why:
        failed = "fails " if decision.stage == "quality" else ""
        print(f"      {excerpt(failed + decision.why, width - 6)}")
    if decision.kept:
        same = decision.kept.id == decision.id
        where = "in this document" if same else f"in {short_name(decision.kept.id, width - 40)}"
        lost = f", removed there as {decision.kept_removed_by}" if decision.kept_removed_by else ""
        print(f"      kept: [{decision.kept.start},{decision.kept.end}) {where}{lost}")


def _show_totals(report: CleanReport) -> None:
    total, gone = report.removal.total.characters, report.removal.total.characters_removed
    stages = report.counts.stages
    parts = [f"{stages[s]:,} {_plural(_NAMES[s], stages[s])}" for s in _NAMES if stages.get(s)]
    share = 100 * (total - gone) / total if total else 100.0
    print(f"removed: {', '.join(parts) or 'nothing'}")
    print(f"kept: {total - gone:,} of {total:,} characters ({share:.1f} %)")
    sources = sorted(report.removal.sources, key=lambda source: -source.share)
    for source in sources[:SHOWN_SOURCES] if len(sources) > 1 else []:
        name = short_name(source.source, 60)
        print(f"  {source.share:6.1%} of {name} ({source.documents_removed:,} of {source.documents:,} documents)")


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

    @classmethod
    def of(cls, result: Duplicates) -> DuplicatesSummary:
        """Those of an answer in memory."""
        counts = (len(result.kept), len(result.removed), len(result.groups))
        return cls(result.settings, *counts, result.compared, result.largest_bucket)


def show_duplicates(summary: DuplicatesSummary, groups: Iterator[Group], *, listed: bool) -> None:
    """The summary of `dedupe duplicates`: on stdout the groups, where no file was asked for."""
    out = sys.stdout if listed else sys.stderr
    settings, bands = summary.settings, summary.settings.bands
    for group in islice(groups, SHOWN):
        print(f"kept {_unit_name(group.kept)}")
        for unit, similarity in zip(group.cluster[1:SHOWN], group.similarities[1:], strict=False):
            print(f"  {similarity:.3f}  {_unit_name(unit)}")
        if len(group.cluster) > SHOWN:
            print(f"  … and {len(group.cluster) - SHOWN:,} more")
    if listed and summary.groups > SHOWN:
        print(f"… and {summary.groups - SHOWN:,} more groups; write them with --groups FILE")
    print(
        f"{summary.kept + summary.removed:,} {settings.unit}s: {summary.kept:,} kept, "
        f"{summary.removed:,} in {summary.groups:,} groups with them\n"
        f"{settings.shingle}, threshold {settings.threshold}, recall at it {bands.recall(settings.threshold):.3f} "
        f"({bands.bands} bands of {bands.rows}), {summary.compared:,} pairs compared exactly, "
        f"up to {summary.largest_bucket:,} in a bucket",
        file=out,
    )


def show_passages(result: Passages, count: int, out: TextIO) -> None:
    """Pairs of copies side by side, those first that differ most."""
    width = shutil.get_terminal_size().columns
    for passage in sorted(result, key=lambda passage: passage.similarity)[:count]:
        kept = f"{short_name(passage.b, width // 3)} [{passage.b_start},{passage.b_end})"
        copy = f"{short_name(passage.a, width // 3)} [{passage.a_start},{passage.a_end})"
        print(f"{kept} and {copy}: {passage.similarity:.0%} equal", file=out)
        print(result.compare(passage).text(width), end="\n\n", file=out)


def _unit_name(unit: Any) -> str:
    if isinstance(unit, tuple):
        return f"{short_name(unit[0], 60)} [{unit[1]},{unit[2]})"
    return short_name(unit, 80)


def show_problems(found: FileCorpus, listed: object) -> None:
    """Say on stderr which records were quarantined."""
    problems = found.problems
    for source, problem in problems[:5]:
        number = f", {'row' if source.format == 'parquet' else 'line'} {problem.number}" if problem.number else ""
        sys.stderr.write(f"dedupe: quarantined {printable(source.name)}{number}: {printable(problem.reason)}\n")
    if len(problems) > 5:
        sys.stderr.write(f"dedupe: … and {len(problems) - 5:,} more\n")
    if problems and listed:
        sys.stderr.write(f"dedupe: {len(problems):,} quarantined in all, listed in {listed}\n")
