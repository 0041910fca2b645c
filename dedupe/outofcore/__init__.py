"""Corpora larger than memory: the stages of `dedupe.duplicates`, with what they hand on in files.

The data's way: `scan.py` reads all files once; texts go packed into one file, units into columns, hashes and band
keys into partitions. `copies.py` finds exact copies, `buckets.py` joins band keys partition by partition and cuts
what is joined into chunks that share nothing, `grouping.py` groups those with the code of the path in memory,
`result.py` puts together what is written. `columns.py`, `partitions.py` and `texts.py` are the files, `budget.py`
says how much memory each step may take.
"""
