"""Near-duplicate rooms: fingerprint, candidates, verify, group.

`units.py` cuts documents into what is compared, `fingerprints.py` signs it, `candidates.py` collects what
shares a bucket, `verify.py` computes exact similarities, `groups.py` decides who joins whom, `find.py` leads
the data through all of them, `result.py` holds the answer; `index.py` is the same for data that comes in parts.
"""
