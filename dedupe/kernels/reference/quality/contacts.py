"""URLs, e-mail addresses and telephone numbers in a text, as they are written in ASCII."""

from __future__ import annotations

import re

_URL = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:https?|ftp)://|www\.)(?:[A-Za-z0-9\[]|[^\x00-\x7f])[!#-;=?-~]*",
    re.ASCII | re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<=[A-Za-z0-9_%+-])@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2}")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_])(\+?)\(?([0-9]+(?:[ ./()-]{1,2}[0-9]+)*)")
_DIGITS = re.compile("[0-9]+")


def count_urls(text: str) -> int:
    """Return how many URLs there are: `http://`, `https://`, `ftp://` or `www.` with something behind it."""
    return len(_URL.findall(text))


def count_emails(text: str) -> int:
    """Return how many e-mail addresses there are: `@` between a name and a host with a dot."""
    return len(_EMAIL.findall(text))


def count_phones(text: str) -> int:
    """Return how many telephone numbers there are."""
    return sum(
        is_phone(match[1] == "+", match[2])
        for match in _NUMBER.finditer(text)
        if not re.match("[A-Za-z_]", text[match.end() : match.end() + 1])
    )


def is_phone(international: bool, number: str) -> bool:
    """Return whether digits with one or two of ` ./()-` between their groups are a telephone number.

    International ones begin with + and have 8 to 15 digits, or begin with 00 and have two more. National ones begin
    with a single 0, have 9 to 12 digits in groups of two and more, and equal signs between all groups but the first
    two; or, as in North America, groups of three, three and four digits, perhaps behind a 1. Dates, decimal
    fractions and digits without groups are none.
    """
    groups, signs = _DIGITS.findall(number), _DIGITS.split(number)[1:-1]
    sizes = [len(group) for group in groups]
    digits = sum(sizes)
    if international:
        return 8 <= digits <= 15
    if groups[0].startswith("00"):
        return "1" <= groups[0][2:3] <= "9" and len(groups) > 1 and 10 <= digits <= 17
    if groups[0][0] == "0":
        return len(groups) > 1 and 9 <= digits <= 12 and min(sizes) > 1 and len(set(signs[1:])) <= 1
    return sizes == [3, 3, 4] or (groups[0] == "1" and sizes[1:] == [3, 3, 4])
