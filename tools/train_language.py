"""Count the profiles of languages that the package ships: `profiles.json` and `profiles.bin`.

    python -m tools.train_language LINES PACKAGES

LINES is a folder of `*.jsonl.gz` with `text`, `lang` and `source`; sources of non-commercial licences are left
out. PACKAGES is a folder in which packages of Debian 12 were unpacked (`dpkg-deb -x`), those that
`dedupe/language/README.md` lists. The same texts give the same bytes.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe import kernels
from dedupe.boilerplate.arrays import save_arrays
from dedupe.kernels.records import LONGEST_GRAM, OTHER, SKIP, SPACE
from dedupe.language.profiles import RARE, SCHEME, WHOLE, Profiles, _characters, read_profiles
from dedupe.language.scripts import script_of_letter
from dedupe.text.encode import encode_batch
from tools import PACKAGE
from tools.language_texts import read_lines, read_packages, to_cyrillic, to_latin

SEED = 1
# Profiles beside those of langdetect.
MORE = (
    *("am", "be", "bs", "eu", "ga", "gl", "hy", "is", "ka", "kk", "km", "ky", "mn", "ms", "my", "si"),
    *("sr-cyrl", "sr-latn"),
)
# Characters of each language that are read from packages, so that one large manual does not outweigh the rest.
MOST = 800_000
# Characters of prose from which on it weighs so much, whatever there is of interface texts.
ENOUGH, PROSE_WEIGHT = 20_000, 0.7
# N-grams of one, two, three and four characters that are kept of each language, the most frequent ones; rarer than
# thrice is chance.
KEPT = (200, 1_000, 2_500, 4_000)
# The same where no other language has the script, and where letters are words.
KEPT_ALONE = (200, 500, 1_000, 0)
KEPT_HAN = (2_500, 3_500, 1_500, 0)
LEAST = 3
# A language has the scripts of a tenth of its letters, Japanese those of fewer.
SCRIPT_SHARE = 0.1
SCRIPTS = {"ja": ["han", "kana"], "zh-cn": ["han"], "zh-tw": ["han"], "ko": ["hangul"]}
# How rare texts of a language are on the web, in tiers: each has a fraction of the texts of the one before it.
TIERS = {
    0: "en",
    1: "de fr es ru ja zh-cn zh-tw it pt nl pl",
    2: "tr cs vi id ar fa ko sv el hu ro uk th da fi no",
    3: "bg sk hr he ca lt sl et lv sr-cyrl hi ka",
    4: "sr-latn bs ms is gl eu sq mk bn ta te ml mr gu kn ur ne si my am km kk mn hy pa",
    5: "af cy ga sw so tl be ky",
}
BITS_OF_TIER = 2
# Texts of each kind, and n-grams of each, that tell what is typical.
SAMPLED, SAMPLED_GRAMS = 400, 100
LEVELS = 256

Counts = dict[int, int]
_RUN = re.compile("[!-~]+")
Keys = npt.NDArray[np.uint64]


def texts_by_language(lines: Path, packages: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Read prose, and interface texts and manuals, by language; each text once, in seeded order."""
    prose: dict[str, dict[str, None]] = defaultdict(dict)
    stories: dict[str, dict[str, None]] = defaultdict(dict)
    interface: dict[str, dict[str, None]] = defaultdict(dict)
    for language, text in read_lines(lines):
        prose[{"zh": "zh-cn"}.get(language, language)][text] = None
    for language, text, is_story in read_packages(packages):
        (stories if is_story else interface)[language][text] = None
    # Serbian is written in both scripts.
    for texts in (prose, stories):
        latin, cyrillic = list(texts["sr-latn"]), list(texts["sr-cyrl"])
        texts["sr-latn"].update(dict.fromkeys(map(to_latin, cyrillic)))
        texts["sr-cyrl"].update(dict.fromkeys(map(to_cyrillic, latin)))
    languages = sorted({*prose, *stories, *interface})
    return (
        {name: [*prose[name], *drawn(list(stories[name]))] for name in languages},
        {name: drawn(list(interface[name])) for name in languages},
    )


