"""Settings of one installation, read once from the environment and checked at start.

The metadata of each field is its documentation: `portal check` prints it, and a
test asks that the README names the setting.
"""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

EXAMPLE_SECRET = "change-me-change-me-change-me-change-me"  # noqa: S105 - the example that production refuses
DEFAULT_PORTS = {"http": 80, "https": 443}
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
PROFILE_RULES = ("edit", "request", "hide")
PROFILE_PARTS = dict.fromkeys(
    ("address", "other_addresses", "email", "other_emails", "phones"), "edit"
) | dict.fromkeys(("name", "company"), "request")
STAFF_ROLES = ("reader", "editor", "compliance", "administrator")


class SettingsError(Exception):
    """One or more settings are missing or wrong; the message names each of them."""


def setting(doc: str, default: Any = MISSING) -> Any:
    if default is MISSING:
        return field(metadata={"doc": doc})
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, kw_only=True)
class Settings:
    database_url: str = setting("PostgreSQL database of the portal, as the owner of its tables")
    secret_key: str = setting(
        "at least 32 random characters; keys codes, form tokens and limits, and derives the database roles' passwords"
    )
    base_url: str = setting("public address of the portal, without a final slash", "http://localhost:8000")
    smtp_url: str = setting(
        "mail relay: smtp://user:password@host:port, smtps:// for TLS from the start", "smtp://localhost:25"
    )
    mail_from: str = setting("sender of the portal's mails", "Espace donateur <no-reply@localhost>")
    organisation_name: str = setting("name of the association, on every page", "Les Mains Ouvertes")
    organisation_address: str = setting("postal address, lines separated by |", "12 rue des Lilas|75011 PARIS")
    organisation_phone: str = setting("phone of the donor service, on every page", "01 23 45 67 89")
    organisation_hours: str = setting("when somebody answers that phone", "9\u00a0h\u00a0–\u00a017\u00a0h")
    organisation_email: str = setting("e-mail address of the donor service", "donateurs@association.example")
    organisation_siren: str = setting("SIREN or RNA number, on tax receipts", "123456782")
    organisation_purpose: str = setting(
        "purpose of the association in one sentence, on tax receipts", "Aide aux personnes en difficulté"
    )
    organisation_category: str = setting(
        "category of the association as the receipt's form words it",
        "Œuvre ou organisme d’intérêt général à caractère humanitaire",
    )
    receipt_signatory: str = setting("name and office of who signs tax receipts", "Hélène Marchand, trésorière")
    receipts_issued_by: str = setting("who issues tax receipts: central (mirrored here) or portal", "central")
    receipt_threshold: int = setting("euros below which a gift, or a year's gifts, give no receipt", 5)
    receipt_number_prefix: str = setting("what the portal puts before year and number of the receipts it issues", "")
    receipt_wealth_tax: bool = setting("gifts to the association also count for the wealth tax (article 978)", False)
    receipt_tax_rate: int = setting("income tax reduction of gifts to the association: 66, or 75 for aid to people", 66)
    receipt_certificate: str = setting("file (PKCS#12) of the certificate that signs receipts; empty: unsigned", "")
    receipt_certificate_password: str = setting("its password", "")
    receipt_postage_cents: int = setting("what posting one receipt costs, in cents, for the staff's figures", 160)
    financial_year_end: str = setting("last day of the association's financial year, as month-day", "12-31")
    profile_fields: str = setting(
        "what donors may do with each part of their details: edit it, request a change of it, or not see it (hide)",
        "address=edit,other_addresses=edit,email=edit,other_emails=edit,phones=edit,name=request,company=request",
    )
    memo_four_eyes: bool = setting("messages to members are published by a second editor, never by their author", False)
    unsubscribe_days: int = setting("days for which an unsubscribe link in a mailing works", 1095)
    bounce_secret: str = setting(
        "secret of the webhook that takes reports of mails that came back, as whsec_ and base64; empty: there is none",
        "",
    )
    link_minutes: int = setting("life of a sign-in link and code in minutes, 5 to 30; above 10 leaves ASVS level 2", 10)
    session_idle_minutes: int = setting("minutes without a click after which a donor is signed out", 30)
    session_hours: int = setting("hours after which a donor is signed out in any case", 12)
    staff_idle_minutes: int = setting("minutes without a click after which staff are signed out", 15)
    staff_session_hours: int = setting("hours after which staff are signed out in any case", 8)
    staff_oidc_issuer: str = setting("OpenID Connect provider with which staff sign in: its issuer address", "")
    staff_oidc_client_id: str = setting("our name at that provider", "")
    staff_oidc_client_secret: str = setting("our secret there", "")
    staff_oidc_scopes: str = setting(
        "what we ask for; add offline_access where the provider gives refresh tokens for it only",
        "openid profile email groups",
    )
    staff_oidc_groups_claim: str = setting("where its answers list the groups; a.b looks inside a", "groups")
    staff_oidc_groups: str = setting(
        "roles by group: desk-admins=administrator,writers=editor; empty: roles are given by portal staff create", ""
    )
    staff_oidc_second_factor: str = setting(
        "values of its amr or acr that prove a second factor; two methods of different kinds do too, else our passkey",
        "mfa",
    )
    donor_oidc_issuer: str = setting("OpenID Connect provider offered to donors; empty: none", "")
    donor_oidc_client_id: str = setting("our name at that provider", "")
    donor_oidc_client_secret: str = setting("our secret there", "")
    donor_oidc_scopes: str = setting("what we ask for there", "openid")
    donor_oidc_acr: str = setting("acr_values that we ask for there, such as eidas1", "")
    donor_oidc_name: str = setting("its name on the sign-in page", "FranceConnect")
    geoip_database: str = setting(
        "file (MMDB) that names the town or country of an address, for the list of visits", ""
    )
    staff_email_sign_in: bool = setting("staff may sign in by e-mail link as donors do (demonstrations only)", False)
    trusted_proxies: str = setting("addresses of proxies whose X-Forwarded-For is believed, separated by commas", "")
    data_processors: str = setting(
        "who works on donors' data for the association: host, mail service, printer…, separated by |; told to donors",
        "",
    )
    data_transfers: str = setting(
        "transfers of donors' data outside the European Union and what protects them; told to donors; empty: none", ""
    )
    retention_years: int = setting(
        "years without any contact after which a donor is due to be erased; no law names a number", 3
    )
    retention_enabled: bool = setting("erase each month what is due; the page /staff/retention shows it first", False)
    alarm_mail: str = setting("where the administrator is told that the sync stands still; empty: nowhere", "")
    alarm_minutes: int = setting("minutes that a change or the sync may be late before the administrator is told", 10)
    demo: bool = setting("serve the demonstration's mailbox page", False)
    mailbox: str = setting("folder (Maildir) of the demonstration's mails", "")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def secure(self) -> bool:
        """Is the portal reached over https? Cookies are then Secure and host-bound."""
        return self.base_url.startswith("https://")

    def may(self, part: str) -> str:
        """What donors may do with this part of their details: edit, request, or hide."""
        return self.rules_by_part[part]

    @property
    def rules_by_part(self) -> dict[str, str]:
        pairs = (pair.partition("=") for pair in self.profile_fields.split(",") if pair.strip())
        return PROFILE_PARTS | {part.strip(): rule.strip() for part, _, rule in pairs}

    @property
    def staff_roles_by_group(self) -> dict[str, str]:
        pairs = (pair.partition("=") for pair in self.staff_oidc_groups.split(",") if pair.strip())
        return {group.strip(): role.strip() for group, _, role in pairs}


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: naming every missing or wrong setting at once.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for item in fields(Settings):
        name = item.name.upper()
        raw = environment.get(name, "")
        if raw:
            try:
                values[item.name] = _parse(raw, item.type)
            except ValueError as error:
                problems.append(f"{name}: {error}")
        elif item.default is MISSING:
            problems.append(f"{name} is missing: {item.metadata['doc']}")
    if not problems:
        settings = Settings(**values)
        problems = list(_problems(settings))
        if not problems:
            return settings
    raise SettingsError("\n".join(problems))


