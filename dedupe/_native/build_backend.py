"""Build backend: setuptools, with a switch that makes a wheel without the native core an error.

The extension is `optional`, so that an install without a Rust toolchain succeeds; but `optional` also
swallows compile errors. `DEDUPE_REQUIRE_NATIVE=1` turns both into a failed build.
"""

import os
import zipfile
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel and, where asked to, insist on the native core."""
    name = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    if os.environ.get("DEDUPE_REQUIRE_NATIVE") == "1":
        with zipfile.ZipFile(Path(wheel_directory, name)) as wheel:
            if not any(
                entry.startswith("dedupe/_kernels.") and entry.endswith((".so", ".pyd"))
                for entry in wheel.namelist()
            ):
                raise SystemExit(
                    "DEDUPE_REQUIRE_NATIVE=1, but the native core was not built: install a Rust toolchain "
                    "(cargo) or read the compiler's messages above, or unset the variable for pure Python."
                )
    return name
