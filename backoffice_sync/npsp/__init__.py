"""Reads the CSV export of a Salesforce NPSP organisation into an empty central base (reference schema).

What becomes what:

- `account`: an organisation is a company member, number `A` and its id. A household is no member;
  the members who live in it carry its id as `household_id`.
- `contact`: a person, number `C` and the id. The e-mail address is checked for its syntax only; the
  telephone is kept as written. Columns without a place in the reference schema (Title, primary
  affiliation) are not read.
- `address`: one address for each member of the household. The main one is the one that the account
  shows as its billing address; the season's first and last day are kept; countries become ISO codes.
  An account without any address row has its billing address.
- `campaign`: a campaign, code `N` and its id.
- `opportunity`: **the gifts of a member are the opportunities in stage Closed Won (or Posted) whose
  primary contact they are; without a primary contact, those of the organisation itself, or of the
  household's first contact by id.** The gift is worth the opportunity's amount less its written-off
  payments. Stage Pledged is a pending gift by the same rule; every other stage is not a gift.
- `payment`: no row of its own, folded into its gift. Only "written off" changes anything. "Paid" is not
  read: exports exist in which no payment is marked as paid though every gift was won years ago.
  Payments whose sum differs from the gift's opportunity are noted, and the opportunity believed.
- `recurring_donation`: left out. It names no account to debit: it is not a SEPA mandate.
- `campaign_member`, `relationship`: left out. The reference schema has no place for them.

The means of a gift are unknown ("other"), and so is the currency: it is the caller's to say.
Each row read has exactly one line in the report. All is one transaction; nothing enters a base that
already holds members.
"""

from backoffice_sync.npsp.load import load, load_npsp
from backoffice_sync.npsp.report import Outcome, Report, Verdict
from backoffice_sync.npsp.table import ExportError

__all__ = ["ExportError", "Outcome", "Report", "Verdict", "load", "load_npsp"]
