"""Where a visit comes from and on what, in words; addresses themselves are never stored."""

from functools import cache

import maxminddb
import ua_parser

from portal import crypto
from portal.settings import Settings
from portal.web.throttle import network


@cache
def _reader(path: str) -> maxminddb.Reader:
    return maxminddb.open_database(path)


def place(settings: Settings, address: str) -> str:
    """Town and country as the GeoIP file names them in French; nothing without a file, or for an unknown address."""
    if not settings.geoip_database:
        return ""
    try:
        found = _reader(settings.geoip_database).get(address)
    except ValueError:
        return ""
    if not isinstance(found, dict):
        return ""
    return ", ".join(name for part in ("city", "country") if (name := _name(found.get(part))))


def _name(part: object) -> str:
    names = part.get("names") if isinstance(part, dict) else None
    found = (names.get("fr") or names.get("en")) if isinstance(names, dict) else None
    return str(found or "")


def fingerprint(settings: Settings, address: str) -> bytes:
    """Tells whether two visits come from the same network, and nothing else."""
    return crypto.keyed_digest(settings.secret_key, "network", network(address))


# A browser writes its own name, and whoever asks for a mail to somebody else may write anything there.
BROWSERS = {
    "Brave", "Chrome", "Chrome Mobile", "Chrome Mobile iOS", "Chrome Mobile WebView", "Chromium", "DuckDuckGo Mobile",
    "Edge", "Edge Mobile", "Firefox", "Firefox Mobile", "Firefox iOS", "HeadlessChrome", "Mobile Safari",
    "Mobile Safari UI/WKWebView", "Opera", "Opera Mobile", "Safari", "Samsung Internet", "Vivaldi",
}  # fmt: skip
SYSTEMS = {"Android", "Chrome OS", "Debian", "Fedora", "Linux", "Mac OS X", "Ubuntu", "Windows", "iOS", "iPadOS"}


def device(user_agent: str) -> str:
    """Firefox, Windows; or nothing for what calls itself by no name that we know."""
    if not user_agent:
        return ""
    parsed = ua_parser.parse(user_agent)
    parts = [
        parsed.user_agent.family if parsed.user_agent else "",
        parsed.os.family if parsed.os else "",
    ]
    return ", ".join(part for part in parts if part in BROWSERS | SYSTEMS)
