"""Inside one document a passage may begin with words of its own, but with no facts of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedupe

REST = {
    "en": " of the theft of the harvest that came in late because of the rain in the valley, and the farmers "
    "brought it to the mill by the river and waited there for their turn. The miller ground all of it "
    "in two weeks and took a tenth for himself, and nobody had seen so much grain in the town before. "
    "The prices at the market stayed low until the end of the winter.",
    "de": " wegen des Diebstahls der Ernte, die sich des Regens im Tal wegen verspätet hatte, und die Bauern "
    "brachten alles zur Mühle am Fluss und warteten dort. Der Müller mahlte es in zwei Wochen und "
    "behielt den Zehnten, und niemand hatte je so viel Korn in der Stadt gesehen. Die Preise auf dem "
    "Markt blieben bis zum Ende des Winters niedrig.",
    "ru": " за кражу урожая, который собрали поздно из-за дождей в долине, и крестьяне отвезли его на "
    "мельницу у реки и ждали там своей очереди. Мельник смолол всё за две недели и взял себе десятую "
    "часть, и никто раньше не видел в городе столько зерна. Цены на рынке оставались низкими до самого "
    "конца зимы.",
    "zh": "因为山谷里下雨，收成来得很晚，农民们把粮食运到河边的磨坊，在那里等着轮到自己。磨坊主用了两个星期把"
    "它全部磨完，自己留下了十分之一，镇上以前从来没有人见过这么多粮食。市场上的价格一直很低，直到冬天结"
    "束。人们说，明年春天还要再修一座桥，好让马车从河上过去。老人们坐在门口，谈着从前的日子，孩子们在街"
    "上跑来跑去，谁也不知道以后会怎么样，大家都在等着新的一年。",
}
FACTS = {
    "en": [
        ("The court did convict Anna Miller", "The court did convict Peter Smith"),
        ("The court did not convict the man", "The court did convict the man"),
        ("On that day the court spoke to Miller", "On that day the court spoke to Smith"),
        ("The court saw two of the men", "The court saw three of the men"),
        ("It was in May that the court spoke", "It was in June that the court spoke"),
    ],
    "de": [
        ("Das Gericht sprach Anna Müller schuldig", "Das Gericht sprach Peter Schmidt schuldig"),
        ("Das Gericht sprach ihn nicht schuldig", "Das Gericht sprach ihn schuldig"),
        ("Man sah dort in Köln alle Leute", "Man sah dort in Graz alle Leute"),
    ],
    "ru": [
        ("Суд осудил Анну Петрову", "Суд осудил Веру Иванову"),
        ("Суд не осудил этого человека", "Суд осудил этого человека"),
    ],
    "zh": [("请在饭前说明", "请在饭后说明"), ("王先生说", "李先生说")],
}


def block(opening: str, language: str) -> str:
    return opening + REST[language]


@pytest.mark.parametrize(
    ("language", "pair"), [(language, pair) for language, pairs in FACTS.items() for pair in pairs]
)
def test_facts_in_an_opening_keep_both_copies(language: str, pair: tuple[str, str]) -> None:
    between = {"zh": "后来过了很久。"}.get(language, " Then a whole year went by in Ormsby. ")
    for one, other in (pair, pair[::-1]):
        text = block(one, language) + between + block(other, language)
        for options in ({}, {"min_passage": 30}):
            cleaned = dedupe.clean(text, remove=["passages"], **options).data
            assert cleaned and block(other, language)[: len(other) + 9] in cleaned[0], (one, other, options)


def test_words_in_an_opening_go_with_a_long_passage() -> None:
    text = (
        block("The men were held to be guilty", "en")
        + " A year went by. "
        + block("So they were found guilty", "en")
    )
    cleaned = dedupe.clean(text, remove=["passages"]).data[0]
    assert cleaned.count("The miller ground all of it") == 1


@given(st.integers(16, 100))
def test_a_short_passage_has_no_opening_however_short_passages_may_be(least: int) -> None:
    body = REST["en"].split(". ")[0] + "."
    text = "They tell" + body + " A year went by in the town. " + "We spoke" + body
    assert "We spoke" in dedupe.clean(text, remove=["passages"], min_passage=least).data[0]
