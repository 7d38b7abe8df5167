"""Brings personas into the file: members who are told, not drawn."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Address, Email, Mandate, Member
from backoffice_sync.demo.chance import Chance
from backoffice_sync.demo.debits import Terms, add_mandate
from backoffice_sync.demo.giving import add_gift
from backoffice_sync.demo.months import YEARS, first_day
from backoffice_sync.demo.people import next_number


@dataclass(frozen=True, slots=True)
class Persona:
    name: str
    email: str
    """As typed at sign-in; empty for a member who has none."""
    number: str
    what: str


@dataclass(frozen=True, slots=True)
class Home:
    house_number: str
    street: str
    postcode: str
    town: str
    unit: str = ""
    building: str = ""
    locality: str = ""
    country: str = "FR"


@dataclass(frozen=True, slots=True)
class Cast:
    file: CentralFile
    today: date

    @property
    def opening(self) -> date:
        return first_day(self.today)

    def days_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def last_years(self, count: int = YEARS) -> range:
        return range(self.today.year - count + 1, self.today.year + 1)

    def person(self, civility: str, first_name: str, last_name: str, email: str, home: Home, **more: Any) -> Member:
        return self.member(
            email, home, kind="person", civility=civility, first_name=first_name, last_name=last_name, **more
        )

    def member(self, email: str, home: Home, **fields: Any) -> Member:
        """Add a member with a home and, unless it is empty, a confirmed e-mail address."""
        joined_on = fields.pop("joined_on", self.opening)
        member = self.file.add(Member(number=next_number(self.file), joined_on=joined_on, **fields))
        self.file.add(
            Address(
                member_id=member.id,
                house_number=home.house_number,
                street=home.street,
                postcode=home.postcode,
                town=home.town,
                unit=home.unit,
                building=home.building,
                locality=home.locality,
                country=home.country,
                origin="Coupon papier",
                recorded_on=joined_on,
            )
        )
        if email:
            confirmed_on = self.days_ago(200)
            self.file.add(
                Email(
                    member_id=member.id,
                    address=email,
                    origin="Don en ligne",
                    recorded_on=joined_on,
                    confirmed_on=confirmed_on,
                )
            )
        return member

    def gift(
        self, member: Member, given_on: date, amount: int, means: str = "cheque", *, deductible: bool = True
    ) -> None:
        """Add a gift unless its day is still to come: the file ends today."""
        if given_on <= self.today:
            # its own draw for each gift: one refusal must not become the refusal of all
            chance = Chance(f"persona {member.number} {means} {given_on:%j %y}")
            day, euros = given_on, Decimal(amount)
            gift = add_gift(self.file, member, chance, today=self.today, given_on=day, amount=euros, means=means)
            gift.deductible = deductible

    def mandate(self, member: Member, terms: Terms, fate: str = "active", stopped_on: date | None = None) -> Mandate:
        chance = Chance(f"persona {member.number} mandate")
        stop = stopped_on or self.today
        return add_mandate(self.file, member, chance, terms, today=self.today, fate=fate, stopped_on=stop)

    def present(self, member: Member, what: str) -> Persona:
        emails = [email.address for email in self.file.rows(Email) if email.member_id == member.id and email.is_main]
        name = member.company_name or f"{member.first_name} {member.last_name}"
        return Persona(name, "".join(emails), member.number, what)
