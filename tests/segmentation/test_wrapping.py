"""Lines that a program filled to a margin are one paragraph; other lines keep their breaks."""

import textwrap
from random import Random

import pytest

from dedupe import segment

_WORDS = """
the of and in to a is that for it was on are with they at be this from have or had by not but what all were when
harbour council bridge winter engineers reported yesterday surprisingly considerable water levels northern valley
repairs continue although nobody expected further delays before spring arrives tomorrow morning Leeds Anna Norway
""".split()
_WIDTHS = range(50, 101)
_PREFIXES = ["", "> ", ">> ", "> > ", "| ", "# ", "// ", "    ", "\t"]
_MARKERS = ["- ", "* ", "• ", "1. ", "(1) "]
_CASES = 400


def _sentence(random: Random) -> str:
    words = random.choices(_WORDS, k=random.randrange(8, 25))
    return f"{words[0].capitalize()} {' '.join(words[1:])}{random.choice('...?!')}"


def _paragraphs(random: Random, least: int) -> list[str]:
    """Paragraphs of several sentences."""
    count = random.randrange(least, least + 3)
    return [" ".join(_sentence(random) for _ in range(random.randrange(3, 8))) for _ in range(count)]


def _fill(paragraph: str, width: int, first: str, others: str | None = None) -> str:
    indents = {"initial_indent": first, "subsequent_indent": first if others is None else others}
    return textwrap.fill(paragraph, width, **indents)


def _pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in segment(text)]


def test_each_filled_paragraph_is_one_span() -> None:
    """No sign tells a paragraph apart of which a short text or its only break ends with a sentence."""
    lost = count = 0
    for seed in range(_CASES):
        random = Random(seed)
        width, prefix = random.choice(_WIDTHS), random.choice(_PREFIXES)
        filled = [_fill(text, width, prefix) for text in _paragraphs(random, 1)]
        between = random.choice(["\n\n", f"\n{prefix.rstrip()}\n"])
        pieces = set(_pieces(between.join(filled)))
        lost += sum(text.strip() not in pieces for text in filled)
        count += len(filled)
    assert lost * 100 <= count


def test_a_filled_paragraph_stays_apart_from_lines_around_it() -> None:
    """A last line that ends with its sentence at the very margin is the one that is not told apart."""
    around = (
        "The letter that came this morning is quoted here from its first line to its last, as it was sent to us."
    )
    lost = 0
    for seed in range(_CASES):
        random = Random(seed)
        filled = _fill(_paragraphs(random, 1)[0], random.choice(range(50, 81)), random.choice(_PREFIXES))
        lost += _pieces(f"{around}\n{filled}\n{around}") != [around, filled.strip(), around]
    assert lost * 50 <= _CASES


def test_lines_under_a_list_item_belong_to_it() -> None:
    lost = 0
    for seed in range(_CASES):
        random = Random(seed)
        marker, width = random.choice(_MARKERS), random.choice(_WIDTHS)
        items = [_fill(text, width, marker, " " * len(marker)) for text in _paragraphs(random, 2)]
        lost += _pieces("\n".join(items)) != items
    assert lost * 50 <= _CASES


def test_the_first_line_of_a_paragraph_may_be_indented() -> None:
    lost = 0
    for seed in range(_CASES):
        random = Random(seed)
        width = random.choice(_WIDTHS)
        filled = [_fill(text, width, "   ", "") for text in _paragraphs(random, 2)]
        lost += _pieces("\n\n".join(filled)) != [text.strip() for text in filled]
    assert lost * 50 <= _CASES


def test_a_sentence_a_line_keeps_its_lines() -> None:
    joined = 0
    for seed in range(_CASES):
        random = Random(seed)
        lines = [_sentence(random) for _ in range(random.randrange(2, 12))]
        joined += _pieces("\n".join(lines)) != lines
    assert joined == 0


_VERSE = """\
Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date;
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;"""

