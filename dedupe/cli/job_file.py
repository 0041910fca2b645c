"""`--options FILE`: the options of a run from a TOML file, or from the audit of an earlier run."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from dedupe.errors import AuditError, InputError
from dedupe.files.audit import read_job
from dedupe.files.remote import fetched, place
from dedupe.job import CleanOptions, FileOptions
from dedupe.options import options_of

KNOWN = {**options_of(CleanOptions), **options_of(FileOptions)}
"""what may stand in such a file; inputs and outputs may not"""


def with_file(
    options: argparse.Namespace, parser: argparse.ArgumentParser, arguments: Sequence[str] | None
) -> argparse.Namespace:
    """Return the options of a command with those of its file; what the command line says wins."""
    options.parser.set_defaults(**read_job_file(options.options))
    return parser.parse_args(arguments)


def read_job_file(path: str) -> dict[str, Any]:
    """Read the options of a job.

    Parameters
    ----------
    path : str
        A TOML file (.toml), whose keys are the names of options, or an audit (.jsonl, also .gz, .zst).

    Raises
    ------
    InputError
        The file cannot be read, has a key that is no option, or a value that this option cannot have.
    """
    with fetched(place(path)) as local:
        try:
            if local.suffix.lower() == ".toml":
                given: Mapping[str, Any] = tomllib.loads(local.read_text("utf-8"))
            else:
                given = read_job(local)
        except OSError as error:
            raise InputError(
                f"{path} cannot be read: {error.strerror or error}; name a TOML file, or an audit"
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InputError(f"{path} is no TOML: {error}") from error
        except AuditError as error:
            raise InputError(f"{error}, or a TOML file (.toml)") from error
    for name in given:
        if name not in KNOWN:
            plain = name.replace("-", "_")
            # Some flags are named otherwise than the options that they set.
            plain = "keep" if plain == "keep_sources" else plain.removesuffix("_field")
            close = [plain] if plain in KNOWN else get_close_matches(plain, KNOWN, 1)
            meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(KNOWN)}"
            raise InputError(f"{path}: {name} is no option; {meant}")
    for owner in (CleanOptions, FileOptions):
        try:
            owner(**{name: value for name, value in given.items() if name in options_of(owner)})
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
    return dict(given)
