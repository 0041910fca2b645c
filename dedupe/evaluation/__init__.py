"""Measures of a run on the corpus at hand: known copies are put in and looked for, and people judge removals.

`evaluate` injects (`edits`, `near_duplicates`, `repeats`); `judge` draws removals of an audit, keeps the answers,
and says what they tell; `intervals` has the statistics of both.
"""
