"""Groups of options in the help of a command, and their order: the important ones come first."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

_SEARCH = "what is compared"
_GROUPS: dict[str, tuple[str, ...]] = {
    "input": ("text", "id", "source", "order", "against", "file", "skip_known", "follow_links"),
    "output": (
        *(
            "output",
            "audit",
            "no_audit",
            "pairs",
            "all_pairs",
            "groups",
            "kept",
            "superseded",
            "promoted",
            "answers",
            "report",
        ),
        *("dry_run", "show", "limit", "force", "quarantine", "quiet", "json"),
    ),
    _SEARCH: (
        *("remove", "what", "unit", "only", "threshold", "by", "min_length", "similarity", "keep", "keep_sources"),
        *("boilerplate", "quality", "rules", "facts", "min_paragraph", "min_passage", "passage_similarity"),
        *(
            "min_left",
            "context",
            "model",
            "word_lists",
            "preset",
            "snap",
            "recall",
            "shingle",
            "permutations",
            "linkage",
        ),
        *("paragraphs", "sample", "count", "seed"),
    ),
    "memory and speed": ("max_memory", "workdir", "threads"),
    "limits": ("max_removal", "max_source_removal", "strict", "max_line", "max_document", "max_unpacked"),
    "general": ("options", "help"),
}
_PLACES = {name: (title, i) for title, names in _GROUPS.items() for i, name in enumerate(names)}
# What the middle group is called where a command does something else than compare.
_TITLES = {"clean": "what is removed", "score": "what is scored", "passages": "what is found"}
# Commands that read an audit; `clean` writes one.
_READ_AUDITS = ("restore", "evaluate")
# Options that the first line of a help shows, beside those that a command needs.
_IN_USAGE = ("output", "audit")


def option_groups(command: str, actions: Sequence[argparse.Action]) -> Iterator[tuple[str, list[argparse.Action]]]:
    """Yield the groups of a command that are not empty, each with its options in order.

    Raises
    ------
    KeyError
        An option is in no group.
    """
    members: dict[str, list[tuple[int, argparse.Action]]] = {title: [] for title in _GROUPS}
    for action in actions:
        if action.help == argparse.SUPPRESS:
            continue
        title, place = _PLACES[action.dest] if action.option_strings else ("input", -1)
        if action.dest == "audit" and command in _READ_AUDITS:
            title = "input"
        members[title].append((place, action))
    for title, placed in members.items():
        if placed:
            placed.sort(key=lambda one: one[0])
            yield _TITLES.get(command, title) if title == _SEARCH else title, [action for _, action in placed]


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Shows in the first line of a help what a command needs; the rest stays in the groups."""

    def _format_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None) -> str:
        shown = [
            action
            for action in actions
            if not action.option_strings or action.required or (action.dest in _IN_USAGE and action.help)
        ]
        return f"{super()._format_usage(usage, shown, [], prefix).rstrip()} [options]\n\n"


def format_grouped(parser: argparse.ArgumentParser, formatter: argparse.HelpFormatter) -> str:
    """Return the help of a command, its options in groups."""
    formatter.add_usage(parser.usage, parser._actions, [])
    formatter.add_text(parser.description)
    for title, actions in option_groups(parser.prog.rpartition(" ")[2], parser._actions):
        formatter.start_section(title)
        formatter.add_arguments(actions)
        formatter.end_section()
    formatter.add_text(parser.epilog)
    return formatter.format_help()
