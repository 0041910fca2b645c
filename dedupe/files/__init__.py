"""File rooms: read corpora from files, write them back cleaned, keep the audit, restore.

`sources.py` finds inputs, and `streams.py` opens them, compressed or not. `records.py` reads documents with their
places in the raw bytes, and `rewrite.py` subtracts cuts from those bytes. `audit.py` writes and reads the audit;
`rows.py` writes results.
"""
