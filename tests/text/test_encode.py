import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.errors import InputError
from dedupe.text.encode import byte_to_point, encode_batch, encode_batches, encode_text, point_to_byte

any_text = st.text(st.characters())


@given(st.lists(any_text))
def test_a_batch_gives_its_texts_back(texts: list[str]) -> None:
    batch = encode_batch(texts)
    assert [batch.text(i) for i in range(len(batch))] == texts


@given(st.lists(any_text), st.integers(1, 20))
def test_batches_hold_all_texts_in_order(texts: list[str], limit: int) -> None:
    batches = list(encode_batches(texts, limit))
    assert [batch.text(i) for batch in batches for i in range(len(batch))] == texts


@given(any_text)
def test_places_go_to_bytes_and_back(text: str) -> None:
    points = list(range(len(text) + 1))
    offsets = point_to_byte(text, points)
    assert offsets == [len(encode_text(text[:point])) for point in points]
    assert byte_to_point(encode_text(text), np.array(offsets, np.int64)).tolist() == points


def test_a_text_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedupe.text.encode.LONGEST_TEXT", 10)
    with pytest.raises(InputError, match="11 bytes"):
        encode_batch(["short", "x" * 11])
