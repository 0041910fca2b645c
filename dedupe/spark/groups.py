"""Groups on Spark: the kept units are found in rounds, over verified pairs.

The contract: units are visited in keep order. Each joins the most similar unit kept before it, if that is similar
enough; otherwise it is kept. So a unit with a kept neighbour before it is removed, whatever happens to the others.
A unit is kept if no neighbour before it may still be kept. Each round decides all units that it can by these two
rules, until few pairs are left for one task to visit in order.

Buckets of many units are never turned into pairs. In each bucket the first undecided units are compared with each
other; only the kept ones among them are compared with all later members. So a bucket costs as many comparisons for
each member as it has kept units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from dedupe.duplicates.settings import Settings
from dedupe.spark.arrow import Batches, Longs, longs, make_batch
from dedupe.spark.candidates import BandBuckets, distinct_pairs, pair_up, texts_of
from dedupe.spark.compare import SALTS, verify
from dedupe.spark.documents import DocumentFrames
from dedupe.spark.session import SparkRun
from dedupe.spark.units import Units

# Pairs that one task goes through in order: 24 bytes each.
IN_ONE_TASK = 1 << 21
# Units of a crowded bucket that are asked for in the first round, and at most in a later one.
FIRST_ASKED, MOST_ASKED = 32, 2048


@dataclass(frozen=True)
class VisitInOrder:
    """Visits units in keep order, as the contract says: the rest of the pairs, in one task."""

    schema: ClassVar[str] = "rank long, waits boolean"

    def __call__(self, batches: Batches) -> Batches:
        """The units that go, and those of which nothing can be said yet.

        A row is a pair `a`, `b`, or a unit `a` alone that must wait unless it goes.
        """
        none = np.zeros((0, 2), np.int64)
        parts = [none, *(np.column_stack((longs(own, "a"), longs(own, "b", _NOBODY))) for own in batches)]
        rows = np.concatenate(parts)
        single = rows[:, 1] == _NOBODY
        gone, waiting = visit_in_order(rows[~single, 0], rows[~single, 1], rows[single, 0])
        yield make_batch(
            rank=np.concatenate((gone, waiting)),
            waits=np.append(np.zeros(len(gone), bool), np.ones(len(waiting), bool)),
        )


_NOBODY = (1 << 63) - 1


def visit_in_order(a: Longs, b: Longs, blocked: Longs) -> tuple[Longs, Longs]:
    """Return the units that are removed, and those that wait, by pairs of similar ones and who is blocked."""
    order = np.lexsort((a, b))
    gone: set[int] = set()
    waiting = set(blocked.tolist())
    before: list[int] = []
    later, earlier = b[order].tolist(), a[order].tolist()
    for place, unit in enumerate(later):
        before.append(earlier[place])
        if place + 1 < len(later) and later[place + 1] == unit:
            continue
        if any(other not in gone and other not in waiting for other in before):
            gone.add(unit)
            waiting.discard(unit)
        elif any(other in waiting for other in before):
            waiting.add(unit)
        before = []
    return np.array(sorted(gone), np.int64), np.array(sorted(waiting), np.int64)


def find_groups(documents: DocumentFrames, units: Units, buckets: BandBuckets, settings: Settings) -> DataFrame:
    """The members of groups: `rank`, `kept` (a rank) and `similarity`."""
    run = documents.run
    pairs = buckets.pairs
    ranks = pairs.select(F.col("a").alias("rank")).union(pairs.select("b")).union(buckets.crowded.select("rank"))
    found = texts_of(documents, units, ranks.distinct(), f"texts of {settings.unit}s that share buckets")
    near = verify(run, pairs.withColumn("salt", F.lit(0)), found, settings, "verified pairs")
    crowded = run.settle(buckets.crowded, "members of crowded buckets")
    if crowded.isEmpty():
        gone, _ = resolve_pairs(run, near, None)
    else:
        near, gone = _thin_out(run, near, crowded, found, settings)
    run.release(found)
    leaders = near.join(gone.select(F.col("rank").alias("a")), "a", "left_anti")
    # Of equals the earliest: its complement is the largest, and unlike the negative always a number.
    best = leaders.groupBy("b").agg(F.max(F.struct("similarity", F.bitwise_not("a").alias("a"))).alias("best"))
    members = best.select(F.col("b").alias("rank"), F.bitwise_not("best.a").alias("kept"), "best.similarity")
    return run.settle(members, "members")


def resolve_pairs(run: SparkRun, near: DataFrame, blocked: DataFrame | None) -> tuple[DataFrame, DataFrame | None]:
    """Return which units go, and which must wait since one before them may still be kept: a column `rank` each.

    Units that are `blocked` can only be removed in this round, not kept.
    """
    session = run.session
    gone = [session.createDataFrame([], "rank long")]
    open_ = near.select("a", "b")
    rounds = 0
    while True:
        open_ = run.settle(open_, f"pairs that are open after {rounds} rounds")
        left = open_.count()
        if left <= IN_ONE_TASK:
            break
        rounds += 1
        later = open_.select(F.col("b").alias("a")).distinct()
        if blocked is not None:
            later = later.union(blocked.select(F.col("rank").alias("a"))).distinct()
        kept = open_.select("a").distinct().join(later, "a", "left_anti")
        dead = run.settle(open_.join(kept, "a").select("b").distinct(), "units that go")
        if blocked is not None and dead.isEmpty():
            # All that is left waits for one that is blocked.
            waiting = open_.select(F.col("b").alias("rank")).union(blocked.select("rank")).distinct()
            return _union(gone), waiting
        gone.append(dead.select(F.col("b").alias("rank")))
        open_ = open_.join(dead, "b", "left_anti").join(dead.select(F.col("b").alias("a")), "a", "left_anti")
        if blocked is not None:
            blocked = blocked.join(dead.select(F.col("b").alias("rank")), "rank", "left_anti")
    rows, task = open_, VisitInOrder()
    if blocked is not None:
        rows = rows.union(blocked.select(F.col("rank").alias("a"), F.lit(None).cast("long").alias("b")))
    rest = run.settle(rows.coalesce(1).mapInArrow(task, task.schema), f"the last {left:,} pairs, in one task")
    gone.append(rest.filter("not waits").select("rank"))
    return _union(gone), None if blocked is None else rest.filter("waits").select("rank")


def _thin_out(
    run: SparkRun, near: DataFrame, crowded: DataFrame, found: DataFrame, settings: Settings
) -> tuple[DataFrame, DataFrame]:
    """Work through crowded buckets: all verified pairs with a kept unit, and which units go."""
    # Members of which it is not known whether they are kept.
    open_, asked, rounds = crowded, FIRST_ASKED, 0
    while True:
        rounds += 1
        place = F.row_number().over(Window.partitionBy("bucket").orderBy("rank"))
        numbered = run.settle(open_.withColumn("place", place), f"crowded buckets, round {rounds}")
        first = numbered.filter(F.col("place") <= asked)
        among = pair_up(first.select("bucket.band", "bucket.key", "rank"), asked).filter("b is not null")
        pairs = distinct_pairs(among).join(near.select("a", "b"), ["a", "b"], "left_anti")
        new = verify(run, pairs.withColumn("salt", F.lit(0)), found, settings, f"their first {asked}, verified")
        near = run.settle(near.unionByName(new), "verified pairs")
        blocked = numbered.filter(F.col("place") > asked).select("rank").distinct()
        gone, waiting = resolve_pairs(run, near, blocked)
        undecided = blocked if waiting is None else waiting
        kept = first.select("rank").distinct().join(undecided.union(gone).distinct(), "rank", "left_anti")
        # Whoever is kept meets all later members, those that go for others too: it may be the most similar.
        leaders = F.broadcast(first.join(kept, "rank").select("bucket", F.col("rank").alias("a")))
        meet = crowded.join(leaders, "bucket").filter(F.col("rank") > F.col("a"))
        meet = distinct_pairs(meet.select("a", F.col("rank").alias("b")))
        meet = meet.join(near.select("a", "b"), ["a", "b"], "left_anti")
        met = verify(
            run, meet.withColumn("salt", F.pmod("b", F.lit(SALTS))), found, settings, "members that meet kept ones"
        )
        near = run.settle(near.unionByName(met), "verified pairs")
        done = gone.union(kept).union(met.select(F.col("b").alias("rank"))).distinct()
        open_ = run.settle(open_.join(done, "rank", "left_anti"), f"open after {rounds} rounds")
        if open_.isEmpty():
            return near, resolve_pairs(run, near, None)[0]
        asked = min(asked * 4, MOST_ASKED)


def _union(frames: list[DataFrame]) -> DataFrame:
    whole = frames[0]
    for frame in frames[1:]:
        whole = whole.union(frame)
    return whole
