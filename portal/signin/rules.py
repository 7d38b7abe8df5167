"""How what people type is understood, and how often an unknown address is told so."""

from datetime import timedelta

from email_validator import EmailNotValidError, validate_email

from portal.web.throttle import Limit

UNKNOWN_ADDRESS = Limit("no member mail", 1, timedelta(days=1))


def read_email(typed: str) -> str | None:
    """The address as we look it up, or None when no mail could ever reach it."""
    try:
        # Reserved names such as example.org are what demonstrations and tests live on.
        checked = validate_email(typed, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return checked.normalized.lower()


def read_code(typed: str) -> str:
    """The digits of a code, however they were spaced; letters that look like digits are read as such."""
    digits = typed.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return "".join(character for character in digits if character.isdecimal())
