"""Near copies that differ in a fact stay apart where that is asked for, as `clean` does."""

import pytest

from dedupe import clean, explain_match, find_duplicates, kernels
from dedupe.errors import InputError

MANUAL = (
    "{0}(2) System Calls Manual. NAME {0} - set {1} user identity. SYNOPSIS #include <unistd.h> int "
    "{0}(uid_t uid). "
    "DESCRIPTION {0}() sets the {1} user ID of the calling process. If the calling process is privileged (more "
    "precisely: if the process has the CAP_SETUID capability in its user namespace), the saved user "
    "ID is also set. "
    "RETURN VALUE On success, zero is returned. On error, -1 is returned, and errno is set to "
    "indicate the error. "
    "There are cases where {0}() can fail even when the caller is UID 0; it is a grave security error to omit "
    "checking for a failure return from {0}()."
)
LAW = (
    "Section {0}. The tenant shall {1} the dwelling in the state in which it was handed over to him, "
    "wear by use in "
    "accordance with the contract excepted, and shall for this purpose carry out the repairs that are "
    "needed within "
    "{2} days after the landlord has given notice in writing; where he fails to do so the landlord may have them "
    "carried out at the cost of the tenant, who is then liable for the whole of the sum and for interest upon it."
)
LICENCE = (
    "Copyright (c) {0} {1}. Permission to use, copy, modify, and distribute this software for any "
    "purpose with or "
    "without fee is hereby granted, provided that the above copyright notice and this permission "
    "notice appear in "
    "all copies. The software is provided as is and the author disclaims all warranties with regard "
    "to this software "
    "including all implied warranties of merchantability and fitness. In no event shall the author be "
    "liable for any "
    "special, direct, indirect, or consequential damages{2}."
)
FORM = (
    "Dear customer, your order number {0} of the {1} has been sent today and will reach you within "
    "three working days. "
    "You can follow its way to you at any time on our pages with the number that you find below, and "
    "send it back "
    "within two weeks without giving any reason. With kind regards, your {2}."
)
TEMPLATES = [
    (MANUAL, ("setuid", "effective"), ("seteuid", "effective")),
    (MANUAL, ("setuid", "effective"), ("setuid", "real")),
    (LAW, ("21", "restore", "30"), ("21", "restore", "60")),
    (LAW, ("21", "restore", "30"), ("21", "not restore", "30")),
    (LAW, ("21", "restore", "30"), ("22", "restore", "30")),
    (LICENCE, ("1999", "Ann Author", ""), ("1999", "Bob Writer", "")),
    (LICENCE, ("1999", "Ann Author", ""), ("2001", "Ann Author", "")),
    (LICENCE, ("1999", "Ann Author", ""), ("1999", "Ann Author", ", nor may the name be used to endorse it")),
    (FORM, ("4711", "3 May", "Northern Mail"), ("4712", "3 May", "Northern Mail")),
    (FORM, ("4711", "3 May", "Northern Mail"), ("4711", "4 May", "Northern Mail")),
]  # fmt: skip


@pytest.mark.parametrize(("template", "one", "other"), TEMPLATES)
@pytest.mark.parametrize("pairs", ["kept", "all"])
def test_what_differs_in_a_fact_stays_apart(
    template: str, one: tuple[str, ...], other: tuple[str, ...], pairs: str
) -> None:
    texts = [template.format(*one), template.format(*other), template.format(*one).upper()]
    # They are similar above any threshold that finds copies at all.
    assert find_duplicates(texts, threshold=0.8, pairs=pairs).kept == (0,)
    assert find_duplicates(texts, threshold=0.8, facts="apart", pairs=pairs).kept == (0, 1)
    assert set(clean(texts, threshold=0.8, remove=["duplicates"]).texts) == {0, 1}
    assert set(clean(texts, threshold=0.8, remove=["duplicates"], facts="ignore").texts) == {0}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("licence", "license"),
        ("colour", "color"),
        ("organised", "organized"),
        ("over-head", "overhead"),
        ("«", "“"),
        ("labelling", "labeling"),
    ],
)
def test_another_spelling_is_no_fact(old: str, new: str) -> None:
    before = "In the first twenty words stands the title, which is left alone, and so this sentence goes on. "
    text = (
        before
        + f"Then the {old} comes, and after it "
        + " ".join(f"many other words of the text {i}" for i in range(9))
    )
    result = find_duplicates([text, text.replace(old, new)], threshold=0.8, facts="apart")
    assert result.kept == (0,)


def test_a_long_text_may_have_a_stretch_more_and_a_stray_change() -> None:
    # Every third word is a frequent one, so that the language is known.
    words = [("the", "of", "and")[i % 9 // 3] if i % 3 == 0 else _name(i) for i in range(600)]
    stretch = "here the editors have put in a note on how all this came about".split()
    longer = [*words[:300], *stretch, *words[300:]]
    changed = [*words[:500], "otherwise", *words[500:]]
    texts = [" ".join(words), " ".join(longer), " ".join(changed)]
    assert find_duplicates(texts, facts="apart").kept == (0,)
    # Not in a short one, where it may be a clause of its own.
    short = [" ".join(words[:200]), " ".join([*words[:100], *stretch, *words[100:200]])]
    assert find_duplicates(short, facts="apart").kept == (0, 1)


def _name(number: int) -> str:
    return f"word{chr(97 + number % 26)}{chr(97 + number // 26)}"


def test_a_member_apart_from_one_kept_copy_joins_another() -> None:
    texts = [FORM.format("4711", "3 May", "Northern Mail"), FORM.format("4712", "3 May", "Northern Mail")]
    texts.append(texts[1].replace("reason", "reason,"))
    texts.append(texts[1].replace("will reach", "willreach"))
    result = find_duplicates(texts, threshold=0.8, facts="apart")
    assert result.kept == (0, 1)
    assert result.groups[0].cluster == (1, 2, 3)


def test_a_form_that_was_filled_in_very_often_costs_linear_work() -> None:
    texts = [FORM.format(number, "3 May", "Northern Mail") for number in range(3000 if kernels.native else 300)]
    result = find_duplicates(
        [*texts, *(text.replace("reason", "rea-son") for text in texts)], threshold=0.8, facts="apart"
    )
    assert len(result.kept) == len(texts)
    assert result.compared == len(texts)


def test_wrong_options_are_refused() -> None:
    with pytest.raises(InputError, match="facts"):
        find_duplicates(["a"], facts="yes")


@pytest.mark.parametrize("turned", [False, True])
def test_all_ways_to_pairs_agree_whichever_text_comes_first(turned: bool) -> None:
    words = [("the", "of", "and")[i % 9 // 3] if i % 3 == 0 else _name(i) for i in range(300)]
    blocks = [" ".join(words[i : i + 75]) for i in range(0, 300, 75)]
    # In one of these the order is broken once, seen from the other twice.
    texts = [" ".join(blocks), " ".join(blocks[i] for i in (2, 0, 3, 1))]
    if turned:
        texts.reverse()
    kept = find_duplicates(texts, facts="apart").kept
    assert find_duplicates(texts, facts="apart", pairs="all").kept == kept == (0, 1)
    assert not explain_match(*texts, facts="apart").match
