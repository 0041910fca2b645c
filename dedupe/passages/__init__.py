"""Passage room: texts in; stretches that stand in two or more places, inside a document or across, out.

`letters.py` reduces texts to letters, `anchors.py` finds runs of them that two places share, `matches.py` makes
these as long as they go, `chains.py` and `regions.py` join and extend them, `merge.py` joins pieces in another
order, and `search.py` leads through these and decides what is a passage: together the reference of the native
kernels. `place.py` finds the spans in the texts, `groups.py` the copies of a passage, `find.py` leads through all;
`compare.py` shows two copies.
"""
