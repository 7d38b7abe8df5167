"""What happened to an account, in plain words."""

from typing import Any

from portal.i18n import N_

METHODS = {
    "mail": N_("with an e-mail from us"),
    "passkey": N_("with a passkey"),
    "oidc": N_("with another service"),
    "letter": N_("with the code of a letter"),
}
"""How somebody came in, or proved once more who they are."""

HAPPENED = (
    "signin.completed", "signin.ended", "session.ended", "session.all_ended", "security.confirmed", "passkey.added",
    "passkey.renamed", "passkey.removed", "identity.linked", "identity.removed",
    "activation.letter.printed", "activation.completed",
    "profile.email.added", "profile.email.changed", "profile.emails.changed", "profile.address.changed",
    "receipt.downloaded",
)  # fmt: skip
"""What the owner, or somebody in their name, did."""

LOOKED_AT = ("staff.member.viewed", "staff.viewing.started")
"""When people of the association looked at the record."""


def details(kind: str, data: dict[str, Any]) -> tuple[str, str]:
    """A text of the catalogue and a value that belong to an entry of the journal: how, and on what or which."""
    if kind in {"signin.completed", "security.confirmed"}:
        return METHODS.get(str(data.get("method")), ""), str(data.get("device", ""))
    for name in ("name", "number", "address", "reason", "device"):
        if name in data and isinstance(data[name], str):
            return "", data[name]
    return "", ""
