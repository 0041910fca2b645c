"""Pictures of a report, light and dark: `python -m tools.report_picture [--output docs/pictures]`.

Needs Chromium, and Pillow, which the extra `docs` brings. The corpus is made from `seeds/` and `tests/data/`: texts
with harmless edits, and articles with prompts. The time on the page is fixed: the same code gives the same page.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from dedupe.cli import main as run_dedupe

ROOT = Path(__file__).parents[1]
WIDTH = 1200
# Names of the pictures, where in the page each begins, and their heights.
VIEWS = {
    "report": ("<header>", 840),
    "report-charts": ('<section aria-labelledby="plots1">', 900),
    "report-samples": ('<section aria-labelledby="samples">', 670),
}
TIME = 1_767_225_600


def documents() -> Iterator[dict[str, str]]:
    """Yield texts, some of their harmless edits, and articles that end with a prompt."""
    for row in _rows("facts.jsonl"):
        site = f"{row['lang']}.example"
        yield {"text": row["base"], "site": site}
        yield from ({"text": row["base"].replace(*edit), "site": site} for edit in row["harmless"][:2])
    for row in _rows("prompts_in_articles.jsonl"):
        yield {"text": f"{row['article']}\n\n{row['prompt']}", "site": f"news.{row['lang']}.example"}
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        yield {"text": path.read_text("utf-8"), "site": "news.fr.example"}


def _rows(name: str) -> Iterator[dict[str, Any]]:
    for line in (ROOT / "tests" / "data" / name).read_text("utf-8").splitlines():
        yield json.loads(line)


def make_report(folder: Path) -> Path:
    """Clean the corpus, and return its report."""
    corpus, audit, page = (folder / name for name in ("corpus.jsonl", "audit.jsonl", "report.html"))
    lines = [json.dumps({"id": f"page-{i:03}", **row}) for i, row in enumerate(documents(), 1)]
    # A record that cannot be read is put aside.
    corpus.write_text("\n".join([*lines, '{"id": "page-cut", "text": "The harb']), "utf-8")
    run = ["clean", str(corpus), "--output", str(folder / "out.jsonl"), "--audit", str(audit), "--source", "site"]
    run_dedupe([*run, "--quiet"])
    os.utime(audit, (TIME, TIME))
    run_dedupe(["report", str(audit), "--output", str(page), "--quiet"])
    return page


def take(page: Path, begin: str, height: int, picture: Path, scheme: str) -> None:
    """Take a picture of a page from a place on."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("Chromium is needed: install it, and run this again")
    head, body = page.read_text("utf-8").split("<body", 1)
    # Chromium takes a picture of the top only: what lies above is left out.
    part = page.with_name("part.html")
    opened = body[: body.index(">") + 1]
    main = "" if begin == "<header>" else "<main>"
    part.write_text(f"{head}<body{opened}{main}{body[body.index(begin) :]}", "utf-8")
    scheme_number = 0 if scheme == "dark" else 1
    taken = page.with_name("taken.png")
    options = ["--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size={WIDTH},{height}"]
    options += [
        "--force-device-scale-factor=1.5",
        f"--blink-settings=preferredColorScheme={scheme_number}",
        f"--screenshot={taken}",
    ]
    subprocess.run([chromium, *options, part.as_uri()], check=True, capture_output=True)
    with Image.open(taken) as pixels:
        pixels.save(picture, lossless=True, quality=100, method=6)


def main() -> None:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "pictures")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        page = make_report(Path(folder))
        for name, view in VIEWS.items():
            for scheme in ("light", "dark"):
                take(page, *view, options.output.absolute() / f"{name}-{scheme}.webp", scheme)


if __name__ == "__main__":
    main()
