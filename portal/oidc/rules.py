"""Which role a person's groups give, and whether they proved themselves twice (`amr`, RFC 8176)."""

from collections.abc import Collection, Mapping

STRONGEST_FIRST = ("administrator", "compliance", "editor", "reader")


def role_of(groups: Collection[str], roles_by_group: Mapping[str, str]) -> str | None:
    """The strongest role that one of the groups gives; None for none."""
    given = {roles_by_group[group] for group in groups if group in roles_by_group}
    return next((role for role in STRONGEST_FIRST if role in given), None)


KINDS = (
    {"kba", "pin", "pwd"},  # something known
    {"hwk", "otp", "pop", "sc", "sms", "swk", "tel"},  # something held
    {"face", "fpt", "iris", "retina", "vbm"},  # something one is
)


def is_second_factor(factors: Collection[str], named: Collection[str]) -> bool:
    """Is one of those among them that the settings name, or are two of different kinds?"""
    return bool(set(factors) & set(named)) or sum(bool(kind & set(factors)) for kind in KINDS) > 1
