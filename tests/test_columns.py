"""Every column of texts answers as a list of strings would."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe import columns
from dedupe.columns import BatchColumn, JoinedColumn, StringColumn, TextColumn
from dedupe.text.encode import encode_batch

TEXTS = st.lists(st.text(st.sampled_from("ab é水😀\ud800\n"), max_size=40), min_size=1, max_size=12)


def cut_up(texts: list[str], draw: st.DataObject) -> list[list[str]]:
    bounds = sorted(draw.draw(st.lists(st.integers(0, len(texts)), max_size=3)))
    return [texts[a:b] for a, b in zip([0, *bounds], [*bounds, len(texts)], strict=True)]


@given(TEXTS, st.data())
def test_columns_are_lists_of_strings(texts: list[str], draw: st.DataObject) -> None:
    batches = [encode_batch(part) for part in cut_up(texts, draw)]
    middle = len(texts) // 2
    forms: list[TextColumn] = [
        StringColumn(texts),
        BatchColumn(batches),
        JoinedColumn(StringColumn(texts[:middle]), BatchColumn([encode_batch(texts[middle:])])),
    ]
    number = draw.draw(st.integers(0, len(texts) - 1))
    start = draw.draw(st.integers(0, len(texts[number])))
    end = draw.draw(st.integers(start, len(texts[number])))
    numbers = np.array(sorted(draw.draw(st.sets(st.integers(0, len(texts) - 1), min_size=1))), np.int64)
    # A text is long here from five bytes on, and has its code points counted every three.
    with patch.object(columns, "_SHORT", 5), patch.object(columns, "_STRETCH", 3):
        for column in forms:
            assert list(column) == texts
            assert [column[i] for i in range(len(texts))] == texts
            assert column[-1] == texts[-1]
            assert column[:2] == texts[:2]
            assert column.part(number, start, end) == texts[number][start:end]
            batch = column.read(numbers)
            assert [batch.text(i) for i in range(len(batch))] == [texts[i] for i in numbers.tolist()]
            assert len(column.sizes()) == len(texts)
