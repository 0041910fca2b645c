"""Fields of a record that are read, and limits of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dedupe.files.limits import Limits
from dedupe.job import KEEP_RULES, FileOptions, Keep
from dedupe.sizes import parse_size
from dedupe.tables import DOCUMENT_ORDER, KEEP_VALUE, PAGE_SOURCE


@dataclass(frozen=True)
class Fields:
    """Fields that hold text and id, and the limits of what is read."""

    text: str = "text"
    id: str | None = "auto"
    """the field of the id, required in every record; None: ids are the places of the records.
    "auto": the field `id` if it holds one, else the place; if ids repeat, the places of all records."""
    value: str | None = None
    """one more field to read, such as a score to keep the best copy by"""
    source: str | None = None
    """the field that names the site or publication that a document is from"""
    limits: Limits = field(default_factory=Limits)
    """how much is read of a line, a document and a file"""
    order: str | None = None
    """the field with the order of the documents: a number or a date"""

    @classmethod
    def of(cls, asked: FileOptions, keep: Keep = "first") -> Fields:
        """The fields of a job: `keep` names one where it is no rule."""
        value = keep if isinstance(keep, str) and keep not in KEEP_RULES else None
        limits = Limits(*map(parse_size, (asked.max_line, asked.max_document, asked.max_unpacked)))
        return cls(asked.text, asked.id, value, asked.source, limits, asked.order)

    @property
    def id_field(self) -> str | None:
        """The field in which ids are looked for."""
        return "id" if self.id == "auto" else self.id

    @property
    def id_required(self) -> bool:
        """Return whether a record without the id field is a problem; else it is named by its place."""
        return self.id not in ("auto", None)

    @property
    def more(self) -> tuple[str, ...]:
        """The fields to read besides text and id."""
        return tuple(name for name in (self.value, self.source, self.order) if name)

    @property
    def named(self) -> list[tuple[str, str]]:
        """Return the fields that somebody has named, each with its argument."""
        text = None if self.text == FileOptions.text else self.text
        identity = self.id if self.id_required else None
        named = {"text": text, "id": identity, "keep": self.value, "source": self.source, "order": self.order}
        return [(argument, name) for argument, name in named.items() if name]

    def columns(self, rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
        """Return what was read from those fields, as columns of a corpus."""
        named = (self.value and KEEP_VALUE, self.source and PAGE_SOURCE, self.order and DOCUMENT_ORDER)
        names = [name for name in named if name]
        read = {name: [row[i] if row else None for row in rows] for i, name in enumerate(names)}
        # A file is not a site: without the field nothing is known of those.
        return {PAGE_SOURCE: [None] * len(rows), **read}
