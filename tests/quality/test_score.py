"""Scores, reasons, rule sets: what a user of `score_quality` sees."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from dedupe import score_quality
from dedupe.errors import InputError
from dedupe.quality.rules import RULES
from dedupe.quality.score import describe_signals
from dedupe.worksize import WorkSizes

PROSE = (
    "The council met on Monday to talk about the old mill by the river, which has stood empty for forty years. "
    "Nobody could say to whom it belongs. One member proposed that the town should buy it and make a school of it; "
    "another asked with what money. In the end they agreed to write a letter to the heirs and to wait for a reply."
)


def test_a_seed_that_repeats_itself_comes_out_as_repetitive_with_the_share(seeds: Path) -> None:
    plain, repeated = ([path.read_text("utf-8") for path in sorted(seeds.glob("*.txt"))][i] for i in (0, 1))
    quality = score_quality({"plain": plain, "repeated": repeated})
    assert quality[1].reasons[0].signal == "repeated_share"
    assert quality[1].reasons[0].value == pytest.approx(1229 / 2139, abs=0.01)
    assert "57%" in quality[1].reasons[0].text
    assert quality[1].score < 0.4 < 0.8 < quality[0].score
    assert quality.failed("default")[0] == ()
    assert quality.languages == ["fr", "fr"]


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        (
            "Subscribe now for unlimited access! Sign up for our newsletter and never miss a story.",
            "boilerplate_share",
        ),
        ("Ã‰tÃ© aprÃ¨s Ã©tÃ©, la mÃªme histoire. " + PROSE, "mojibake"),
        ("\ufffd\ufffd" + PROSE * 1 + "\ufffd\ufffd\ufffd", "unreadable"),
        ("0x1f 17 , 23 = 42 % 99 ; 1 2 3 4 5 6 7 8 9 10 11 12 13", "alphabetic_words"),
        (PROSE.upper(), "upper"),
        ("We sell flour here.\n" * 10 + PROSE, "repeated_line_characters"),
        ("River mill school. " * 2, "plain_words"),
    ],
)
def test_a_fault_is_named(text: str, signal: str) -> None:
    quality = score_quality(text)
    assert quality[0].score < 0.9
    assert signal in {reason.signal for reason in quality[0].reasons}


def test_prose_has_nothing_against_it() -> None:
    quality = score_quality(PROSE)
    assert quality[0] == (0, 1.0, ())
    assert [quality.failed(rules) for rules in RULES if rules != "c4"] == [[()], [()], [()]]
    assert quality.failed("c4") == [("too_few_sentences",)]


def test_what_is_not_asked_for_is_unknown_and_fails_nothing() -> None:
    quality = score_quality("La la la la. " * 60, passages=False, boilerplate=False, language=None)
    assert np.isnan(quality.signals["repeated_share"][0])
    assert quality.languages == ["und"]
    assert "repeated_passages" not in quality.failed()[0]
    assert "gopher_enough_stop_words" not in quality.failed("gopher")[0]
    assert pa.table(quality).column("repeated_share").null_count == 1


def test_scripts_without_spaces_are_not_judged_by_the_length_of_words() -> None:
    quality = score_quality("今日は町の会議があり、川のほとりの古い水車について話し合った。" * 3)
    assert "gopher_below_avg_threshold" not in quality.failed("gopher")[0]
    assert quality.signals["terminal_lines"][0] == 1


def test_empty_texts_and_no_texts() -> None:
    assert len(score_quality([])) == 0
    assert pa.table(score_quality([])).num_rows == 0
    quality = score_quality(["", " \n"])
    assert quality.failed() == [("no_words",)] * 2
    assert [one.score for one in quality] == [0.5, 0.5]


def test_every_signal_is_described_and_in_the_table() -> None:
    quality = score_quality(PROSE)
    assert list(quality.signals) == list(describe_signals())
    assert pa.table(quality).column_names == ["id", "score", "language", *describe_signals()]


def test_results_do_not_depend_on_threads_or_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [PROSE, "La la la. " * 50, "Ã©tÃ©", PROSE[:90], "", "今日は。"] * 3
    one = pa.table(score_quality(texts, threads=1))
    monkeypatch.setattr("dedupe.worksize.SIZES", WorkSizes(batch_bytes=100))
    assert pa.table(score_quality(texts, threads=3)).equals(one)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="stop words"):
        score_quality("a", language="xx")
    with pytest.raises(InputError, match="1 codes for 2 texts"):
        score_quality(["a", "b"], language=["en"])
    with pytest.raises(InputError, match="default, gopher, c4, fineweb"):
        score_quality("a").failed("best")  # type: ignore[arg-type]


def test_the_language_is_told_by_the_beginning() -> None:
    french = (
        "Le conseil municipal s'est réuni lundi pour parler du vieux moulin au bord de la rivière, qui est vide. "
        * 30
    )
    quality = score_quality([PROSE + french, french + PROSE, "42 " * 150 + french, "", "42"])
    assert quality.languages == ["en", "fr", "fr", "und", "und"]
    probability = quality.signals["language_probability"]
    assert probability[:3].min() >= 0.7 > probability[3:].max()
    assert np.isnan(score_quality("a", language="en").signals["language_probability"][0])