def _parse(raw: str, kind: Any) -> object:
    if kind is bool:
        if raw.lower() not in {"0", "1", "true", "false"}:
            raise ValueError("must be 1 or 0")
        return raw.lower() in {"1", "true"}
    if kind is int:
        if not raw.isdecimal():
            raise ValueError("must be a whole number")
        return int(raw)
    return raw


def _problems(settings: Settings) -> list[str]:
    local = settings.host in LOCAL_HOSTS
    found = _address_problems(settings, local=local)
    if not settings.database_url.startswith("postgresql"):
        found.append("DATABASE_URL must start with postgresql://")
    if len(settings.secret_key) < 32:  # noqa: PLR2004 - 32 characters as the doc of the setting says
        found.append("SECRET_KEY must have at least 32 characters")
    elif settings.secret_key == EXAMPLE_SECRET and not local:
        found.append("SECRET_KEY is still the example; make one with: openssl rand -hex 32")
    if urlsplit(settings.smtp_url).scheme not in {"smtp", "smtps"}:
        found.append("SMTP_URL must start with smtp:// or smtps://")
    if not 5 <= settings.link_minutes <= 30:  # noqa: PLR2004 - bounds stated in the doc of the setting
        found.append("LINK_MINUTES must be between 5 and 30")
    if (settings.demo or settings.staff_email_sign_in) and not local:
        found.append("DEMO and STAFF_EMAIL_SIGN_IN are for this very machine only: BASE_URL must be localhost")
    if settings.demo and not settings.mailbox:
        found.append("MAILBOX is needed when DEMO is on")
    found += _provider_problems("STAFF_OIDC", settings.staff_oidc_issuer, settings.staff_oidc_client_id, local=local)
    found += _provider_problems("DONOR_OIDC", settings.donor_oidc_issuer, settings.donor_oidc_client_id, local=local)
    if not set(settings.staff_roles_by_group.values()) <= set(STAFF_ROLES):
        found.append(
            f"STAFF_OIDC_GROUPS must be like desk-admins=administrator; the roles are {', '.join(STAFF_ROLES)}"
        )
    found += _receipt_problems(settings)
    found += _donor_problems(settings)
    if settings.geoip_database and not Path(settings.geoip_database).is_file():
        found.append("GEOIP_DATABASE is not a file")
    return found


