"""What waits for people."""

from portal.reviews.queries.queue import count_open

__all__ = ["count_open"]
