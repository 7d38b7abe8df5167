"""The export as read, and what it became, by the ids that its own rows use."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Address, Member
from backoffice_sync.npsp.report import Outcome, Report
from backoffice_sync.npsp.table import Record, read_records

ACCOUNT_TYPE = "npe01__SYSTEM_AccountType__c"
BILLING = ("BillingStreet", "BillingCity", "BillingState", "BillingPostalCode", "BillingCountry")
MAILING = (
    "MailingStreet__c",
    "MailingCity__c",
    "MailingState__c",
    "MailingPostalCode__c",
    "MailingCountry__c",
)
SEASON_START = ("Seasonal_Start_Month__c", "Seasonal_Start_Day__c")
SEASON_END = ("Seasonal_End_Month__c", "Seasonal_End_Day__c")

COLUMNS: dict[str, tuple[str, ...]] = {
    "account": ("Name", ACCOUNT_TYPE, *BILLING),
    "contact": ("Salutation", "FirstName", "LastName", "Email", "Phone", "account_id"),
    "address": ("household_account__c", *MAILING, *SEASON_START, *SEASON_END),
    "campaign": ("name",),
    "opportunity": ("amount", "stage_name", "close_date", "account_id", "primary_contact__c", "campaign_id"),
    "payment": ("npe01__Payment_Amount__c", "npe01__Written_Off__c", "npe01__opportunity__c"),
    "recurring_donation": (),
    "campaign_member": (),
    "relationship": (),
}


@dataclass(slots=True)
class Export:
    records: dict[str, list[Record]]
    read_on: date
    currency: str
    report: Report = field(default_factory=Report)
    base: CentralFile = field(default_factory=CentralFile)
    contacts: dict[str, Member] = field(default_factory=dict)
    organisations: dict[str, Member] = field(default_factory=dict)
    households: dict[str, list[Member]] = field(default_factory=dict)
    """The contacts of each household account, in the order of their ids."""
    homes: dict[str, list[Address]] = field(default_factory=dict)
    """The addresses of each account, not yet given to its members."""
    campaigns: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, read_on: date, currency: str) -> Self:
        """Read all files; rows that no rule can use are in the report already."""
        export = cls({}, read_on, currency)
        for name, columns in COLUMNS.items():
            records = read_records(folder, name, *columns)
            export.records[name] = [record for record in records if not record.flaw]
            for record in records:
                if record.flaw:
                    export.report.note(record, Outcome.LEFT_OUT, record.flaw)
        return export
