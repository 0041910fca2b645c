"""Corpora larger than memory: documents in work files, duplicates among them, and other verbs on such files.

`scan.py` reads all files once: packed texts are written into one file, units into columns, hashes and band keys
into partitions. `copies.py` finds exact copies. `buckets.py` joins band keys partition by partition, and cuts the
joined units into chunks that share nothing. `grouping.py` groups each chunk with the code of the path in memory;
`result.py` makes the result. `dedupe.store` has the files and the memory limit of each step. The other verbs are
`clean.py`, `found_passages.py` and `scores.py`.
"""
