"""Training rows for the boilerplate model: labelled blocks, pieces cut from content, prompts, and their weights."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.segmentation import segment
from tools.lists import make_lists, read_persons
from tools.manuals import manual_rows

FOLDS = 5
ALWAYS_TRAINED = -1
# Rows count less where the label says little about the text.
AMBIGUOUS_WEIGHT = 0.25
INTERFACE_WEIGHT = 0.25
# Calibrated is on blocks as extracted text has them: few of its lines are headlines of other articles.
AMBIGUOUS_SHARE = 0.25
# A short label of a menu or a tag cloud is boilerplate by its place, not by its words.
LABEL_WEIGHT = 0.25
LABEL_CATEGORIES = ("navigation", "tags", "related", None)
LABEL_WORDS = 4
SENTENCE_WEIGHT = 0.5
FRAGMENT_WEIGHT = 0.35
_NAMES_FILE = Path(__file__).with_name("lists") / "names.txt"
# The names that stand for `{name}` and its like in the prompts. One of few persons would be learned as boilerplate.
FILLERS = {
    "name": [
        "Le Courrier",
        "The Daily Record",
        "Morgenpost",
        "Il Giornale Nuovo",
        "Radio Metro",
        "TechWire",
        "Tribune 24",
        "Market Post",
        "NRK Økonomi",
        "Het Avondblad",
        "Sport Week",
        "Вечерний курьер",
        "El Faro Digital",
        "Gazeta Miejska",
        "Kathimerina",
        "Diário da Manhã",
        "城市日报",
        "Minato Press",
        "Farm & Garden TV",
        "BioLab",
        "Actu Santé",
    ],
    "network": [
        "Facebook",
        "Twitter",
        "Instagram",
        "LinkedIn",
        "YouTube",
        "Google News",
        "WhatsApp",
        "Telegram",
        "TikTok",
        "X",
        "Threads",
        "Bluesky",
        "Mastodon",
        "Apple News",
        "Flipboard",
        "WeChat",
        "LINE",
        "VK",
        "Pinterest",
    ],
    "person": read_persons(_NAMES_FILE),
    "year": ["2019", "2021", "2024"],
}
# Categories of the data and of the prompts.
CATEGORY_OF = {
    "subscription": "subscription",
    "cookie-notice": "cookie",
    "cookie": "cookie",
    "navigation": "navigation",
    "tags-breadcrumb": "navigation",
    "share-follow": "share",
    "follow": "share",
    "related-links": "related",
    "related": "related",
    "byline-date": "byline",
    "byline": "byline",
    "copyright-footer": "copyright",
    "copyright": "copyright",
    "advert": "advertisement",
    "advertisement": "advertisement",
    "other": "other",
    "other-ui": "other",
    "comments-ui": "other",
    "comments": "other",
}
# A template counts as much as six prompts; more fillings of its blanks share that. One with choices is many: of
# content, and of boilerplate.
PROMPT_FILLINGS, _COUNTED_FILLINGS = 12, 6
_CHOICE_FILLINGS, _COUNTED_CHOICES = 24, (5, 10)
_CHOICE = re.compile(r"<([^<>]*\|[^<>]*)>")
# Lines of prose that stand for `{headline}`.
_HEADLINE, _HEADLINE_LENGTHS = "{headline}", range(25, 90)
PROMPT_WEIGHT, HARD_NEGATIVE_WEIGHT = 3.0, 2.5
# Blocks of whole pages are labelled more roughly, and most are boilerplate: by label.
PAGE_WEIGHTS = (0.7, 0.2)
MANUAL_WEIGHT = 0.2
LIST_WEIGHT = 0.3
LINE_WEIGHTS = {"interface": 0.5, "content": 0.5, "hard": 1.2}
# One in so many short lines of prose is also a line of a chat or of subtitles, behind one of these.
_SPOKEN_SHARE, _SPOKEN_LENGTH = 3, 60
SPEAKERS = (
    "[{time}] {name}: ",
    "[{time}] <{name}> ",
    "{time} {name}: ",
    "({time}) {name}: ",
    "[{time}:07] {name}: ",
    "{date}, {time} - {name}: ",
    "{name} [{time}]: ",
    "<{name}> ",
    "{name}: ",
    "{upper}: ",
    "{time} ",
    "[00:{time}] ",
    "00:{time},480 ",
    "- ",
    "— ",
    "",
)
_NAMES = (
    "anna",
    "ben",
    "Mira",
    "tom_84",
    "Олег",
    "lea",
    "Iván",
    "小李",
    "Yuki",
    "مريم",
    "user17",
    "Kostas",
    "nils",
)
# A language of which the lines show one label only would teach that the language is that label.
_ONE_SIDED = 0.25
# Of the label of a line and of what the encoder says of it.
_JUDGED_SHARE = 0.7
_LEAST_WEIGHT = 0.02
_LONGEST = 3000


Floats = npt.NDArray[np.float64]


class Rows(NamedTuple):
    """Training rows as columns."""

    texts: list[str]
    labels: npt.NDArray[np.int64]
    weights: Floats
    folds: npt.NDArray[np.int64]
    info: list[dict[str, Any]]


def read_rows(
    path: Path,
    pages: Path | None = None,
    lines: Path | None = None,
    judgements: Path | None = None,
    manuals: list[dict[str, Any]] | None = None,
) -> Rows:
    """Read the blocks; add sentences of content, prompts, lines, blocks of whole pages and of manuals."""
    info: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as file:
        info.extend(json.loads(line) for line in file)
    content_languages = {row["lang"] for row in info if row["label"] == 0}
    texts, labels, weights, kept = [], [], [], []
    for row in info:
        weight = AMBIGUOUS_WEIGHT if row.get("amb") else 1.0
        if row["lang"] not in content_languages:
            weight *= INTERFACE_WEIGHT
        if row["label"] == 1 and row.get("category") in LABEL_CATEGORIES and _is_label(row["text"]):
            weight *= LABEL_WEIGHT
        texts.append(row["text"][:_LONGEST])
        labels.append(row["label"])
        weights.append(weight)
        kept.append(row)
        if row["label"] == 0:
            pieces = (
                (_one_sentence(row["text"]), SENTENCE_WEIGHT),
                (_fragment(row["text"]), FRAGMENT_WEIGHT),
            )
            for piece, weight in pieces:
                if piece:
                    texts.append(piece)
                    labels.append(0)
                    weights.append(weight)
                    kept.append({**row, "cut": "sentence" if weight == SENTENCE_WEIGHT else "fragment"})
    for row in _page_rows(pages, set(texts)) if pages else ():
        texts.append(row["text"][:_LONGEST])
        labels.append(row["label"])
        weights.append(PAGE_WEIGHTS[row["label"]])
        kept.append(row)
    headlines = _headlines(info + (read_lines(lines) if lines else []))
    prompts = list(read_prompts(Path(__file__).with_name("prompts"), headlines))
    fillings = Counter(row["template"] for row in prompts)
    for row in prompts:
        texts.append(row["text"])
        labels.append(row["label"])
        counted = _COUNTED_CHOICES[row["label"]] if _CHOICE.search(row["template"]) else _COUNTED_FILLINGS
        share = min(1.0, counted / fillings[row["template"]])
        weights.append(share * (PROMPT_WEIGHT if row["label"] else HARD_NEGATIVE_WEIGHT))
        kept.append(row)
    for row in make_lists(_NAMES_FILE, headlines, FOLDS):
        texts.append(row["text"])
        labels.append(row["label"])
        weights.append(LIST_WEIGHT)
        kept.append(row)
    for row, weight in _line_rows(lines, judgements) if lines else ():
        texts.append(row["text"])
        labels.append(row["label"])
        weights.append(weight)
        kept.append(row)
    for row in manual_rows(manuals or []):
        texts.append(row["text"])
        labels.append(row["label"])
        weights.append(MANUAL_WEIGHT)
        kept.append(row)
    folds = np.array([_fold(row) for row in kept])
    return Rows(texts, np.array(labels), np.array(weights), folds, kept)


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """Read lines of interfaces (label 1), of prose, and of prose that speaks of the same things (label 0).

    `folder` holds `interface.jsonl.gz`, `content.jsonl.gz` and `hard.jsonl.gz` with `text`, `lang`, `source` and
    `kind`, and a `README.md` with a table of the licence of each source. Sources that may not be used commercially
    are left out.
    """
    licence = {}
    for row in (folder / "README.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if row.startswith("| ") and len(cells) > 1:
            licence[cells[0]] = cells[1]
    out: list[dict[str, Any]] = []
    for name, label in (("interface", 1), ("content", 0), ("hard", 0)):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        out += [
            {**row, "file": name, "label": label} for row in rows if "NC" not in licence.get(row["source"], "NC")
        ]
    return out


def _line_rows(folder: Path, judgements: Path | None) -> Iterator[tuple[dict[str, Any], float]]:
    """Lines with weights: what is judged to be in part boilerplate is a row of either label."""
    lines = read_lines(folder)
    labels = np.array([float(row["label"]) for row in lines])
    if judgements is not None:
        labels = (1 - _JUDGED_SHARE) * labels + _JUDGED_SHARE * np.load(judgements, allow_pickle=False)
    sides = [{row["lang"] for row in lines if row["label"] == label} for label in (0, 1)]
    for row, label in zip(lines, labels.tolist(), strict=True):
        dice = zlib.crc32(row["text"].encode())
        if row["file"] == "content" and len(row["text"]) <= _SPOKEN_LENGTH and not dice % _SPOKEN_SHARE:
            text = _speaker(dice) + row["text"]
            yield {**row, "text": text, "source": "lines", "cut": "spoken"}, LINE_WEIGHTS["content"]
        weight = LINE_WEIGHTS[row["file"]] * (1.0 if row["lang"] in sides[0] & sides[1] else _ONE_SIDED)
        for number, share in enumerate((1 - label, label)):
            if weight * share > _LEAST_WEIGHT:
                yield {**row, "label": number, "source": "lines", "cut": "line"}, weight * share


def _speaker(dice: int) -> str:
    """Who speaks, and when."""
    name = _NAMES[dice // 7 % len(_NAMES)]
    time, date = (
        f"{dice // 11 % 24:02}:{dice // 13 % 60:02}",
        f"{dice // 17 % 28 + 1:02}.{dice // 19 % 12 + 1:02}.24",
    )
    form = SPEAKERS[dice // _SPOKEN_SHARE % len(SPEAKERS)]
    return form.format(time=time, date=date, name=name, upper=name.upper())


def _page_rows(path: Path, known: set[str]) -> Iterator[dict[str, Any]]:
    """Blocks of pages, each text once, without those that are known."""
    for page in read_pages(path):
        for block in page["blocks"]:
            if block["text"] not in known:
                known.add(block["text"])
                yield {**block, "lang": page["lang"], "site": page["site"], "source": page["source"], "cut": "page"}


def read_pages(path: Path) -> list[dict[str, Any]]:
    """Whole pages: `site`, `lang`, and `blocks` in their order, each with `text` and `label`."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def site_fold(site: str) -> int:
    """The fold of a web site."""
    return zlib.crc32(site.encode()) % FOLDS


