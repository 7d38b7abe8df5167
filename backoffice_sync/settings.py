"""Settings of the sync, read from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url

from portal.database import role_url
from portal.settings import SettingsError

CONNECTORS = ("postgresql", "tryton+https")
NEAR = ("localhost", "127.0.0.1", "::1")
"""Where `tryton+http` may be too: nobody else reads the password on its way."""


@dataclass(frozen=True)
class SyncSettings:
    portal_url: URL
    central_url: str
    pull_seconds: float
    mapping: str


def load(environment: Mapping[str, str] = os.environ) -> SyncSettings:
    """Read the settings.

    `PORTAL_DATABASE_URL`  the portal's database as role portal_sync; or, on the portal's own machine,
                           `DATABASE_URL` and `SECRET_KEY`, from which it follows
    `CENTRAL_URL`          the central base, with its credentials: no other process knows them; its beginning
                           names the connector
    `CENTRAL_MAPPING`      for sql+…: the file that says in which tables and columns it keeps what (README)
    `PULL_SECONDS`         pause between two looks at the central base's news (10)

    Raises:
        SettingsError: naming what is missing or wrong.
    """
    central = environment.get("CENTRAL_URL", "")
    parts = urlsplit(central)
    mapped = parts.scheme.startswith("sql+")
    if not mapped and parts.scheme not in CONNECTORS and not (parts.scheme == "tryton+http" and parts.hostname in NEAR):
        raise SettingsError(
            f"CENTRAL_URL must start with {' or '.join(f'{name}://' for name in (*CONNECTORS, 'sql+…'))}"
        )
    if mapped and not environment.get("CENTRAL_MAPPING"):
        raise SettingsError("CENTRAL_MAPPING is missing: CENTRAL_URL is a base of your own making")
    if own := environment.get("PORTAL_DATABASE_URL"):
        portal = make_url(own).set(drivername="postgresql+psycopg")
    elif environment.get("DATABASE_URL") and environment.get("SECRET_KEY"):
        portal = role_url(environment["DATABASE_URL"], environment["SECRET_KEY"], "portal_sync")
    else:
        raise SettingsError("PORTAL_DATABASE_URL is missing (or DATABASE_URL and SECRET_KEY)")
    try:
        pull_seconds = float(environment.get("PULL_SECONDS", "10"))
    except ValueError as error:
        raise SettingsError("PULL_SECONDS must be a number") from error
    return SyncSettings(portal, central, pull_seconds, environment.get("CENTRAL_MAPPING", ""))
