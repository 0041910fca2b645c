"""Contents of input files, put down by the stages of a run: sources by number, problems in files of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dedupe.disk import create_file
from dedupe.files.corpus import FileCorpus
from dedupe.files.problems import Problem, Problems
from dedupe.files.records import Contents
from dedupe.files.sources import Source
from dedupe.store.columns import FileFolder


class ContentsCodec:
    """Puts down what the files of a run hold, but for the documents, which somebody has taken."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def encode(self, value: FileCorpus, folder: FileFolder, name: str) -> list[dict[str, Any]]:
        """The files as JSON."""
        return [self._encode_contents(folder, f"{name}.{i}", own) for i, own in enumerate(value.contents)]

    def decode(self, state: list[dict[str, Any]], folder: Path) -> FileCorpus:
        """Return what `encode` gave."""
        return FileCorpus.of_contents([self._decode_contents(own, folder) for own in state])

    def _encode_contents(self, folder: FileFolder, name: str, contents: Contents) -> dict[str, Any]:
        """Return what a file holds as JSON; its problems go into a file of their own."""
        problems = None
        if contents.problems:
            path = folder.file(f"{name}.problems")
            problems = path.name
            with create_file(path) as out:
                out.writelines(json.dumps(problem).encode() + b"\n" for problem in contents.problems)
        return {
            "source": self._sources.index(contents.source),
            "source_field": contents.source_field,
            "problems": problems,
            "size": contents.size,
            "sha256": contents.sha256,
            "values_sha256": contents.values_sha256,
            "unreadable": contents.unreadable,
        }

    def _decode_contents(self, state: dict[str, Any], folder: Path) -> Contents:
        problems = Problems()
        if state["problems"] is not None:
            with (folder / state["problems"]).open("rb") as lines:
                problems.extend(Problem(*json.loads(line)) for line in lines)
        source = self._sources[state["source"]]
        return Contents(**{**state, "source": source, "problems": problems})
