"""The command line: `dedupe clean | restore | duplicates | passages | score`.

Results go to files or stdout, talk to stderr. Exit codes: 0 done, 1 done but the input had problems, 2 not done.
"""

from dedupe.cli.main import main

__all__ = ["main"]
