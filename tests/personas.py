"""The people of the tests, as the central base knows them; they reach the portal through the sync itself."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.mapping import ENTITIES
from portal import clock


@dataclass(frozen=True)
class Person:
    number: str
    email: str


MARIE = Person("1001", "marie.dupont@example.org")  # has everything
NADIA = Person("1002", "nadia.benali@example.org")  # has nothing yet
STRANGER = Person("1003", "stranger@example.org")  # must never see anything of Marie's
CLAIRE = Person("1004", "couple@example.org")  # shares a mailbox with Paul
PAUL = Person("1005", "couple@example.org")
BAKERY = Person("1006", "bakery@example.org")  # a company
GEORGES = Person("1007", "georges@example.org")  # deceased
EDITOR = Person("editor", "editor@association.example")
READER = Person("reader", "reader@association.example")
COMPLIANCE = Person("compliance", "compliance@association.example")
ADMINISTRATOR = Person("administrator", "admin@association.example")
STAFF = (EDITOR, READER, COMPLIANCE, ADMINISTRATOR)

THIS_YEAR = clock.today().year
MEMO = "Chère Marie,\n\nmerci pour votre fidélité."


def debit(month: int) -> dict[str, str]:
    """A line of Marie's receipt."""
    on = date(THIS_YEAR - 1, month, 5).isoformat()
    return {"gift": f"g{month}", "on": on, "amount": "15.00", "means": "debit", "form": "manual", "nature": "cash"}


def directory() -> MemoryDirectory:
    central = MemoryDirectory()

    def put(entity: str, **values: Any) -> None:
        central.put(entity, tuple(values[name] for name in ENTITIES[entity].incoming))

    def member(person: Person, first: str, last: str, **more: Any) -> None:
        card = {
            "kind": "person", "civility": "Mme", "company_name": "", "legal_form": "", "siren": None, "language": "fr",
            "deceased_on": None, "suspension_code": "", "stop_promo": False, "closed": False,
        }  # fmt: skip
        names = {"number": person.number, "first_name": first, "last_name": last}
        put("member", central_id=person.number, **(card | names | more))
        put("receipt_wish", central_id=person.number, member=person.number, receipt_rhythm="annual", receipt_by="post")
        put(
            "contact_choice", central_id=person.number, member=person.number, objections=[], consents=[],
            post_rhythm="all", paused_until=None, checked_on=clock.today(),
        )  # fmt: skip
        put(
            "email", central_id=f"e{person.number}", member=person.number, address=person.email, is_main=True,
            origin="web", recorded_on=date(2020, 5, 1), confirmed_on=date(2020, 5, 2), bounced_on=None,
            soft_bounced_on=None, complained_on=None,
        )  # fmt: skip

    def address(person: Person, **more: Any) -> None:
        plain = {
            "unit": "", "building": "", "house_number": "12 bis", "street": "rue des Lilas", "locality": "",
            "postcode": "69003", "town": "Lyon", "region": "", "country": "FR", "is_main": True, "returned_on": None,
            "returned_reason": "", "purpose": "home", "season_from": None, "season_to": None,
        }  # fmt: skip
        put("address", central_id=f"a{person.number}", member=person.number, **(plain | more))

    def gift(person: Person, number: str, on: date, amount: str, **more: Any) -> None:
        plain = {
            "currency": "EUR", "means": "cheque", "state": "received", "state_reason": "", "campaign": None,
            "mandate": None, "deductible": True, "form": "manual", "nature": "cash",
        }  # fmt: skip
        put("gift", central_id=number, member=person.number, given_on=on, amount=amount, **(plain | more))

    put("campaign", central_id="c1", name="Noël <b>solidaire</b>")
    member(MARIE, "Marie", "Dupont")
    address(MARIE, unit="Appartement 4", returned_on=date(THIS_YEAR, 1, 15), returned_reason="unknown")
    put("phone", central_id="p1", member=MARIE.number, number="06 12 34 56 78", kind="mobile")
    put(
        "mandate", central_id="m1", member=MARIE.number, reference="DON-1001-1", creditor_identifier="FR72ZZZ123456",
        masked_iban="FR•• •••• 0189", bank_name="Banque", amount="15.00", currency="EUR", rhythm="monthly",
        signed_on=date(2020, 1, 2), next_debit_on=date(THIS_YEAR + 1, 1, 5), state="active", ended_on=None,
    )  # fmt: skip
    for month in range(1, 13):
        gift(MARIE, f"g{month}", date(THIS_YEAR - 1, month, 5), "15.00", means="debit", mandate="m1")
    for number in range(30):
        gift(MARIE, f"h{number}", date(THIS_YEAR - 3, 1 + number % 12, 7), "10.10", means="card", campaign="c1")
    gift(MARIE, "g-now", date(THIS_YEAR, 1, 1), "50.00")
    gift(MARIE, "g-refused", date(THIS_YEAR - 2, 3, 5), "15.00", means="debit", state="refused", state_reason="AM04")
    put(
        "receipt", central_id="r1", member=MARIE.number, number=f"{THIS_YEAR - 1}-000017", fiscal_year=THIS_YEAR - 1,
        kind="annual", article="200", issued_on=date(THIS_YEAR, 1, 20), amount="180.00", currency="EUR",
        state="issued", donor_name="Mme Marie Dupont", donor_address="12 BIS RUE DES LILAS\n69003 LYON",
        donor_siren="", lines=json.dumps([debit(month) for month in range(1, 13)]), cancelled_on=None,
        cancel_reason="", replaced_by="",
    )  # fmt: skip
    put("memo", central_id="x1", member=MARIE.number, body=MEMO, starts_on=None, ends_on=None)

    member(NADIA, "Nadia", "Benali")
    member(STRANGER, "Serge", "Étranger", civility="M.")
    address(STRANGER, street="place d'Armes", postcode="29200", town="Brest", unit="")
    gift(STRANGER, "s1", date(THIS_YEAR, 2, 2), "77.77")
    member(CLAIRE, "Claire", "Martin")
    member(PAUL, "Paul", "Martin", civility="M.")
    company = {"kind": "company", "company_name": "Boulangerie Durand", "legal_form": "SARL", "siren": "123456782"}
    member(BAKERY, "", "", civility="", **company)
    member(GEORGES, "Georges", "Petit", deceased_on=date(2024, 1, 1))
    return central
