"""Every kernel of the table, native and reference, on drawn arguments: the same answers bit for bit."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels
from dedupe.boilerplate.categories import shipped_categories
from dedupe.boilerplate.model import shipped_model
from dedupe.kernels.records import DIMENSIONS, HIDDEN, LARGEST_BIAS, OUTPUTS, Sampling, Stretches, Wanted
from dedupe.kernels.reference import fact_text, fingerprints
from dedupe.kernels.reference.passages import letters
from dedupe.kernels.reference.passages.anchors import anchors
from dedupe.language.profiles import load_profiles
from dedupe.text.encode import TextBatch, encode_batch
from tests.conftest import make_text

pytestmark = pytest.mark.skipif(not kernels.native, reason="the native core is not in use")

Arguments = tuple[Any, ...]

PIECES = (
    "one two three",
    "The River rose. It fell again, didn’t it?",
    "12 of 3.5 %",
    "&amp;eacute; &#233;",
    "a-\nb",
    "e\u0301 é ÀÉ ǅ",
    "\ud800",
    "東京は年",
    "한국어",
    "กำ\u0e48",
    "٣۴५",
    "» 😀 © | •",
    "\n\n",
    "\n",
    " ",
    "subscribe now!",
    "word " * 9,
    "x" * 45,
)


def draw_text(random: Random) -> str:
    return "".join(random.choice(("", " ", ". ")) + random.choice(PIECES) for _ in range(random.randrange(12)))


def draw_batch(random: Random, least: int = 0) -> TextBatch:
    return encode_batch([draw_text(random) for _ in range(random.randint(least, 5))])


def batch_alone(random: Random) -> Arguments:
    return (draw_batch(random),)


def numbers(values: Any, kind: type = np.int64) -> Any:
    return np.array(values, kind)


def draw_lists(random: Random, count: int, most: int, kind: type) -> tuple[Any, Any]:
    """Ascending lists of distinct numbers, one behind the other, and where each begins."""
    lists = [sorted(random.sample(range(most), random.randint(2, min(6, most)))) for _ in range(count)]
    return numbers([value for own in lists for value in own], kind), np.cumsum([0, *map(len, lists)]).astype(
        np.int64
    )


def draw_places(random: Random, batch: TextBatch, spare: int = 0) -> Arguments:
    """Stretches of code points of texts, in any order."""
    rows = []
    for _ in range(random.randrange(9) if len(batch) else 0):
        text = random.randrange(len(batch))
        rows.append((text, *sorted(random.choices(range(len(batch.text(text)) + 1 + spare), k=2))))
    return tuple(numbers(rows).reshape(-1, 3).T.copy())


def draw_kind(random: Random) -> tuple[int, int]:
    return random.randrange(2), random.randint(1, 6)


def facts(random: Random) -> tuple[Any, Any]:
    words = make_text(random, random.choice((5, 30, 230))).split()
    texts = []
    for _ in range(4):
        own = list(words)
        for _ in range(random.randrange(3)):
            own[random.randrange(len(own))] = random.choice(("12", "not", "color", "colour", "-5", "May", "x"))
        texts.append(" ".join(own))
    return fact_text.fact_texts(encode_batch(texts))


def buckets(random: Random) -> tuple[Any, ...]:
    return draw_lists(random, 5, 4, np.int64), draw_lists(random, 4, 8, np.uint64)


def group(random: Random) -> Arguments:
    joined, sets = buckets(random)
    rank, pinned = random.sample(range(4), 4), [random.randrange(2) for _ in range(4)]
    rejected = [(random.randrange(4), random.randrange(4)) for _ in range(random.randrange(3))]
    threshold, apart = random.choice((0.25, 0.5, 1.0)), random.random() < 0.5
    flags, texts = (numbers(rank), numbers(pinned, np.uint8)), facts(random)
    return joined, sets, *flags, rejected, threshold, texts if apart else None


def near_pairs(random: Random) -> Arguments:
    joined, sets, _, pinned, _, threshold, texts = group(random)
    return joined, sets, pinned, threshold, texts


def features(random: Random) -> Arguments:
    return draw_batch(random), shipped_model().linear


def network(random: Random) -> Arguments:
    """A network whose weights are drawn, up to the largest."""
    draw = np.random.default_rng(random.randrange(1 << 32))
    vectors = [draw.integers(-128, 128, (1 << bits, DIMENSIONS), np.int8) for bits in random.sample(range(12), 2)]
    layers = []
    for rows, columns in ((DIMENSIONS, HIDDEN), (HIDDEN, OUTPUTS)):
        most = 1 << random.randrange(14)
        bias = draw.integers(-LARGEST_BIAS, LARGEST_BIAS + 1, columns, np.int32) >> random.randrange(30)
        layers.append(np.vstack((draw.integers(-most, most + 1, (rows, columns), np.int32), bias)))
    scales = (1 << random.randrange(31), -(1 << random.randrange(31)))
    return *features(random), (*vectors, *layers, *scales)


def evidence(random: Random) -> Arguments:
    return *features(random), random.choice((0, 9, 400))


def categories(random: Random) -> Arguments:
    return draw_batch(random), shipped_categories()


def trees(random: Random) -> Arguments:
    """Rows and a forest, of trees with few leaves and with many."""
    nodes: list[tuple[int, int, int, int, int]] = []

    def grow(leaves: int) -> int:
        number = len(nodes)
        nodes.append((0, 0, number, number, random.randint(-9, 9)))
        if leaves > 1:
            split = random.randint(1, leaves - 1)
            children = grow(split), grow(leaves - split)
            nodes[number] = (random.randrange(3), random.randint(-9, 9), *children, 0)
        return number

    roots = [grow(random.choice((1, 2, 5, 16, 17, 40))) for _ in range(random.randint(1, 4))]
    column, threshold, left, right, value = numbers(nodes).T.copy()
    narrow = (part.astype(np.int32) for part in (column, left, right))
    column, left, right = narrow
    rows = numbers([[random.randint(-11, 11) for _ in range(3)] for _ in range(random.randrange(70))])
    return rows.reshape(-1, 3), (column, threshold, left, right, value, numbers(roots, np.int32))


def pair(random: Random) -> tuple[TextBatch, TextBatch]:
    texts = [draw_text(random) for _ in range(random.randint(1, 4))]
    changed = [draw_text(random) if random.random() < 0.3 else text.replace("o", "0", 1) for text in texts]
    return encode_batch(texts), encode_batch(changed)


def align_units(random: Random) -> Arguments:
    left, right = pair(random)
    offsets, first, last = [0], [], []
    for i in range(len(left)):
        places = sorted(random.choices(range(len(left.raw(i)) + 1), k=4))
        first += places[::2]
        last += places[1::2]
        offsets.append(len(first))
    return left, right, *map(numbers, (offsets, first, last)), random.random() < 0.5


def fit_ends(random: Random) -> Arguments:
    block = draw_text(random) + make_text(random, 20)
    texts = [f"{draw_text(random)}{block}{draw_text(random)}" for _ in range(2)]
    rows = []
    for number, text in enumerate(texts):
        start = text.index(block)
        end = start + len(block)
        first, last = (len(text[:place].encode("utf-8", "surrogatepass")) for place in (start, end))
        rows.append(numbers([(number, first, last, start, end)]))
    return encode_batch(texts), *rows, numbers([random.randint(-2, 60)]), random.random() < 0.7


def searched(random: Random) -> tuple[Any, Any]:
    blocks = [make_text(random, random.randint(9, 40)) for _ in range(2)]
    texts = [" ".join(random.choices(blocks, k=random.randint(1, 3))) + draw_text(random) for _ in range(4)]
    return letters.letters(encode_batch(texts)), np.sort(numbers([random.randrange(3) for _ in texts]))


def passages_within(random: Random) -> Arguments:
    wanted = Wanted(random.choice((16, 60)), random.randrange(3))
    return *searched(random), Sampling(10, 6), wanted, random.random() < 0.8


def passages_across(random: Random) -> Arguments:
    own, documents = searched(random)
    hashes, places = anchors(own, Sampling(10, 6))
    none = np.zeros(0, np.int64)
    return own, documents, (hashes.astype(np.uint32), places), (none, none), Wanted(60, random.randrange(3))


def drawn_letters(random: Random) -> tuple[Any, Any]:
    return letters.letters(draw_batch(random))


def surroundings(random: Random) -> Arguments:
    own, sizes = drawn_letters(random), (random.randint(2, 8), random.randint(1, 7))
    places = np.arange(len(own[0]))
    return own, places[np.array([random.random() < 0.7 for _ in places], bool)].astype(np.uint32), sizes


def shared_anchors(random: Random) -> Arguments:
    values = [random.randrange(9) for _ in range(random.randrange(60))]
    return numbers(values, np.uint64), numbers([random.randrange(5) for _ in values], np.uint32)


def letter_places(random: Random) -> Arguments:
    batch = draw_batch(random, 1)
    return batch, *draw_places(random, batch, 3)


def placed(random: Random) -> Arguments:
    batch = draw_batch(random, 1)
    return batch, *draw_places(random, batch)


def keys(random: Random) -> Arguments:
    batch, bands = draw_batch(random), random.randint(1, 5)
    return batch, *draw_kind(random), random.randint(1, 5), np.zeros((bands, len(batch)), np.uint64)


def overlaps(random: Random) -> Arguments:
    sets = draw_lists(random, 4, 9, np.uint64)
    a, b = ([random.randrange(4) for _ in range(6)] for _ in range(2))
    return sets, numbers(a), numbers(b)


def confirm(random: Random) -> Arguments:
    batch, kind = draw_batch(random, 2), draw_kind(random)
    a, b = ([random.randrange(len(batch)) for _ in range(6)] for _ in range(2))
    return fingerprints.placed_sets(batch, *kind), *kind, numbers(a), numbers(b)


def same_fold(random: Random) -> Arguments:
    return *pair(random), random.random() < 0.5


def same_facts(random: Random) -> Arguments:
    a, b = ([random.randrange(4) for _ in range(6)] for _ in range(2))
    return facts(random), numbers(a), numbers(b)


def sorted_values(random: Random) -> Arguments:
    return (np.sort(numbers([random.randrange(30) for _ in range(random.randrange(40))], np.uint64)),)


def entries(random: Random) -> Arguments:
    (values,) = sorted_values(random)
    return random.sample(values.tolist(), len(values)), [random.randrange(9) for _ in values]


def unite(random: Random) -> Arguments:
    members, offsets = draw_lists(random, 6, 12, np.uint32)
    return np.arange(12, dtype=np.uint32), members, np.diff(offsets).astype(np.uint32)


def listed(random: Random) -> Arguments:
    """Texts, and entries of one to three pieces of them in two lists."""
    entries = encode_batch([" ".join(random.choices(PIECES, k=random.randint(1, 3))) for _ in range(8)])
    return draw_batch(random), entries, numbers([random.randrange(2) for _ in range(8)]), 2


def stop_words(random: Random) -> Arguments:
    batch, words = draw_batch(random), encode_batch(["the", "one", "it"])
    masks = numbers([random.randrange(8) for _ in range(3)], np.uint64)
    return batch, words, masks, numbers([random.randrange(8) for _ in range(len(batch))], np.uint64)


def datasketch(random: Random) -> Arguments:
    factors, offsets = (numbers([random.randrange(1, 1 << 31) for _ in range(9)], np.uint64) for _ in range(2))
    return draw_batch(random), *draw_kind(random), random.random() < 0.5, factors, offsets


def stretches(random: Random) -> Arguments:
    rows = [(random.randrange(3), random.randrange(60), random.randrange(30)) for _ in range(random.randrange(40))]
    texts, starts, lengths = numbers(rows).reshape(-1, 3).T.copy()
    return (Stretches(texts, starts, starts + lengths),)


def lines(random: Random) -> Arguments:
    rows = ["", "{", '{"text": "é"}', '{"id": 7, "text": "a"}', '{"text": 1}', '{"id": "b", "text": "\\u00e9"}']
    block = "\n".join(random.choice(rows) for _ in range(random.randrange(9))).encode()
    return np.frombuffer(block, np.uint8), "text", "id", np.zeros(len(block), np.uint8)


def floats(random: Random) -> npt.NDArray[np.float64]:
    drawn = [
        random.choice((0.0, -0.0, 1e16, 1e-5, 1e-4, 0.1 + 0.2, 5e-324, float("nan"), float("-inf"))),
        random.random(),
        round(random.uniform(-5, 5), random.randrange(8)),
        random.uniform(-1, 1) * 10.0 ** random.randint(-320, 300),
        round(random.uniform(0, 10.0 ** random.randint(1, 12)), random.randrange(7)),
        float(random.randrange(1 << 60)),
        random.randrange(-(1 << 24), 1 << 24) / (1 << 20),
    ]
    return numbers(drawn, np.float64)


def rows(random: Random) -> Arguments:
    texts, values = draw_batch(random, 1), floats(random)
    whole = numbers([random.randrange(-(1 << 63), 1 << 63) >> random.randrange(63) for _ in values])
    place = numbers(random.choices(range(len(texts)), k=len(values)))
    columns = tuple(random.choices((values, whole, (texts, place)), k=random.randint(1, 4)))
    return draw_batch(random, len(columns) + 1).select(np.arange(len(columns) + 1)), columns


STRATEGIES: dict[str, Callable[[Random], Arguments]] = {
    "align_units": align_units,
    "anchors": lambda random: (drawn_letters(random), Sampling(random.randint(2, 12), random.randint(1, 9))),
    # Work that nobody has begun, and none: the tests behind these go on.
    "begin_work": lambda _: (0,),
    "boilerplate_evidence": evidence,
    "boilerplate_features": batch_alone,
    "boilerplate_scores": features,
    "byte_places": placed,
    "category_scores": categories,
    "common_tokens": pair,
    "components": lambda random: (buckets(random)[0], 4),
    "confirm": confirm,
    "cut": lambda random: (draw_batch(random), random.choice((0, 1, 2, 3, 5, 6, 7))),
    "equal_runs": sorted_values,
    "fact_texts": batch_alone,
    "find_entries": lambda random: sorted_values(random) + sorted_values(random),
    "fit_ends": fit_ends,
    "fold_bytes": lambda random: (draw_batch(random), random.choice((1, 2))),
    "group": group,
    "join": batch_alone,
    "keys": keys,
    "language_scores": lambda random: (draw_batch(random), load_profiles().tables()),
    "letter_places": letter_places,
    "letters": batch_alone,
    "listed_words": listed,
    "near_pairs": near_pairs,
    "network_scores": network,
    "overlaps": overlaps,
    "passages_across": passages_across,
    "passages_within": passages_within,
    "place_lines": placed,
    "placed_sets": lambda random: (draw_batch(random), *draw_kind(random)),
    "quality_counts": stop_words,
    "read_lines": lines,
    "recurrence_keys": batch_alone,
    "row_lines": rows,
    "fact_differences": same_facts,
    "same_facts": same_facts,
    "same_fold": same_fold,
    "same_stretches": stretches,
    "shared_anchors": shared_anchors,
    "surroundings": surroundings,
    "shingle_sets": lambda random: (draw_batch(random), *draw_kind(random)),
    "sign": lambda random: (draw_batch(random), *draw_kind(random), random.randint(1, 70)),
    "sign_datasketch": datasketch,
    "sign_hashes": batch_alone,
    "sign_texts": batch_alone,
    "sort_entries": lambda random: tuple(map(numbers, entries(random), (np.uint64, np.uint32))),
    "stop_work": lambda random: (random.randrange(1, 9), False),
    "tokenize": batch_alone,
    "tree_scores": trees,
    "unite": unite,
    "weigh": batch_alone,
}


def flat(value: Any) -> list[Any]:
    """What tuples hold, however deep."""
    return [part for own in value for part in flat(own)] if isinstance(value, tuple) else [value]


def test_each_kernel_has_a_strategy() -> None:
    native = importlib.import_module("dedupe._kernels")
    there = {name for name in dir(native) if callable(getattr(native, name))}
    assert set(STRATEGIES) == set(kernels.REFERENCE) == there


@pytest.mark.parametrize("name", sorted(kernels.REFERENCE))
@given(source=st.integers(0, 1 << 32))
def test_native_and_reference_agree(name: str, source: int) -> None:
    arguments = tuple(STRATEGIES[name](Random(source)))
    reference = importlib.import_module(f"dedupe.kernels.reference.{kernels.REFERENCE[name]}")
    answers = []
    for home in (importlib.import_module("dedupe._kernels"), reference):
        own = copy.deepcopy(arguments)
        # What a kernel writes into its arguments is an answer, too.
        answers.append((flat(getattr(home, name)(*own)), flat(own)))
    (native, changed), (twin, changed_by_twin) = answers
    if name == "read_lines":
        # The reference leaves the lines to the caller: only where they begin is the same.
        native, twin, changed, changed_by_twin = native[:1], twin[:1], [], []
    for one, other in zip(native + changed, twin + changed_by_twin, strict=True):
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype
            assert one.shape == other.shape
            assert one.tobytes() == other.tobytes()
        else:
            assert one == other
