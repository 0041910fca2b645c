"""Byte streams: open a file compressed or not, and write one beside its target until it is whole."""

from __future__ import annotations

import contextlib
import errno
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias

from dedupe.disk import create_file
from dedupe.errors import InputError, OutputError
from dedupe.files.remote import AnyPath
from dedupe.sizes import size_in_words

Compression: TypeAlias = Literal["", "gz", "zst", "bz2", "xz"]
COMPRESSIONS: tuple[Compression, ...] = ("gz", "zst", "bz2", "xz")
BLOCK = 1 << 20
_ZSTANDARD_READ = 1 << 16


def compression_of(name: str) -> Compression:
    """The compression that a file's name tells, in letters of any case."""
    name = name.lower()
    return next((one for one in COMPRESSIONS if name.endswith(f".{one}")), "")


def without_compression(name: str) -> str:
    """Return a file's name without the ending of its compression."""
    compression = compression_of(name)
    return name[: -len(compression) - 1] if compression else name


def read_error_types() -> tuple[type[BaseException], ...]:
    """Return what reading a damaged compressed stream may raise."""
    errors: list[type[BaseException]] = [EOFError, zlib.error, gzip.BadGzipFile]
    with contextlib.suppress(ImportError):
        import zstandard

        errors.append(zstandard.ZstdError)
    with contextlib.suppress(ImportError):
        import lzma

        errors.append(lzma.LZMAError)
    return tuple(errors)


class UnusableFileError(EOFError):
    """A stream is whole, and not what it should be; its message is the reason."""


class TooMuchError(UnusableFileError):
    """A stream unpacks to more than its limit."""


@contextlib.contextmanager
def open_read(path: AnyPath, limit: int | None = None) -> Iterator[io.BufferedIOBase]:
    """Open a file for reading, decompressed; one that unpacks to more than a limit ends in an error there."""
    compression = compression_of(path.name)
    with path.open("rb") as raw:
        if compression == "gz":
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield unpacked if limit is None else io.BufferedReader(_LimitedReader(unpacked, limit), BLOCK)
        elif compression == "zst":
            frames = _ZstandardReader(raw, _zstandard(path))
            yield io.BufferedReader(frames if limit is None else _LimitedReader(frames, limit), BLOCK)
        elif compression:
            with _packed_file(raw, compression) as packed:
                checked = _CheckedReader(packed)
                yield io.BufferedReader(checked if limit is None else _LimitedReader(checked, limit), BLOCK)
        else:
            yield raw  # type: ignore[misc]


def _packed_file(raw: BinaryIO, compression: Compression, mode: Literal["rb", "wb"] = "rb") -> Any:
    """A bzip2 or xz file of the standard library; a Python may be built without one of them."""
    try:
        if compression == "bz2":
            import bz2

            return bz2.BZ2File(raw, mode)
        import lzma

        return lzma.LZMAFile(raw, mode, format=lzma.FORMAT_XZ if mode == "wb" else lzma.FORMAT_AUTO)
    except ImportError as error:
        raise InputError(
            f"this Python has no support for .{compression} ({error}): pack the file as .gz, or use another Python"
        ) from error


class _CheckedReader(io.RawIOBase):
    """Tells damage to a stream, which `bz2` reports as an `OSError`, from what the system complains of."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            return int(self._inner.readinto(buffer))
        except OSError as error:
            if error.errno is None:
                raise EOFError(str(error)) from error
            raise


class _LimitedReader(io.RawIOBase):
    """Passes on so many bytes, and raises where there are more."""

    def __init__(self, inner: Any, limit: int) -> None:
        self._inner, self._limit, self._left = inner, limit, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = int(self._inner.readinto(buffer))
        self._left -= count
        if self._left < 0:
            raise TooMuchError(
                f"it unpacks to more than {size_in_words(self._limit)}, the limit of `max_unpacked=`"
            )
        return count


class _ZstandardReader(io.RawIOBase):
    """Decompresses frame after frame, and notices when the input ends in the middle of one."""

    def __init__(self, raw: BinaryIO, zstandard: Any) -> None:
        self._raw = raw
        self._new = zstandard.ZstdDecompressor().decompressobj
        self._frame: Any = None
        self._rest = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            data = self._rest or self._raw.read(_ZSTANDARD_READ)
            self._rest = b""
            if not data:
                if self._frame is not None:
                    raise EOFError("it ends in the middle of a zstandard frame")
                return 0
            self._frame = self._frame or self._new()
            self._ready = memoryview(self._frame.decompress(data))
            if self._frame.eof:
                self._rest = self._frame.unused_data
                self._frame = None
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


def _zstandard(path: AnyPath) -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise InputError(f"{path} is zstandard. Install it with: pip install 'dedupe-text[zst]'") from error
    return zstandard


@contextlib.contextmanager
def open_write(path: Path, compression: Compression, *, private: bool = False) -> Iterator[BinaryIO]:
    """Open a new file for writing, compressed as asked; the same bytes in give the same file."""
    with create_file(path, private=private) as raw:
        if compression == "gz":
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
                yield packed  # type: ignore[misc]
        elif compression == "zst":
            with _zstandard(path).ZstdCompressor().stream_writer(raw, closefd=False) as packed:
                yield packed
        elif compression:
            with _packed_file(raw, compression, "wb") as packed:
                yield packed
        else:
            yield raw


class HashingWriter:
    """Counts and hashes what it passes on, and says how much it is."""

    def __init__(self, out: BinaryIO | None, told: Callable[[int], object] | None = None) -> None:
        self._out, self._told = out, told
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Pass data on."""
        self._hash.update(data)
        self.size += len(data)
        if self._out:
            self._out.write(data)
        if self._told:
            self._told(len(data))

    @property
    def sha256(self) -> str:
        """The digest so far, in hexadecimal."""
        return self._hash.hexdigest()


def _what_helps(error: OSError) -> str:
    """Return the advice for a place that cannot be written to."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "Free space or choose another place" if full else "Choose another place"


@contextlib.contextmanager
def writing(path: Path | str) -> Iterator[None]:
    """Turn the operating system's complaints about an output into an error that says what to do."""
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}; no partial output was left behind. "
            f"{_what_helps(error)}, and run again"
        ) from error
