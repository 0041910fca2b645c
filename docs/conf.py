"""How Sphinx builds the documentation: `.ci/docs`, warnings as errors."""

from __future__ import annotations

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
html_theme_options = {
    "source_repository": "https://github.com/dedupe-text/dedupe-text/",
    "source_branch": "main",
    "source_directory": "docs/",
}

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

REPOSITORY = "https://github.com/dedupe-text/dedupe-text/blob/main/"


def _link_to_repository(app: object, docname: str, source: list[str]) -> None:
    """Links that lead out of the guide lead to the repository."""
    above = "../" * (docname.count("/") + 1)
    source[0] = source[0].replace(f"]({above}", f"]({REPOSITORY}")


def setup(app: object) -> None:
    """Make pictures and the reference of the commands before pages are read."""
    generate.write(HERE / "generated")
    app.connect("source-read", _link_to_repository)  # type: ignore[attr-defined]
