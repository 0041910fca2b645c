"""The native kernels against their readable twins, bit for bit."""

from __future__ import annotations

import importlib
import textwrap
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import kernels
from dedupe.kernels.records import BUCKETS, SHAPE_VALUES, SHAPES
from dedupe.kernels.reference import fact_notation, features, groups
from dedupe.kernels.reference import facts as fact_rule
from dedupe.kernels.reference import fingerprints as reference
from dedupe.kernels.reference import places as place_kernels
from dedupe.kernels.reference import segment as segmentation
from dedupe.text.encode import encode_batch, encode_text
from dedupe.text.tables import FOLD_V1, FOLD_V2

pytestmark = pytest.mark.skipif(not kernels.native, reason="the native core is not in use")

# Characters that exercise every rule of the fold, more often than chance would.
_TRICKY = (
    "ab1 &;#x-\n\r\t'é\u0301и\u0306й가\u1112\u1161\u11ab年か\u3099กำ\u200b\u00ad＆；ａ½ﷺ😀हिन्दी\ud800©•|»ÀÉǅ…。．²"
    "٣۴५৬๗ييیىكک\ufbfc\ufeef"
)
texts = st.lists(
    st.one_of(
        st.text(st.characters()),
        st.text(st.sampled_from(_TRICKY), max_size=60),
        st.sampled_from(
            [
                "&eacute;",
                "&amp;eacute;",
                "&amp;amp;#x6A9;" + "&amp;#1636;",
                "&" + "amp;" * 7 + "eacute;" + "&" + "amp;" * 8 + "eacute;",
                "＆ａｍｐ；ｅａｃｕｔｅ；&#xFF06;eacute;",
                "&#233;",
                "a-\nb",
                "a&amp;b",
                "&bogus;",
                "x" * 40,
                "word " * 30,
                "ก\u0e48\u0e38" + "\u0e48\u0e38" * 40,
            ]
        ),
    ),
    max_size=6,
)


def native() -> Any:
    return importlib.import_module("dedupe._kernels")


def assert_equal(one: Any, other: Any) -> None:
    one, other = (value if isinstance(value, tuple) else (value,) for value in (one, other))
    for left, right in zip(one, other, strict=True):
        assert left.dtype == right.dtype
        assert np.array_equal(left, right)


@given(texts)
def test_tokens_agree(batch: list[str]) -> None:
    flat = encode_batch(batch)
    assert_equal(native().tokenize(flat), tuple(reference.tokenize(flat)))
    assert_equal(native().fold_bytes(flat), reference.fold_bytes(flat))
    for version in (FOLD_V1, FOLD_V2):
        assert_equal(native().fold_bytes(flat, version), reference.fold_bytes(flat, version))


# Pieces of escaped entities, and what two versions of the fold take differently.
_ESCAPED = "& amp; &amp; #38; #x26; eacute; #233; #x661; nbsp; ٣ ۴ ५ ３ ي ی ى ك ک a - ＆ ａｍｐ； ; 東".split(" ")
escaped = st.lists(st.sampled_from([*_ESCAPED, " ", "\n"]), max_size=30)


@given(st.lists(escaped.map("".join), max_size=4))
def test_escaped_entities_digits_and_letters_of_two_keyboards_agree(batch: list[str]) -> None:
    flat = encode_batch(batch)
    assert_equal(native().tokenize(flat), tuple(reference.tokenize(flat)))
    for version in (FOLD_V1, FOLD_V2):
        assert_equal(native().fold_bytes(flat, version), reference.fold_bytes(flat, version))


@given(texts, st.sampled_from([0, 1]), st.integers(1, 8))
def test_shingle_sets_agree(batch: list[str], kind: int, n: int) -> None:
    flat = encode_batch(batch)
    assert_equal(native().shingle_sets(flat, kind, n), reference.shingle_sets(flat, kind, n))


@given(texts, st.sampled_from([0, 1]), st.integers(1, 6), st.integers(1, 70))
def test_signatures_agree(batch: list[str], kind: int, n: int, count: int) -> None:
    flat = encode_batch(batch)
    assert_equal(native().sign(flat, kind, n, count), reference.sign(flat, kind, n, count))


@given(texts, st.integers(1, 9), st.integers(1, 9))
def test_band_keys_agree(batch: list[str], bands: int, rows: int) -> None:
    flat = encode_batch(batch)
    keys = np.zeros((2, bands, len(batch) + 3), np.uint64)
    one = native().keys(flat, 0, 3, rows, keys[0, :, 2:-1])
    assert_equal(one, reference.keys(flat, 0, 3, rows, keys[1, :, 2:-1]))
    assert np.array_equal(keys[0], keys[1])


