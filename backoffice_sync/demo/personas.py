"""The members made to be signed in as: the same in every file, one for each thing the portal must show."""

from datetime import date

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Address
from backoffice_sync.demo.cast import Cast, Home, Persona
from backoffice_sync.demo.mandate_personas import lapsed, many_gifts, suspended, with_everything


def add_personas(file: CentralFile, today: date) -> list[Persona]:
    cast = Cast(file, today)
    return [
        with_everything(cast),
        _newcomer(cast),
        *_couple(cast),
        _bakery(cast),
        _returned_post(cast),
        _belgian(cast),
        _overseas(cast),
        many_gifts(cast),
        lapsed(cast),
        suspended(cast),
        _on_paper(cast),
        _without_email(cast),
        _deceased(cast),
    ]


def _newcomer(cast: Cast) -> Persona:
    home = Home("3", "quai des Bateliers", "29100", "Douarnenez")
    address, joined_on = "jean-pierre.le-goff@example.org", cast.days_ago(300)
    newcomer = cast.person("M.", "Jean-Pierre", "Le Goff", address, home, joined_on=joined_on)
    return cast.present(newcomer, "nothing yet: no gifts, no receipts, no mandate")


def _couple(cast: Cast) -> list[Persona]:
    home = Home("27", "allée des Acacias", "69003", "Lyon")
    claire = cast.person("Mme", "Claire", "Martin", "couple.martin@example.org", home)
    paul = cast.person("M.", "Paul", "Martin", "couple.martin@example.org", home)
    claire.household_id = paul.household_id = claire.id
    for year in cast.last_years():
        cast.gift(claire, date(year, 11, 8), 120)
        cast.gift(paul, date(year, 3, 14), 60, "card")
    what = "couple sharing one mailbox: chooses who after signing in"
    return [cast.present(claire, what), cast.present(paul, what)]


def _bakery(cast: Cast) -> Persona:
    home = Home("8", "place du Marché", "44019", "Nantes CEDEX 1", unit="Service comptabilité", locality="BP 114")
    bakery = cast.member(
        "contact@boulangerie-durand.example",
        home,
        kind="company",
        company_name="Boulangerie Durand",
        legal_form="SARL",
        siren="900000050",
        receipt_rhythm="per_gift",
        receipt_by="email",
    )
    for year in cast.last_years():
        cast.gift(bakery, date(year, 10, 3), 500, "transfer")
    return cast.present(bakery, "company: a receipt per gift, under article 238 bis")


def _returned_post(cast: Cast) -> Persona:
    home = Home("41", "rue du Moulin", "01000", "Bourg-en-Bresse")
    henri = cast.person("M.", "Henri", "Moreau", "henri.moreau@example.org", home, suspension_code="PND")
    [address] = [address for address in cast.file.rows(Address) if address.member_id == henri.id]
    address.returned_on, address.returned_reason = cast.days_ago(45), "unknown"
    for year in cast.last_years(5):
        cast.gift(henri, date(year, 12, 5), 40)
    return cast.present(henri, "a letter came back (unknown at the address)")


def _belgian(cast: Cast) -> Persona:
    home = Home("112", "Avenue Louise", "1050", "Ixelles", country="BE")
    luc = cast.person("M.", "Luc", "Peeters", "luc.peeters@example.org", home)
    for year in cast.last_years(6):
        cast.gift(luc, date(year, 9, 21), 75, "transfer")
    return cast.present(luc, "lives in Belgium")


def _overseas(cast: Cast) -> Persona:
    home = Home("15 ter", "chemin de la Fontaine", "97400", "Saint-Denis", locality="Bois-de-Nèfles")
    address = "marie-ange.hoarau@example.org"
    marie_ange = cast.person("Mme", "Marie-Ange", "Hoarau", address, home, receipt_rhythm="per_gift")
    for year in cast.last_years(4):
        cast.gift(marie_ange, date(year, 5, 2), 30, "card")
        cast.gift(marie_ange, date(year, 5, 30), 3, "card")
    return cast.present(marie_ange, "lives in La Réunion; a receipt per gift, some gifts below the threshold")


def _on_paper(cast: Cast) -> Persona:
    home = Home("", "", "56000", "Vannes", locality="Kerhuel")
    address = "odette.rousseau@example.org"
    odette = cast.person("Mme", "Odette", "Rousseau", address, home, receipt_by="post", stop_promo=True)
    for year in cast.last_years():
        cast.gift(odette, date(year, 12, 24), 150)
    return cast.present(odette, "receipts on paper only, and no appeals")


def _without_email(cast: Cast) -> Persona:
    home = Home("19", "rue Pasteur", "20200", "Bastia")
    yvonne = cast.person("Mme", "Yvonne", "Garnier", "", home)
    for year in cast.last_years(7):
        cast.gift(yvonne, date(year, 12, 10), 35)
    return cast.present(yvonne, "no e-mail address: comes in with a code printed on a letter")


def _deceased(cast: Cast) -> Persona:
    home = Home("9", "avenue de la Gare", "63000", "Clermont-Ferrand")
    deceased_on = cast.days_ago(420)
    georges = cast.person("M.", "Georges", "Petit", "georges.petit@example.org", home, deceased_on=deceased_on)
    georges.suspension_code = "DCD"
    for year in cast.last_years():
        if date(year, 12, 2) < deceased_on:
            cast.gift(georges, date(year, 12, 2), 80)
    return cast.present(georges, "deceased: no sign-in expected")
