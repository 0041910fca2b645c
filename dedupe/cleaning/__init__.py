"""Cleaning rooms: stages decide what goes, cuts turn decisions into subtractions, and `restore` undoes them.

`stages.py` asks each stage in turn and keeps what is removed, `cuts.py` turns spans
into ranges that glue no words, `clean.py` is the public verb on texts in memory.

`passages.py` is the passage stage. `sentences.py` cuts what is left, `policy.py` finds exact copies.
`regions.py` aligns near copies, `near.py` judges them with `openings.py` and `clips.py`, and `choice.py`
chooses what is removed. `edges.py` finds the sentences at a place, `pairs.py` measures copies.
"""

SCORE_STEPS = 50
"""steps from 0 to 1 in which scores are counted for people"""
