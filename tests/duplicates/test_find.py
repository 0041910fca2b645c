import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import Document, find_duplicates, kernels, worksize
from dedupe.errors import DuplicateIdError, InputError
from dedupe.kernels.reference import fingerprints as reference
from dedupe.text.encode import encode_batch
from tests.conftest import make_text


def near_copies(source: random.Random, texts: int, copies: int) -> list[str]:
    """Texts with copies of which some words are changed, in mixed order."""
    out = []
    for _ in range(texts):
        words = make_text(source, 60).split()
        for _ in range(copies):
            changed = list(words)
            for _ in range(source.randint(0, 6)):
                changed[source.randrange(len(changed))] = make_text(source, 1)
            out.append(" ".join(changed))
    source.shuffle(out)
    return out


def jaccard(a: str, b: str, kind: int = 1, n: int = 5) -> float:
    sets, ends = reference.shingle_sets(encode_batch([a, b]), kind, n)
    first, second = set(sets[: ends[1]].tolist()), set(sets[ends[1] :].tolist())
    return len(first & second) / len(first | second)


def test_copies_that_differ_in_case_and_punctuation_are_found() -> None:
    result = find_duplicates(["The cat sat on the mat.", "Dogs bark.", "the CAT sat, on the mat"])
    assert result.kept == (0, 1)
    assert result.removed == (2,)
    assert result.groups[0].cluster == (0, 2)
    assert result.pairs[0] == (0, 2, 1.0, 0, 23, 0, 23, False)


def test_every_pair_has_its_exact_similarity(words: random.Random) -> None:
    texts = near_copies(words, 12, 4)
    result = find_duplicates(texts, threshold=0.5, pairs="all")
    assert len(result.pairs) > 20
    for pair in result.pairs:
        assert pair.similarity == jaccard(texts[pair.a], texts[pair.b]) >= 0.5


def test_nothing_at_the_threshold_is_missed_on_a_small_corpus(words: random.Random) -> None:
    texts = near_copies(words, 12, 4)
    found = {(p.a, p.b) for p in find_duplicates(texts, threshold=0.6, recall=0.999, pairs="all").pairs}
    true = {(i, j) for j in range(len(texts)) for i in range(j) if jaccard(texts[i], texts[j]) >= 0.6}
    assert found == true


def test_members_resemble_their_kept_unit_and_join_the_most_similar(words: random.Random) -> None:
    texts = near_copies(words, 8, 6)
    result = find_duplicates(texts, threshold=0.6, recall=0.999)
    kept = list(result.kept)
    for pair in result.pairs:
        assert pair.similarity >= 0.6
        earlier = [k for k in kept if k < pair.b]
        best = max(jaccard(texts[k], texts[pair.b]) for k in earlier)
        assert pair.similarity == best
        assert pair.a == next(k for k in earlier if jaccard(texts[k], texts[pair.b]) == best)


def test_chains_are_not_groups() -> None:
    # Each text shares most with its neighbour and little with the first.
    words = [f"w{i}" for i in range(60)]
    chain = [" ".join(words[i * 8 : i * 8 + 28]) for i in range(5)]
    result = find_duplicates(chain, threshold=0.5, shingle="word:1", recall=0.999)
    for group in result.groups:
        for member, similarity in zip(group.cluster, group.similarities, strict=True):
            assert similarity >= 0.5
            assert jaccard(chain[group.kept], chain[member], 0, 1) == similarity
    assert len(result.kept) > 1


@pytest.mark.parametrize(
    ("keep", "kept"),
    [("first", 0), ("last", 2), ("longest", 1), ("shortest", 2), (lambda text: -text.count("!"), 2)],
)
def test_the_user_says_which_copy_stays(keep: object, kept: int) -> None:
    texts = ["one two three four five !!", "one two three four five (!!!)", "one two three four five"]
    assert find_duplicates(texts, keep=keep).kept == (kept,)


def test_short_texts_are_equal_only_when_equal_after_folding() -> None:
    texts = ["cat", "dog", "cat", "Cat!", "a", "b", "", "", "...", "...", "  "]
    result = find_duplicates(texts, threshold=0.5)
    assert result.kept == (0, 1, 4, 5, 6, 7, 8, 9, 10)
    words = find_duplicates(["red car", "red bus", "Red, car"], shingle="word:5", threshold=0.5)
    assert words.kept == (0, 1)


