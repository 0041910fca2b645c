"""Passage room: texts in; stretches that stand in two or more places, inside a document or across, out.

Kernels decide what is a passage; `place.py` finds the spans in the texts, `groups.py` the copies of a passage,
`find.py` leads through all; `compare.py` shows two copies.
"""
