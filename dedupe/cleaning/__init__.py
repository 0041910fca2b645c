"""The engine of `clean`: stages decide what is removed, cuts turn that into subtractions, `restore` undoes them.

Documents (`documents.py`) lie in memory (`held.py`) or in files (`dedupe.outofcore.clean`). `engine.py` asks each
stage in turn, run by run of documents, and puts decisions into columns (`removals.py`, `answers.py`); `decided.py`
reads and counts them, with samples for `languages.py` and `qualities.py`. `stages.py` judges documents, with the
counts of `recurrence.py`. `crumbs.py` finds documents with little left; `follow.py` finds where a partly removed
kept copy stays. `cuts.py` turns spans into ranges that glue no words, `clean.py` is the public verb on texts in
memory.

Passages: `across.py` finds regions that documents share, `repeated.py` sentences that occur again, `choose.py` cuts
both into chunks that share nothing, and `passages.py` decides each. `sentences.py` cuts what is left, `policy.py`
finds exact copies. `regions.py` aligns near copies, `near.py` judges them with `openings.py` and `clips.py`, and
`choice.py` chooses what is removed. `edges.py` finds the sentences at a place, `pairs.py` measures copies.
"""

SCORE_STEPS = 50
"""steps from 0 to 1 in which scores are counted for people"""
