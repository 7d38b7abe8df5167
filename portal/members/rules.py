"""How a member is named."""

from typing import Protocol


class Named(Protocol):
    kind: str
    civility: str
    first_name: str
    last_name: str
    company_name: str


def full_name(member: Named) -> str:
    """As on a list: Marie Dupont, or the company's name."""
    if member.kind == "company":
        return member.company_name
    return f"{member.first_name} {member.last_name}".strip()


def addressee(member: Named) -> str:
    """As on an envelope, first line: Mme Marie Dupont; without civility or first name where 38 characters need it."""
    full = " ".join(part for part in (member.civility, full_name(member)) if part)
    candidates = [
        full,
        full_name(member),
        f"{member.first_name[:1]} {member.last_name}".strip(),
        member.last_name,
    ]
    return next((name for name in candidates if name and len(name) <= 38), full)  # noqa: PLR2004 - NF Z10-011