# Lines as people wrap them, list them and leave them blank.
_LINES = st.sampled_from(
    [
        "",
        " ",
        "\u00a0",
        "short",
        "a line that is wrapped at a margin, as people do in mail,",
        "ends here.",
        "- an item",
        "(b) one more",
        "12) numbered",
        "これは日本語の文章で、行の終わりで折り返されています。次の行",
        "と続く",
        "\ufeffmark",
        "“quoted!”)",
        "• bullet",
        "x" * 40,
        "word " * 12,
    ]
)
_BREAKS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\x0b", "\u2028", "\x85", " \n", "\n\t"])


@given(
    st.lists(
        st.one_of(st.lists(st.tuples(_LINES, _BREAKS)).map(lambda t: "".join(map("".join, t))), st.text()),
        max_size=4,
    ),
    st.integers(0, 3),
)
def test_cuts_agree(batch: list[str], mode: int) -> None:
    flat = encode_batch(batch)
    assert_equal(native().cut(flat, mode), tuple(segmentation.cut(flat, mode)))


_WRAPPED_WORDS = st.sampled_from(
    "the of lines that continue Words Leeds extraordinarily I 12 (see) f(x)=1 end. which? “quoted” — - über это "
    "中文 日本語の、 ทดสอบ 한국어 NAMES “so.” a;".split()
)
_MARKS = st.sampled_from(["", "> ", ">>", "# ", "   ", "\t", "/* ", "// ", "- ", "1. ", "(iv) ", "| ", "•  "])


@st.composite
def wrapped_texts(draw: st.DrawFn) -> str:
    """Paragraphs filled at some width behind some mark, some of them torn."""
    blocks = []
    for words in draw(st.lists(st.lists(_WRAPPED_WORDS, min_size=1, max_size=50), min_size=1, max_size=4)):
        first = draw(
            st.sampled_from(["", "> ", ">>", "# ", "   ", "\t", "/* ", "// ", "- ", "1. ", "(iv) ", "| ", "•  "])
        )
        rest = draw(st.sampled_from([first, " " * len(first), " * ", ""]))
        lines = textwrap.wrap(
            " ".join(words), draw(st.integers(16, 125)), initial_indent=first, subsequent_indent=rest
        )
        torn = draw(st.integers(0, 6))
        blocks.append("\n".join(line[: 3 * torn] + "  " + line[3 * torn :] if torn > 3 else line for line in lines))
    return draw(st.sampled_from(["\n", "\n\n", "\n>\n"])).join(blocks)


@given(st.lists(wrapped_texts(), max_size=3), st.sampled_from([1, 5]))
def test_cuts_of_wrapped_texts_agree(batch: list[str], mode: int) -> None:
    flat = encode_batch(batch)
    assert_equal(native().cut(flat, mode), tuple(segmentation.cut(flat, mode)))


def test_cuts_of_texts_with_more_lines_than_are_kept_agree() -> None:
    pairs = [
        "the bridge stays closed for what is left\nof the month, they said.",
        "/* it is read once, at the start\n * of",
    ]
    flat = encode_batch(["\n\n".join(pairs * 1500 + ["> " + pairs[0].replace("\n", "\n> ")] * 1500)])
    assert_equal(native().cut(flat, 1), tuple(segmentation.cut(flat, 1)))