def _fold(row: dict[str, Any]) -> int:
    if row["source"] == "prompts":
        if _HEADLINE in row["template"]:
            # What is unseen is the headline: what stands before it is one of few phrases, and known.
            return zlib.crc32(row["text"].encode()) % FOLDS
        # Templates with choices are like each other in all languages: one that is left out would be no unseen one.
        return ALWAYS_TRAINED if _CHOICE.search(row["template"]) else zlib.crc32(row["template"].encode()) % FOLDS
    if row["source"] == "lists":
        return int(row["fold"])
    if row["source"] == "lines":
        return zlib.crc32(row["lang"].encode()) % FOLDS
    if row["source"] == "gnome-help" or row["source"].startswith("ui-"):
        return ALWAYS_TRAINED
    return site_fold(row["site"])


def read_prompts(folder: Path, headlines: dict[str, list[str]] | None = None) -> Iterator[dict[str, Any]]:
    """The prompts and hard negatives of a folder, their blanks filled in a few ways. Headlines are by language."""
    for path in sorted(folder.glob("*.txt")):
        category = ""
        own = (headlines or {}).get(path.stem, [])
        for line in path.read_text("utf-8").splitlines():
            if line in _SECTIONS:
                category = line.strip("[]")
                continue
            if _HEADLINE in line and not own:
                continue
            count = _CHOICE_FILLINGS if _CHOICE.search(line) else PROMPT_FILLINGS
            variants = {_fill(line, i, own) for i in range(count)}
            for text in sorted(variants):
                label = int(category != "content")
                yield {
                    **{
                        "text": text,
                        "label": label,
                        "lang": path.stem if len(path.stem) == 2 else "und",
                        "category": category,
                    },
                    **{"site": path.name, "source": "prompts", "template": line, "cut": "prompt"},
                }