_FREE_VERSE = """\
a noiseless patient spider
i marked where on a little promontory it stood isolated
marked how to explore the vacant vast surrounding
it launched forth filament
filament
filament out of itself
ever unreeling them, ever tirelessly speeding them"""

_LIST = """\
apples from the garden behind the house
a pound of butter
flour, as much as the recipe for the cake asks for
eggs
some of the sugar that is left over from last week"""

_TABLE = """\
Name            Port of departure     Tonnage
Elisabeth       Bremen                    412
Northern Star   Kingston upon Hull        387
La Mouette      Saint-Malo                 95"""

_CELLS = """\
| name | what the field holds, and what it does not hold |
| size | how many bytes there are in the whole of the file |
| kind | one of the letters that are listed in the table |"""

_CODE = """\
for name in sorted(names):
    if name.startswith("_") or name in seen:
        continue
    value = getattr(module, name, None)
    print(name, value, file=stream)
    seen.add(name)"""

_STATEMENTS = """\
static int probe(struct device *dev, struct driver *drv);
static int remove(struct device *dev, struct driver *drv);
static int suspend(struct device *dev, pm_message_t state);
static int resume(struct device *dev, struct driver *drv);"""

_CHAT = """\
[10:01] anna: did anybody see the notice about the bridge
[10:02] ben: yes
[10:02] ben: they said that it stays closed until the end of next week
[10:04] carla: then we have to go round by the old road again
[10:05] anna: fine with me"""

_LETTERHEAD = """\
The Council of the Northern Valley
Department of Bridges
12 Harbour Street
Leeds LS1 4AP"""

_SUBTITLES = """\
12
00:01:07,000 --> 00:01:09,500
I never said that.
13
00:01:10,000 --> 00:01:12,000
Yes, you did."""

_RECORDS = """\
id,name,city,country,population,founded
17,Northern Valley,Leeds,United Kingdom,789194,1207
18,Old Harbour,Bremen,Germany,567559,782
19,La Rochelle,La Rochelle,France,75735,1130"""


@pytest.mark.parametrize(
    "text",
    [_VERSE, _FREE_VERSE, _LIST, _TABLE, _CELLS, _CODE, _STATEMENTS, _CHAT, _LETTERHEAD, _SUBTITLES, _RECORDS],
)
def test_verse_lists_tables_and_code_keep_their_lines(text: str) -> None:
    assert _pieces(text) == [line.strip() for line in text.split("\n")]
    prose = _fill("The council reported yesterday that repairs of the bridge continue. " * 9, 72, "").strip()
    assert _pieces(f"{prose}\n\n{text}") == [prose, *(line.strip() for line in text.split("\n"))]


def test_comments_of_programs_are_filled_as_well() -> None:
    text = """\
/*
 * The table is read once, when the first line of a text is cut, and
 * it stays in memory; whoever changes it has to build the core anew.
 */
static const char *table;"""
    wrapped = "\n".join(text.split("\n")[1:3])
    assert wrapped.strip() in _pieces(text)


def test_justified_lines_are_no_table() -> None:
    text = """\
The  program  reads  the  table  once  and keeps it in memory. If
the  table changes while the program runs,  it is read again when
the next file is opened, and the old one is thrown away."""
    assert _pieces(text) == [text]


def test_hyphenated_words_go_on() -> None:
    text = """\
In the valley the water rose surprisingly fast, and all engi-
neers were called back, although nobody had expected consider-
able delays before spring."""
    assert _pieces(text) == [text]


def test_scripts_without_spaces_are_filled_by_columns() -> None:
    sentence = "この橋の修理は来年の春まで続く見込みであると町の役所が昨日発表した。"
    lines = textwrap.wrap(sentence * 4, 30)
    assert _pieces("\n".join(lines)) == ["\n".join(lines)]
    assert _pieces("\n".join([sentence] * 4)) == [sentence] * 4


def test_capitals_throughout_are_a_text_like_others() -> None:
    text = _fill(("the council reports that nothing of what follows is warranted. " * 6).upper(), 68, "")
    assert _pieces(text.strip()) == [text.strip()]
