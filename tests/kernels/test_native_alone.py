"""With the native core no verb enters a twin of a kernel."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from types import FrameType

import pytest

import dedupe
from dedupe import kernels
from tests.cleaning.test_openings import REST
from tests.conftest import make_text
from tests.kernels.test_conformance import PIECES

REFERENCE = str(Path(kernels.__file__).parent / "reference")
PROMPT = "Subscribe now for unlimited access to all our articles!"


@pytest.mark.skipif(not kernels.native, reason="the native core is not in use")
@pytest.mark.parametrize("options", [{}, {"quality": "default", "keep": "best"}])
def test_clean_enters_no_reference(words: Random, options: dict[str, object]) -> None:
    block = f"{make_text(words, 60).capitalize()}. {make_text(words, 20).capitalize()}."
    texts = [f"{make_text(words, 40)}.\n{block}\n{PROMPT}\n{make_text(words, 30)}." for _ in range(6)]
    # A passage of a document that begins with words of its own.
    openings = "The men saw it", "So it was seen"
    texts.append(" A year went by. ".join(f"{opening}{REST['zh']}" for opening in openings))
    texts += [texts[0], texts[1].replace(" ", "", 30), f"{block} {block[9:]}", "\n".join(PIECES)]
    entered = set()

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(REFERENCE):
            entered.add(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}")

    dedupe.clean(texts, threads=1, **options)
    sys.setprofile(profile)
    try:
        cleaned = dedupe.clean(texts, threads=1, **options)
    finally:
        sys.setprofile(None)
    assert {"duplicates", "passages", "boilerplate"} <= {decision.stage for decision in cleaned.decisions}
    assert entered == set()
