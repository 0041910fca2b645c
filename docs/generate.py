"""Pictures and pages that are made from the code: data flow, curves, bars, and the help of every command.

`python docs/generate.py FOLDER` writes them; Sphinx does at every build.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Foreground, accents: what can be told apart on white and on black, by who sees no red or green, too.
INKS = {
    "light": ("#1b1f24", "#8c959f", ("#0969da", "#bc4c00", "#1a7f37", "#8250df")),
    "dark": ("#e6edf3", "#6e7681", ("#58a6ff", "#f0883e", "#56d364", "#d2a8ff")),
}
Ink = tuple[str, str, tuple[str, ...]]


def write(folder: Path) -> None:
    """Write all of it."""
    import matplotlib

    matplotlib.use("svg")
    # The same bytes in every build.
    matplotlib.rcParams.update({"svg.hashsalt": "dedupe", "font.size": 11, "svg.fonttype": "none"})
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in PICTURES.items():
        for scheme, ink in INKS.items():
            _save(draw, ink, folder / f"{name}-{scheme}.svg")
    os.environ["COLUMNS"] = "80"
    (folder / "commands.md").write_text(_commands(), "utf-8")
    (folder / "options.md").write_text(_options(), "utf-8")


def _save(draw: Callable[[Any, Ink], None], ink: Ink, path: Path) -> None:
    import matplotlib.pyplot as plt

    foreground, grey, _ = ink
    colours = {"axes.edgecolor": grey, "axes.labelcolor": foreground, "text.color": foreground}
    ticks = {
        "xtick.color": foreground,
        "ytick.color": foreground,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with plt.rc_context({**colours, **ticks, "legend.frameon": False}):
        figure, axes = plt.subplots(figsize=(7.6, 3.6))
        draw(axes, ink)
        figure.savefig(path, transparent=True, bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)


def draw_way(axes: Any, ink: Ink) -> None:
    """Draw the data flow, room by room."""
    foreground, grey, accents = ink
    rooms = ["read", "segment", "fingerprint", "candidates", "verify", "group", "decide", "write\naudit\nreport"]
    below = "score: boilerplate, language, quality"
    width, gap = 1.25, 0.3
    for i, name in enumerate(rooms):
        left = i * (width + gap)
        colour = accents[0] if name in ("verify", "group") else grey
        axes.add_patch(_box(left, 1.4, width, 0.8, colour))
        axes.text(left + width / 2, 1.8, name, ha="center", va="center", fontsize=9.5)
        if i:
            _arrow(axes, (left - gap, 1.8), (left, 1.8), foreground)
    start, end = width + gap, 6 * (width + gap)
    axes.add_patch(_box(start + 1.2, 0.2, end - start - 1.2, 0.6, accents[1]))
    axes.text((start + 1.2 + end) / 2, 0.5, below, ha="center", va="center", fontsize=9.5)
    _arrow(axes, (start + width / 2, 1.4), (start + 1.2, 0.5), foreground)
    _arrow(axes, (end, 0.5), (end + width / 2, 1.4), foreground)
    axes.set_xlim(-0.1, len(rooms) * (width + gap))
    axes.set_ylim(0, 2.4)
    axes.figure.set_size_inches(10, 2.2)
    axes.set_axis_off()


def _box(left: float, bottom: float, width: float, height: float, colour: str) -> Any:
    from matplotlib.patches import FancyBboxPatch

    style = "round,pad=0.02,rounding_size=0.12"
    return FancyBboxPatch(
        (left, bottom), width, height, boxstyle=style, fill=False, edgecolor=colour, linewidth=1.6
    )


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.1})


def draw_recall(axes: Any, ink: Ink) -> None:
    """How surely a pair is found, by its similarity, for thresholds of ours and for the usual formula."""
    from datasketch import MinHashLSH

    import dedupe
    from dedupe.lsh import Bands

    _, grey, accents = ink
    values = [i / 200 for i in range(201)]
    for threshold, colour in zip((0.7, 0.85, 0.9), accents, strict=False):
        bands = dedupe.lsh.choose_bands(threshold, 0.99)
        axes.plot(
            values, [bands.recall(s) for s in values], color=colour, label=f"threshold {threshold}, recall 0.99"
        )
        axes.plot([threshold], [bands.recall(threshold)], "o", color=colour)
    usual = MinHashLSH(threshold=0.85, num_perm=128)
    area = Bands(usual.b, usual.r)
    axes.plot(values, [area.recall(s) for s in values], "--", color=grey, label="0.85 by the usual formula (128)")
    axes.plot([0.85], [area.recall(0.85)], "o", color=grey)
    axes.set_xlabel("similarity of a pair")
    axes.set_ylabel("probability that it is found")
    axes.legend(loc="upper left", fontsize=9)


def draw_edits(axes: Any, ink: Ink) -> None:
    """How similar a copy is, by how many of its words are changed."""
    from statistics import mean

    from dedupe import explain_match
    from dedupe.evaluation.edits import Draw, change_words, split_tokens

    texts = [path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("0*.txt"))]
    shares = [0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3]
    words = [word for text in texts for word in split_tokens(text)[1::2]]
    for shingle, colour in zip(("char:5", "word:3", "word:5"), ink[2], strict=False):
        similarity = []
        for share in shares:
            copies = [
                (text, change_words(split_tokens(text), share, words, Draw(i, share)))
                for i in range(5)
                for text in texts
            ]
            similarity.append(
                mean(explain_match(*pair, shingle=shingle, threshold=0.5).similarity for pair in copies)
            )
        axes.plot([100 * share for share in shares], similarity, "o-", markersize=4, color=colour, label=shingle)
    axes.axhline(0.85, color=ink[1], linewidth=1, linestyle=":")
    axes.text(30, 0.86, "0.85", ha="right", fontsize=9)
    axes.set_xlabel("words changed, %")
    axes.set_ylabel("similarity")
    axes.legend(fontsize=9)


def draw_cost(axes: Any, ink: Ink) -> None:
    """What a threshold costs: values that are signed, and pairs that are compared in vain."""
    import dedupe

    thresholds = [i / 100 for i in range(50, 99, 2)]
    bands = [dedupe.lsh.choose_bands(threshold, 0.99) for threshold in thresholds]
    axes.plot(
        thresholds, [own.bands * own.rows for own in bands], color=ink[2][0], label="MinHash values of a unit"
    )
    false = [own.false_candidates(t) for own, t in zip(bands, thresholds, strict=True)]
    axes.plot(thresholds, false, color=ink[2][1], label="pairs compared in vain, of a unit among 100,000")
    axes.set_yscale("log")
    axes.set_xlabel("threshold, at recall 0.99")
    axes.legend(fontsize=9)


def draw_speed(axes: Any, ink: Ink) -> None:
    """Near-duplicate documents of 209 MB: CPU seconds of the peers as multiples of ours in the same run."""
    times = {name: ratio for name, _, ratio in _measured("209 MB, documents") if ratio}
    names = sorted(times, key=lambda name: -times[name])
    colours = [ink[2][0] if name.startswith("dedupe") else ink[1] for name in names]
    bars = axes.barh(names, [times[name] for name in names], color=colours)
    axes.bar_label(bars, [f"{times[name]:.1f}" for name in names], padding=4, fontsize=9)
    axes.set_xlabel("CPU seconds, as multiples of dedupe's in the same run")


def draw_growth(axes: Any, ink: Ink) -> None:
    """CPU seconds by size of the corpus."""
    sizes = {"53 MB, documents": 53, "209 MB, documents": 209, "1.41 GB, documents": 1410}
    for name, colour in (("dedupe", ink[2][0]), ("dedupe, defaults", ink[2][1])):
        points = []
        for corpus, size in sizes.items():
            own = [seconds for system, seconds, _ in _measured(corpus) if system == name]
            if own:
                points.append((size, min(own)))
        axes.plot(*zip(*points, strict=True), "o-", color=colour, label=name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("corpus, MB")
    axes.set_ylabel("CPU seconds")
    axes.legend(fontsize=9)


def _measured(corpus: str) -> list[tuple[str, float, float]]:
    """System, CPU seconds and these as a multiple of ours, if given, from the table of what is measured."""
    out, inside = [], False
    for line in (ROOT / "benchmarks" / "README.md").read_text("utf-8").splitlines():
        cells = [cell.strip().strip("*") for cell in line.split("|")[1:-1]]
        if len(cells) != 7:
            inside = False
            continue
        inside = cells[0].startswith(corpus) if cells[0] else inside
        if inside and re.fullmatch(r"[0-9.]+", cells[2]):
            out.append((cells[1], float(cells[2]), float(cells[6] or 0)))
    if not out:
        raise ValueError(f"benchmarks/README.md has no row of {corpus!r}")
    return out


PICTURES: dict[str, Callable[[Any, Ink], None]] = {
    "way": draw_way,
    "recall": draw_recall,
    "edits": draw_edits,
    "cost": draw_cost,
    "speed": draw_speed,
    "growth": draw_growth,
}


def _commands() -> str:
    """The help of every command, as it is printed."""
    from dedupe.cli.main import make_parser

    parts = ["# Commands\n\nThe help texts, as `dedupe COMMAND --help` prints them.\n"]
    for name, parser in _parsers(make_parser()):
        parts.append(f"## {name}\n\n```text\n{parser.format_help().rstrip()}\n```\n")
    return "\n".join(parts)


def _options() -> str:
    """The options of every verb, from the classes that hold them."""
    from dedupe import job
    from dedupe.options import options_of

    lead = "Each has one name in Python, on the command line (`min_left` is `--min-left`) and in a file of options."
    parts = [f"# Options\n\n{lead}\n"]
    for title, owner in (
        ("`clean`, `clean_files`", job.CleanOptions),
        ("Commands on files, `clean_files`", job.FileOptions),
        ("`find_duplicates`", job.DuplicateOptions),
        ("`find_passages`", job.PassageOptions),
        ("`dedupe score`", job.ScoreOptions),
        ("`evaluate`", job.EvaluateOptions),
        ("`Index`", job.IndexOptions),
    ):
        rows = [
            f"| `{own.name}` | {own.kind_in_words} | {own.option.shown or own.default} | {own.option.help} |"
            for own in options_of(owner).values()
        ]
        parts.append(
            "\n".join([f"## {title}\n", "| option | values | default | |", "| --- | --- | --- | --- |", *rows, ""])
        )
    return "\n".join(parts)


def _parsers(parser: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser]]:
    """Every parser that runs something, with its name."""
    out = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                out += [(below.prog, below), *_parsers(below)]
    return out


if __name__ == "__main__":
    write(Path(sys.argv[1]))