@given(st.lists(st.text(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_byte_places_agree(batch: list[str], random: Random) -> None:
    flat = encode_batch(batch)
    spans = [
        (i, *sorted(random.choices(range(len(batch[i]) + 1), k=2))) for i in range(len(batch)) for _ in range(3)
    ]
    random.shuffle(spans)
    places = [np.array(column, np.int64) for column in zip(*spans, strict=True)]
    assert_equal(native().byte_places(flat, *places), place_kernels.byte_places(flat, *places))
    assert_equal(native().place_lines(flat, *places), place_kernels.place_lines(flat, *places))
    assert_equal(native().join(flat), place_kernels.join(flat))
    first, last = place_kernels.byte_places(flat, *places)
    for (i, start, end), low, high in zip(spans, first.tolist(), last.tolist(), strict=True):
        assert flat.buffer[low:high].tobytes() == encode_text(batch[i][start:end])


def test_byte_places_outside_a_text_agree() -> None:
    flat, far = encode_batch(["éab", "東京"]), (1 << 63) - 1
    spans = [(0, -far, far), (0, -5, 1), (1, 1, -9), (1, 9, far), (0, 2, 2)]
    places = [np.array(column, np.int64) for column in zip(*spans, strict=True)]
    assert_equal(native().byte_places(flat, *places), place_kernels.byte_places(flat, *places))


@given(texts.filter(bool))
def test_equal_folds_agree(batch: list[str]) -> None:
    flat, other = encode_batch([*batch, *batch]), encode_batch([*map(str.upper, batch), *batch[::-1]])
    assert_equal(native().same_fold(flat, other, False), reference.same_fold(flat, other, False))


@given(st.lists(st.integers(0, 40) | st.integers(0, 2**64 - 1)))
def test_runs_of_equal_values_agree(values: list[int]) -> None:
    array = np.array(values, np.uint64)
    assert_equal(native().equal_runs(array), groups.equal_runs(array))


_BUCKETS = st.lists(st.lists(st.integers(0, 9), min_size=2, unique=True).map(sorted), max_size=8)


def flat_lists(lists: list[list[int]], kind: type) -> tuple[np.ndarray, np.ndarray]:
    return np.array([v for own in lists for v in own], kind), np.cumsum([0, *map(len, lists)]).astype(np.int64)


@given(_BUCKETS)
def test_components_agree(buckets: list[list[int]]) -> None:
    flat = flat_lists(buckets, np.int64)
    assert_equal(native().components(flat, 10), groups.components(flat, 10))


@given(
    _BUCKETS,
    st.lists(st.lists(st.integers(0, 6), unique=True).map(sorted), min_size=10, max_size=10),
    st.permutations(range(10)),
    st.lists(st.booleans(), min_size=10, max_size=10),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5),
    st.sampled_from([0.25, 1 / 3, 0.5, 0.75, 1.0]),
    st.booleans(),
)
def test_groups_agree(
    buckets: list[list[int]],
    sets: list[list[int]],
    rank: list[int],
    pinned: list[bool],
    rejected: list[tuple[int, int]],
    threshold: float,
    apart: bool,
) -> None:
    texts = [f"w{i // 2} " * 25 + "same words as all others have here" for i in range(10)]
    folded = reference.fold_bytes(encode_batch(texts))
    arguments = (
        flat_lists(buckets, np.int64),
        flat_lists(sets, np.uint64),
        np.array(rank, np.int64),
        np.array(pinned, np.uint8),
        rejected,
        threshold,
        folded if apart else None,
    )
    one, other = native().group(*arguments), groups.group(*arguments)
    assert_equal(one[:2], other[:2])
    assert one[2] == other[2]


@given(st.lists(st.lists(st.integers(0, 30), unique=True), min_size=1, max_size=5))
def test_overlaps_agree(sets: list[list[int]]) -> None:
    values = np.array([v for s in sets for v in sorted(s)], np.uint64)
    offsets = np.cumsum([0, *map(len, sets)]).astype(np.int64)
    a, b = (part.ravel().astype(np.int64) for part in np.meshgrid(range(len(sets)), range(len(sets))))
    assert_equal(native().overlaps((values, offsets), a, b), reference.overlaps((values, offsets), a, b))


@given(texts.filter(bool), st.sampled_from([0, 1]), st.integers(1, 5))
def test_confirmations_agree(batch: list[str], kind: int, n: int) -> None:
    flat = encode_batch(batch)
    a = np.arange(len(batch), dtype=np.int64)
    b = a[::-1].copy()
    sets = reference.placed_sets(flat, kind, n)
    assert_equal(native().placed_sets(flat, kind, n), tuple(sets))
    assert_equal(native().confirm(sets, kind, n, a, b), reference.confirm(sets, kind, n, a, b))
    collided = sets._replace(folded=np.roll(sets.folded, 1))
    assert_equal(native().confirm(collided, kind, n, a, b), reference.confirm(collided, kind, n, a, b))


_FACT_WORDS = st.sampled_from(
    [
        "11",
        "1",
        "color",
        "colour",
        "centre",
        "center",
        "organize",
        "organise",
        "list",
        "box",
        "listbox",
        "not",
        "5",
        "६६",
        "x1",
        "the",
        "of",
        "東",
        "京",
        "é",
    ]
)
_EDITS = st.lists(st.tuples(st.integers(0, 39), st.lists(_FACT_WORDS, max_size=9)), max_size=3)


@given(_EDITS, _EDITS, st.integers(0, 40), st.sampled_from([1, 12]))
def test_facts_agree(
    one: list[tuple[int, list[str]]], other: list[tuple[int, list[str]]], length: int, times: int
) -> None:
    base = [f"w{chr(97 + i % 26)}{chr(97 + i // 26)}" if i % 3 else "the" for i in range(length)] * times
    batch = []
    for edits in (one, other, []):
        words = list(base)
        for place, new in edits:
            words[place * 7 : place * 7 + 1] = new
        batch.append(" ".join(words))
    flat = native().fact_texts(encode_batch(batch))
    a, b = (part.ravel().astype(np.int64) for part in np.meshgrid(range(3), range(3)))
    assert_equal(native().same_facts(flat, a, b), fact_rule.same_facts(flat, a, b))
    assert_equal(native().fact_differences(flat, a, b), fact_rule.fact_differences(flat, a, b))


@given(st.lists(st.text("aeouyilmprstczhg", max_size=9), min_size=2, max_size=9))
def test_spellings_agree(words: list[str]) -> None:
    """Each word beside the same word in the common spelling, and beside the next word."""
    written = [*words, *map(fact_notation.spelled, words)]
    flat = native().fact_texts(encode_batch(written))
    count = len(words)
    a = np.concatenate((np.arange(count), np.arange(count - 1)))
    b = np.concatenate((np.arange(count) + count, np.arange(1, count)))
    assert_equal(native().same_facts(flat, a, b), fact_rule.same_facts(flat, a, b))
    assert_equal(native().fact_differences(flat, a, b), fact_rule.fact_differences(flat, a, b))


@given(texts)
def test_boilerplate_features_and_scores_agree(batch: list[str]) -> None:
    flat = encode_batch(batch)
    assert_equal(native().boilerplate_features(flat), tuple(features.boilerplate_features(flat)))
    random = np.random.default_rng(5)
    weights = [random.integers(-127, 128, BUCKETS).astype(np.int8) for _ in range(2)]
    shapes = random.integers(-(1 << 20), 1 << 20, SHAPES * SHAPE_VALUES).astype(np.int32)
    model = (*weights, shapes, 98_765, 4_321)
    assert_equal(native().boilerplate_scores(flat, model), features.boilerplate_scores(flat, model))


@pytest.mark.parametrize("place", [(0, 99), (2, 1), (-1, 2)])
def test_bad_places_are_refused(place: tuple[int, int]) -> None:
    buffer = np.zeros(4, np.uint8)
    starts, ends = (np.array([value], np.int64) for value in place)
    with pytest.raises(ValueError, match="no place"):
        native().tokenize((buffer, starts, ends))
    with pytest.raises(ValueError, match="differ in length"):
        native().tokenize((buffer, starts, ends[:0]))


def test_other_kinds_of_arguments_are_refused() -> None:
    flat = encode_batch(["a b c"])
    with pytest.raises(TypeError, match="tuple"):
        native().tokenize(flat.buffer)
    with pytest.raises(TypeError, match=r"Texts\.1"):
        native().tokenize((flat.buffer, flat.starts.astype(np.int32), flat.ends))
    with pytest.raises(ValueError, match="tuple of length 3"):
        native().tokenize(flat[:2])
    with pytest.raises(TypeError, match="None"):
        native().same_facts(None, flat.starts, flat.starts)


def test_bad_numbers_are_refused() -> None:
    flat = encode_batch(["a b c"])
    far = np.array([7], np.int64)
    with pytest.raises(ValueError, match="no item 7"):
        native().confirm(native().placed_sets(flat, 0, 1), 0, 1, far, far)
    with pytest.raises(ValueError, match="shingle length"):
        native().shingle_sets(flat, 0, 0)
    with pytest.raises(ValueError, match="no unit 4"):
        native().components((np.array([1, 4], np.int64), np.array([0, 2], np.int64)), 4)
    with pytest.raises(ValueError, match="a key of each text"):
        native().keys(flat, 0, 1, 4, np.zeros((2, 5), np.uint64))
    with pytest.raises(ValueError, match="side by side"):
        native().keys(encode_batch(["a", "b"]), 0, 1, 4, np.zeros((2, 4), np.uint64)[:, ::2])
    with pytest.raises(ValueError, match="differ in length"):
        native().same_fold(flat, encode_batch(["a", "b"]), False)
    with pytest.raises(ValueError, match="version of the fold 3"):
        native().fold_bytes(flat, 3)
