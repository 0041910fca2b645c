"""Lists that the models are trained on: content, drawn by seed, with other names in every fold."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "tools" / "lists"
HEADLINES = {"en": ["The bridge opened in May", "A harbour without ships", "Rain on the last day of the fair"]}


def test_lists_are_the_same_every_time_and_hold_content_only() -> None:
    from tools.lists import make_lists

    rows = make_lists(FOLDER / "names.txt", HEADLINES, 5)
    assert rows == make_lists(FOLDER / "names.txt", HEADLINES, 5)
    assert {row["label"] for row in rows} == {0}
    assert all(row["text"].strip() and "\n" not in row["text"] for row in rows)
    assert {row["fold"] for row in rows} == set(range(5))


def test_the_rows_of_a_list_are_neighbours_of_one_language_and_fold() -> None:
    from tools.lists import make_lists

    rows = make_lists(FOLDER / "names.txt", {}, 3)
    numbers = [row["list"] for row in rows]
    assert numbers == sorted(numbers)
    of_list = {row["list"]: (row["lang"], row["fold"]) for row in rows}
    assert all(of_list[row["list"]] == (row["lang"], row["fold"]) for row in rows)
    assert {row["lang"] for row in rows} <= {path.stem for path in (FOLDER.parent / "prompts").glob("??.txt")}


def test_folds_draw_from_other_names() -> None:
    from tools.lists import make_lists, read_vocabularies

    first = set(read_vocabularies(FOLDER / "names.txt")["de"].first)
    seen: dict[int, set[str]] = {fold: set() for fold in range(5)}
    for row in make_lists(FOLDER / "names.txt", {}, 5):
        if row["lang"] == "de":
            seen[row["fold"]] |= first & set(row["text"].replace(",", "").replace(":", "").split())
    assert all(seen.values())
    assert sum(map(len, seen.values())) == len(set().union(*seen.values()))


def test_every_language_of_lists_has_names_words_and_prompts() -> None:
    from tools.lists import read_vocabularies

    vocabularies = read_vocabularies(FOLDER / "names.txt")
    assert len(vocabularies) >= 35
    for own in vocabularies.values():
        for names in own:
            assert len(names) == len(set(names)) >= 5 or names is own.units
    assert {path.stem for path in (FOLDER.parent / "prompts").glob("??.txt")} >= set(vocabularies)
