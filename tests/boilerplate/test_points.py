"""The decision: one number is shown and compared, and what prompts and content in articles cost and gain."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import CleanOptions, clean, restore, score_boilerplate
from dedupe.boilerplate.context import shipped_context
from dedupe.boilerplate.model import BoilerplateModel, Points, shipped_model
from dedupe.boilerplate.score import boilerplate_limit
from dedupe.errors import InputError, ModelError, OptionError
from dedupe.text.fold import fold_tokens

DATA = Path(__file__).parents[1] / "data"
POINTS = ("careful", "normal", "thorough")
LINES = [
    "Sign up for our weekly newsletter and never miss a story.",
    "The committee will meet again in March to discuss the budget for next year.",
    "Share this",
    "42",
    "What happened next",
    "© 2024 Harbour Press. All rights reserved.",
    "",
]


def read(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=12),
    st.one_of(st.floats(0.01, 1), st.sampled_from(POINTS)),
)
def test_the_number_that_is_shown_is_the_number_that_is_compared(lines: list[str], point: float | str) -> None:
    for context in (False, True):
        scores = score_boilerplate("\n".join(lines), unit="paragraph", context=context)
        limit = scores.limit(point)  # type: ignore[arg-type]
        for score, verdict in zip(scores, scores.verdicts(point), strict=True):  # type: ignore[arg-type]
            assert (verdict == "boilerplate") == (score.boilerplate >= limit)
            assert verdict != "content" or score.boilerplate < 0.5


def test_a_point_stands_for_a_probability_of_its_model() -> None:
    for context, shipped in ((True, shipped_context()), (False, shipped_model())):
        limits = [boilerplate_limit(CleanOptions(boilerplate=point, context=context)) for point in POINTS]  # type: ignore[arg-type]
        assert limits == list(shipped.points) == sorted(limits, reverse=True)
        assert boilerplate_limit(CleanOptions(boilerplate=0.25, context=context)) == 0.25


def test_decisions_of_clean_are_those_of_the_scores(words: random.Random) -> None:
    texts = {
        row["prompt"]: "\n".join([*row["article"], row["prompt"]]) for row in read("prompts_in_articles.jsonl")
    }
    for point in POINTS:
        scores = score_boilerplate(texts, unit="paragraph", context=True)
        verdicts = scores.verdicts(point)  # type: ignore[arg-type]
        wanted = {
            (s.id, s.start, s.boilerplate) for s, v in zip(scores, verdicts, strict=True) if v == "boilerplate"
        }
        cleaned = clean(texts, remove=["boilerplate"], boilerplate=point)  # type: ignore[arg-type]
        assert {(d.id, d.start, d.score) for d in cleaned.decisions} == wanted


@pytest.mark.parametrize("wrong", ["norml", "", 0, 1.5, -1, True, None, [0.5]])
def test_what_is_no_point_and_no_probability_is_refused(wrong: object) -> None:
    with pytest.raises(OptionError, match="boilerplate="):
        CleanOptions(boilerplate=wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="threshold="):
        score_boilerplate(["text"]).verdicts(wrong)  # type: ignore[arg-type]


def test_points_in_no_order_are_refused(tmp_path: Path) -> None:
    shipped_model().save(tmp_path)
    head = json.loads((tmp_path / "text.json").read_text())
    assert BoilerplateModel.load(tmp_path).points == shipped_model().points
    for points in (
        None,
        [],
        {"careful": 0.5, "normal": 0.6, "thorough": 0.7},
        {"careful": 0.5},
        {"careful": 2, "normal": 1, "thorough": 1},
    ):
        head["fields"]["points"] = points
        (tmp_path / "text.json").write_text(json.dumps(head))
        with pytest.raises(ModelError, match="damaged"):
            BoilerplateModel.load(tmp_path)
    del head["fields"]["points"]
    (tmp_path / "text.json").write_text(json.dumps(head))
    assert BoilerplateModel.load(tmp_path).points == Points(0.95, 0.8, 0.5)


def removed_lines(rows: list[dict[str, str]], field: str, place: int, point: str) -> tuple[int, int]:
    """How many of the lines go that are put into articles, and how many lines of the articles."""
    gone = []
    for row in rows:
        article = list(row["article"])
        text = "\n".join([*article[:place], row[field], *article[place:]])
        decisions = clean({0: text}, remove=["boilerplate"], boilerplate=point).decisions  # type: ignore[arg-type]
        gone += [text[d.start : d.end] == row[field] for d in decisions]
    return sum(gone), len(gone) - sum(gone)


def test_prompts_in_articles_go_and_what_is_said_about_them_stays() -> None:
    prompts = read("prompts_in_articles.jsonl")
    articles = {row["lang"]: row["article"] for row in prompts}
    content = [{**row, "article": articles[row["lang"]]} for row in read("content_about.jsonl")]
    # Of 60 in the middle of articles, and at their ends.
    least = {"careful": (25, 25), "normal": (45, 45), "thorough": (54, 54)}
    for point, (middle, end) in least.items():
        found = [removed_lines(prompts, "prompt", place, point) for place in (2, 4)]
        assert found[0][0] >= middle and found[1][0] >= end
        if point != "thorough":
            assert found[0][1] == found[1][1] == 0
            assert sum(removed_lines(content, "text", 2, point)) <= 2


def test_a_text_without_line_breaks_loses_sentences() -> None:
    article = read("prompts_in_articles.jsonl")[0]["article"]
    prompt = "Sign up for our free newsletter and follow us on Facebook!"
    flat = " ".join([*article, prompt, *article[:2]])
    assert len(flat) > 400
    cleaned = clean({"a": flat}, remove=["boilerplate"])
    assert [flat[d.start : d.end] for d in cleaned.decisions] == [prompt]
    # A message of a line is judged as a whole.
    short = f"{article[0]} {prompt}"
    assert len(short) < 400
    assert all(d.start == 0 for d in clean({"a": short}, remove=["boilerplate"], min_left=0).decisions)


def test_a_long_notice_that_is_a_text_by_itself_goes_as_a_whole() -> None:
    notice = (
        "We use cookies and similar technologies to offer you a better experience, to analyse traffic and to show "
        "advertising. By clicking accept all cookies you agree to the use of cookies by us and our partners. "
        "You can change your cookie settings at any time. Read our privacy policy and our cookie policy to learn "
        "more about cookies. Accept all cookies or manage your preferences. Reject all cookies. "
        "Sign up for our newsletter."
    )
    assert len(notice) > 400
    assert clean({"a": notice}, remove=["boilerplate"]).texts == {}


def test_lone_words_and_what_is_said_stay() -> None:
    texts = ["some text", "North Africa", "42", "Guten Tag", "你好", "Monday", "Contents", "Paris", "hello", "Yes."]
    for point in POINTS:
        assert list(clean(texts, remove=["boilerplate"], boilerplate=point).texts.values()) == texts  # type: ignore[arg-type]
    chat = "[12:04] mira: ok\n[12:05] tom: fine\n[12:07] mira: see you"
    assert clean(chat, remove=["boilerplate"]).decisions == ()


def test_lists_stay_whose_names_no_model_has_seen() -> None:
    lists = [
        "Gideon Ashdown\nPhilippa Thackeray\nRupert Wexford\nWinifred Rowntree\nDesmond Ainsley",
        "Members of the choir in 1962\nEgon Brinkmann\nHildegard Finkbeiner\nTorsten Odenthal\nGudrun Ehlers",
        "Conductor: Tabitha Pemberton\nLighting: Alastair Holloway\nViolin: Barnaby Braithwaite",
        "Éclairage : Solange Quesnel\nMontage : Yannick Vaillant\nViolon : Odile Tessier",
        "Zabaleta, Leocadio\nEcheverría, Remedios\nUrrutia, Anselmo\nCarranza, Amparo\nMontalbán, Rocío",
        "Ruggero – Massimo Bellandi\nOrnella – Viola Zanetti\nEttore – Dario Locatelli",
        "12 Orhan Bozkurt\n7 Tuncay Ceylan\n9 Volkan Eroğlu\n31 Cengiz Sezer\n4 Bülent Karaca",
        "Арсений Журавлёв\nЗинаида Рожкова\nГеннадий Тарасов\nРаиса Филатова\nТимофей Щербаков",
        "2 eetlepels pindakaas\n300 gr sperziebonen\n1 rode paprika\n½ komkommer\nsnufje nootmuskaat",
    ]
    cleaned = clean(lists, remove=["boilerplate"])
    assert sum(d.end - d.start for d in cleaned.decisions) <= 0.02 * sum(map(len, lists))


def test_lines_of_content_stay_in_many_languages_and_prompts_between_them_go() -> None:
    # The share of the lines of content that may go, and of the prompts that have to.
    for point, most, least in (("careful", 0.005, 0.1), ("normal", 0.01, 0.3), ("thorough", 0.15, 0.6)):
        content, prompts, lines = 0, 0, 0
        for row in read("lines.jsonl"):
            own, gone = row["content"], "\n".join(row["content"])
            decisions = clean({0: gone}, remove=["boilerplate"], boilerplate=point).decisions  # type: ignore[arg-type]
            content += sum(gone[d.start : d.end].count("\n") + 1 for d in decisions)
            lines += len(own)
            between = [
                {"lang": row["lang"], "prompt": prompt, "article": [own[(i + j) % len(own)] for j in range(4)]}
                for i, prompt in enumerate(row["prompts"])
            ]
            prompts += removed_lines(between, "prompt", 2, point)[0]  # type: ignore[arg-type]
        assert content <= most * lines
        assert prompts >= least * sum(len(row["prompts"]) for row in read("lines.jsonl"))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_texts_without_line_breaks_come_back(parts: list[int]) -> None:
    rows = read("prompts_in_articles.jsonl")
    texts = {
        n: " ".join([*rows[n]["article"], rows[n]["prompt"], *rows[n]["article"][:part]])
        for n, part in enumerate(parts)
    }
    for remove in (["boilerplate"], ["passages", "boilerplate"]):
        cleaned = clean(texts, remove=remove, boilerplate="thorough")  # type: ignore[arg-type]
        assert restore(cleaned) == texts


def test_prompts_and_templates_share_no_five_tokens() -> None:
    pytest.importorskip("sklearn")
    from tools.training_data import read_prompts

    templates, folder = set(), Path(__file__).parents[2] / "tools" / "prompts"
    for row in read_prompts(folder, {path.stem: ["-"] for path in folder.glob("*.txt")}):
        templates |= runs_of_five(row["text"])
    for row in (*read("prompts_in_articles.jsonl"), *read("content_about.jsonl")):
        assert not runs_of_five(row.get("prompt", row.get("text", ""))) & templates


def test_what_stands_in_brackets_in_a_list_of_prompts_is_no_section(tmp_path: Path) -> None:
    from tools.training_data import read_prompts

    (tmp_path / "en.txt").write_text("[content]\n[1, 2, 3]\n[12:04] tom: hi\n[cookie]\nWe use cookies.\n", "utf-8")
    rows = [(row["text"], row["label"]) for row in read_prompts(tmp_path)]
    assert rows == [("[1, 2, 3]", 0), ("[12:04] tom: hi", 0), ("We use cookies.", 1)]


def test_a_template_with_choices_is_many_prompts(tmp_path: Path) -> None:
    from tools.training_data import read_prompts

    template = "<Read also|More>: {headline}<!|> <tom> a | b"
    (tmp_path / "en.txt").write_text(f"[related]\n{template}\n", "utf-8")
    assert not list(read_prompts(tmp_path))
    rows = list(read_prompts(tmp_path, {"en": ["It rained", "It snowed"]}))
    ends = [f"{headline}{end} <tom> a | b" for headline in ("It rained", "It snowed") for end in ("!", "")]
    assert len(rows) > 1
    assert {row["text"] for row in rows} <= {f"{kicker}: {end}" for kicker in ("Read also", "More") for end in ends}
    assert {row["template"] for row in rows} == {template}


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 200), st.integers(1, 99)), min_size=1, max_size=40))
def test_chosen_points_keep_their_price(rows: list[tuple[int, int, int]]) -> None:
    pytest.importorskip("sklearn")
    from tools.training_report import ARTICLES, choose_points

    labels, lengths, guess = np.array(rows).T
    points, _ = choose_points(labels, lengths, guess / 100, ARTICLES)
    for name, price in ARTICLES.items():
        limit = getattr(points, name)
        gone = guess / 100 >= limit
        content = (labels == 0) & gone
        if gone.any() and limit < 0.995:
            assert (labels[gone] == 1).mean() >= price.precision - 1e-5
            assert lengths[content].sum() <= (price.lost + 1e-5) * max(lengths[labels == 0].sum(), 1)


def runs_of_five(text: str) -> set[tuple[str, ...]]:
    tokens = [token.text for token in fold_tokens(text)]
    # Five letters of a script without blanks are no five words.
    runs = zip(*(tokens[i:] for i in range(5)), strict=False)
    return {run for run in runs if sum(len(token) > 1 for token in run) >= 3}


def test_a_handful_of_removals_stops_no_point() -> None:
    pytest.importorskip("sklearn")
    from tools.training_report import BLOCKS, choose_points

    # One line of content above all that is boilerplate: one of a thousand removals, not half of two.
    guess = np.concatenate(([0.999, 0.999], np.full(998, 0.97), np.full(1000, 0.1)))
    labels = np.concatenate(([0, 1], np.ones(998), np.zeros(1000))).astype(np.int64)
    points, removed = choose_points(labels, np.full(2000, 100), guess, BLOCKS)
    assert points.careful <= 0.97
    assert removed["careful"]["recall"] == 1
