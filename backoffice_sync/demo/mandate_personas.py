"""The personas who give, or gave, by direct debit."""

from datetime import date, timedelta
from decimal import Decimal

from backoffice_sync.central_rows import Address, Email, Memo, Objection, Phone
from backoffice_sync.demo.cast import Cast, Home, Persona
from backoffice_sync.demo.debits import Terms
from backoffice_sync.demo.months import MONTHS_A_YEAR, YEARS, months_later
from backoffice_sync.demo.papers import WELCOME, add_every_link, add_letter

MESSAGE = (
    "Chère Marie,\n\nmerci de votre demande au sujet des legs. Hélène Caron, qui suit ces questions chez "
    "nous, vous appellera en début de semaine prochaine, le matin comme vous le préférez ; sa ligne directe "
    "est le 01 99 00 12 34. Et encore bravo à votre petit-fils pour sa collecte à l'école !"
)


def with_everything(cast: Cast) -> Persona:
    home = Home(
        "12 bis",
        "rue de la République",
        "29000",
        "Quimper",
        unit="Appartement 12",
        building="Résidence les Tilleuls",
    )
    marie = cast.person("Mme", "Marie", "Dupont", "marie.dupont@example.org", home, receipt_by="email")
    cast.mandate(marie, Terms(cast.opening, 5, Decimal(15)))
    for year in cast.last_years():
        cast.gift(marie, date(year, 6, 10), 50, "cheque")
        cast.gift(marie, date(year, 12, 18), 100, "card")
    cast.gift(marie, cast.days_ago(45), 12, "card", deductible=False)
    add, id_, since = cast.file.add, marie.id, cast.days_ago(400)
    office = "m.dupont@bureau.example"
    add(Email(member_id=id_, address=office, is_main=False, origin="Pétition 2021", recorded_on=since))
    dunes = Address(
        member_id=id_, is_main=False, house_number="4", street="chemin des Dunes", postcode="85100",
        town="Les Sables-d’Olonne", purpose="second_home", season_from="07-01", season_to="08-31",
        origin="Appel du 12 mars", recorded_on=since,
    )  # fmt: skip
    add(dunes)
    add(Objection(member_id=id_, purpose="appeals", channel="phone", recorded_on=since, origin="Téléphone"))
    add(Phone(member_id=id_, number="02 61 91 24 68", kind="home", recorded_on=cast.opening))
    add(Phone(member_id=id_, number="06 39 98 12 34", kind="mobile", recorded_on=since))
    shown, hidden = cast.days_ago(10), cast.today + timedelta(days=60)
    add(Memo(member_id=id_, kind="extranet", body=MESSAGE, starts_on=shown, ends_on=hidden))
    add(Memo(member_id=id_, kind="legacy", body="Brochure legs envoyée ; rappeler le matin."))
    title = "Mandat de prélèvement signé"
    add_letter(cast.file, marie, WELCOME, "sent", cast.opening + timedelta(days=6))
    add_letter(cast.file, marie, title, "received", cast.opening)
    add_every_link(cast.file, marie, cast.today)
    return cast.present(marie, "donor with everything: monthly mandate, 12 years of gifts, receipts, a memo")


def many_gifts(cast: Cast) -> Persona:
    home = Home("2", "impasse des Lilas", "75015", "Paris", building="EHPAD Les Jardins d'Automne")
    simone = cast.person("Mme", "Simone", "Lefebvre", "simone.lefebvre@example.org", home)
    cast.mandate(simone, Terms(cast.opening, 10, Decimal(8)))
    for months in range(YEARS * MONTHS_A_YEAR):
        cast.gift(simone, months_later(cast.opening.replace(day=6), months), 5)
        cast.gift(simone, months_later(cast.opening.replace(day=21), months), 10)
    return cast.present(simone, "75 years old, more than 300 gifts")


def lapsed(cast: Cast) -> Persona:
    home = Home("6", "cours Gambetta", "34000", "Montpellier")
    nicolas = cast.person("M.", "Nicolas", "Bernard", "nicolas.bernard@example.org", home)
    cast.mandate(nicolas, Terms(cast.opening, 10, Decimal(20)), "lapsed", months_later(cast.today, -40))
    return cast.present(nicolas, "mandate lapsed: no collection for 36 months")


def suspended(cast: Cast) -> Persona:
    home = Home("58", "boulevard Voltaire", "75011", "Paris")
    amina = cast.person("Mme", "Amina", "Benali", "amina.benali@example.org", home, receipt_by="email")
    cast.mandate(amina, Terms(cast.days_ago(1200), 5, Decimal(10)), "suspended", cast.days_ago(50))
    return cast.present(amina, "mandate suspended: the bank refused the last two debits (AM04)")
