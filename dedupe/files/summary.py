"""Rows of an audit for people: totals, and samples of removals with the text around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dedupe.cleaning.counts import RemovalCounts
from dedupe.cleaning.decided import Decided, StageRows
from dedupe.cleaning.decision import Decision
from dedupe.documents import Id
from dedupe.sampling import Sampler

# Code points of a span that a sample holds, and of what stands around it; sources that are listed.
SHOWN, AROUND, SOURCES = 3_000, 160, 100


def total_rows(counts: RemovalCounts, brakes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of an audit with what a run removes of everything, of the largest sources, and of languages."""
    total, sources = counts.removal.total, counts.removal.sources
    numbers = ("documents", "documents_removed", "characters", "characters_removed")
    yield {
        "type": "total",
        **{name: getattr(total, name) for name in numbers},
        "touched": counts.touched,
        "sources": len(sources),
    }
    for source in sorted(sources, key=lambda own: (-own.characters, own.source))[:SOURCES]:
        yield {"type": "source", "source": source.source, **{name: getattr(source, name) for name in numbers}}
    for language in counts.languages:
        yield {"type": "language", **language._asdict()}
    if any(counts.judged):
        yield {"type": "scores", "stage": "boilerplate", "counts": list(counts.judged)}
    before, after = counts.lengths
    if before:
        yield {"type": "lengths", "before": list(before), "after": list(after)}
    before, after = counts.qualities
    if before:
        yield {"type": "quality", "before": list(before), "after": list(after)}
    if counts.group_sizes:
        yield {"type": "group_sizes", "counts": list(counts.group_sizes)}
    for identity, times in counts.removal.groups:
        yield {"type": "group", "id": identity, "times": times}
    for brake in brakes:
        yield {"type": "brake", "message": brake}


class SampleRows:
    """Draws samples of decisions, and gives them as rows of an audit."""

    def __init__(self) -> None:
        self._sampler: Sampler[Decision] = Sampler()

    def add(self, part: StageRows) -> None:
        """Offer decisions."""
        columns = (part.rows[name].tolist() for name in ("document", "start", "end", "score"))
        for i, (document, start, end, score) in enumerate(zip(*columns, strict=True)):
            name = f"{part.names[document]}\0{start}\0{end}"
            if self._sampler.draws(part.stage, score, name):
                self._sampler.add(part.stage, score, name, part.decision(i))

    def rows(self, decided: Decided) -> Iterator[dict[str, Any]]:
        """Yield what was drawn, with texts."""
        drawn = list(self._sampler.drawn())
        ids = {decision.id for decision in drawn} | {d.kept.id for d in drawn if d.kept is not None}
        texts = decided.texts(ids) if ids else {}
        sources = decided.sources({decision.id for decision in drawn}) if ids else {}
        for decision in drawn:
            row: dict[str, Any] = {
                "type": "sample",
                "stage": decision.stage,
                "reason": decision.reason,
                "score": round(decision.score, 6),
                "source": sources[decision.id],
                "length": len(texts[decision.id]),
                "place": place_row(decision.id, decision.start, decision.end, texts[decision.id]),
            }
            if decision.kept is not None:
                row["kept"] = place_row(*decision.kept, texts[decision.kept.id])
            if decision.kept_removed_by is not None:
                row["kept_removed_by"] = decision.kept_removed_by
            yield row


def place_row(identity: Id, start: int, end: int, text: str) -> dict[str, Any]:
    """A span of a text, with a little of what stands around it."""
    last = min(end, start + SHOWN)
    return {
        "id": identity,
        "start": start,
        "end": end,
        "before": text[max(start - AROUND, 0) : start],
        "text": text[start:last],
        "after": text[end : end + AROUND] if last == end else "",
        "longer": end - last,
    }
