"""Word lists of users: files or mappings in, entries by language out, and how often texts hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.arguments import check_paths
from dedupe.errors import InputError
from dedupe.kernels.records import I64
from dedupe.text.encode import Offsets, TextBatch, encode_batch

Entries: TypeAlias = Sequence[str] | str | Path
"""Words, or the file that holds them."""
WordLists: TypeAlias = str | Path | Mapping[str, Entries | Mapping[str, Entries]]
"""A folder, or by name of the list its entries for all languages, or by language."""

ALL = "all"
"""the key of the entries that count in every language"""
_CODE = re.compile("[a-z]{2,3}")
_COMMENT = "# "


class Listed(NamedTuple):
    """The entries that count in one language, and the list that each is in."""

    entries: TextBatch
    lists: Offsets


class LoadedLists:
    """Word lists, ready to be looked for."""

    def __init__(self, lists: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self.names = tuple(lists)
        self._lists = lists
        self._listed: dict[str, Listed] = {}

    @property
    def languages(self) -> frozenset[str]:
        """The languages that some list has entries for, `ALL` among them."""
        return frozenset(code for entries in self._lists.values() for code in entries)

    def known(self, code: str) -> npt.NDArray[np.bool_]:
        """Return which lists have entries for a language."""
        return np.array([code in entries or ALL in entries for entries in self._lists.values()], bool)

    def of(self, code: str) -> Listed:
        """Return the entries that count in a language."""
        if code not in self._listed:
            rows = [
                (entry, number)
                for number, entries in enumerate(self._lists.values())
                for one in dict.fromkeys((code, ALL))
                for entry in entries.get(one, ())
            ]
            numbers = np.array([number for _, number in rows], np.int64)
            self._listed[code] = Listed(encode_batch([entry for entry, _ in rows]), numbers)
        return self._listed[code]

    def count(self, texts: TextBatch, codes: Sequence[str]) -> I64:
        """Return how many entries of each list each text holds; -1 where a list has none for its language."""
        out = np.full((len(texts), len(self.names)), -1, np.int64)
        for code in dict.fromkeys(codes):
            rows, known = np.array([own == code for own in codes]), self.known(code)
            if known.any():
                counts = kernels.listed_words(texts.select(rows), *self.of(code), len(self.names))
                out[np.ix_(rows, known)] = counts[:, known]
        return out


def load_word_lists(given: WordLists | None, taken: Sequence[str] = ()) -> LoadedLists:
    """Read word lists.

    Parameters
    ----------
    given : str, Path, mapping, or None
        A mapping of list names to words for all languages, or to words by language (`en`; `all` for every
        language). A path in it means the words of its file. A path alone is one file for all languages, or a
        folder with a file for each language (`en.txt`, or `en`); the folder's name is the name of the list. A
        folder of such folders works too. Files are UTF-8 with one entry a line; empty lines and lines that begin
        with `# ` are ignored.
    taken : sequence of str
        Names that no list may have.

    Raises
    ------
    InputError
        A file is missing or not UTF-8, a list is empty, or a name is taken or names no language.
    """
    if given is None:
        return LoadedLists({})
    if isinstance(given, str | Path):
        check_paths(word_lists=given)
        given = _in_folder(Path(given))
    if not isinstance(given, Mapping):
        raise InputError(f"word_lists={given!r} is neither a path nor a mapping of lists by name")
    out: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, lists in given.items():
        if not isinstance(name, str) or not name:
            raise InputError(f"word_lists: {name!r} is no name of a list: name it with a string")
        if name in taken:
            raise InputError(f"word_lists: the name {name!r} is that of another column: call the list differently")
        by_language = lists if isinstance(lists, Mapping) else {ALL: lists}
        out[name] = {code: _read(name, code, entries) for code, entries in by_language.items()}
        if not out[name]:
            raise InputError(f"word list {name!r} has no language: give words by language, such as {{'en': [...]}}")
    return LoadedLists(out)


def _read(name: str, code: object, entries: object) -> tuple[str, ...]:
    """The entries of a list for a language."""
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise InputError(
            f"word list {name!r} has words for {code!r}: name languages by ISO codes such as 'en', or 'all'"
        )
    where = f"word list {name!r} for {code!r}"
    if isinstance(entries, str | Path):
        check_paths(word_lists=entries)
        where, entries = f"{where}, {entries}", _lines(Path(entries), where)
    if not isinstance(entries, Sequence | set | frozenset):
        raise InputError(f"{where} is {entries!r}: give a sequence of words, or the path of a file")
    for entry in entries:
        if not isinstance(entry, str) or not entry.strip():
            raise InputError(f"{where} holds {entry!r}: an entry is a word, or several")
    if not entries:
        raise InputError(f"{where} holds no words")
    return tuple(sorted(set(entries)))


def _lines(path: Path, where: str) -> list[str]:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"{where}: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: {path} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(_COMMENT)]


def _in_folder(path: Path) -> dict[str, Entries | dict[str, Entries]]:
    """The files of lists by name and language."""
    if path.is_file():
        return {path.stem: path}
    if not path.is_dir():
        raise InputError(f"word_lists: there is no folder {path}")
    folders = sorted(one for one in path.iterdir() if one.is_dir() and not one.name.startswith("."))
    lists: dict[str, Entries | dict[str, Entries]] = {
        folder.name: dict(_files(folder)) for folder in folders or [path.resolve()]
    }
    if folders and (loose := next((file for _, file in _files(path)), None)):
        raise InputError(f"word_lists: {loose} lies beside folders: put it into the folder of its list")
    for name, files in lists.items():
        if not files:
            raise InputError(f"word list {name!r} in {path} has no file such as en.txt")
    return lists


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder by language; licences and the like are passed over."""
    for file in sorted(folder.iterdir()):
        if file.is_file() and (file.suffix == ".txt" or _CODE.fullmatch(file.name)):
            yield file.stem, file
