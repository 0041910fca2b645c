from typing import Any

import pytest

from dedupe import Document, score_boilerplate
from dedupe.errors import InputError
from dedupe.kernels.reference.features import read_stream

PROMPTS = [
    "Sign up for our weekly newsletter and never miss a story.",
    "We use cookies to personalise content. Accept all cookies or manage your settings.",
    "Follow us on Facebook, Twitter and Instagram!",
    "Recevez notre newsletter : inscrivez-vous gratuitement.",
    "Folgen Sie uns auf Facebook und abonnieren Sie unseren Newsletter.",
    "Suscríbete a nuestro boletín y síguenos en Twitter.",
]
CONTENT = [
    "The committee will meet again in March to discuss the budget for next year.",
    "Le fleuve a débordé dans la nuit et plusieurs villages ont été évacués.",
    "Die Regierung kündigte an, die Steuern im kommenden Jahr zu senken.",
    "Los científicos descubrieron una nueva especie de rana en la selva.",
    "Her first novel sold two million copies and was translated into nine languages.",
    "North Africa",
    "What happened next",
]


def test_prompts_are_boilerplate_and_sentences_are_not() -> None:
    scores = score_boilerplate([*PROMPTS, *CONTENT])
    assert scores.verdicts(0.6)[: len(PROMPTS)] == ["boilerplate"] * len(PROMPTS)
    verdicts = scores.verdicts()
    assert "boilerplate" not in verdicts[len(PROMPTS) :]
    assert all(v == "content" for v, text in zip(verdicts[len(PROMPTS) :], CONTENT, strict=True) if "." in text)


def test_elements_of_a_list_are_independent() -> None:
    together = score_boilerplate([*PROMPTS, *CONTENT])
    alone = [score_boilerplate([text])[0] for text in [*PROMPTS, *CONTENT]]
    assert [s.boilerplate for s in together] == [s.boilerplate for s in alone]


def test_units_are_scored_with_their_places() -> None:
    text = f"{CONTENT[0]}\n{PROMPTS[0]}"
    scores = score_boilerplate({"a": text}, unit="paragraph")
    assert [(s.id, text[s.start : s.end]) for s in scores] == [("a", CONTENT[0]), ("a", PROMPTS[0])]
    assert [s.category for s in scores] == [None, "subscription"]
    assert scores.to_arrow().column_names == list(scores[0]._fields)


def test_any_text_has_a_probability() -> None:
    scores = score_boilerplate(["", " ", "\x00", "\ud800", "a" * 100_000, "©" * 1000, "1 2 3"])
    assert ((scores.probability > 0) & (scores.probability < 1)).all()


def test_a_text_is_read_folded_and_framed() -> None:
    stream = read_stream("  Été 25!")
    assert "".join(map(chr, stream.points)) == "\x02ete 00!\x03"
    assert ["".join(map(chr, word)) for word in stream.words] == ["ete", "00"]
    assert stream.word_spans == [(2, 5), (6, 8)]
    assert stream.places == [-1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_scoring_imports_no_scikit_learn() -> None:
    import subprocess
    import sys

    code = "import sys, dedupe; dedupe.score_boilerplate(['Accept all cookies']); print('sklearn' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Sign up for our weekly newsletter and never miss a story.", "subscription"),
        ("Melden Sie sich für unseren Newsletter an!", "subscription"),
        ("We use cookies to give you the best experience. Accept all cookies.", "cookie"),
        ("Utilizamos cookies para mejorar su experiencia.", "cookie"),
        ("Share on Facebook", "share"),
        ("Seguici su Instagram e Facebook", "share"),
        ("© 2021 The Daily Post. All rights reserved.", "copyright"),
        ("Tous droits réservés.", "copyright"),
        ("By Sarah Miller, 12 March 2021", "byline"),
        ("Home | News | Sport | Culture | Contact", "navigation"),
    ],
)
def test_boilerplate_has_a_category(text: str, category: str) -> None:
    score = score_boilerplate(text)[0]
    assert score.boilerplate > 0.5
    assert score.category == category


def test_the_words_that_say_so_are_shown_in_their_places() -> None:
    prompt = "Share this article on Facebook and subscribe to our newsletter."
    text = f"{CONTENT[0]}\n{prompt}\n{CONTENT[4]}"
    scores = score_boilerplate({"a": text}, unit="paragraph")
    found = scores.explain(1)
    assert found.category == scores[1].category
    for span in found.evidence:
        assert text[span.start : span.end] == span.text
        assert len(CONTENT[0]) < span.start < span.end <= len(CONTENT[0]) + len(prompt) + 1
        assert f"“{span.text}”" in found.reason
    assert any("Facebook" in span.text for span in found.evidence)
    assert [span.weight for span in found.evidence] == sorted((s.weight for s in found.evidence), reverse=True)
    assert scores.explain(0).reason.startswith("more like content")
    assert score_boilerplate(["", "!!!"]).explain(1).evidence == ()


def test_neighbours_and_other_pages_count_where_they_are_asked_for() -> None:
    box_text = "The view from the old tower"
    pages = [
        Document(f"{site}{n}", f"Our page\n{CONTENT[n % 5]} {CONTENT[0]} {CONTENT[4]}\n{box_text}", site)
        for site in "ab"
        for n in range(1, 6)
    ]
    alone = score_boilerplate(pages, unit="paragraph")
    around = score_boilerplate(pages, unit="paragraph", context=True)
    assert alone[0].context is alone[0].recurrence is None
    assert [s.text for s in around] == [s.boilerplate for s in alone]
    box, story = around[2], around[1]
    assert box.recurrence > 0.9 > 0.5 > story.boilerplate
    assert box.boilerplate > alone[2].boilerplate
    assert "also on 4 other pages" in around.explain(2).reason
    assert around.verdicts(0.8)[2] == "boilerplate"
    assert alone.verdicts(0.8)[2] == "unsure"
    other_sources = [document._replace(source=None) for document in pages]
    unknown = score_boilerplate(other_sources, unit="paragraph", context=True)
    assert unknown[2].recurrence != box.recurrence


def test_context_needs_neighbours() -> None:
    with pytest.raises(InputError, match="neighbours"):
        score_boilerplate(PROMPTS, context=True)
    assert len(score_boilerplate([], unit="paragraph", context=True)) == 0
    assert len(score_boilerplate(["", " \n"], unit="paragraph", context=True)) == 0


def test_a_document_of_many_lines_is_scored_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["Subscribe now!", "The river rose overnight.", "Share", "Dogs bark at night.", "Share"]
    texts = ["\n".join(lines), lines[1], "\n".join(lines[::-1])]
    known = score_boilerplate(texts, unit="paragraph", context=True).to_arrow()
    monkeypatch.setattr("dedupe.boilerplate.score._UNITS_AT_A_TIME", 2)
    assert score_boilerplate(texts, unit="paragraph", context=True).to_arrow() == known


@pytest.mark.parametrize("number", [1, -2, "0", None])
def test_a_unit_that_is_not_there_is_told(number: Any) -> None:
    with pytest.raises(InputError, match=r"there is no unit .*, and there are 1"):
        score_boilerplate(["The old mill stood empty."]).explain(number)
