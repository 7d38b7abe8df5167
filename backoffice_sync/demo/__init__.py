"""A made-up French donor file of realistic shape, for demonstrations and tests.

Nobody in it exists: telephone numbers are from the ranges kept for fiction, mail domains from
those kept for examples. The same day gives the same file, to the byte.
"""

from backoffice_sync.demo.cast import Persona
from backoffice_sync.demo.fill import fill, fill_demo

__all__ = ["Persona", "fill", "fill_demo"]
