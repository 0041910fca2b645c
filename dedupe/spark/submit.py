"""The script that `spark-submit` is given: `spark-submit "$(python -m dedupe.spark path)" clean …`.

It runs by itself, wherever Spark puts it, beside an installed dedupe.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The folder of a script is where Python looks first, and this one has modules of common names.
    own = Path(__file__).resolve().parent
    sys.path[:] = [folder for folder in sys.path if not folder or Path(folder).resolve() != own]
    from dedupe.spark.cli import main

    sys.exit(main())
