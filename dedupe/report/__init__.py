"""Reports for people: what a run removes or finds, as one HTML file that needs nothing else.

`model.py` is what a report says, `from_audit.py` and `from_results.py` fill it, `charts.py` draws, and `page.py`
puts it into the template. Samples and totals, never all of a corpus: a report is as large for ten million documents
as for ten thousand.
"""
