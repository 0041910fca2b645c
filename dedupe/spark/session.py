"""Frames that are computed once, and a word about how far a run is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

# Rows of one key from which on they are joined where they are.
CROWD = 10_000
# Bytes of the input, as it lies there, that make a partition of texts.
PARTITION_BYTES = 16 << 20

_log = logging.getLogger(__name__)


class Step(NamedTuple):
    """A step of a run that is done."""

    name: str
    rows: int
    """how many rows it gave"""
    seconds: float


Report = Callable[[Step], object]
"""Called with each step of a run."""


class SparkRun:
    """The frames of a run.

    A settled frame has been computed, and its plan is forgotten. So plans do not grow with earlier steps, and
    nothing is computed twice. If the session has a checkpoint folder, settled frames are stored there, so that they
    outlive executors. Otherwise they are on the disks and in the memory of the executors.

    Parameters
    ----------
    frame : DataFrame
        The documents.
    report : function, optional
        Called with each step.
    """

    def __init__(self, frame: DataFrame, report: Report | None = None) -> None:
        self.session, self._report = frame.sparkSession, report
        self._kept: list[DataFrame] = []
        self._reliable = _checkpoint_folder(self.session) is not None
        self.partitions = _partitions(frame)

    def settle(self, frame: DataFrame, name: str) -> DataFrame:
        """Compute a frame, and cut it from what it was computed from."""
        begin = time.perf_counter()
        if self._reliable:
            # A checkpoint is computed twice, but for what is held.
            frame.persist(StorageLevel.DISK_ONLY)
            settled = frame.checkpoint()
            frame.unpersist()
        else:
            settled = frame.localCheckpoint()
        self._say(name, settled, begin)
        return settled

    def spread(self, frame: DataFrame, key: str) -> DataFrame:
        """The rows of a frame in the partitions of the run, by one of its columns."""
        return frame.repartition(self.partitions, key)

    def keep(self, frame: DataFrame, key: str, name: str) -> DataFrame:
        """Hold a frame that is spread by one of its columns till the run ends: joins by it do not move it again."""
        begin = time.perf_counter()
        kept = frame.sortWithinPartitions(key).persist(StorageLevel.DISK_ONLY)
        self._kept.append(kept)
        self._say(name, kept, begin, needed=True)
        return kept

    def release(self, frame: DataFrame) -> None:
        """Let go of a frame that is not needed any more."""
        frame.unpersist()

    def close(self) -> None:
        """Let go of all frames that are held."""
        for frame in self._kept:
            frame.unpersist()
        self._kept = []

    def _say(self, name: str, frame: DataFrame, begin: float, *, needed: bool = False) -> None:
        """Say that a step is done; its rows are counted only where somebody wants to know, or to compute it."""
        if self._report is None and not needed and not _log.isEnabledFor(logging.INFO):
            return
        step = Step(name, frame.count(), time.perf_counter() - begin)
        _log.info("%s: %d rows in %.1f s", *step)
        if self._report is not None:
            self._report(step)


def _checkpoint_folder(session: SparkSession) -> str | None:
    """The checkpoint folder of a session; on Spark Connect it is not known, and there is none then."""
    try:
        folder: str | None = session.sparkContext.getCheckpointDir()
    except Exception:
        return None
    return folder


def _partitions(frame: DataFrame) -> int:
    """In how many partitions texts are held: as the session says, fewer where Spark knows that there is less."""
    session = frame.sparkSession
    most = int(session.conf.get("spark.sql.shuffle.partitions") or 200)
    try:
        size = int(frame._jdf.queryExecution().optimizedPlan().stats().sizeInBytes())
        least: int = session.sparkContext.defaultParallelism
    except Exception:
        return most
    return max(1, min(most, max(least, size // PARTITION_BYTES)))


def join_crowded(rows: DataFrame, table: DataFrame, key: list[str], weight: str) -> DataFrame:
    """Join rows with a table that has one row for each key, and in `weight` how many rows that meets.

    Rows of a key that very many have are not brought together: what the table says of it is brought to them.
    """
    many = table.filter(F.col(weight) > CROWD).drop(weight)
    few = table.filter(F.col(weight) <= CROWD).drop(weight)
    hot = rows.join(F.broadcast(many), key)
    cold = rows.join(F.broadcast(many.select(*key)), key, "left_anti").join(few, key)
    return hot.unionByName(cold)


def number(run: SparkRun, frame: DataFrame, order: list[Column], into: str, name: str) -> DataFrame:
    """Number the rows of a frame in an order that leaves nothing open: 0, 1, 2, … as column `into`.

    Rows are sorted where they are and numbered there; what comes to the driver is how many there are in each
    partition.
    """
    placed = run.settle(
        frame.sort(*order).select(
            "*", F.spark_partition_id().alias("_part"), F.monotonically_increasing_id().alias("_place")
        ),
        name,
    )
    counts = placed.groupBy("_part").agg(F.count("*").alias("rows"), F.min("_place").alias("first")).collect()
    bases, before = [], 0
    for part, rows, first in sorted(tuple(row) for row in counts):
        bases.append((part, before - first))
        before += rows
    table = run.session.createDataFrame(bases or [(0, 0)], "_part int, _base long")
    numbered = placed.join(F.broadcast(table), "_part").withColumn(into, F.col("_place") + F.col("_base"))
    return numbered.drop("_part", "_place", "_base")
