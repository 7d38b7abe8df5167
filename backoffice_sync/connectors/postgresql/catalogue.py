"""How the reference schema is made in this base, column by column; views with its names do as well as tables."""

from typing import Any

from psycopg import AsyncCursor

from backoffice_sync.directory import Catalogue, SchemaChanged

USED = {
    "campaign": "id name",
    "member": "id number kind civility first_name last_name company_name legal_form siren language deceased_on "
    "suspension_code stop_promo receipt_rhythm receipt_by appeals_rhythm paused_until details_checked_on merged_into",
    "address": "id member_id is_main unit building house_number street locality postcode town region country purpose "
    "season_from season_to returned_on returned_reason origin recorded_on",
    "email": "id member_id address is_main origin recorded_on confirmed_on bounced_on soft_bounced_on complained_on",
    "phone": "id member_id number kind origin",
    "objection": "member_id purpose channel origin",
    "consent": "member_id purpose channel origin",
    "mandate": "id member_id reference creditor_identifier iban amount currency rhythm signed_on next_debit_on state "
    "ended_on",
    "gift": "id member_id given_on amount currency means state state_reason deductible form nature campaign_id "
    "mandate_id",
    "receipt": "id member_id number fiscal_year kind article issued_on amount currency state cancelled_on "
    "cancel_reason replaced_by donor_name donor_address donor_siren",
    "receipt_gift": "receipt_id gift_id",
    "memo": "id member_id kind body starts_on ends_on",
    "document": "id member_id title kind direction dated_on author for_member media_type content size sha256",
    "link": "id member_id kind title detail starts_on ends_on amount currency state",
    "request": "id member_id key kind about wish state answer asked_on seen_on decided_on",
    "journal": "actor member_id act change_id",
    "change_log": "txid entity row_id",
}
"""What the statements of reads.py and writes.py name."""

MADE = """
    SELECT class.relname || '.' || attname,
           concat_ws(', ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'required' END,
                     (SELECT string_agg(pg_get_constraintdef(oid), ', ' ORDER BY conname) FROM pg_constraint
                      WHERE conrelid = class.oid AND contype = 'c' AND conkey = ARRAY[attnum]))
    FROM pg_attribute JOIN pg_class AS class ON class.oid = attrelid
    WHERE class.oid = ANY (SELECT to_regclass(quote_ident(name)) FROM unnest(%s::text[]) AS name)
      AND attnum > 0 AND NOT attisdropped
    ORDER BY class.relname, attnum"""


async def read(cursor: AsyncCursor[Any]) -> Catalogue:
    """Type, whether it must be filled, and what its values are held to.

    Raises:
        SchemaChanged: names every column that is missing.
    """
    await cursor.execute(MADE, [list(USED)])
    made = dict(await cursor.fetchall())
    needed = [f"{table}.{column}" for table, columns in USED.items() for column in columns.split()]
    if missing := [name for name in needed if name not in made]:
        raise SchemaChanged(", ".join(missing))
    return Catalogue({name: made.pop(name) for name in needed}, made)
