"""Data of a run, in memory or on disk: arrays in, arrays out; it knows neither documents nor commands.

`columns.py`, `bits.py`, `partitions.py` and `texts.py` hold more than fits into memory, within a `budget.py`.
`stages.py` keeps the finished stages of a run. `arrays.py` and `blocks.py` are files that stay, with checksums.
"""
