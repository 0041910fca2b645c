"""`find_duplicates` of corpora larger than memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dedupe.duplicates.settings import Keep, Settings
from dedupe.duplicates.verify import join_found
from dedupe.errors import InputError, OutputError
from dedupe.files.corpus import FileCorpus
from dedupe.files.lines import Fields
from dedupe.files.sources import Source
from dedupe.files.streams import writing
from dedupe.outofcore.buckets import cut_chunks, join_keys
from dedupe.outofcore.budget import make_budget
from dedupe.outofcore.copies import find_copies
from dedupe.outofcore.estimate import Estimate, check_room, estimate
from dedupe.outofcore.grouping import group_chunk
from dedupe.outofcore.result import FileDuplicates
from dedupe.outofcore.scan import scan
from dedupe.segmentation import ParagraphMode

# A partition is a file: this many are open at a time, three of each kind.
_BITS = 6


@contextmanager
def find_in_files(
    sources: Sequence[Source],
    fields: Fields,
    settings: Settings,
    *,
    max_memory: int | str,
    workdir: str | Path | None = None,
    keep: Keep = "first",
    against: Sequence[Source] = (),
    paragraphs: ParagraphMode = "auto",
    threads: int = 1,
    strict: bool = False,
    progress: Callable[[int], object] | None = None,
    step: Callable[[str], object] | None = None,
    announce: Callable[[Estimate], object] | None = None,
) -> Iterator[tuple[FileDuplicates, FileCorpus]]:
    """Find near-duplicates within a limit of memory; what does not fit is put into files.

    Parameters
    ----------
    sources, against : sequences of Source
        The files, and those that they are compared against.
    fields : Fields
        Which fields hold text and id.
    settings : Settings
        How units are compared.
    max_memory : int or str
        Bytes, or a size such as `1GB`.
    workdir : path, optional
        Where files are put: about as much as the text of the corpus below documents, and half of it for those.
    keep, against, paragraphs, threads, strict
        As for `find_duplicates`.
    progress : function, optional
        Called with the bytes that have just been read.
    step : function, optional
        Called with the name of each step that begins.
    announce : function, optional
        Called with what the run will take, before it starts.

    Yields
    ------
    (FileDuplicates, FileCorpus)
        The answer, whose files go with the block, and what each input holds.

    Raises
    ------
    InputError
        The limit is no size or too small, or something is asked for that needs all in memory.
    OutputError
        There is no room for the work files.
    """
    budget = make_budget(max_memory)
    if settings.similarity != "jaccard":
        raise InputError("containment is found in memory only: leave max_memory out")
    if workdir is not None and not Path(workdir).is_dir():
        raise OutputError(f"{workdir} is no folder: make it, or name another workdir")
    say = step or (lambda name: None)
    expected = estimate([*against, *sources], fields, settings, budget, paragraphs=paragraphs, threads=threads)
    if announce:
        announce(expected)
    check_room(expected, Path(workdir or tempfile.gettempdir()))
    with writing(workdir or tempfile.gettempdir()):
        folder = Path(tempfile.mkdtemp(prefix=".dedupe-work-", dir=workdir))
        try:
            scanned = scan(
                sources,
                against,
                fields,
                settings,
                folder,
                budget,
                _BITS,
                keep=keep,
                paragraphs=paragraphs,
                threads=threads,
                strict=strict,
                progress=progress,
            )
            say("finding exact copies")
            copies = find_copies(scanned, folder, budget, _BITS)
            say("joining band keys")
            joined = join_keys(scanned, copies, folder, budget)
            found = []
            for chunk in cut_chunks(scanned, joined, folder, budget):
                say("comparing")
                found.append(group_chunk(scanned, chunk, budget, threads))
            say("putting together")
            result = FileDuplicates(scanned, copies, join_found(found), joined.largest, folder, budget, _BITS)
            yield result, scanned.found
        finally:
            shutil.rmtree(folder, ignore_errors=True)
