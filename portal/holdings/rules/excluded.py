"""Tables of which a person is given nothing, each with the reason."""

from portal.holdings.rules.sets import Excluded, Fate

NOBODY = "about nobody"
COUNTS = "counts and marks of the exchange with the central base, about nobody"

EXCLUDED = (
    Excluded("activation_code", "a hash of a code on a letter, useless without the letter; gone in weeks", Fate.DELETE),
    Excluded("alarm", NOBODY),
    Excluded("alembic_version", NOBODY),
    Excluded("campaign", "names of appeals, about nobody; each gift is given with the name of its own"),
    Excluded("choice_text", "wordings shown to everybody; each consent is given with the text that was read"),
    Excluded("data_dictionary", NOBODY),
    Excluded(
        "document_arrival",
        "a document for the minute before it is sealed; it is given afterwards",
        Fate.DELETE,
    ),
    Excluded("erasure", "whoever stands in it is erased: keyed digests of numbers, without a name"),
    Excluded("export_file", "the names of the files of an answer; the answer is given itself", Fate.DELETE),
    Excluded("export_part", "the answer itself", Fate.DELETE),
    Excluded("extract_order", "an order of what an answer holds; gone after a week", Fate.DELETE),
    Excluded("extract_row", "given in the answer for which it was fetched; gone after a week", Fate.DELETE),
    Excluded("form_key", "hashes of the numbers of forms, which lead to nobody; gone after a day"),
    Excluded("journal_head", "the checksum at the end of a journal; the journal itself is given"),
    Excluded("journal_start", "the checksum at which a journal begins whose oldest entries are gone"),
    Excluded("kept_objection", "keyed digests of addresses of people who are erased"),
    Excluded("letter_batch", "sheets of letters under way to a printer, of many people at once; gone after a day"),
    Excluded("member_search", "the words of the record, of which it is made, as the search looks them up", Fate.DELETE),
    Excluded("message", "texts for many, about nobody; each addressee is given the text of theirs"),
    Excluded("oidc_grant", "sealed tokens of a visit, which open something elsewhere; gone with it", Fate.DELETE),
    Excluded("procrastinate_events", NOBODY),
    Excluded("procrastinate_jobs", "what is to be done, such as a mail to an address; gone after three days"),
    Excluded("procrastinate_periodic_defers", NOBODY),
    Excluded("procrastinate_workers", NOBODY),
    Excluded("receipt_counter", NOBODY),
    Excluded("receipt_declaration", "totals of a year, about nobody"),
    Excluded("redaction", "what an answer leaves out because it is about others: giving it would undo it", Fate.DELETE),
    Excluded("receipt_run", "totals of a run, about nobody"),
    Excluded("retention_run", "totals of a run, about nobody"),
    Excluded("saved_selection", "criteria, about nobody; never the members who meet them"),
    Excluded(
        "sign_in_request", "by whoever typed an address, who need not be its owner; gone after a day", Fate.DELETE
    ),
    Excluded("staff_account", "people of the association; they are answered from their own record"),
    Excluded("sync_cursor", COUNTS),
    Excluded("sync_field", COUNTS),
    Excluded("sync_heartbeat", COUNTS),
    Excluded("sync_load", COUNTS),
    Excluded(
        "sync_missing", "numbers of central rows missing for a day or two; their content stands in their own table"
    ),
    Excluded("sync_set_aside", "numbers of central rows that could not be read; the central base gives their content"),
    Excluded("sync_tally", COUNTS),
    Excluded("throttle", "keyed hashes, from which nobody finds a person; gone after two days"),
)
