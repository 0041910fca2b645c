"""Kickers of headlines: where they end, and that a long headline does not hide them."""

import numpy as np

from dedupe.boilerplate.model import shipped_model
from dedupe.kernels.records import KICKER, PROMPT
from dedupe.kernels.reference.network import find_kickers
from dedupe.text.encode import TextBatch, encode_batch


def kickers(*texts: str) -> list[str]:
    batch = encode_batch(texts)
    numbers, found = find_kickers(batch)
    out = [""] * len(texts)
    for i, number in enumerate(numbers.tolist()):
        out[number] = found.text(i)
    return out


def test_a_kicker_ends_with_the_first_colon() -> None:
    assert kickers("Read also: Ferries: the end", "関連記事：橋が閉鎖された理由") == ["Read also:", "関連記事："]


def test_what_has_no_headline_behind_it_or_is_long_is_no_kicker() -> None:
    assert kickers("Read also:", "a: b", "", "No colon here", "w" * 80 + ": a headline") == [""] * 5


def test_kickers_of_parts_of_a_buffer_are_those_of_the_texts() -> None:
    texts = ["plain", "See also: the old bridge", "10:01 tom: lol, see you", "：full width first"]
    batch = encode_batch(texts)
    for first in range(len(texts)):
        part = batch.select(slice(first, None))
        numbers, found = find_kickers(part)
        assert [found.text(i) for i in range(len(numbers))] == [text for text in kickers(*texts)[first:] if text]
    assert len(find_kickers(TextBatch(batch.buffer, batch.starts[:0], batch.ends[:0]))[0]) == 0


def test_the_network_scores_the_kicker_alone() -> None:
    model = shipped_model()
    texts = ["Read also: Why the ferry stopped running before the summer", "Why the ferry stopped running"]
    with_kicker, without = model.parts(encode_batch(texts))[:, KICKER]
    assert with_kicker == model.parts(encode_batch(["Read also:"]))[0, PROMPT]
    assert without < np.iinfo(np.int32).min
