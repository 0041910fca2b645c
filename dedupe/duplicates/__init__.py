"""Near-duplicate rooms: fingerprint, candidates, verify, group.

`fingerprints.py` signs what is compared, `candidates.py` collects what
shares a bucket, `verify.py` computes exact similarities, `groups.py` decides who joins whom, `find.py` leads
the data through all of them, `result.py` holds the answer; `index.py` is the same for data that comes in parts.
"""
