"""Passage room: texts in; aligned regions that two places share, inside a document or across, out.

`tokens.py` lays all texts out as one run of token hashes, `anchors.py` finds equal n-grams, `align.py` joins
them to aligned regions and extends these token by token, `find.py` leads through it and holds the result.
"""
