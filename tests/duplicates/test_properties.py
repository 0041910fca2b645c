"""What may not change a result: order, batches, threads, the form of the texts, the kernels."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import find_duplicates, kernels, worksize

_WORDS = st.sampled_from(["one", "Two", "drei", "четыре", "五", "หก", "sept", "8", "नौ", "ten"])
_LINES = st.lists(_WORDS, max_size=7).map(" ".join)
_TEXTS = st.lists(st.lists(_LINES, min_size=1, max_size=3).map("\n".join), max_size=9)
_UNITS = st.sampled_from(["document", "paragraph", "sentence"])


def options(unit: str) -> dict[str, object]:
    return {"unit": unit, "threshold": 0.4, "shingle": "word:1", "recall": 0.999}


@given(_TEXTS, _UNITS, st.randoms(use_true_random=False))
def test_the_order_of_input_changes_only_what_is_defined_by_it(
    texts: list[str], unit: str, source: random.Random
) -> None:
    order = list(range(len(texts)))
    source.shuffle(order)
    shuffled = [texts[i] for i in order]
    worth = [float(i) for i in range(len(texts))]
    one = find_duplicates(texts, pairs="all", keep=worth, **options(unit))
    other = find_duplicates(shuffled, pairs="all", keep=[worth[i] for i in order], **options(unit))

    def name(identity: int, start: int, end: int, renamed: bool) -> tuple[int, int, int]:
        return (order[identity] if renamed else identity, start, end)

    def pairs(result: object, renamed: bool) -> set[tuple[frozenset[tuple[int, int, int]], float]]:
        return {
            (
                frozenset((name(p.a, p.a_start, p.a_end, renamed), name(p.b, p.b_start, p.b_end, renamed))),
                p.similarity,
            )
            for p in result.pairs
        }

    assert pairs(one, False) == pairs(other, True)
    if unit == "document":
        groups = {(group.kept, frozenset(group.cluster)) for group in one.groups}
        again = {(order[group.kept], frozenset(order[i] for i in group.cluster)) for group in other.groups}
        assert groups == again


@given(_TEXTS, _UNITS, st.integers(1, 60), st.sampled_from([1, 2, 8]), st.sampled_from(["kept", "all"]))
def test_batches_threads_and_forms_change_nothing(
    texts: list[str], unit: str, size: int, threads: int, pairs: str
) -> None:
    expected = find_duplicates(texts, pairs=pairs, threads=1, **options(unit))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worksize, "SIZES", worksize.WorkSizes(batch_bytes=size, cluster_text=size))
        split = pa.chunked_array([texts[: len(texts) // 2], texts[len(texts) // 2 :]], pa.string())
        for form in (texts, pa.array(texts, pa.large_string()), split, split.slice(0)):
            result = find_duplicates(form, pairs=pairs, threads=threads, **options(unit))
            assert result.to_arrow() == expected.to_arrow()
            assert result.pairs.to_arrow() == expected.pairs.to_arrow()
            assert result.compared == expected.compared


def test_both_kernels_write_the_same_bytes(tmp_path: Path) -> None:
    if not kernels.native:
        pytest.skip("the native core is not in use")
    source = random.Random(3)
    words = [
        "ein",
        "Zwei",
        "trois",
        "чотири",
        "五",
        "หก",
        "yedi",
        "8",
        "नौ",
        "tíu",
        "&amp;",
        "ex-\nample",
        "\u200b",
        "\x00",
    ]
    texts = [" ".join(source.choices(words, k=source.randint(0, 12))) for _ in range(40)]
    texts += [text.upper() + "\n" + source.choice(words) for text in texts]
    file = tmp_path / "texts.jsonl"
    rows = [json.dumps({"id": str(i), "text": text}, ensure_ascii=i % 2 == 0) for i, text in enumerate(texts)]
    file.write_text("\n".join([*rows, "{broken", '{"text": "\\ud800 lone", "id": 7}']) + "\n")
    outputs = []
    for native in ("0", "1"):
        folder = tmp_path / native
        folder.mkdir()
        for unit in ("document", "paragraph", "sentence"):
            results = [f"--{name}={folder / f'{unit}-{name}.jsonl'}" for name in ("all-pairs", "groups", "kept")]
            command = [
                sys.executable,
                "-m",
                "dedupe",
                "duplicates",
                str(file),
                "--unit",
                unit,
                "--threshold",
                "0.4",
            ]
            environment = {**os.environ, "DEDUPE_NATIVE": native, "DEDUPE_REQUIRE_NATIVE": native}
            done = subprocess.run(
                [*command, "--quiet", *results], env=environment, check=False, capture_output=True
            )
            assert done.returncode == 1, done.stderr
        outputs.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) == 3 * 4 and all(outputs[0].values())
