"""The donor extranet: what donors and staff see, over its own PostgreSQL database."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
