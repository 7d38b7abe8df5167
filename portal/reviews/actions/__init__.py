"""Decisions of staff, each once: by whoever is first."""
