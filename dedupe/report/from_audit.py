"""A report on what `clean` did, from its audit alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dedupe.cleaning import SCORE_STEPS
from dedupe.files.audit import DAMAGE, check_audit, damaged_audit, read_audit
from dedupe.lsh import Bands
from dedupe.report.model import Crowd, Curve, Distribution, Figure, Place, Report, Sample, Share, Table
from dedupe.report.page import STAGES

HEIGHTS = "Heights are square roots, so that the few can be seen."
_BOTH = (
    "Pale: all that were judged; full: what goes. Place, neighbours and words decide too: some above the threshold "
    "stay, and some below it go."
)
# Quarantined records that are named.
_NAMED = 50
_MOST_SOURCES, _MOST_LANGUAGES = 12, 8
_TITLES = {
    "duplicates": "Similarity of removed documents to their kept copies",
    "paragraphs": "Similarity of removed paragraphs to their kept copies",
    "passages": "Similarity of removed passages to their kept copies",
    "boilerplate": "Probability of paragraphs to be boilerplate",
    "quality": "Quality of removed documents",
    "crumbs": "Share of removed documents that was left",
}
_SHOWN = (
    "remove",
    "threshold",
    "recall",
    "keep",
    "facts",
    "boilerplate",
    "context",
    "quality",
    "min_left",
    "paragraphs",
)


def read_report(audit: Path) -> Report:
    """Read an audit, and say what it holds.

    Raises
    ------
    AuditError
        The file is no audit, of another format, damaged, edited, or cut off.
    """
    check_audit(audit)
    try:
        return rows_report(read_audit(audit))
    except DAMAGE as error:
        raise damaged_audit(audit, repr(error)) from error


def rows_report(rows: Iterable[dict[str, Any]]) -> Report:
    """A report on the rows of an audit, or on those that it would begin with."""
    found = _Audit()
    for row in rows:
        found.add(row)
    return found.report()


class _Audit:
    """The rows of an audit that a report needs."""

    def __init__(self) -> None:
        self._one: dict[str, dict[str, Any]] = {}
        self._many: dict[str, list[dict[str, Any]]] = {
            kind: [] for kind in ("source", "language", "group", "brake", "sample", "file")
        }
        self._removals: Counter[str] = Counter()
        self._characters: Counter[str] = Counter()
        self._scores: dict[str, list[int]] = {}
        self._judged: dict[str, list[int]] = {}
        self._quarantine: list[str] = []
        self._quarantined = 0

    def add(self, row: dict[str, Any]) -> None:
        """Look at a row."""
        kind = row["type"]
        if kind == "removal":
            stage = row["stage"]
            self._removals[stage] += 1
            self._characters[stage] += row["end"] - row["start"]
            counts = self._scores.setdefault(stage, [0] * SCORE_STEPS)
            counts[min(int(row["score"] * SCORE_STEPS), SCORE_STEPS - 1)] += 1
        elif kind == "quarantine":
            self._quarantined += 1
            if len(self._quarantine) < _NAMED:
                place = row.get("line", row.get("row"))
                self._quarantine.append(f"{row['file']}{f':{place}' if place else ''}: {row['reason']}")
        elif kind == "scores":
            self._judged[row["stage"]] = row["counts"]
        elif kind in ("run", "total"):
            self._one[kind] = row
        elif kind in self._many:
            self._many[kind].append(row)

    def report(self) -> Report:
        """All of it."""
        run, total = self._one["run"], self._one["total"]
        characters, gone = total["characters"], total["characters_removed"]
        kept = characters - gone
        share = gone / characters if characters else 0.0
        figures = (
            Figure(f"{total['documents']:,}", "documents"),
            Figure(f"{total['documents'] - total['documents_removed']:,}", "documents are left"),
            Figure(f"{share:.1%}", "of the text goes"),
            Figure(f"{sum(self._removals.values()):,}", "removals"),
        )
        return Report(
            title="What was cleaned",
            lead=(
                f"{kept:,} of {characters:,} characters are left, in "
                f"{total['documents'] - total['documents_removed']:,} of {total['documents']:,} documents; "
                f"untouched are {total['documents'] - total['touched']:,}. Removed: "
                f"{', '.join(run['remove'])}. "
                "With the audit all of it comes back."
            ),
            figures=figures,
            tables=tuple(self._tables(characters, total["sources"])),
            distributions=tuple(self._distributions(run)),
            curves=tuple(map(_curve, run.get("comparisons", ()))),
            groups=tuple(Crowd(str(row["id"]), row["times"]) for row in self._many["group"]),
            samples=tuple(map(_sample, self._many["sample"])),
            sampled=(
                f"{len(self._many['sample']):,} of {sum(self._removals.values()):,} removals: of each kind, at "
                "each level of its score, some that were drawn by a hash, the least sure ones first. Words without "
                "a match in the other copy are marked."
            ),
            warnings=tuple(row["message"] for row in self._many["brake"]),
            quarantine=tuple(self._quarantine),
            quarantined=self._quarantined,
            parameters=tuple(self._parameters(run)),
        )

    def _tables(self, characters: int, sources: int) -> list[Table]:
        stages = tuple(
            Share(
                STAGES.get(stage, stage),
                self._characters[stage],
                characters,
                f"{count:,} removal{'' if count == 1 else 's'}",
            )
            for stage, count in self._removals.items()
        )
        out = [
            Table(
                "By reason",
                "characters",
                stages,
                "Spans as they were decided; what lies between joined ones goes too.",
            )
        ]
        rows = sorted(self._many["source"], key=lambda row: -row["characters_removed"])
        if sources > 1:
            out.append(
                Table(
                    "By source",
                    "characters",
                    tuple(_share(row, row["source"]) for row in rows[:_MOST_SOURCES]),
                    f"The {min(len(rows), _MOST_SOURCES)} of {sources:,} sources of which the most goes."
                    if sources > _MOST_SOURCES
                    else "",
                )
            )
        languages = self._many["language"]
        if languages:
            looked_at = sum(row["documents"] for row in languages)
            out.append(
                Table(
                    "By language",
                    "characters",
                    tuple(_share(row, row["language"]) for row in languages[:_MOST_LANGUAGES]),
                    f"Of {looked_at:,} documents, evenly drawn; und is what no language is likely enough for.",
                )
            )
        return out

    def _distributions(self, run: dict[str, Any]) -> list[Distribution]:
        limits = {row["unit"]: row["threshold"] for row in run.get("comparisons", ())}
        thresholds = {
            "duplicates": limits.get("document"),
            "paragraphs": limits.get("paragraph"),
            "passages": run.get("passage_similarity"),
            "boilerplate": run.get("boilerplate_limit", run["boilerplate"]),
        }
        stages = list(dict.fromkeys([*self._scores, *self._judged]))
        return [
            Distribution(
                _TITLES[stage],
                tuple(self._scores.get(stage, [0] * SCORE_STEPS)),
                thresholds.get(stage),
                f"{_BOTH} {HEIGHTS}" if stage in self._judged else HEIGHTS,
                tuple(self._judged.get(stage, ())),
            )
            for stage in stages
        ]

    def _parameters(self, run: dict[str, Any]) -> list[tuple[str, str]]:
        out = [("dedupe", run["version"]), ("audit format", run["format"])]
        out += [(name, _value(run[name])) for name in _SHOWN if name in run]
        out += [
            (
                f"{row['unit']}s",
                f"{row['shingle']}, threshold {row['threshold']}, recall {row['recall']}, "
                f"{row['bands']} bands of {row['rows']}",
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


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "by default" if value is None else str(value)


def _share(row: dict[str, Any], name: str) -> Share:
    note = f"{row['documents_removed']:,} of {row['documents']:,} documents as a whole"
    return Share(name, row["characters_removed"], row["characters"], note)


def _curve(row: dict[str, Any]) -> Curve:
    return recall_curve(f"{row['unit']}s", Bands(row["bands"], row["rows"]), row["threshold"])


def recall_curve(units: str, bands: Bands, threshold: float) -> Curve:
    """Return how surely pairs are found."""
    points = tuple((i / 40, bands.recall(i / 40)) for i in range(41))
    note = (
        f"{bands.bands} bands of {bands.rows}: a pair at the threshold is compared with probability "
        f"{bands.recall(threshold):.3f}, and what is compared is compared exactly."
    )
    return Curve(f"Probability that a pair of {units} is found, by its similarity", points, threshold, note)


def _sample(row: dict[str, Any]) -> Sample:
    kept = _place(row["kept"]) if "kept" in row else None
    lost = row.get("kept_removed_by")
    note = f"from the kept copy {STAGES.get(lost, lost)} went later" if lost else ""
    return Sample(row["stage"], row["reason"], row["score"], _place(row["place"]), kept, note)


def _place(row: dict[str, Any]) -> Place:
    return Place(**{**row, "id": str(row["id"])})
