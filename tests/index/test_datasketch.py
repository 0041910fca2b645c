"""An index as one of datasketch, in memory and on a real Redis server."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dedupe import Index
from dedupe.errors import InputError
from dedupe.integrations.datasketch import to_datasketch
from tests.conftest import make_text

pytest.importorskip("datasketch", reason="datasketch is not installed: pip install 'dedupe-text[datasketch]'")


def filled(words: random.Random, unit: str = "document") -> tuple[Index, dict[str, str]]:
    texts = {f"d{i}": make_text(words, 40) for i in range(30)}
    index = Index(unit=unit)  # type: ignore[arg-type]
    index.add(list(texts), list(texts.values()))
    return index, texts


@pytest.mark.parametrize("scheme", ["affine32", "legacy"])
def test_the_units_of_an_index_are_found_through_datasketch(words: random.Random, scheme: Any) -> None:
    index, texts = filled(words)
    shared = index.to_datasketch(scheme)
    settings = index.settings
    assert (shared.b, shared.r) == (settings.bands.bands, settings.bands.rows)
    edited = {name: f"{text} and one word" for name, text in texts.items()}
    asked = to_datasketch(edited, shingle=str(settings.shingle), permutations=shared.h, scheme=scheme)
    assert all(name.encode() in shared.query(sketch) for name, sketch in asked.items())


def test_removed_documents_are_not_exported_and_places_are_named(words: random.Random) -> None:
    index, texts = filled(words, "paragraph")
    index.remove(["d3"])
    shared = index.to_datasketch(permutations=200)
    assert shared.h == 200
    end = len(texts["d4"])
    assert set(shared.keys) == {f"{n}\t0\t{len(t)}".encode() for n, t in texts.items() if n != "d3"}
    assert f"d4\t0\t{end}".encode() in shared.keys
    with pytest.raises(InputError, match="too few for 9 bands of 8 rows"):
        index.to_datasketch(permutations=10)


@pytest.fixture
def redis_port(tmp_path: Path) -> Iterator[int]:
    pytest.importorskip("redis", reason="the Python client of Redis is not installed")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
        server.terminate()


def test_two_machines_share_an_index_on_a_redis_server(redis_port: int, words: random.Random) -> None:
    from datasketch import MinHashLSH

    index, texts = filled(words)
    storage = {"type": "redis", "basename": b"shared", "redis": {"host": "127.0.0.1", "port": redis_port}}
    here = index.to_datasketch(storage_config=storage)
    # Another process opens it by its name; nothing in it is pickled.
    there = MinHashLSH(num_perm=here.h, params=(here.b, here.r), storage_config=storage, prepickle=False)
    edited = {name: f"{text} and one word" for name, text in texts.items()}
    asked = to_datasketch(edited, shingle=str(index.settings.shingle), permutations=here.h)
    for name, sketch in asked.items():
        assert name.encode() in there.query(sketch)
    there.insert(b"new", asked["d1"])
    assert b"new" in here.query(asked["d1"])
