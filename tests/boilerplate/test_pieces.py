"""Texts without line breaks, and the pieces that may have been lines."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import clean, clean_files, worksize
from dedupe.boilerplate import pieces as rooms
from dedupe.boilerplate.context import FLAT
from dedupe.boilerplate.model import shipped_model
from dedupe.boilerplate.pieces import cut_pieces, flat_features, runs_of
from dedupe.documents import read_texts
from dedupe.job import CleanOptions
from dedupe.outofcore import run
from dedupe.store import budget
from dedupe.units import whole_documents

CONTENT = [
    "The council met on Tuesday and voted to close the bridge for repairs until spring, officials said.",
    "Residents complained that the detour adds an hour to the school run every morning and evening.",
    "Engineers found cracks in three of the nine piers during the last inspection in October.",
    "The mayor promised a temporary ferry, but the operator has not yet been paid for last winter.",
]
GERMAN = [
    "Der Stadtrat hat am Dienstag beschlossen, die Brücke bis zum Frühjahr für Reparaturen zu sperren.",
    "Anwohner klagten, dass der Umweg über die Landstraße jeden Morgen eine Stunde Zeit koste.",
    "Bei der letzten Prüfung fanden Fachleute Risse in drei der neun Pfeiler und Rost am Geländer.",
    "Der Bürgermeister versprach eine Fähre, doch der Betreiber wartet noch auf das Geld vom Winter.",
]


def cut(*texts: str) -> list[list[str]]:
    """The pieces of each text."""
    out: list[list[str]] = [[] for _ in texts]
    for pieces in cut_pieces(whole_documents(read_texts(list(texts)))):
        for i, number in enumerate(pieces.units.document.tolist()):
            out[number].append(pieces.units.text(i))
    return out


def test_lines_may_begin_with_capitals_behind_signs_and_with_times() -> None:
    assert cut("It rained. Share Twitter | print • More of it: The dam broke, Anna said 12:40 Sport 7 of 9") == [
        [
            "It rained.",
            "Share",
            "Twitter |",
            "print",
            "• More of it:",
            "The dam broke, Anna said",
            "12:40",
            "Sport 7 of 9",
        ]
    ]
    assert cut("分享到 微博 大坝在夜里决口。", "") == [["分享到", "微博", "大坝在夜里决口。"], []]


@given(st.lists(st.text(alphabet="aB 1:|•.中\n\ud800é", max_size=40), max_size=4))
def test_pieces_hold_all_that_is_no_space_in_order(texts: list[str]) -> None:
    for text, own in zip(texts, cut(*texts), strict=True):
        assert "".join("".join(own).split()) == "".join(text.split())
        assert all(piece.strip() == piece for piece in own)


@given(st.text(alphabet="aB 1|中é\ud800", min_size=1, max_size=90), st.integers(8, 20))
def test_no_sentence_makes_a_large_section(text: str, section: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_SECTION", section), ("_NEAR", 8), ("_PIECES_TOGETHER", 4), ("_TOGETHER", 64)):
            patch.setattr(rooms, name, value)
        (own,) = cut(text)
        found = list(cut_pieces(whole_documents(read_texts([text]))))
    assert "".join("".join(own).split()) == "".join(text.split())
    for pieces in found:
        assert len(pieces.texts.buffer) <= 64 + section and len(pieces.units) <= 4 + section
        places = zip(pieces.units.start.tolist(), pieces.units.end.tolist(), strict=True)
        assert [text[start:end] for start, end in places] == [
            pieces.texts.raw(i).decode("utf-8", "surrogatepass") for i in range(len(pieces.units))
        ]


MENUS = [
    "Home | News | Sport | Contact | " * 7,
    "Share on Facebook Tweet E-mail Print " * 9,
    "Follow us on Twitter. " * 15,
    "7 " * 300,
    "Sign in Register Subscribe from £1 a month Terms of use | Privacy policy © All rights reserved. " * 4,
]


@pytest.mark.parametrize("menu", MENUS)
@pytest.mark.parametrize("prose", [CONTENT, GERMAN])
def test_an_article_on_a_line_with_a_menu_stays(menu: str, prose: list[str]) -> None:
    article = " ".join(prose)
    texts = {"before": f"{menu}{article}", "behind": f"{article} {menu}"}
    cleaned = clean(texts, remove=["boilerplate"], threads=1)
    # Three hundred numbers take with them what stands behind, up to the next capital.
    lost = 40 if menu[0].isdigit() else 0
    assert article[lost:] in cleaned.texts["before"]
    assert article in cleaned.texts["behind"]


def test_runs_stay_that_begin_or_end_where_a_line_may() -> None:
    (pieces,) = cut_pieces(
        whole_documents(read_texts(["He met Jan Michael Marchart in May. Share Twitter Then he left."]))
    )
    found = [pieces.units.text(i) for i in range(len(pieces.units))]
    assert found == ["He met", "Jan", "Michael", "Marchart in", "May.", "Share", "Twitter", "Then he left."]
    chosen = np.isin(found, ["Michael", "Share", "Twitter"])
    first, last = runs_of(chosen, *pieces[1:4])
    assert list(zip(first.tolist(), last.tolist(), strict=True)) == [(5, 6)]


def test_sections_and_batches_change_nothing_but_the_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [" ".join([*CONTENT, "Share Tweet Print this page", *GERMAN] * 3), "One piece only", " ".join(GERMAN)]

    def features() -> np.ndarray:
        found = cut_pieces(whole_documents(read_texts(texts)))
        return np.vstack([flat_features(pieces, shipped_model()) for pieces in found])

    whole = features()
    assert whole.shape[1] == len(FLAT)
    monkeypatch.setattr(worksize, "SIZES", worksize.SIZES._replace(batch_bytes=300))
    monkeypatch.setattr(rooms, "_TOGETHER", 100)
    assert np.array_equal(features(), whole)
    monkeypatch.setattr(rooms, "_SECTION", 500)
    monkeypatch.setattr(rooms, "_MOST_PIECES", 3)
    assert len(features()) == len(whole)
    assert np.array_equal(features()[:, 0], whole[:, 0])


def test_a_flat_text_loses_lines_that_end_without_a_stop() -> None:
    prompts = [
        "Follow us on Facebook and Instagram",
        "Share this article on Facebook",
        "Subscribe to our newsletter",
    ]
    flat = " ".join([*CONTENT[:2], prompts[0], *CONTENT[2:], prompts[1], *CONTENT[:2], *CONTENT[2:], prompts[2]])
    cleaned = clean({"a": flat}, remove=["boilerplate"], boilerplate=0.7)
    assert [flat[d.start : d.end] for d in cleaned.decisions] == prompts
    assert all(d.score >= 0.7 for d in cleaned.decisions)
    least = max(d.score for d in cleaned.decisions)
    some = clean({"a": flat}, remove=["boilerplate"], boilerplate=least).decisions
    assert [(d.start, d.score) for d in some] == [(d.start, d.score) for d in cleaned.decisions if d.score >= least]
    assert all(one.end <= two.start for one, two in pairwise(cleaned.decisions))


def test_nouns_with_capitals_are_no_entries_of_a_menu() -> None:
    flat = " ".join(GERMAN * 2)
    assert not clean({"a": flat}, remove=["boilerplate"]).decisions
    prompt = "Folgen Sie uns auf Facebook und Instagram"
    text = " ".join([*GERMAN, prompt, *GERMAN])
    assert [text[d.start : d.end] for d in clean({"a": text}, remove=["boilerplate"]).decisions] == [prompt]


def test_a_limit_of_memory_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = "Share Tweet", "Follow us on Facebook"
    texts = [" ".join([*CONTENT[i:], prompts[0], *GERMAN, prompts[1], *CONTENT[:i]]) for i in range(4)]
    corpus = tmp_path / "in.jsonl"
    corpus.write_text("".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts)), "utf-8")
    options, found = CleanOptions(remove=("boilerplate",), boilerplate="thorough"), []
    for name, limits in (("q", {}), ("w", {"max_memory": 1 << 14, "workdir": tmp_path})):
        output, audit = tmp_path / f"{name}.jsonl", tmp_path / f"{name}.audit.jsonl"
        clean_files(corpus, output, audit, options=options, **limits)
        found.append((output.read_bytes(), audit.read_bytes().replace(output.name.encode(), b"")))
        monkeypatch.setattr(worksize, "SIZES", worksize.SIZES._replace(batch_bytes=300, documents=2, rows=2))
        monkeypatch.setattr(run, "make_budget", lambda memory: budget.Budget(budget._BASE + int(memory), 2))
    assert found[0] == found[1]
    assert found[0][0].count(b"Facebook") < len(texts)


def test_pieces_of_which_a_part_is_gone_already_stay() -> None:
    copy = (
        "Share this article with friends of the old bridge and its nine piers, which stood here for ninety years."
    )
    flat = " ".join([*CONTENT, copy, *GERMAN, "Follow us on Facebook", *CONTENT[:1], copy, *GERMAN[:2]])
    removed = [(d.start, d.end) for d in clean({"a": flat}).decisions]
    assert all(one[1] <= two[0] for one, two in pairwise(sorted(removed)))