_SECTIONS = {f"[{name}]" for name in (*CATEGORY_OF, "content")}


def _headlines(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Short content that may be headlines, by language."""
    out: dict[str, list[str]] = {}
    for row in rows:
        text = row["text"].rstrip(".。।")
        if row["label"] == 0 and row.get("file") != "hard" and len(text) in _HEADLINE_LENGTHS and "\n" not in text:
            out.setdefault(row["lang"], []).append(text)
    return out


def _fill(template: str, variant: int, headlines: list[str]) -> str:
    """Choose among `<these|those>`, and put names into a template, others for each variant and each blank."""
    text, blank = template, 0

    def draw(choices: list[str]) -> str:
        nonlocal blank
        blank += 1
        # The low bits of such sums go together.
        return choices[(zlib.crc32(f"{template}{variant} {blank}".encode()) * 0x9E3779B1 >> 16) % len(choices)]

    text = _CHOICE.sub(lambda found: draw(found[1].split("|")), text)
    if _HEADLINE in text:
        text = text.replace(_HEADLINE, draw(headlines))
    blank = 0
    for key, names in FILLERS.items():
        while f"{{{key}}}" in text:
            choice = (zlib.crc32(template.encode()) + 3 * variant + 5 * blank) % len(names)
            text = text.replace(f"{{{key}}}", names[choice], 1)
            blank += 1
    return text


def _one_sentence(text: str) -> str:
    """One sentence of a block of several, chosen by its bytes."""
    spans = segment(text, "sentence")
    if len(spans) < 2:
        return ""
    start, end = spans[zlib.crc32(text.encode("utf-8", "replace")) % len(spans)]
    return text[start:end][:_LONGEST]


def _fragment(text: str) -> str:
    """Two to six neighbouring words of a block, as a heading might have them; chosen by the block's bytes."""
    choice = zlib.crc32(b"fragment" + text.encode("utf-8", "replace"))
    start, end = max(segment(text, "sentence"), key=lambda span: span.end - span.start, default=(0, 0))
    words = text[start:end].split()
    if len(words) < 8:
        return ""
    count = 2 + choice % 5
    first = (choice >> 8) % (len(words) - count)
    piece = " ".join(words[first : first + count]).strip(' .,;:!?»«"“”()')
    return piece[:1].upper() + piece[1:]


def _is_label(text: str) -> bool:
    return len(text.split()) <= LABEL_WORDS and not text.endswith((".", "!", "?", "。"))