def test_equal_hashes_of_other_text_are_not_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is made to collide: whatever the words, shingle i of a text hashes to i."""
    monkeypatch.setattr(reference, "_shingles", lambda tokens, *_: np.arange(len(tokens), dtype=np.uint64))
    batch = encode_batch(["one two three", "four five six", "One, two, three!"])
    a, b = np.array([0, 0], np.int64), np.array([1, 2], np.int64)
    assert reference.confirm(reference.placed_sets(batch, 0, 1), 0, 1, a, b).tolist() == [0, 1]


@pytest.mark.parametrize("pairs", ["kept", "all"])
def test_what_is_not_confirmed_is_not_removed(pairs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    base = "a text that is long enough to have near copies of itself in the corpus"
    texts = [base, f"{base} one", f"{base} two"]
    assert find_duplicates(texts, threshold=0.6, pairs=pairs).kept == (0,)

    def refuse(*arguments: object) -> np.ndarray:
        a, b = arguments[-2:]
        return ~((np.minimum(a, b) == 0) & (np.maximum(a, b) == 2))

    monkeypatch.setattr(kernels, "confirm", refuse)
    result = find_duplicates(texts, threshold=0.6, pairs=pairs)
    assert result.kept == (0, 2)
    assert [group.cluster for group in result.groups] == [(0, 1)]


def test_pairs_all_and_kept_give_the_same_groups(words: random.Random) -> None:
    texts = near_copies(words, 10, 5)
    one, other = (find_duplicates(texts, threshold=0.5, pairs=p) for p in ("kept", "all"))
    assert one.groups == other.groups
    assert list(one.pairs) == list(other.kept_pairs)


def test_a_stricter_threshold_needs_no_second_run(words: random.Random) -> None:
    texts = near_copies(words, 10, 5)
    loose = find_duplicates(texts, threshold=0.5, recall=0.999, pairs="all")
    strict = find_duplicates(texts, threshold=0.8, recall=0.999, pairs="all")
    assert list(loose.at(0.8).pairs) == list(strict.pairs)
    assert loose.at(0.8).groups == strict.groups
    with pytest.raises(InputError, match="below the run"):
        loose.at(0.4)
    with pytest.raises(InputError, match='pairs="all"'):
        find_duplicates(texts).at(0.9)


def test_paragraphs_are_compared_inside_and_across_documents() -> None:
    block = "A paragraph that is long enough to be told from others of its kind."
    texts = {"a": f"First.\n{block}\n{block}", "b": f"Other.\n{block.upper()}"}
    result = find_duplicates(texts, unit="paragraph")
    assert [texts[u.id][u.start : u.end] for u in result.removed] == [block, block.upper()]
    assert {u.id for u in result.removed} == {"a", "b"}
    assert all(pair.a_start == 7 for pair in result.pairs)


def test_results_do_not_depend_on_threads_or_batches(words: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = near_copies(words, 10, 4)
    expected = find_duplicates(texts, threshold=0.5, threads=1).to_arrow()
    for threads in (2, 8):
        assert find_duplicates(texts, threshold=0.5, threads=threads).to_arrow() == expected
    monkeypatch.setattr(worksize, "SIZES", worksize.WorkSizes(batch_bytes=100, cluster_text=200))
    for threads in (1, 2, 8):
        assert find_duplicates(texts, threshold=0.5, threads=threads).to_arrow() == expected


def test_all_forms_of_texts_give_the_same_answer() -> None:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    texts = ["the same text, twice", "another text of its own", "The same text: twice"]
    ids = ["x", "y", "z"]
    expected = find_duplicates(dict(zip(ids, texts, strict=True))).to_arrow()
    table = pa.table({"id": ids, "text": texts})
    forms = [
        [Document(i, t) for i, t in zip(ids, texts, strict=True)],
        table,
        pl.from_arrow(table),
        pd.DataFrame({"id": ids, "text": texts}),
    ]
    for form in forms:
        assert find_duplicates(form).to_arrow() == expected
    for column in (pa.array(texts), pa.chunked_array([texts[:1], texts[1:]]), pl.Series(texts), iter(texts)):
        assert find_duplicates(column).kept == (0, 1)
    assert find_duplicates("only one").kept == (0,)


def test_one_document_and_ids_of_several_types_are_taken() -> None:
    assert find_duplicates(Document("a", "hello world")).kept == ("a",)
    mixed = find_duplicates({1: "one two three", "a": "one two three"})
    assert mixed.to_arrow()["id"].to_pylist() == ["1", "a"]
    assert mixed.pairs.to_arrow()["b"].to_pylist() == ["a"]


def test_results_convert_to_frames() -> None:
    import pandas as pd
    import polars as pl

    result = find_duplicates({"a": "one two three", "b": "one two three"})
    frame = pl.DataFrame(result)
    assert frame["kept"].to_list() == [True, False]
    assert pl.DataFrame(result.pairs).rows()[0][:3] == ("a", "b", 1.0)
    assert isinstance(result.to_arrow().to_pandas(), pd.DataFrame)


def test_many_copies_cost_linear_work() -> None:
    base = "a paragraph that comes back again and again in one corpus"
    texts = [f"{base}{' ' * (i % 3)}" for i in range(5000)] + [f"{base} number {i}" for i in range(2000)]
    result = find_duplicates(texts, threshold=0.6)
    assert len(result.kept) == 1
    assert result.compared < 3 * len(texts)


def test_more_copies_than_are_listed_in_full_stay_linear() -> None:
    result = find_duplicates(["the very same text"] * 100, pairs="all")
    assert len(result.pairs) == 99
    assert len(find_duplicates(["the very same text"] * 10, pairs="all").pairs) == 45


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 0}, "threshold"),
        ({"threshold": float("nan")}, "threshold"),
        ({"recall": 1}, "recall"),
        ({"unit": "line"}, "unit"),
        ({"shingle": "word"}, "shingle"),
        ({"permutations": 0}, "permutations"),
        ({"threads": 0}, "threads"),
        ({"keep": "nicest"}, "keep"),
        ({"pairs": "some"}, "pairs"),
    ],
)
def test_wrong_options_are_refused_by_name(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        find_duplicates(["a b c", "d e f"], **options)


def test_wrong_texts_are_refused_with_their_place() -> None:
    with pytest.raises(InputError, match="text 1"):
        find_duplicates(["a", None])
    with pytest.raises(InputError, match="bytes"):
        find_duplicates(b"bytes")
    with pytest.raises(DuplicateIdError, match="text 0 and by text 2"):
        find_duplicates([Document("a", "x"), Document("b", "y"), Document("a", "z")])


def test_no_texts_give_an_empty_answer() -> None:
    result = find_duplicates([], unit="paragraph", pairs="all")
    assert result.kept == () and len(result.pairs) == 0 and result.groups == ()
    assert result.to_arrow().num_rows == 0


@given(
    st.lists(st.text("abc .\n", max_size=30), max_size=12), st.sampled_from(["document", "paragraph", "sentence"])
)
def test_laws_of_groups(texts: list[str], unit: str) -> None:
    result = find_duplicates(texts, unit=unit, threshold=0.5, shingle="char:2")
    kept, removed = set(result.kept), set(result.removed)
    assert not kept & removed
    assert len(kept) + len(removed) == len(result.units)
    for group in result.groups:
        assert group.kept in kept
        assert set(group.cluster[1:]) <= removed
        assert all(s >= 0.5 for s in group.similarities)
    assert sum(len(g.cluster) - 1 for g in result.groups) == len(removed)


def test_pinned_units_are_kept_and_preferred() -> None:
    from dedupe.documents import read_texts
    from dedupe.duplicates.find import compare_units
    from dedupe.duplicates.settings import resolve
    from dedupe.units import cut_units

    units = cut_units(read_texts(["one two three four"] * 3 + ["five six"]), "document")
    result = compare_units(units, resolve("document"), pinned=np.array([False, True, True, False]))
    assert result.kept == (1, 2, 3)
    assert result.groups[0].cluster == (1, 0)
