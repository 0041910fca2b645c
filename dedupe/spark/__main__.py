"""`python -m dedupe.spark`: the commands in a session of this machine, and where the script for others lies."""

from __future__ import annotations

import sys

from dedupe.spark.cli import main

sys.exit(main())
