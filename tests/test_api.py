import os
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import dedupe
from dedupe.errors import InputError
from dedupe.kernels import KERNELS_ABI
from dedupe.text.hashing import SCHEME
from dedupe.text.tables import FOLD_SCHEME


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {k: v for k, v in os.environ.items() if not k.startswith("DEDUPE_")}
    variables |= {"PYTHONPATH": os.pathsep.join(sys.path), **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=variables)


def test_every_public_name_is_there() -> None:
    for name in dedupe.__all__:
        assert getattr(dedupe, name) is not None
    assert set(dir(dedupe)) == set(dedupe.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        dedupe.nonsense  # noqa: B018


def test_the_face_is_the_agreed_one() -> None:
    assert set(dedupe.__all__) == {
        *("clean", "restore", "clean_files", "restore_files", "find_duplicates", "find_passages"),
        *("score_boilerplate", "score_quality", "detect_language", "segment", "evaluate", "explain_match"),
        *("Index", "BoilerplateClassifier", "CleanOptions", "Document", "DedupeError", "native", "__version__"),
    }


@pytest.mark.parametrize(
    ("name", "home"),
    [
        *((name, "dedupe.results") for name in ("BoilerplateScores", "Cleaned", "Duplicates", "Languages")),
        *((name, "dedupe.results") for name in ("Passages", "Quality", "Unit")),
        ("choose_bands", "dedupe.lsh"),
        ("lsh_curve", "dedupe.lsh"),
        ("to_datasketch", "dedupe.integrations.datasketch"),
    ],
)
def test_an_old_name_works_and_says_where_it_is_now(name: str, home: str) -> None:
    with pytest.warns(DeprecationWarning, match=rf"dedupe\.{name} is an old name: use {home}\.{name}$") as caught:
        old = getattr(dedupe, name)
    assert old is getattr(import_module(home), name)
    # The warning points to the line that uses the name.
    assert caught[0].filename == __file__


def test_old_names_of_arguments_work_and_say_the_new_ones(tmp_path: Path) -> None:
    short, long = (
        "The cat sat on the mat.",
        "Yesterday the cat sat on the mat. It rained all day in the whole city.",
    )
    with pytest.warns(DeprecationWarning, match="similarity= is an old name: use by=") as caught:
        result = dedupe.find_duplicates([long, short], similarity="containment", threshold=0.8)  # type: ignore[call-arg]
    assert result.kept == dedupe.find_duplicates([long, short], by="containment", threshold=0.8).kept == (0,)
    assert caught[0].filename == __file__
    with pytest.raises(TypeError, match="both similarity= and its new name by="):
        dedupe.find_duplicates([long], similarity="jaccard", by="jaccard")  # type: ignore[call-arg]
    (tmp_path / "a.jsonl").write_text('{"body": "Dogs bark."}\n')
    with pytest.warns(DeprecationWarning, match="dedupe.Fields is an old name: use the arguments text=, id="):
        fields = dedupe.Fields(text="body")
    with pytest.warns(DeprecationWarning, match="fields= is an old name: use text=, id="):
        dedupe.clean_files([tmp_path / "a.jsonl"], None, None, fields=fields, dry_run=True)
    with (
        pytest.warns(DeprecationWarning, match="fields="),
        pytest.raises(InputError, match="`text=` and fields= both"),
    ):
        dedupe.clean_files([tmp_path / "a.jsonl"], None, None, fields=fields, text="x", dry_run=True)


def test_a_run_on_files_takes_options_of_their_kind_and_any_number(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Dogs bark."}\n' * 2)
    for wrong in ({"threshold": 0.5}, 0, ""):
        with pytest.raises(InputError, match="is no CleanOptions"):
            dedupe.clean_files([tmp_path / "a.jsonl"], None, None, options=wrong, dry_run=True)  # type: ignore[arg-type]
    for keep in (np.array([1, 2]), [Decimal(1), Fraction(1, 2)], [str(tmp_path), "b"]):
        options = dedupe.CleanOptions(keep=keep, max_removal=1.0)
        dedupe.clean_files(
            [tmp_path / "a.jsonl"], tmp_path / "o.jsonl", tmp_path / "u.jsonl", options=options, force=True
        )
    options = dedupe.CleanOptions(max_removal=1.0)
    dedupe.clean_files(
        [tmp_path / "a.jsonl"],
        tmp_path / "o.jsonl",
        tmp_path / "u.jsonl",
        options=options,
        force=True,
        max_memory=10**30,
    )


def test_a_plain_import_is_light() -> None:
    code = "import sys, time, dedupe; print(time.process_time(), *[m for m in sys.modules if '.' not in m])"
    out = run(code)
    seconds, *modules = out.stdout.split()
    assert not {"numpy", "pyarrow", "sklearn", "scipy", "datasketch", "langdetect", "tqdm"} & set(modules)
    assert float(seconds) < 0.3


@pytest.mark.parametrize(
    ("package", "code", "extra"),
    [
        ("sklearn", "dedupe.BoilerplateClassifier()", "train"),
        ("sklearn", "import dedupe.integrations.sklearn", "train"),
        ("datasketch", "dedupe.integrations.datasketch.to_datasketch(['a text'])", "datasketch"),
        ("datasketch", "dedupe.Index().to_datasketch()", "datasketch"),
    ],
)
def test_what_needs_an_extra_says_how_to_install_it(package: str, code: str, extra: str) -> None:
    names = "from dedupe import *; import dedupe, dedupe.integrations.datasketch"
    out = run(f"import sys; sys.modules[{package!r}] = None; {names}; print('here'); {code}")
    assert out.stdout == "here\n"
    assert out.stderr.splitlines()[-1].startswith("dedupe.errors.MissingPackageError: ")
    assert out.stderr.endswith(f"Install it with: pip install 'dedupe-text[{extra}]'\n")


def test_json_lines_are_compared_without_the_heavy_packages(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "one text, twice"}\n{"text": "One text twice!"}\n')
    code = (
        "import sys; from dedupe.cli.main import main;"
        f"main(['duplicates', {str(file)!r}, '--kept', '-', '--quiet']);"
        "print(*[m for m in sys.modules if '.' not in m], file=sys.stderr)"
    )
    out = run(code)
    assert out.stdout == f"{file}:1\n"
    assert not {"pyarrow", "sklearn", "scipy", "datasketch", "langdetect", "tqdm"} & set(out.stderr.split())


def test_the_reference_can_be_forced_and_gives_the_same_answer() -> None:
    code = (
        "import dedupe; print(dedupe.native); t = ['One text, twice: été.', 'another', 'one text twice ete'];"
        "r = dedupe.find_duplicates(t, pairs='all');"
        "print(r.kept, list(r.pairs), list(dedupe.score_boilerplate(t)))"
    )
    forced, usual = run(code, DEDUPE_NATIVE="0"), run(code)
    assert forced.stdout.startswith("False")
    assert forced.stdout.split("\n", 1)[1] == usual.stdout.split("\n", 1)[1]


def test_a_required_native_core_that_is_missing_is_an_error() -> None:
    hide = (
        "import sys\nclass Hide:\n def find_spec(self, name, *a):\n"
        "  if name == 'dedupe._kernels': raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Hide())\nimport dedupe; print(dedupe.native)"
    )
    assert run(hide).stdout.strip() == "False"
    failed = run(hide, DEDUPE_REQUIRE_NATIVE="1")
    assert failed.returncode != 0
    assert "install a Rust toolchain" in failed.stderr
    assert "contradict" in run("import dedupe; dedupe.native", DEDUPE_NATIVE="0", DEDUPE_REQUIRE_NATIVE="1").stderr


def test_another_failed_import_is_not_taken_for_a_missing_core() -> None:
    broken = (
        "import sys\nclass Broken:\n def find_spec(self, name, *a):\n"
        "  if name == 'dedupe._kernels': raise ModuleNotFoundError('No module named other', name='other')\n"
        "sys.meta_path.insert(0, Broken())\nimport dedupe; dedupe.native"
    )
    assert "No module named other" in run(broken).stderr


@pytest.mark.parametrize(
    ("abi", "scheme", "fold"),
    [(0, SCHEME, FOLD_SCHEME), (KERNELS_ABI, "minhash-v0", FOLD_SCHEME), (KERNELS_ABI, SCHEME, "fold-v1")],
)
def test_a_stale_core_names_the_rebuild_command(abi: int, scheme: str, fold: str) -> None:
    stale = (
        "import sys, types\nfake = types.ModuleType('dedupe._kernels')\n"
        f"fake.ABI, fake.SCHEME, fake.FOLD_SCHEME = {abi}, {scheme!r}, {fold!r}\n"
        "sys.modules['dedupe._kernels'] = fake\nimport dedupe; dedupe.native"
    )
    failed = run(stale)
    assert "ImportError" in failed.stderr and "--force-reinstall" in failed.stderr


def test_the_library_never_prints() -> None:
    out = run("import dedupe; dedupe.clean(['a'] * 3); dedupe.find_passages(['b'])")
    assert (out.stdout, out.stderr) == ("", "")


@pytest.mark.filterwarnings("default")
def test_hugging_face_datasets_are_texts() -> None:
    datasets = pytest.importorskip("datasets")
    rows = {
        "id": ["a", "b", "c", "d"],
        "text": ["Dogs bark.", "The cat sat on the mat today.", "Rain fell.", "the cat sat on the mat today"],
        "score": [1, 2, 3, 4],
    }
    dataset = datasets.Dataset.from_dict(rows)
    assert dedupe.find_duplicates(dataset).kept == ("a", "b", "c")
    assert dedupe.find_duplicates(dataset, keep="score").kept == ("a", "c", "d")
    chosen = dataset.select([3, 1, 0]).filter(lambda row: row["id"] != "a")
    assert dedupe.find_duplicates(chosen).kept == ("d",)
    assert dict(dedupe.clean(chosen).texts) == {"d": rows["text"][3]}
    assert dedupe.find_duplicates(dataset["text"]).kept == (0, 1, 2)
    with pytest.raises(InputError, match="a stream of rows"):
        dedupe.find_duplicates(dataset.to_iterable_dataset())
    back = datasets.Dataset(dedupe.clean(dataset).to_arrow())
    assert back["id"][:] == ["a", "b", "c"]
