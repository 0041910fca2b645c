"""What makes the tables and models that the package ships; none of it is installed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "dedupe"
