"""Texts that the profiles of languages are counted in: labelled lines, and translations in Debian's packages."""

from __future__ import annotations

import gettext
import gzip
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Sources of lines whose licence forbids commercial use: by their names.
NON_COMMERCIAL = frozenset(
    "UniversalDependencies/UD_" + name
    for name in (
        *("Basque-BDT", "Bulgarian-BTB", "Czech-PDT", "Dutch-LassySmall", "English-GUM", "Estonian-EDT"),
        *("Finnish-TDT", "Galician-CTG", "Greek-GDT", "Hebrew-HTB", "Hindi-HDTB", "Hungarian-Szeged"),
        *("Italian-ISDT", "Italian-PoSTWITA", "Italian-VIT", "Polish-PDB", "Swedish-LinES", "Tamil-TTB"),
        *("Ukrainian-IU", "Urdu-UDTB"),
    )
)
# Names that packages have for languages, and ours.
NAMES = {
    **{"nb": "no", "nn": "no-nn", "sr-ec": "sr-cyrl", "sr-el": "sr-latn", "sr": "sr-cyrl", "sr@latin": "sr-latn"},
    **{"kk-cyrl": "kk", "am_ET": "am", "zh-hans": "zh-cn", "zh-hant": "zh-tw", "zh_CN": "zh-cn", "zh_TW": "zh-tw"},
    **{"pt-br": "pt", "pt_BR": "pt", "pt_PT": "pt", "ckb": "ckb", "uz_Latn": "uz", "be-tarask": "be"},
    **{"bn_IN": "bn", "es_MX": "es", "nb_NO": "no", "sh-latn": "sr-latn", "sr@ijekavian": "sr-cyrl"},
    **{"sr@ijekavianlatin": "sr-latn", "en_GB": "en", "pt-BR": "pt"},
}
# Help of LibreOffice that is translated from end to end.
HELP = ("da", "eu", "gl", "nl", "sv", "tr")
SHORTEST, LONGEST = 8, 2_000

_MARKUP = re.compile(
    r"<[^>]*>|\{\{[^{}]*\}\}|\[\[[^\[\]]*\]\]|\[https?:[^\]]*\]|https?:\S+|\S*@\S*|[$%]\w+|\{\w*\}|&\w+;"
)
_MEDIA_WIKI = "usr/share/mediawiki"
_CYRILLIC = "абвгдђежзијклљмнњопрстћуфхцчџш"
_LATIN = (*"abvgdđežzijkl", "lj", "m", "n", "nj", *"oprstćufhcč", "dž", "š")


def read_lines(folder: Path) -> Iterator[tuple[str, str]]:
    """Read the labelled lines of a folder: language and text, without those of non-commercial licences."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                if row["source"] not in NON_COMMERCIAL:
                    yield from _named(row["lang"], row["text"])


def _named(language: str, text: str) -> Iterator[tuple[str, str]]:
    """Tell the scripts of Serbian apart."""
    if language == "sr":
        language = "sr-cyrl" if re.search("[а-ш]", text.lower()) else "sr-latn"
    yield language, text


def read_packages(root: Path) -> Iterator[tuple[str, str, bool]]:
    """Read the translations in unpacked packages of Debian: language, text, and whether it tells a story."""
    for path in sorted((root / _MEDIA_WIKI).rglob("i18n/**/*.json")):
        messages = json.loads(path.read_text("utf-8"))
        for name, text in messages.items():
            if not name.startswith("@") and isinstance(text, str):
                yield from _cleaned(path.stem, text)
    for path in sorted(root.rglob("LC_MESSAGES/*.mo")):
        is_story = "games" in path.parts
        for source, text in _catalog(path).items():
            if isinstance(text, str) and source and text != (source[0] if isinstance(source, tuple) else source):
                yield from _cleaned(path.parts[-3], text, is_story)
    for path in sorted((root / "usr/share/help").rglob("*.page")):
        body = path.read_text("utf-8").partition("</info>")[2]
        for paragraph in re.findall(r"<(?:p|title)\b[^>]*>(.*?)</(?:p|title)>", body, re.DOTALL):
            language = path.relative_to(root / "usr/share/help").parts[0]
            yield from _cleaned("en" if language == "C" else language, _plain(paragraph))
    for language in HELP:
        for path in sorted((root / "usr/share/libreoffice/help" / language).rglob("*.html")):
            body = path.read_text("utf-8").partition('<div id="DisplayArea"')[2]
            for paragraph in re.findall(r"<(?:p|h\d)\b[^>]*>(.*?)</(?:p|h\d)>", body, re.DOTALL):
                yield from _cleaned(language, _plain(paragraph))


def _plain(markup: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", markup))


def _catalog(path: Path) -> dict[Any, Any]:
    try:
        with path.open("rb") as file:
            return gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined, no-any-return]
    except ValueError:
        # A translation that was begun, and has no rule of plurals.
        return {}


def _cleaned(name: str, text: str, is_story: bool = False) -> Iterator[tuple[str, str, bool]]:
    """The text without markup and places for values, if there is enough of it."""
    text = _MARKUP.sub(" ", text.replace("_", "").replace("~", "").replace("'''", "").replace("''", ""))
    text = " ".join(text.split())
    if SHORTEST <= len(text) <= LONGEST:
        yield NAMES.get(name, name), text, is_story


def to_cyrillic(text: str) -> str:
    """Write Serbian in Cyrillic letters."""
    pairs = sorted(zip(_LATIN, _CYRILLIC, strict=True), key=lambda pair: -len(pair[0]))
    text = text.lower()
    for latin, cyrillic in pairs:
        text = text.replace(latin, cyrillic)
    return text


def to_latin(text: str) -> str:
    """Write Serbian in Latin letters."""
    table = str.maketrans(dict(zip(_CYRILLIC, _LATIN, strict=True)))
    return text.lower().translate(table)
