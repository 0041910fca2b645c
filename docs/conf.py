"""How Sphinx builds the documentation: `.ci/docs`, warnings as errors."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import generate  # noqa: E402

import dedupe  # noqa: E402

project = "dedupe"
author = "the authors of dedupe"
version = release = dedupe.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["_build", "conftest.py"]
html_theme = "furo"
html_title = f"dedupe {version}"
html_show_sphinx = False

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
default_role = "code"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
# What somebody copies of an example is what they would type.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


def _carry_along(app: object, docname: str, source: list[str]) -> None:
    """Make files outside the guide that a page links to part of the built guide, as downloads."""
    above = re.escape("../" * (docname.count("/") + 1))
    source[0] = re.sub(rf"\[([^\]]+)\]\(({above}[^)#]+)[^)]*\)", r"{download}`\1 <\2>`", source[0])


def setup(app: object) -> None:
    """Make pictures and the reference of the commands before pages are read."""
    generate.write(HERE / "generated")
    app.connect("source-read", _carry_along)  # type: ignore[attr-defined]
