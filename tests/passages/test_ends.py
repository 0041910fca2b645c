"""The ends of passages lie in the matched core, where a reader would cut."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import find_passages
from dedupe.text.fold import fold_tokens
from tests.conftest import make_text

Source = random.Random
PASSAGE = (
    "The old mill by the river burnt down twice before the council bought its ruins. "
    "Nobody had lived there since the great flood, and the roof was gone."
)


def sentences(source: Source, count: int) -> list[str]:
    """Sentences that are longer than what an end may be moved by."""
    return [f"{make_text(source, source.randint(9, 15)).capitalize()}{source.choice('.!?')}" for _ in range(count)]


def longest_common(a: str, b: str) -> str:
    """The longest stretch that two texts share, by brute force."""
    best = ""
    row = [0] * (len(b) + 1)
    for i, char in enumerate(a, 1):
        before, row = row, [0] * (len(b) + 1)
        for j, other in enumerate(b, 1):
            if char == other:
                row[j] = before[j - 1] + 1
                if row[j] > len(best):
                    best = a[i - row[j] : i]
    return best


@pytest.mark.parametrize("within", [False, True])
@given(source=st.builds(random.Random, st.integers(0, 1 << 32)))
def test_a_passage_of_whole_sentences_is_exactly_these(*, within: bool, source: Source) -> None:
    block = " ".join(sentences(source, source.randint(2, 4)))
    texts = {}
    for name in "ab":
        # The neighbours may begin and end with the same words.
        first, last = (sentences(source, source.randint(0, 2)) for _ in range(2))
        if last and source.random() < 0.5:
            last[0] = f"The {last[0].lower()}"
        if first and source.random() < 0.5:
            first[-1] = f"{first[-1][:-1]} then."
        if first and source.random() < 0.2:
            # The neighbour ends with the first word of the passage.
            first[-1] = f"{first[-1][:-1]} {block.split()[0].lower()}."
        if last and source.random() < 0.2:
            last[0] = f"{block.split()[-1].strip('.!?').capitalize()} {last[0].lower()}"
        texts[name] = " ".join([*first, block, *last])
    if within:
        texts = {"a": f"{texts['a']} {' '.join(sentences(source, 1))} {texts['b']}"}
    for passage in find_passages(texts, threads=1):
        a = texts[passage.a][passage.a_start : passage.a_end]
        b = texts[passage.b][passage.b_start : passage.b_end]
        assert a.strip() == a and b.strip() == b
        if not within:
            common = longest_common(texts["a"], texts["b"]).strip()
            assert a in common and block in a


@given(source=st.builds(random.Random, st.integers(0, 1 << 32)), share=st.sampled_from([0.05, 0.1]))
def test_both_ends_are_matched(source: Source, share: float) -> None:
    block = " ".join(sentences(source, source.randint(4, 6)))
    edited = " ".join(make_text(source, 1) if source.random() < share else word for word in block.split())
    texts = [" ".join([*sentences(source, 2), own, *sentences(source, 2)]) for own in (block, edited)]
    for passage in find_passages(texts, threads=1):
        a, b = (
            [token.text for token in fold_tokens(texts[number][start:end])]
            for number, start, end in (passage[:3], passage[3:6])
        )
        assert a[0] == b[0] and a[-1] == b[-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{} The shopkeepers feared for their customers.", "{} The recipe asks for saffron and patience."),
        ("Invoice 48213 for Mrs Miller: {}", "{}"),
        ("{}", "{} Order 48213, paid."),
        ("We wrote about the same. {}", "All of them were the same. {}"),
        ("{}\nThe shopkeepers feared", "{} The recipe asks for saffron"),
        ("“{}” The shopkeepers feared", "({}) The recipe asks for saffron"),
    ],
)
def test_ends_are_cut_where_a_reader_would_cut(one: str, other: str) -> None:
    texts = {"a": one.format(PASSAGE), "b": other.format(PASSAGE)}
    (passage,) = find_passages(texts)
    for name, start, end in (passage[:3], passage[3:6]):
        assert texts[name][start:end].strip("“”()") == PASSAGE
    assert passage.similarity == 1.0


def test_the_shortest_passage_is_left() -> None:
    first = "The old mill by the river burnt down twice before the council came."
    texts = [f"{first} The roof was gone{rest}" for rest in (" by then.", ", they say.")]
    (passage,) = find_passages(texts, min_length=50)
    assert texts[0][passage.b_start : passage.b_end] == first
    (passage,) = find_passages(texts, min_length=60)
    assert texts[0][passage.b_start : passage.b_end] == f"{first} The roof was gone"
