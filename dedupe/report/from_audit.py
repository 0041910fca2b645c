"""A report on what `clean` did, from its audit alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dedupe.cleaning import SCORE_STEPS
from dedupe.cleaning.qualities import LOOKED_AT
from dedupe.files.audit import check_audit, read_audit, understanding
from dedupe.lsh import Bands
from dedupe.report.model import (
    Answers,
    Chart,
    Crowd,
    Curve,
    Figure,
    Place,
    Plots,
    Report,
    Sample,
    Selection,
    Share,
    Table,
)
from dedupe.report.page import STAGES
from dedupe.report.plots import (
    STEPS,
    group_chart,
    length_chart,
    quality_chart,
    recall_curve,
    score_chart,
    step_of,
    threshold_chart,
)
from dedupe.report.top import about_run, about_samples, looks_of
from dedupe.sampling import level_of

# Quarantined records and inputs that are named.
_NAMED = 50
_MOST_SOURCES, _MOST_LANGUAGES = 8, 8
_STRICTER = "Counts the spans of this run. A new run can pair text with other copies."
_ROOT = "Square-root scale."
_WHOLE = "Below each name: documents removed entirely."
_JUDGED = "A paragraph above the threshold can stay, for example where it is short and alone."
_SHOWN = (
    "remove",
    "threshold",
    "recall",
    "keep",
    "facts",
    "boilerplate",
    "context",
    "model",
    "quality",
    "min_paragraph",
    "min_passage",
    "passage_similarity",
    "min_left",
    "paragraphs",
    "text",
    "id",
    "source",
    "order",
)


def read_report(audit: Path, when: str = "") -> Report:
    """Read an audit, and say what it holds; `when` is shown as the time of the run.

    Raises
    ------
    AuditError
        The file is no audit, of another format, damaged, edited, or cut off.
    """
    check_audit(audit)
    with understanding(audit):
        return rows_report(read_audit(audit), when=when)


def rows_report(rows: Iterable[dict[str, Any]], inputs: Sequence[str] = (), when: str = "") -> Report:
    """A report on the rows of an audit, or on those that it would begin with, which name no inputs."""
    found = _Audit()
    for row in rows:
        found.add(row)
    return found.report(inputs, when)


class _Audit:
    """The rows of an audit that a report needs."""

    def __init__(self) -> None:
        self._one: dict[str, dict[str, Any]] = {}
        self._many: dict[str, list[dict[str, Any]]] = {
            kind: [] for kind in ("source", "language", "group", "brake", "sample", "file")
        }
        self._removals: Counter[str] = Counter()
        self._characters: Counter[str] = Counter()
        self._strata: Counter[tuple[str, int]] = Counter()
        self._scores: dict[str, list[int]] = {}
        self._sizes: dict[str, list[int]] = {}
        self._steps: dict[str, list[int]] = {}
        self._judged: dict[str, list[int]] = {}
        self._quarantine: list[str] = []
        self._quarantined = 0

    def add(self, row: dict[str, Any]) -> None:
        """Look at a row."""
        kind = row["type"]
        if kind == "removal":
            self._add_removal(row)
        elif kind == "quarantine":
            self._quarantined += 1
            if len(self._quarantine) < _NAMED:
                place = row.get("line", row.get("row"))
                self._quarantine.append(f"{row['file']}{f':{place}' if place else ''}: {row['reason']}")
        elif kind == "scores":
            self._judged[row["stage"]] = row["counts"]
        elif kind in ("run", "total", "lengths", "quality", "group_sizes", "end"):
            self._one[kind] = row
        elif kind in self._many:
            self._many[kind].append(row)

    def _add_removal(self, row: dict[str, Any]) -> None:
        stage, score, size = row["stage"], row["score"], row["end"] - row["start"]
        # A document counts once, however many rows say where it stays.
        self._removals[stage] += not (stage == "duplicates" and row["start"])
        # Crumbs are what is left where others have taken the rest.
        self._characters[stage] += round(score * size) if stage == "crumbs" else size
        self._strata[stage, level_of(score)] += 1
        counts = self._scores.setdefault(stage, [0] * (STEPS + 1))
        counts[step_of(score)] += 1
        sizes = self._sizes.setdefault(stage, [0] * (STEPS + 1))
        sizes[step_of(score)] += size
        # As the engine counts what it judges.
        steps = self._steps.setdefault(stage, [0] * SCORE_STEPS)
        steps[min(int(score * SCORE_STEPS), SCORE_STEPS - 1)] += 1

    def report(self, inputs: Sequence[str], when: str) -> Report:
        """All of it."""
        run, total = self._one["run"], self._one["total"]
        characters, gone = total["characters"], total["characters_removed"]
        documents, documents_gone = total["documents"], total["documents_removed"]
        # A run without an audit has only the rows that one would begin with.
        restored = " Everything can be restored from the audit." if "end" in self._one else ""
        kept, removals = characters - gone, sum(self._removals.values())
        samples = tuple(map(_sample, self._many["sample"]))
        return Report(
            title="Cleaning report",
            lead=(
                f"Kept {kept:,} of {characters:,} characters ({_share_of(kept, characters)}) in "
                f"{documents - documents_gone:,} of {documents:,} documents; {documents - total['touched']:,} "
                f"unchanged.{restored}"
            ),
            about=tuple(self._about(run, inputs, when)),
            figures=(
                Figure(f"{documents - documents_gone:,}", f"of {documents:,} documents kept"),
                Figure(_share_of(kept, characters), "of the text kept"),
                Figure(_share_of(gone, characters), "of the text removed"),
                Figure(f"{removals:,}", "removals"),
            ),
            split=(kept, gone),
            looks=tuple(looks_of(run, total, self._many, self._quarantined, self._removals)),
            tables=tuple(self._tables(characters, total["sources"])),
            plots=tuple(self._plots(run, characters)),
            curves=tuple(map(_curve, run.get("comparisons", ()))),
            groups=tuple(Crowd(str(row["id"]), row["times"]) for row in self._many["group"]),
            samples=samples,
            sampled=about_samples(len(samples), removals, "removals"),
            quarantine=tuple(self._quarantine),
            quarantined=self._quarantined,
            parameters=tuple(self._parameters(run)),
            answers=Answers(self._one.get("end", {}).get("sha256"), self._strata) if samples else None,
        )

    def _about(self, run: dict[str, Any], inputs: Sequence[str], when: str) -> Iterator[tuple[str, str]]:
        files = self._many["file"]
        names = [str(row["name"]) for row in files] or inputs
        size = sum(row["size"] for row in files) if files else None
        yield from about_run("clean", names, when, size, run["version"])
        yield "Removed", ", ".join(run["remove"])
        limits = [f"{row['unit']}s {row['threshold']:g}" for row in run.get("comparisons", ())]
        if "passages" in run["remove"]:
            limits.append(f"passages {run['passage_similarity']:g}")
        if "boilerplate" in run["remove"]:
            limits.append(f"boilerplate {run.get('boilerplate_limit', run['boilerplate'])}")
        if limits:
            yield "Thresholds", ", ".join(limits)
        yield "Settings", f"keep {_value(run['keep'], 'keep')}, facts {run['facts']}, recall {run['recall']:g}"

    def _tables(self, characters: int, sources: int) -> Iterator[Table]:
        yield Table(
            "By reason",
            "reason",
            "characters",
            tuple(
                Share(
                    STAGES.get(stage, stage),
                    self._characters[stage],
                    characters,
                    f"{count:,} removal{'' if count == 1 else 's'}",
                    Selection(stage),
                )
                for stage, count in self._removals.items()
            ),
            "Counts are decided spans; gaps between adjacent spans are removed too.",
        )
        if sources > 1:
            rows = sorted(self._many["source"], key=lambda row: -row["characters_removed"])
            yield Table(
                "By source",
                "source",
                "characters",
                tuple(_share(row, row["source"], Selection(source=row["source"])) for row in rows[:_MOST_SOURCES]),
                _WHOLE
                + (
                    f" The {_MOST_SOURCES} of {sources:,} sources that lose most."
                    if sources > _MOST_SOURCES
                    else ""
                ),
            )
        languages = self._many["language"]
        if languages:
            looked_at = sum(row["documents"] for row in languages)
            yield Table(
                "Languages before and after",
                "language",
                "characters",
                tuple(_share(row, row["language"]) for row in languages[:_MOST_LANGUAGES]),
                f"Sample of {looked_at:,} documents; und: language uncertain. {_WHOLE}",
                left=True,
            )

    def _plots(self, run: dict[str, Any], characters: int) -> Iterator[Plots]:
        limits = {row["unit"]: row["threshold"] for row in run.get("comparisons", ())}
        thresholds = {
            "duplicates": limits.get("document"),
            "paragraphs": limits.get("paragraph"),
            "passages": run.get("passage_similarity"),
            "boilerplate": run.get("boilerplate_limit", run["boilerplate"]),
        }
        charts: list[Chart] = []
        for stage in dict.fromkeys([*self._scores, *self._judged]):
            if stage == "crumbs":
                continue
            at = thresholds.get(stage)
            at = at if isinstance(at, int | float) else None
            axis = {"boilerplate": "probability", "quality": "quality"}.get(stage, "similarity to the kept copy")
            name = _PLURAL.get(stage, stage)
            if at is not None and stage in self._sizes:
                charts.append(
                    threshold_chart(
                        f"{name}: text removed at each threshold",
                        self._sizes[stage],
                        characters,
                        at,
                        stage,
                        "of the text removed",
                        _STRICTER,
                    )
                )
            judged = self._judged.get(stage, ())
            counts = self._steps.get(stage, [0] * SCORE_STEPS) if judged else self._scores[stage]
            note = f"{_JUDGED} {_ROOT}" if judged else _ROOT
            title = "Quality of removed documents" if stage == "quality" else f"{name}: {axis}"
            charts.append(score_chart(title, counts, at, stage, note, judged, axis.split(" to ")[0]))
        if charts:
            yield Plots("Thresholds", tuple(charts))
        corpus = []
        if "lengths" in self._one:
            corpus.append(length_chart(self._one["lengths"]["before"], self._one["lengths"]["after"]))
        if "quality" in self._one:
            corpus.append(quality_chart(self._one["quality"]["before"], self._one["quality"]["after"], LOOKED_AT))
        if "group_sizes" in self._one:
            sizes = self._one["group_sizes"]["counts"]
            corpus.append(group_chart("Kept copies by number of removals", sizes, "removals"))
        if corpus:
            yield Plots("Lengths, quality and groups", tuple(corpus))

    def _parameters(self, run: dict[str, Any]) -> list[tuple[str, str]]:
        out = [("dedupe", run["version"]), ("audit format", run["format"])]
        out += [(name, _value(run[name], name)) for name in _SHOWN if name in run]
        out += [
            (
                f"{row['unit']}s",
                f"{row['shingle']}, threshold {row['threshold']}, recall {row['recall']}, "
                f"{row['bands']} bands of {row['rows']} rows",
            )
            for row in run.get("comparisons", ())
        ]
        files = self._many["file"]
        out += [
            (f"input {row['name']}", f"{row['size']:,} bytes, SHA-256 {row['sha256']}") for row in files[:_NAMED]
        ]
        if len(files) > _NAMED:
            out.append(("inputs", f"and {len(files) - _NAMED:,} more; the audit has them all"))
        return out


_PLURAL = {
    "duplicates": "Documents",
    "paragraphs": "Paragraphs",
    "passages": "Passages",
    "boilerplate": "Boilerplate",
    "quality": "Quality",
}


def _share_of(part: int, whole: int) -> str:
    return f"{100 * part / whole if whole else 0:.1f} %"


def _value(value: Any, name: str) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value is None:
        return {"threshold": "default", "keep": "chosen by a function"}.get(name, "none")
    return str(value)


def _share(row: dict[str, Any], name: str, samples: Selection | None = None) -> Share:
    note = f"{row['documents_removed']:,} of {row['documents']:,} documents"
    return Share(name, row["characters_removed"], row["characters"], note, samples)


def _curve(row: dict[str, Any]) -> Curve:
    return recall_curve(f"{row['unit']}s", Bands(row["bands"], row["rows"]), row["threshold"])


def _sample(row: dict[str, Any]) -> Sample:
    kept = _place(row["kept"]) if "kept" in row else None
    lost = row.get("kept_removed_by")
    note = f"{STAGES.get(lost, lost)} was later removed from the kept copy" if lost else ""
    judged = row["stage"], row["reason"], row["score"], _place(row["place"])
    return Sample(*judged, kept, note, row.get("source"), row.get("length"))


def _place(row: dict[str, Any]) -> Place:
    return Place(**{**row, "id": str(row["id"])})
