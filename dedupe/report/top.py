"""The top of a report: what ran on what, and findings to look at before the output is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dedupe
from dedupe.policy import LEAST_DOCUMENTS
from dedupe.report.model import Look, Selection

# Inputs that are named.
_INPUTS = 3
# Sources that are named; a brake is near its limit from this share of it on.
_SOURCES, _NEAR = 3, 0.8
# A kept copy that so many removals name, and such a share of them, is named.
_CROWD, _CROWD_SHARE = 100, 0.05


def about_run(
    command: str, inputs: Sequence[str], when: str, size: int | None = None, version: str = dedupe.__version__
) -> Iterator[tuple[str, str]]:
    """Yield what ran on what, and when, as far as that is known: labels and texts."""
    if inputs:
        more = f" and {len(inputs) - _INPUTS:,} more" if len(inputs) > _INPUTS else ""
        yield "Input", f"{', '.join(inputs[:_INPUTS])}{more}{'' if size is None else f' ({_in_bytes(size)})'}"
    yield "Run", f"dedupe {command}, version {version}{f', {when}' if when else ''}"


def _in_bytes(size: int) -> str:
    for unit, one in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if size >= one:
            return f"{size / one:,.1f} {unit}"
    return f"{size:,} bytes"


def about_samples(count: int, of: int, what: str) -> str:
    """Return what the samples are."""
    return (
        f"{count:,} of {of:,} {what}: the same ones in every run, some at each level of the score. The lowest "
        "scores come first, exact copies last. Marked words have no match in the other copy."
    )


def looks_of(
    run: Mapping[str, Any],
    total: Mapping[str, Any],
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    quarantined: int,
    removals: Mapping[str, int],
) -> Iterator[Look]:
    """Yield findings, the urgent ones first; `rows` are those of an audit by type, `removals` counts by stage."""
    for row in rows["brake"]:
        yield Look("Over a limit", row["message"], anchor="tables", urgent=True)
    if limit := _near(total, run.get("max_removal")):
        yield Look("Near a limit", f"{_loss(total)}; {limit}.", anchor="tables", urgent=True)
    # Of a source of few documents much may well be removed.
    large = [row for row in rows["source"] if row["documents"] >= LEAST_DOCUMENTS] or rows["source"]
    most = sorted(large, key=lambda row: (-_share(row), row["source"]))[:_SOURCES] if total["sources"] > 1 else []
    near = [_near(row, run.get("max_source_removal")) for row in most]
    for row, limit in zip(most, near, strict=True):
        if limit:
            yield _about_source("Near a limit", row, f"; {limit}")
    if quarantined:
        count = "1 record is" if quarantined == 1 else f"{quarantined:,} records are"
        yield Look("Quarantined", f"{count} unreadable and left out.", anchor="quarantine")
    if crumbs := removals.get("crumbs"):
        count = "1 document" if crumbs == 1 else f"{crumbs:,} documents"
        why = f"fewer than {run.get('min_left')} letters and digits were left."
        yield Look("Removed as crumbs", f"{count} removed, because {why}", Selection("crumbs"))
    for row, limit in zip(most, near, strict=True):
        if row["characters_removed"] and not limit:
            yield _about_source("Loses most text", row)
    for row in rows["group"][:1]:
        if row["times"] >= max(_CROWD, _CROWD_SHARE * sum(removals.values())):
            name = str(row["id"])
            detail = f"{row['times']:,} removals name {name} as their kept copy."
            yield Look("Large group", detail, Selection(kept=name), "groups")


def _about_source(title: str, row: Mapping[str, Any], more: str = "") -> Look:
    name = str(row["source"])
    return Look(title, f"{name}: {_loss(row)}{more}.", Selection(source=name), "tables", urgent=bool(more))


def _near(row: Mapping[str, Any], limit: float | None) -> str:
    """Return the limit in words where nearly as much is removed as a brake allows."""
    if limit and row["documents"] >= LEAST_DOCUMENTS and _NEAR * limit <= _share(row) <= limit:
        return f"the limit is {100 * limit:g} %"
    return ""


def _share(row: Mapping[str, Any]) -> float:
    return float(row["characters_removed"] / row["characters"]) if row["characters"] else 0.0


def _loss(row: Mapping[str, Any]) -> str:
    whole = f"{row['documents_removed']:,} of {row['documents']:,} documents entirely"
    return f"{100 * _share(row):.1f} % of the text removed, {whole}"
