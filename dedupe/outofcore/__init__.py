"""Corpora larger than memory: documents in work files, duplicates among them, and where other verbs begin there.

The data's way: `scan.py` reads all files once; texts go packed into one file, units into columns, hashes and band
keys into partitions. `copies.py` finds exact copies, `buckets.py` joins band keys partition by partition and cuts
what is joined into chunks that share nothing, `grouping.py` groups those with the code of the path in memory,
`result.py` puts together what is written. `dedupe.store` has the files and says how much memory each step may take.
These are `clean.py`, `found_passages.py` and `scores.py`.
"""
