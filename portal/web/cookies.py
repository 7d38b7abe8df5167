"""The only place that reads and sets cookies: HttpOnly, Lax, bound to our host, Secure wherever there is https."""

from uuid import UUID

from litestar.types import Scope

from portal import i18n
from portal.settings import Settings
from portal.web import refusals

SESSION, LINK, EMAIL_LINK, LANGUAGE = "session", "link", "email-link", "language"
A_YEAR = 31_536_000


def name_of(settings: Settings, name: str) -> str:
    return f"__Host-{name}" if settings.secure else name


def read(scope: Scope) -> dict[str, str]:
    """By hand: the standard library drops all cookies when another site's script left an unusual one among them."""
    raw = b";".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    pairs = (part.strip().partition("=") for part in raw.split(";"))
    return {name: value for name, _, value in pairs}


def session(scope: Scope) -> tuple[UUID | None, str]:
    """Number and secret of the session that the cookie names; no number when it names none."""
    cookie = read(scope).get(name_of(scope["state"]["settings"], SESSION), "")
    number, _, secret = cookie.partition(".")
    try:
        return UUID(number), secret
    except ValueError:
        if cookie:
            refusals.mark(scope, "cookie")
        return None, ""


def linked_token(scope: Scope, name: str = LINK) -> str:
    """The secret that an opened link, of a sign-in or of a new address, left in its short-lived cookie."""
    return read(scope).get(name_of(scope["state"]["settings"], name), "")


def language(scope: Scope) -> str:
    """The language that was chosen, else the browser's first that we speak."""
    accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    return i18n.choose(read(scope).get(LANGUAGE), accepted.decode("latin-1"))


def put(scope: Scope, name: str, value: str, *, seconds: int | None) -> None:
    """Queue a cookie for the answer. `seconds` None: until the browser closes; 0: take it away."""
    settings: Settings = scope["state"]["settings"]
    parts = [f"{name_of(settings, name)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if settings.secure:
        parts.append("Secure")
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    scope["state"]["cookies"].append("; ".join(parts))


def put_language(scope: Scope, code: str) -> None:
    """A choice of display, not secret, and the same on http and https."""
    scope["state"]["cookies"].append(f"{LANGUAGE}={code}; Path=/; SameSite=Lax; Max-Age={A_YEAR}")


def suggest_language(scope: Scope, code: str | None) -> None:
    """A member's own language, where this browser was told no other; who never chose has the default, and it rests."""
    if LANGUAGE not in read(scope) and code in i18n.LANGUAGES and code != i18n.DEFAULT:
        put_language(scope, code)
