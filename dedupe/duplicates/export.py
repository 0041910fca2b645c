"""`to_datasketch`: the same texts as sketches of datasketch, for who has an index of its own kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Literal

import numpy as np

from dedupe import kernels
from dedupe.arguments import check_number
from dedupe.documents import Texts, read_texts
from dedupe.errors import InputError, MissingPackageError
from dedupe.job import MAX_PERMUTATIONS, ParagraphMode, UnitName
from dedupe.lsh import Shingle
from dedupe.parallel import ordered_map, thread_count
from dedupe.text.encode import TextBatch
from dedupe.text.hashing import U32
from dedupe.units import cut_units

Scheme = Literal["affine32", "legacy"]


def to_datasketch(
    texts: Texts,
    *,
    unit: UnitName = "document",
    shingle: str | Shingle = "word:5",
    permutations: int = 128,
    seed: int = 1,
    scheme: Scheme = "affine32",
    paragraphs: ParagraphMode = "auto",
    threads: int | None = None,
) -> dict[Any, Any]:
    """Sketch texts as datasketch does, so that its indexes can be filled and asked with our text path.

    Parameters
    ----------
    texts : str, sequence of str, mapping, iterable of Document, or Arrow object
        The documents.
    unit : {"document", "paragraph", "sentence"}, default "document"
        The units to sketch.
    shingle : str, default "word:5"
        `word:N`: N folded tokens joined by one space; `char:N`: N characters of the folded text. Their UTF-8
        bytes are the input of datasketch.
    permutations : int, default 128
        `num_perm` of the index.
    seed : int, default 1
        The seed of the index's sketches.
    scheme : {"affine32", "legacy"}, default "affine32"
        The scheme of the index's sketches; `legacy` is that of datasketch before 2.0.
    paragraphs : {"auto", "lines", "blank"}, default "auto"
        Where paragraphs end; see `segment`.
    threads : int, optional
        Threads; the default is one for each CPU.

    Returns
    -------
    dict
        `datasketch.LeanMinHash` by id, or by `UnitName` below documents, in the order of the texts. The values are
        those that `datasketch.MinHash` gives for the same shingles, bit for bit. A text without tokens has an
        empty one.

    Raises
    ------
    InputError
        An argument is out of range, or a text is not a string.

    References
    ----------
    Zhu et al., "datasketch", https://github.com/ekzhu/datasketch.

    Examples
    --------
    >>> sketches = to_datasketch({"a": "The cat sat on the mat.", "b": "the CAT sat, on the mat"}, shingle="word:2")
    >>> sketches["a"].jaccard(sketches["b"])
    1.0
    """
    chosen = Shingle.parse(shingle)
    units = cut_units(read_texts(texts), unit, paragraphs)
    made = sketches(units.batches(), chosen, permutations, seed, scheme, thread_count(threads))
    return {
        name.id if unit == "document" else name: sketch
        for name, sketch in zip(units.references(), made, strict=True)
    }


def datasketch() -> Any:
    """Import datasketch, or say how to install it."""
    try:
        return import_module("datasketch")
    except ModuleNotFoundError as error:
        if error.name != "datasketch":
            raise
        raise MissingPackageError(
            "datasketch is not installed. Install it with: pip install 'dedupe-text[datasketch]'"
        ) from error


def sketches(
    batches: Iterable[TextBatch], shingle: Shingle, permutations: int, seed: int, scheme: Scheme, threads: int
) -> Iterator[Any]:
    """A `LeanMinHash` for each text."""
    module = datasketch()
    if scheme not in ("affine32", "legacy"):
        raise InputError(f"scheme={scheme!r} is neither affine32 nor legacy")
    check_number("permutations", permutations, int, least=1, most=MAX_PERMUTATIONS)
    check_number("seed", seed, int, least=0, most=(1 << 32) - 1)
    permuted = module.MinHash(permutations, seed=seed, scheme=scheme).permutations
    factors, offsets = (np.ascontiguousarray(row, np.uint64) for row in permuted)

    def work(batch: TextBatch) -> U32:
        return kernels.sign_datasketch(batch, shingle.code, shingle.n, scheme == "legacy", factors, offsets)

    width = np.uint64 if scheme == "legacy" else np.uint32
    for part in ordered_map(work, batches, threads):
        for row in part.astype(width):
            yield module.LeanMinHash(seed=seed, hashvalues=row, scheme=scheme)
