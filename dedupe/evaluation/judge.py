"""People judge removals: a sample is drawn from an audit, a file keeps the answers, and the answers are counted.

The answers are JSONL. A row `draw` has the number of removals of each stage and level of score. Then a row
`removal` follows for each drawn removal, with both places as text and an `answer`, null until somebody gives one.
The page of a report writes such files too, with the levels of its samples.
"""

from __future__ import annotations

import heapq
import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import sqrt
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from dedupe.documents import Texts, read_texts
from dedupe.errors import AuditError, InputError
from dedupe.files.audit import DAMAGE, check_audit, read_audit, understanding
from dedupe.files.rows import write_rows
from dedupe.files.summary import place_row
from dedupe.intervals import Proportion, Stratum, stratified
from dedupe.job import ALL_STAGES
from dedupe.report.answers import FORMAT, draw_row, removal_row
from dedupe.report.model import Place

Answer: TypeAlias = Literal["right", "wrong", "unsure"]
_Heap: TypeAlias = list[tuple[int, str, int, dict[str, Any]]]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
COUNT = 100
# Levels of scores end here, the last one holds what is equal; of each so many are drawn at least.
_LEVELS, _LEAST = (0.5, 0.7, 0.85, 1.0), 3


class Judged(NamedTuple):
    """A removal that was drawn, and what a person says of it."""

    stage: str
    level: int
    score: float
    reason: str
    place: Place
    kept: Place | None
    answer: Answer | None
    more: Mapping[str, Any] = {}
    """what else somebody has written into its row"""


@dataclass(frozen=True)
class Judgements:
    """Removals that were drawn of an audit, with the answers that there are."""

    audit: str | None
    """the digest of the audit, where one was written"""
    sizes: tuple[tuple[str, int, int], ...]
    """stage, level of score, and how many removals there are of both"""
    removals: tuple[Judged, ...]

    @property
    def precision(self) -> Proportion:
        """Return the share of removals that are right, as far as the answers tell; who is unsure says nothing."""
        return stratified(self._strata())

    @property
    def stages(self) -> tuple[tuple[str, int, Proportion], ...]:
        """For each stage how many removals there are, and which share of them is right."""
        totals: Counter[str] = Counter()
        for stage, _, size in self.sizes:
            totals[stage] += size
        return tuple((stage, total, stratified(self._strata(stage))) for stage, total in totals.items())

    @property
    def known(self) -> int:
        """Return how many removals the answers stand for: those of all stages and levels of which there is one."""
        return sum(part.size for part in self._strata() if part.trials)

    @property
    def open(self) -> int:
        """Return how many wait for an answer."""
        return sum(one.answer is None for one in self.removals)

    def answered(self, number: int, answer: Answer | None) -> Judgements:
        """Return the same with an answer to one of them."""
        changed = [one._replace(answer=answer) if i == number else one for i, one in enumerate(self.removals)]
        return Judgements(self.audit, self.sizes, tuple(changed))

    def _strata(self, stage: str | None = None) -> Iterator[Stratum]:
        answers: dict[tuple[str, int], list[Answer | None]] = defaultdict(list)
        for one in self.removals:
            answers[one.stage, one.level].append(one.answer)
        for own, level, size in self.sizes:
            if stage in (None, own):
                right, wrong = (answers[own, level].count(answer) for answer in ("right", "wrong"))
                yield Stratum(size, right, right + wrong)

    def write(self, path: Path) -> None:
        """Write them to a file, which is for its owner alone, as it holds texts."""
        with write_rows(str(path), private=True) as out:
            out.write(draw_row(self.audit, self.sizes))
            for one in self.removals:
                out.write({**removal_row(*one[:6], one.more), "answer": one.answer})


def read_judgements(path: Path) -> Judgements:
    """Read answers.

    Raises
    ------
    InputError
        The file is none of this format, or damaged; line and reason are named.
    """
    removals: list[Judged] = []
    head: dict[str, Any] = {}
    number = 0
    try:
        with path.open(encoding="utf-8", errors="surrogatepass") as lines:
            for number, line in enumerate(lines, 1):
                row = json.loads(line)
                if number == 1:
                    head = row
                    if (row["type"], row["format"]) != ("draw", FORMAT):
                        raise InputError(f"{path} holds no answers of format {FORMAT}")
                else:
                    removals.append(_judged(row))
        sizes = tuple((str(row["stage"]), int(row["level"]), int(row["removals"])) for row in head["strata"])
        known = {(stage, level) for stage, level, _ in sizes}
        for number, one in enumerate(removals, 2):  # noqa: B007
            if (one.stage, one.level) not in known:
                raise InputError(f"the first line knows of no removals as {one.stage!r} at level {one.level}")
        drawn = Counter((one.stage, one.level) for one in removals)
        for stage, level, count in sizes:
            number = 1
            if count < drawn[stage, level]:
                raise InputError(
                    f"{count} removals as {stage!r} at level {level}, but {drawn[stage, level]} are below"
                )
        audit = head["audit_sha256"]
        return Judgements(audit and str(audit), sizes, tuple(removals))
    except InputError as error:
        raise InputError(f"{path}, line {number}: {error}") from error
    except (OSError, *DAMAGE) as error:
        raise InputError(
            f"{path}, line {number}: is not as it was written ({error}): answers go behind “answer”"
        ) from error


