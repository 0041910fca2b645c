"""Build backend: setuptools, with a switch that makes a wheel without the native core an error.

The extension is `optional`, so that an install without a Rust toolchain succeeds; but `optional` also
swallows compile errors. `DEDUPE_REQUIRE_NATIVE=1` turns both into a failed build.
"""

import os
import zipfile
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403

_REQUIRED = os.environ.get("DEDUPE_REQUIRE_NATIVE") == "1"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel and, where asked to, insist on the native core."""
    name = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    with zipfile.ZipFile(Path(wheel_directory, name)) as wheel:
        _insist(wheel.namelist())
    return name


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """Build in place and, where asked to, insist on the native core."""
    name = build_meta.build_editable(wheel_directory, config_settings, metadata_directory)
    _insist([path.as_posix() for path in Path("dedupe").iterdir()])
    return name


def _insist(files):
    if _REQUIRED and not any(f.startswith("dedupe/_kernels.") and f.endswith((".so", ".pyd")) for f in files):
        raise SystemExit(
            "DEDUPE_REQUIRE_NATIVE=1, but the native core was not built: install a Rust toolchain (cargo) or "
            "read the compiler's messages above, or unset the variable for pure Python."
        )
