"""The index: units, their band keys, groups and texts, in increments, in memory or in a folder on disk.

`index.py` has the public class. `increments.py` or `regroup.py` find the groups of new units by asking a `Snapshot`
(`snapshot.py`: all segments together). Then an add or a removal becomes one `Segment` of plain arrays
(`segment.py`). `compact.py` merges segments; `arrays.py` and `blocks.py` lay them out in files. `store.py` keeps
the files in a folder, under a manifest that is replaced as a whole.
"""