def _judged(row: dict[str, Any]) -> Judged:
    answer = row["answer"]
    if answer is not None and answer not in ANSWERS:
        raise InputError(f"the answer {answer!r} is none of {', '.join(ANSWERS)}, or null while there is none")
    if row["stage"] not in ALL_STAGES:
        raise InputError(f"the stage {row['stage']!r} is none of {', '.join(ALL_STAGES)}")
    kept = _read_place(row["kept"]) if row["kept"] else None
    more = {name: value for name, value in row.items() if name not in (*Judged._fields, "type")}
    judged = str(row["stage"]), int(row["level"]), float(row["score"]), str(row["reason"])
    return Judged(*judged, _read_place(row["place"]), kept, answer, more)


def _read_place(row: dict[str, Any]) -> Place:
    before, text, after = (str(row[name]) for name in ("before", "text", "after"))
    return Place(str(row["id"]), int(row["start"]), int(row["end"]), before, text, after, int(row["longer"]))


def draw_removals(audit: str | Path, texts: Texts, *, count: int = COUNT) -> Judgements:
    """Draw removals of an audit for a person to judge.

    Parameters
    ----------
    audit : path
        The audit that `clean` wrote.
    texts : texts
        The texts that `clean` was given.
    count : int, default 100
        Approximate number of drawn removals. Every stage and level of score has some; larger ones have more, by the
        square root of their size. Each answer is weighted by the removals that it represents.

    Returns
    -------
    Judgements
        The drawn removals, equal in every run; `.write(path)`, `.answered(i, "wrong")`, `.precision`.

    Raises
    ------
    AuditError
        The audit is damaged, or of other texts.
    InputError
        The texts are unusable, or the audit holds no removal.
    """
    if count < 1:
        raise InputError(f"count={count} must be at least 1")
    path = Path(audit)
    check_audit(path)
    sizes: Counter[tuple[str, int]] = Counter()
    heaps: dict[tuple[str, int], _Heap] = defaultdict(list)
    samples: list[dict[str, Any]] = []
    digest = ""
    with understanding(path):
        for row in read_audit(path):
            if row["type"] == "removal":
                stratum = row["stage"], bisect_right(_LEVELS, row["score"])
                sizes[stratum] += 1
                _push(heaps[stratum], count, sum(sizes.values()), row)
            elif row["type"] == "sample":
                samples.append(row["place"])
            elif row["type"] == "end":
                digest = row["sha256"]
    if not sizes:
        raise InputError(f"{path} holds no removal: there is nothing to judge")
    shown = _Texts(path, texts)
    with understanding(path):
        shown.check(samples)
        removals = tuple(
            Judged(
                stage,
                level,
                row["score"],
                row["reason"],
                shown.place(row),
                shown.place(row["kept"]) if "kept" in row else None,
                None,
            )
            for stage, level, row in _drawn(heaps, _shares(sizes, count))
        )
    return Judgements(digest, tuple((*stratum, size) for stratum, size in sizes.items()), removals)


def _drawn(
    heaps: Mapping[tuple[str, int], _Heap],
    shares: Mapping[tuple[str, int], int],
) -> list[tuple[str, int, dict[str, Any]]]:
    """Stage, level and row of what is drawn, all kinds in turn, so that who stops early has seen of each."""
    placed = [
        ((place + 0.5) / share, stratum, row)
        for stratum, share in shares.items()
        for place, (*_, row) in enumerate(sorted(heaps[stratum], key=lambda entry: -entry[0])[:share])
    ]
    return [(*stratum, row) for _, stratum, row in sorted(placed, key=lambda own: own[:2])]


def _push(heap: _Heap, count: int, place: int, row: dict[str, Any]) -> None:
    name = f"{row['id']!r}\0{row['start']}\0{row['end']}"
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    # No two entries are alike up to their rows, which have no order.
    entry = -int.from_bytes(digest, "big"), name, place, row
    if len(heap) < count:
        heapq.heappush(heap, entry)
    elif entry[:3] > heap[0][:3]:
        heapq.heapreplace(heap, entry)


def _shares(sizes: Counter[tuple[str, int]], count: int) -> dict[tuple[str, int], int]:
    """Return how many are drawn of each stratum."""
    roots = sum(map(sqrt, sizes.values()))
    return {stratum: min(size, max(round(count * sqrt(size) / roots), _LEAST)) for stratum, size in sizes.items()}


class _Texts:
    """The texts that an audit is about."""

    def __init__(self, audit: Path, texts: Texts) -> None:
        self._audit = audit
        self._corpus = read_texts(texts)
        self._numbers = {identity: number for number, identity in enumerate(self._corpus.ids)}

    def place(self, row: dict[str, Any]) -> Place:
        """A span with what stands around it."""
        text = self._text(row)
        if row["end"] > len(text):
            raise self._other(row)
        return Place(**{**place_row(row["id"], row["start"], row["end"], text), "id": str(row["id"])})

    def check(self, samples: Iterable[dict[str, Any]]) -> None:
        """Refuse texts that are not those whose samples an audit holds."""
        for row in samples:
            if not self._text(row).startswith(row["text"], row["start"]):
                raise self._other(row)

    def _text(self, row: dict[str, Any]) -> str:
        number = self._numbers.get(row["id"])
        if number is None:
            raise self._other(row)
        return self._corpus.texts[number]

    def _other(self, row: dict[str, Any]) -> AuditError:
        return AuditError(
            f"{self._audit} speaks of {row['id']!r} [{row['start']},{row['end']}), which is not in these texts: "
            "give what clean was given, as it was"
        )