def drawn(texts: list[str]) -> list[str]:
    """Draw texts of at most so many characters together."""
    random.Random(SEED).shuffle(texts)
    out, size = [], 0
    for text in texts:
        size += len(text)
        if size > MOST:
            break
        out.append(text)
    return out


def as_characters(texts: Sequence[str], characters: npt.NDArray[np.uint32]) -> Keys:
    """The characters of texts as they are counted, one space between words and texts."""
    text = " ".join(_RUN.sub(lambda run: " " if "://" in run[0] or "@" in run[0] else run[0], one) for one in texts)
    points = np.frombuffer(f" {text} ".encode("utf-32-le", "surrogatepass"), np.uint32)
    counted = characters[np.minimum(points, OTHER)]
    counted = counted[counted != SKIP].astype(np.uint64)
    is_space = counted == SPACE
    out: Keys = counted[np.append(True, ~(is_space[1:] & is_space[:-1]))]
    return out


def count(counted: Keys, length: int) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Count the n-grams of so many characters: none has a space but at an end."""
    keys = np.zeros(len(counted) - length + 1, np.uint64)
    wanted = np.ones(len(keys), bool)
    for place in range(length):
        column = counted[place : len(keys) + place]
        keys = keys << np.uint64(16) | column
        if 0 < place < length - 1 or length == 1:
            wanted &= column != SPACE
    return np.unique(keys[wanted], return_counts=True)


def shares_of(parts: Sequence[tuple[float, Keys]], length: int) -> dict[int, float]:
    """The shares of the n-grams that the texts of a language have often enough."""
    sums: dict[int, float] = defaultdict(float)
    seen: dict[int, int] = defaultdict(int)
    for weight, counted in parts:
        keys, counts = count(counted, length)
        for key, number, share in zip(
            keys.tolist(), counts.tolist(), (counts / counts.sum()).tolist(), strict=True
        ):
            sums[key] += weight * share
            seen[key] += number
    return {key: share for key, share in sums.items() if seen[key] >= LEAST}


def characters_of(key: int, length: int) -> list[int]:
    """The characters of an n-gram."""
    return [key >> 16 * place & 0xFFFF for place in reversed(range(length))]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lines", type=Path)
    parser.add_argument("packages", type=Path)
    parser.add_argument("--output", type=Path, default=PACKAGE / "language")
    options = parser.parse_args()
    prose, interface = texts_by_language(options.lines, options.packages)
    theirs = sorted(
        entry.name
        for entry in (files("langdetect") / "profiles").iterdir()
        if not entry.name.startswith((".", "_"))
    )
    languages = sorted([*theirs, *MORE])
    # All scripts: which ones have profiles is known when they are counted.
    characters = _characters(frozenset({script_of_letter(point) for point in range(0x10000)}))
    counted: list[list[tuple[float, Keys]]] = []
    for language in languages:
        own, other = prose.get(language, []), interface.get(language, [])
        texts = [(1.0, [*own, *other])]
        if other and sum(map(len, own)) > ENOUGH:
            texts = [(PROSE_WEIGHT, own), (1 - PROSE_WEIGHT, other)]
        counted.append([(weight, as_characters(part, characters)) for weight, part in texts])
    letters = [shares_of(parts, 1) for parts in counted]
    scripts = [SCRIPTS.get(language) or main_scripts(own) for language, own in zip(languages, letters, strict=True)]
    table: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for number, parts in enumerate(counted):
        alone = sum(not set(scripts[number]).isdisjoint(other) for other in scripts) == 1
        all_kept = KEPT_HAN if "han" in scripts[number] else KEPT_ALONE if alone else KEPT
        for length, kept in enumerate(all_kept, start=1):
            shares = {
                key: share
                for key, share in shares_of(parts, length).items()
                if all(script_of_letter(point) in {*scripts[number], ""} for point in characters_of(key, length))
            }
            for key in sorted(shares, key=lambda key: (-shares[key], key))[:kept]:
                table[key].append((number, shares[key]))
    scale = np.log2(1 + RARE) / (LEVELS - 1)
    levels = [round((2 ** (level * scale) - 1) / RARE * WHOLE) for level in range(LEVELS)]
    tiers = {language: tier for tier, names in TIERS.items() for language in names.split()}
    fields = {
        "languages": languages,
        "langdetect": theirs,
        "scripts": scripts,
        "prior": [-BITS_OF_TIER * tiers[language] for language in languages],
        "shares": levels,
    }
    rows = {
        key: [(number, round(float(np.log2(1 + RARE * share)) / scale)) for number, share in shares]
        for key, shares in table.items()
    }
    arrays, roots = as_tree(rows)
    # What is typical is measured with the profiles, that is in two steps.
    fields |= {"roots": roots, "typical": [1] * len(languages)}
    save_arrays(options.output, "profiles", SCHEME, fields, arrays)
    fields["typical"] = typical_weights(read_profiles(options.output), prose, interface)
    save_arrays(options.output, "profiles", SCHEME, fields, arrays)
    sys.stdout.write(f"{len(languages)} languages, {len(rows):,} n-grams, {len(arrays['language']):,} rows\n")


def typical_weights(profiles: Profiles, prose: dict[str, list[str]], interface: dict[str, list[str]]) -> list[int]:
    """The median over texts of what their n-grams weigh on average, the same for the variants of a language."""
    codes = [language.split("-")[0] for language in profiles.languages]
    typical = {}
    for code in sorted(set(codes)):
        variants = [number for number, one in enumerate(codes) if one == code]
        names = [profiles.languages[number] for number in variants]
        parts = [texts.get(name, []) for name in names for texts in (prose, interface)]
        texts = [text for part in parts for text in random.Random(SEED).sample(part, min(len(part), SAMPLED))]
        sums, counts, _ = kernels.language_scores(encode_batch(texts), profiles.tables())
        wanted = counts >= SAMPLED_GRAMS
        typical[code] = int(np.median(sums[wanted][:, variants].max(axis=1) // counts[wanted]))
    return [typical[code] for code in codes]


def main_scripts(letters: dict[int, float]) -> list[str]:
    """The scripts that a language is written in."""
    shares: dict[str, float] = defaultdict(float)
    for point, share in letters.items():
        shares[script_of_letter(point)] += share
    shares.pop("", None)
    return sorted(script for script, share in shares.items() if share >= SCRIPT_SHARE * sum(shares.values()))


def as_tree(rows: dict[int, list[tuple[int, int]]]) -> tuple[dict[str, npt.NDArray[Any]], int]:
    """The n-grams as a tree, level by level, with the languages and shares of each."""
    levels: list[set[int]] = [set() for _ in range(LONGEST_GRAM)]
    for key in rows:
        length = next(n for n in range(1, LONGEST_GRAM + 1) if key < 1 << 16 * n)
        for shorter in range(length):
            levels[length - 1 - shorter].add(key >> 16 * shorter)
    ordered = [key for level in levels for key in sorted(level)]
    children: dict[int, int] = defaultdict(int)
    for level in levels[1:]:
        for key in level:
            children[key >> 16] += 1
    flat = [row for key in ordered for row in rows.get(key, [])]
    return {
        "last": np.array([key & 0xFFFF for key in ordered], np.uint16),
        "children": np.array([children[key] for level in levels[:-1] for key in sorted(level)], np.uint16),
        "rows": np.array([len(rows.get(key, [])) for key in ordered], np.uint8),
        "language": np.array([number for number, _ in flat], np.uint8),
        "share": np.array([level for _, level in flat], np.uint8),
    }, len(levels[0])


if __name__ == "__main__":
    main()
