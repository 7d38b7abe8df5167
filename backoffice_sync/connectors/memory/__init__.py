"""A central base in memory: it behaves as the port promises, or as badly as real ones were seen to.

For tests, and to try a mapping. Which bad habits there are: quirks.py.
"""

from backoffice_sync.connectors.memory.directory import MemoryDirectory
from backoffice_sync.connectors.memory.quirks import Quirks

__all__ = ["MemoryDirectory", "Quirks"]
