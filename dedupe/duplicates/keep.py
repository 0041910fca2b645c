"""Keep order: the order in which units are visited, the best first."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from dedupe.columns import BatchColumn
from dedupe.documents import Corpus
from dedupe.errors import InputError, OptionError
from dedupe.frames import TableRows
from dedupe.hints import did_you_mean, warn_of_kept_sources
from dedupe.job import KEEP_RULES, Keep
from dedupe.order import document_order
from dedupe.policy import Values, is_from, keep_keys, rank_units
from dedupe.sorting import Mask
from dedupe.tables import KEEP_VALUE
from dedupe.text.encode import Offsets, TextBatch
from dedupe.units import UnitTable


def keep_rank(units: UnitTable, keep: Keep, pinned: Mask | None = None) -> Offsets:
    """The place of each unit in keep order; pinned units come first, ties go by the order of the documents."""
    places, order = np.arange(len(units)), document_order(units.corpus)
    if isinstance(keep, str) and keep == "first" and pinned is None and order is None:
        return places
    wanted = {key.column for key in keep_keys(keep)}
    return rank_units(
        places,
        keep,
        value=_values(units, keep) if "value" in wanted else None,
        length=units.end - units.start if "length" in wanted else None,
        order=None if order is None else order[units.document],
        pinned=pinned,
    )


def check_keep(corpus: Corpus, keep: Keep) -> Keep:
    """Refuse a rule that the documents cannot be kept by, before any work; answers with one that has their numbers.

    Numbers for all rows of a table lose those of rows that are no documents.

    Raises
    ------
    InputError
        A column is missing, numbers are too many or too few, or a value is no number.
    """
    document_order(corpus)
    if callable(keep) or (isinstance(keep, str) and keep in KEEP_RULES):
        return keep
    table = corpus.origin
    if not isinstance(keep, str):
        values: list[Any] = list(keep)
        if (
            isinstance(table, TableRows)
            and len(values) == table.height
            and not any(isinstance(v, str) for v in values)
        ):
            values = [values[row] for row in table.rows.tolist()]
        keep = values
    wanted = document_values(corpus, keep)
    if isinstance(keep, list) and keep and isinstance(keep[0], str) and np.isneginf(wanted).all():
        warn_of_kept_sources(keep)
    return keep


def _values(units: UnitTable, keep: Keep) -> Values:
    """For each unit how much it is wanted."""
    if isinstance(keep, str) and keep == "best":
        return unit_quality(list(units.batches()))
    if callable(keep):
        return _asked(units, keep)
    return document_values(units.corpus, keep)[units.document]


def _asked(units: UnitTable, keep: Callable[[str], Any]) -> Values:
    """Return what a function says of each unit."""
    out = np.empty(len(units))
    for i in range(len(units)):
        value = keep(units.text(i))
        try:
            out[i] = value
        except (TypeError, ValueError) as error:
            raise InputError(
                f"keep gave {value!r:.40} for {units.reference(i)}: it has to give a number for each text"
            ) from error
    return out


def document_values(corpus: Corpus, keep: Keep) -> Values:
    """For each document how much it is wanted, by a column, by its source or by numbers that are given."""
    if isinstance(keep, str):
        name = KEEP_VALUE if KEEP_VALUE in corpus.columns else keep
        if name not in corpus.columns:
            known = ", ".join(map(repr, corpus.columns)) or "none"
            raise OptionError(
                f"keep={keep!r} is not one of {', '.join(KEEP_RULES)}, "
                f"nor a column of the documents (known: {known})"
                f"{did_you_mean(keep, (*KEEP_RULES, *corpus.columns))}"
            )
        return _numbers(corpus, corpus.column(name), f"column {keep!r}")
    if callable(keep):
        raise InputError("keep is a function: it works on texts in memory only")
    wanted = list(keep)
    names = [source for source in wanted if isinstance(source, str)]
    if names and len(names) == len(wanted):
        return _priorities(corpus, names)
    return _numbers(corpus, wanted, "keep")


def unit_quality(batches: Sequence[TextBatch]) -> Values:
    """The quality of units by their texts alone."""
    # It scores boilerplate, which cuts texts into units: imported where it is asked for.
    from dedupe.quality.score import quality_of

    texts = BatchColumn(batches)
    return quality_of(Corpus(range(len(texts)), texts), None, True, True, "auto", 1).score


def _numbers(corpus: Corpus, values: Sequence[Any], name: str) -> Values:
    """A number for each document; what is missing comes last."""
    if len(values) != len(corpus):
        raise InputError(f"{name} holds {len(values)} values for {len(corpus)} documents: give one for each")
    out = np.full(len(values), -np.inf)
    for i, value in enumerate(values):
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        if not isinstance(value, numbers.Real | Decimal):
            raise InputError(
                f"{name} is {value!r} for document {corpus.ids[i]!r}: numbers are needed to choose what stays"
            )
        try:
            out[i] = value
        except OverflowError as error:
            raise InputError(f"{name} of document {corpus.ids[i]!r} is an integer beyond all floats") from error
    return out


def _priorities(corpus: Corpus, wanted: Sequence[str]) -> Values:
    """The place of each document's source among the wanted ones; a folder stands for all that is in it."""
    found: dict[str | None, float] = {None: -np.inf}
    for source in corpus.column("source"):
        if source not in found:
            own = str(source)
            matches = (i for i, name in enumerate(wanted) if is_from(own, name))
            found[source] = -float(next(matches, np.inf))
    return np.array([found[source] for source in corpus.column("source")], np.float64)
