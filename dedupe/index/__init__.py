"""The index: units, their band keys, groups and texts, in increments, in memory or in a folder on disk.

The data's way: `index.py` is the public class; an add or a removal becomes one `Segment` of plain arrays
(`segment.py`), after `increments.py` or `regroup.py` have found what its units belong to by asking a `Snapshot`
(`snapshot.py`: all segments together). `compact.py` merges segments, `arrays.py` and `blocks.py` lay them out in
files, `store.py` keeps those in a folder under a manifest that is replaced as a whole.
"""
