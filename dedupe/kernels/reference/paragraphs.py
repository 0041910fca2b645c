"""Paragraphs: line breaks, blank lines, and a judgement of which line breaks only wrap a line."""

from __future__ import annotations

from dedupe.job import ParagraphMode
from dedupe.kernels.reference.wrapping.lines import Place, read_text_lines, split_text_lines
from dedupe.kernels.reference.wrapping.margins import find_wrapped


def split_paragraphs(text: str, mode: ParagraphMode) -> list[Place]:
    """The spans of the paragraphs of a text."""
    lines = split_text_lines(text)
    if mode == "lines":
        return [line for line in lines if line is not None]
    blocks: list[list[Place]] = [[]]
    for line in lines:
        if line is not None:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    if mode == "blank":
        return [(block[0][0], block[-1][1]) for block in blocks]
    return _join_wrapped(text, blocks)


def _join_wrapped(text: str, blocks: list[list[Place]]) -> list[Place]:
    """The paragraphs of blocks of lines: a line whose break only wraps goes on in the next."""
    of_several = [block for block in blocks if len(block) > 1]
    if not of_several:
        return [block[0] for block in blocks]
    answers = iter(find_wrapped([read_text_lines(text, block) for block in of_several]))
    out: list[Place] = []
    for block in blocks:
        wraps = next(answers) if len(block) > 1 else []
        out.append(block[0])
        for line, joins in zip(block[1:], wraps, strict=True):
            if joins:
                out[-1] = (out[-1][0], line[1])
            else:
                out.append(line)
    return out
