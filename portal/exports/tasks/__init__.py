"""Building answers in the worker, telling the member, and making what is over go."""

from portal.exports.tasks import building, ending

__all__ = ["building", "ending"]
