"""From documents to a segment: cut, sign, pack, and put down what the units belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe.columns import runs
from dedupe.documents import Corpus
from dedupe.duplicates.fingerprints import Signer
from dedupe.duplicates.keep import unit_quality
from dedupe.duplicates.settings import Settings
from dedupe.index.increments import Born, ChangedGroups
from dedupe.index.segment import Segment, hash_ids, make_segment, to_offsets
from dedupe.job import KeepRule, ParagraphMode
from dedupe.parallel import ordered_map
from dedupe.store.blocks import Blocks, pack_texts
from dedupe.text.encode import Offsets, TextBatch
from dedupe.text.hashing import U64
from dedupe.units import cut_batch


class _Part(NamedTuple):
    """Some documents, cut, signed and packed."""

    document: Offsets
    start: Offsets
    end: Offsets
    byte: Offsets
    texts: TextBatch
    keys: U64
    folded: U64
    blocks: Blocks
    sizes: Offsets
    """bytes of each document"""


class Intake(NamedTuple):
    """Documents on their way into an index."""

    ids: Sequence[bytes]
    sizes: Offsets
    document: Offsets
    """for each unit the place of its document among these"""
    start: Offsets
    end: Offsets
    byte: Offsets
    born: Born
    blocks: Blocks


def take_in(
    ids: Sequence[bytes],
    corpus: Corpus,
    numbers: Offsets,
    settings: Settings,
    paragraphs: ParagraphMode,
    keep: KeepRule,
    first: int,
    threads: int,
) -> Intake:
    """Cut, sign and pack some documents of a corpus; their units get the numbers from `first` on."""
    signer = Signer(settings, signs=True)

    def work(run: tuple[int, int]) -> _Part:
        batch = corpus.texts.read(numbers[run[0] : run[1]])
        document, low, high, start, end = cut_batch(batch, settings.unit, paragraphs)
        texts = TextBatch(batch.buffer, low, high)
        keys, folded = signer.sign(texts)
        byte = low - batch.starts[document]
        sizes = batch.ends - batch.starts
        return _Part(document + run[0], start, end, byte, texts, keys, folded, pack_texts(batch), sizes)

    parts = list(ordered_map(work, runs(corpus.texts.sizes()[numbers]), threads))
    texts = [part.texts for part in parts]
    document, start, end, byte, folded, sizes = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("document", "start", "end", "byte", "folded", "sizes")
    )
    value = unit_quality(texts) if keep == "best" else np.zeros(0)
    keys = np.concatenate([part.keys for part in parts], axis=1)
    born = Born(first, texts, keys, folded, end - start, value)
    return Intake(ids, sizes, document, start, end, byte, born, _joined([part.blocks for part in parts]))


def segment_of(intake: Intake, decided: ChangedGroups, first_document: int) -> Segment:
    """The segment that holds new documents and what was decided of their units."""
    born = intake.born
    hashes = hash_ids(intake.ids)
    order = np.argsort(hashes, kind="stable")
    sizes = [batch.ends - batch.starts for batch in born.texts]
    return make_segment(
        document=first_document + np.arange(len(intake.ids)),
        id_offsets=to_offsets([len(raw) for raw in intake.ids]),
        ids=np.frombuffer(b"".join(intake.ids), np.uint8),
        text_offsets=to_offsets(intake.sizes),
        id_hash=hashes[order],
        id_document=first_document + order,
        unit=born.numbers,
        unit_document=first_document + intake.document,
        unit_start=intake.start,
        unit_end=intake.end,
        unit_byte=intake.byte,
        unit_bytes=np.concatenate(sizes),
        folded=born.folded,
        copy_of=decided.copy_of,
        kept=decided.kept,
        similarity=decided.similarity,
        value=born.value,
        block_start=intake.blocks.starts,
        block_place=intake.blocks.places,
        block_checksum=intake.blocks.checksums,
        blocks=intake.blocks.data,
        **changes_of(decided),
    )


def changes_of(decided: ChangedGroups) -> dict[str, np.ndarray]:
    """The arrays of a segment that say what changed, and its entries."""
    return {
        "changed": decided.changed,
        "changed_copy_of": decided.changed_copy_of,
        "changed_kept": decided.changed_kept,
        "changed_similarity": decided.changed_similarity,
        "key": decided.key.keys,
        "key_unit": decided.key.units,
        "fold": decided.fold.keys,
        "fold_unit": decided.fold.units,
        "copy": decided.copy.keys,
        "copy_unit": decided.copy.units,
    }


def _joined(parts: Sequence[Blocks]) -> Blocks:
    """The packed texts of parts, one behind the other."""
    starts, places = [np.zeros(1, np.uint64)], [np.zeros(1, np.uint64)]
    for part in parts:
        starts.append(part.starts[1:] + starts[-1][-1:])
        places.append(part.places[1:] + places[-1][-1:])
    return Blocks(
        np.concatenate(starts),
        np.concatenate(places),
        np.concatenate([np.zeros(0, np.uint32), *(part.checksums for part in parts)]),
        np.concatenate([np.zeros(0, np.uint8), *(part.data for part in parts)]),
    )
