"""`dedupe score`: the documents of files scored, in memory or within a limit of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from dedupe.documents import Corpus
from dedupe.files.corpus import FileCorpus
from dedupe.files.fields import Fields
from dedupe.files.rows import Column, Repeated, RowWriter, count_rows
from dedupe.files.scan import read_corpus
from dedupe.files.sources import Source
from dedupe.job import ScoreOptions
from dedupe.kernels.records import I64
from dedupe.parallel import ordered_map, thread_count

if TYPE_CHECKING:
    from dedupe.boilerplate.model import BoilerplateModel
    from dedupe.outofcore.estimate import Estimate
    from dedupe.quality.wordlists import LoadedLists

_Part: TypeAlias = tuple[Corpus, I64 | None]
"""Some documents, and how often their units come back, where that is known from more documents than these"""
Scored: TypeAlias = tuple[dict[str, Column], Counter[str]]
"""The columns of scores, and of how many texts they say what"""
_Scorer: TypeAlias = Callable[[Corpus, I64 | None], Scored]


class ScoresSummary(NamedTuple):
    """Counts of the scored texts, by verdict."""

    what: str
    scored: int
    says: Counter[str]


@contextmanager
def score_files(
    sources: Sequence[Source],
    fields: Fields,
    job: ScoreOptions,
    *,
    max_memory: int | str | None = None,
    workdir: str | Path | None = None,
    strict: bool = False,
    step: Callable[[str], object] | None = None,
    read: Callable[[int, int], object] | None = None,
    watch: Callable[[Corpus], Corpus] = lambda corpus: corpus,
    announce: Callable[[Estimate], object] | None = None,
) -> Iterator[tuple[FileCorpus, Iterator[Scored]]]:
    """Score all documents, or their units.

    Parameters
    ----------
    sources : sequence of Source
        The files.
    fields : Fields
        The fields of text and id.
    job : ScoreOptions
        The options of scoring.
    max_memory, workdir, read, announce
        As for `clean_files`.
    strict : bool
        Stop the run at an unusable record.
    step : function, optional
        Called with the name of each step and file.
    watch : function
        Makes documents in memory tell how much of them is read.

    Yields
    ------
    (FileCorpus, iterator of Scored)
        The contents of each input, and the scores of runs of documents, in their order.
    """

    # Mistakes in the lists are told before any text is read.
    score = _SCORES[job.what](job)

    def scored(parts: Iterable[_Part], threads: int) -> Iterator[Scored]:
        return ordered_map(lambda part: score(*part), parts, threads)

    if max_memory is None:
        found = read_corpus(sources, fields, strict=strict, progress=step, read=read)
        if step:
            step("scoring")
        yield found, scored([(watch(found.corpus), None)], 1)
        return
    # Only who sets a limit needs it.
    from dedupe.outofcore.scores import read_in_parts

    with read_in_parts(
        sources,
        fields,
        job,
        max_memory=max_memory,
        workdir=workdir,
        strict=strict,
        step=step,
        read=read,
        announce=announce,
    ) as (found, parts):
        yield found, scored(parts, thread_count(job.threads))


def write_scores(parts: Iterable[Scored], what: str, out: RowWriter) -> ScoresSummary:
    """Write a row for each score."""
    scored, says = 0, Counter[str]()
    for columns, own in parts:
        out.write_columns(columns)
        scored += count_rows(columns)
        says.update(own)
    return ScoresSummary(what, scored, says)


def _boilerplate_scorer(job: ScoreOptions) -> _Scorer:
    from dedupe.boilerplate.score import taught_model

    model = None if job.model is None else taught_model(job.model)
    return lambda corpus, recurrence: _boilerplate(corpus, recurrence, job, model)


def _boilerplate(
    corpus: Corpus, recurrence: I64 | None, job: ScoreOptions, model: BoilerplateModel | None
) -> Scored:
    from dedupe.boilerplate.categories import CATEGORIES
    from dedupe.boilerplate.score import VERDICTS, score_in_context, score_units
    from dedupe.units import cut_units

    units = cut_units(corpus, job.unit, job.paragraphs)
    scores = score_in_context(units, recurrence=recurrence) if job.in_context else score_units(units, model)
    around, none = scores.context, Repeated([None], np.zeros(len(units), np.int64))
    category, verdict = scores.category_numbers(), scores.verdict_numbers()
    said = category[verdict == VERDICTS.index("boilerplate")]
    says: Counter[str] = Counter({name: int((verdict == i).sum()) for i, name in enumerate(VERDICTS) if i})
    says.update({f"boilerplate: {name}": int((said == i).sum()) for i, name in enumerate(CATEGORIES)})
    return {
        "id": Repeated(corpus.ids, units.document),
        "start": units.start,
        "end": units.end,
        "boilerplate": scores.probability,
        "evidence": scores.evidence,
        "category": Repeated((*CATEGORIES, None), category % (len(CATEGORIES) + 1)),
        "text": scores.text,
        "context": none if around is None else around.context,
        "recurrence": none if around is None else around.recurrence,
        "verdict": Repeated(VERDICTS, verdict),
    }, +says


def _language(corpus: Corpus, job: ScoreOptions) -> Scored:
    from dedupe.language.detect import LEAST_PROBABILITY, UNKNOWN, languages_of

    codes, probability = languages_of(corpus.texts, thread_count(job.threads))
    sure, rows = (probability >= LEAST_PROBABILITY).tolist(), np.arange(len(corpus))
    said = [code if is_sure else UNKNOWN for code, is_sure in zip(codes, sure, strict=True)]
    columns: dict[str, Column] = {
        "id": Repeated(corpus.ids, rows),
        "language": Repeated(said, rows),
        "probability": probability,
    }
    return columns, Counter(said)


def _quality_scorer(job: ScoreOptions) -> _Scorer:
    """Return what scores quality, its word lists read."""
    from dedupe.quality.score import load_lists

    lists = load_lists(job.word_lists)
    return lambda corpus, _: _quality(corpus, job, lists)


def _quality(corpus: Corpus, job: ScoreOptions, lists: LoadedLists) -> Scored:
    from dedupe.quality.score import quality_of

    quality = quality_of(corpus, "auto", True, True, job.paragraphs, thread_count(job.threads), lists)
    failed, rows = [list(own) for own in quality.failed(job.rules)], np.arange(len(corpus))
    values: dict[str, Sequence[Any]] = {
        "language": quality.languages,
        "failed": failed,
        "reasons": [[reason.text for reason in one.reasons] for one in quality],
    }
    columns = {
        "id": Repeated(corpus.ids, rows),
        "score": quality.score,
        **{name: Repeated(column, rows) for name, column in values.items()},
        **quality.signals,
    }
    return columns, Counter(says for own in failed for says in [f"fails {rule}" for rule in own] or ["passes"])


_SCORES: dict[str, Callable[[ScoreOptions], _Scorer]] = {
    "boilerplate": _boilerplate_scorer,
    "language": lambda job: lambda corpus, _: _language(corpus, job),
    "quality": _quality_scorer,
}
