"""Run by Tryton's own Python: what the tests need in an empty Tryton database beside its modules.

python prepare.py DATABASE CONFIGURATION
"""

import sys

from proteus import Model, config  # type: ignore[import-not-found]

CREDITOR = "FR72ZZZ123456"


def prepare(connected: config.Config) -> None:
    country = Model.get("country.country")
    france = country(code="FR", name="France")
    canada = country(code="CA", name="Canada")
    for one in (france, canada, country(code="BE", name="Belgium")):
        one.save()
    Model.get("country.subdivision")(code="CA-QC", name="Quebec", type="province", country=canada).save()
    euro = Model.get("currency.currency")(name="Euro", code="EUR", symbol="€")
    euro.save()
    party = Model.get("party.party")
    association = party(name="The association")
    association.identifiers.new(type="eu_at_02", code=CREDITOR)
    association.save()
    company = Model.get("company.company")(party=association, currency=euro)
    company.save()
    [admin] = Model.get("res.user").find([("login", "=", "admin")])
    admin.companies.append(company)
    admin.company = company
    admin.save()
    connected._context = Model.get("res.user").get_preferences(True, {})  # the rules ask for the user's companies
    Model.get("account.payment.journal")(name="Debits", currency=euro, company=company, process_method="manual").save()


if __name__ == "__main__":
    database, configuration = sys.argv[1:]
    prepare(config.set_trytond(database, config_file=configuration))
