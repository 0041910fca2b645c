"""Cleaning rooms: stages decide what goes, cuts turn decisions into subtractions, and `restore` undoes them.

`stages.py` asks each stage in turn and keeps what is removed, `cuts.py` turns spans
into ranges that glue no words, `clean.py` is the public verb on texts in memory.
"""
