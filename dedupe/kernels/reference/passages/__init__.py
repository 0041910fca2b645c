"""The search for repeated passages, in Python.

`letters.py` reduces texts to letters, `anchors.py` finds runs of them that two places share, `matches.py` makes
these as long as they go, `chains.py` and `regions.py` join and extend them, `merge.py` joins pieces in another
order, and `search.py` leads through these and decides what is a passage.
"""
