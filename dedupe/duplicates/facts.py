"""Facts of texts as they are in the input: what other rooms ask.

`dedupe/kernels/reference/facts.py` has the rule, and `fact_text.py` beside it what the rule compares.
"""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np

from dedupe import kernels
from dedupe.kernels.facts import fact_views
from dedupe.kernels.records import DIFFERS, IN_WORDS, STATES_MORE
from dedupe.sorting import Mask
from dedupe.text.encode import TextBatch, encode_batch


def facts_agree(left: TextBatch, right: TextBatch) -> Mask:
    """Return whether texts state the same facts, row by row.

    Parameters
    ----------
    left, right : TextBatch
        As many texts each, as they are in the input.

    Returns
    -------
    bool array
        The answers of `clean` with `facts="apart"`.
    """
    parts = [kernels.fact_texts(batch) for batch in (left, right)]
    texts = np.concatenate([part[0] for part in parts])
    offsets = np.concatenate([parts[0][1], parts[1][1][1:] + parts[0][1][-1]])
    numbers = np.arange(len(left))
    agree: Mask = kernels.same_facts((texts, offsets), numbers, numbers + len(left)) != 0
    return agree


def states_more(a: str, b: str) -> bool:
    """Return whether a text has a number, a sign, a negation or a name inside a sentence that another one lacks.

    Examples
    --------
    >>> states_more("Dated 4711. Bye.", "Dated 4712."), states_more("It rained. Bye.", "It rained.")
    (True, False)
    """
    return bool(_differences(a, b) & STATES_MORE)


def differ_in_words(a: str, b: str) -> bool:
    """Return whether all that differs are words: no numbers, signs or negations, and no names inside a sentence.

    Without capitals, any word may be a name.

    Examples
    --------
    >>> differ_in_words("Then we saw it", "So it was seen"), differ_in_words("Then Anna saw it", "Then we saw it")
    (True, False)
    """
    found = _differences(a, b)
    has_cases = not found & DIFFERS or any(char.lower() != char.upper() for char in a + b)
    return bool(found & IN_WORDS) and has_cases


def _differences(a: str, b: str) -> int:
    zero, one = np.zeros(1, np.int64), np.ones(1, np.int64)
    return int(kernels.fact_differences(kernels.fact_texts(encode_batch([a, b])), zero, one)[0])


def differing_facts(a: str, b: str) -> tuple[tuple[str, str], ...]:
    """The stretches of two texts that differ in words, numbers or signs, as they are compared.

    Examples
    --------
    >>> differing_facts("It was -5 °C in Graz.", "it was 5 °C in “Linz”")
    (('-', ''), ('graz', 'linz'))
    """
    one, other = fact_views(a, b)
    matcher = SequenceMatcher(None, one.words, other.words, autojunk=False)
    stretches = [codes[1:] for codes in matcher.get_opcodes() if codes[0] != "equal"]
    pairs = [
        (
            " ".join(atom.own or atom.text for atom in one.atoms[i:j]),
            " ".join(atom.own or atom.text for atom in other.atoms[k:m]),
        )
        for i, j, k, m in stretches
    ]
    return tuple(pairs)