def _donor_problems(settings: Settings) -> list[str]:
    found = []
    parts = settings.rules_by_part
    if not (set(parts) <= set(PROFILE_PARTS) and set(parts.values()) <= set(PROFILE_RULES)):
        found.append(
            f"PROFILE_FIELDS must be like address=edit,name=request; the parts are {', '.join(PROFILE_PARTS)}, "
            f"the rules {', '.join(PROFILE_RULES)}"
        )
    if settings.bounce_secret and not _is_webhook_secret(settings.bounce_secret):
        found.append("BOUNCE_SECRET must be whsec_ and at least 24 random bytes in base64")
    if settings.retention_years < 1:
        found.append("RETENTION_YEARS must be at least 1")
    return found


def _is_webhook_secret(secret: str) -> bool:
    """As Standard Webhooks writes it: whsec_ and base64."""
    try:
        raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return False
    return secret.startswith("whsec_") and len(raw) >= 24  # noqa: PLR2004 - bytes, as the specification says


def _receipt_problems(settings: Settings) -> list[str]:
    found = []
    if settings.receipts_issued_by not in {"central", "portal"}:
        found.append("RECEIPTS_ISSUED_BY must be central or portal")
    if settings.receipt_tax_rate not in {66, 75}:
        found.append("RECEIPT_TAX_RATE must be 66 or 75")
    if not re.fullmatch(r"[A-Z0-9-]{0,10}", settings.receipt_number_prefix):
        found.append("RECEIPT_NUMBER_PREFIX must be at most ten capitals, digits and hyphens")
    if settings.receipt_certificate and not Path(settings.receipt_certificate).is_file():
        found.append("RECEIPT_CERTIFICATE is not a file")
    if not re.fullmatch(r"(0[13578]|1[02])-31|(0[469]|11)-30|02-28", settings.financial_year_end):
        found.append("FINANCIAL_YEAR_END must be the last day of a month, such as 12-31 (02-28 also in leap years)")
    return found


def _provider_problems(name: str, issuer: str, client_id: str, *, local: bool) -> list[str]:
    if not issuer:
        return []
    found = []
    if urlsplit(issuer).scheme != "https" and not (local and urlsplit(issuer).hostname in LOCAL_HOSTS):
        found.append(f"{name}_ISSUER must be https")
    if not client_id:
        found.append(f"{name}_CLIENT_ID is missing")
    return found


def _address_problems(settings: Settings, *, local: bool) -> list[str]:
    if not re.fullmatch(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]+)?", settings.base_url):
        return ["BASE_URL must be like https://donors.example.org: small letters, no path, no final slash"]
    address = urlsplit(settings.base_url)
    found = []
    if address.port == DEFAULT_PORTS[address.scheme]:
        found.append("BASE_URL must not name the port that browsers leave out")
    if not settings.secure and not local:
        found.append("BASE_URL must be https, except on this very machine")
    if settings.secure and not settings.trusted_proxies:
        found.append("TRUSTED_PROXIES is missing: without it all donors behind the proxy share one limit of sign-ins")
    return found
