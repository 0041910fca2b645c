"""Near-duplicate rooms: fingerprint, candidates, verify, group.

`fingerprints.py` signs units, `candidates.py` collects units that share a bucket, `verify.py` computes exact
similarities, and `groups.py` forms groups. `find.py` leads the data through all of them, and `result.py` holds
the result. `dedupe.index` does the same for data that comes in increments.
"""
