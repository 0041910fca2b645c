"""Reports for people: what a run removes or finds, as one HTML file that needs nothing else.

`model.py` is what a report says. `from_audit.py` and `from_results.py` fill it, with the top from `top.py` and
charts from `plots.py`; `charts.py` draws, and `page.py` puts all into the template. `answers.py` has the rows that
the page saves when somebody judges its samples. Samples and totals, never all of a corpus: a report is as large for
ten million documents as for ten thousand.
"""
