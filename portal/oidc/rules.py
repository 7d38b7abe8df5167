"""Which role a person's groups give."""

from collections.abc import Collection, Mapping

STRONGEST_FIRST = ("administrator", "compliance", "editor", "reader")


def role_of(groups: Collection[str], roles_by_group: Mapping[str, str]) -> str | None:
    """The strongest role that one of the groups gives; None for none."""
    given = {roles_by_group[group] for group in groups if group in roles_by_group}
    return next((role for role in STRONGEST_FIRST if role in given), None)
