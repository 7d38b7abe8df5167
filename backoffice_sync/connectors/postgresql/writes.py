"""What is written into the reference schema. Values are named; `member` is the member's number."""

from backoffice_sync.directory import Value
from backoffice_sync.mapping import GROUPS

# A letter that came back says nothing about the address that replaces it.
WRITE_GROUP = {
    "address": {
        "insert": """
            INSERT INTO address (member_id, is_main, unit, building, house_number, street, locality, postcode, town,
                                 region, country, origin)
            VALUES (%(member)s, true, %(unit)s, %(building)s, %(house_number)s, %(street)s, %(locality)s, %(postcode)s,
                    %(town)s, %(region)s, %(country)s, 'donor extranet')""",
        "update": """
            UPDATE address
            SET unit = %(unit)s, building = %(building)s, house_number = %(house_number)s, street = %(street)s,
                locality = %(locality)s, postcode = %(postcode)s, town = %(town)s, region = %(region)s,
                country = %(country)s, returned_on = NULL, returned_reason = '', origin = 'donor extranet',
                recorded_on = current_date
            WHERE id = (SELECT min(id) FROM address WHERE member_id = %(member)s AND is_main)""",
        "delete": "DELETE FROM address WHERE member_id = %(member)s AND is_main",
    },
    # One of the member's other addresses becomes the main one; a new address takes the place of the main one.
    "email": {
        "insert": """
            INSERT INTO email (member_id, address, is_main, origin, confirmed_on)
            VALUES (%(member)s, %(address)s, true, 'donor extranet', %(confirmed_on)s)""",
        "update": """
            WITH former AS (SELECT min(id) AS id FROM email WHERE member_id = %(member)s AND is_main),
            known AS (SELECT min(id) AS id FROM email
                      WHERE member_id = %(member)s AND NOT is_main AND lower(address) = lower(%(address)s)),
            beside AS (UPDATE email SET is_main = false FROM former, known
                       WHERE email.id = former.id AND known.id IS NOT NULL)
            UPDATE email
            SET address = %(address)s, is_main = true, confirmed_on = %(confirmed_on)s, bounced_on = NULL,
                soft_bounced_on = NULL, complained_on = NULL, origin = 'donor extranet',
                recorded_on = CASE WHEN known.id IS NULL THEN current_date ELSE recorded_on END
            FROM former, known WHERE email.id = coalesce(known.id, former.id)""",
        "delete": "UPDATE email SET is_main = false WHERE member_id = %(member)s AND is_main",
    },
    # Columns of the member, which are never inserted or deleted.
    "identity": {
        "update": """
            UPDATE member SET civility = %(civility)s, first_name = %(first_name)s, last_name = %(last_name)s,
                company_name = %(company_name)s, legal_form = %(legal_form)s, siren = %(siren)s
            WHERE id = %(member)s""",
    },
    "language": {"update": "UPDATE member SET language = %(language)s WHERE id = %(member)s"},
    "contact_rhythm": {
        "update": """
            UPDATE member SET appeals_rhythm = %(post_rhythm)s, paused_until = %(paused_until)s
            WHERE id = %(member)s""",
    },
    "details_check": {"update": "UPDATE member SET details_checked_on = %(checked_on)s WHERE id = %(member)s"},
    "receipt_wish": {
        "update": """
            UPDATE member SET receipt_rhythm = %(receipt_rhythm)s, receipt_by = %(receipt_by)s WHERE id = %(member)s""",
    },
    "memo": {
        "insert": """
            INSERT INTO memo (member_id, kind, body, starts_on, ends_on)
            VALUES (%(member)s, 'extranet', %(body)s, %(starts_on)s, %(ends_on)s)""",
        "update": """
            UPDATE memo SET body = %(body)s, starts_on = %(starts_on)s, ends_on = %(ends_on)s
            WHERE member_id = %(member)s AND kind = 'extranet'""",
        "delete": "DELETE FROM memo WHERE member_id = %(member)s AND kind = 'extranet'",
    },
}

# Of the groups that are lists only what differs is written: what stays keeps its number, its origin and its date.
WRITE_ITEM = {
    "other_addresses": {
        "add": """
            INSERT INTO address (member_id, is_main, unit, building, house_number, street, locality, postcode, town,
                                 region, country, purpose, season_from, season_to, origin)
            VALUES (%(member)s, false, %(unit)s, %(building)s, %(house_number)s, %(street)s, %(locality)s,
                    %(postcode)s, %(town)s, %(region)s, %(country)s, %(purpose)s, %(season_from)s, %(season_to)s,
                    'donor extranet')""",
        "remove": """
            DELETE FROM address WHERE member_id = %(member)s AND NOT is_main
                AND (unit, building, house_number, street, locality, postcode, town, region, country, purpose)
                  = (%(unit)s, %(building)s, %(house_number)s, %(street)s, %(locality)s, %(postcode)s, %(town)s,
                     %(region)s, %(country)s, %(purpose)s)
                AND season_from IS NOT DISTINCT FROM %(season_from)s
                AND season_to IS NOT DISTINCT FROM %(season_to)s""",
    },
    # The portal adds an address once its mailbox was proved.
    "other_emails": {
        "add": """
            INSERT INTO email (member_id, address, is_main, origin, confirmed_on)
            VALUES (%(member)s, %(address)s, false, 'donor extranet', current_date)""",
        "remove": "DELETE FROM email WHERE member_id = %(member)s AND NOT is_main AND address = %(address)s",
    },
    "phones": {
        "add": """
            INSERT INTO phone (member_id, number, kind, origin)
            VALUES (%(member)s, %(number)s, %(kind)s, 'donor extranet')""",
        "remove": "DELETE FROM phone WHERE member_id = %(member)s AND number = %(number)s AND kind = %(kind)s",
    },
    "objections": {
        "add": """
            INSERT INTO objection (member_id, purpose, channel, origin)
            VALUES (%(member)s, %(purpose)s, %(channel)s, 'donor extranet')""",
        "remove": """
            DELETE FROM objection
            WHERE member_id = %(member)s AND purpose = %(purpose)s AND channel = %(channel)s""",
    },
    "consents": {
        "add": """
            INSERT INTO consent (member_id, purpose, channel, origin)
            VALUES (%(member)s, %(purpose)s, %(channel)s, 'donor extranet')""",
        "remove": """
            DELETE FROM consent
            WHERE member_id = %(member)s AND purpose = %(purpose)s AND channel = %(channel)s""",
    },
}

# Every member who has this address; a later report moves the date on.
PUT_BOUNCE = """
    UPDATE email SET bounced_on = %(bounced_on)s, soft_bounced_on = %(soft_bounced_on)s,
                     complained_on = %(complained_on)s
    WHERE lower(trim(address)) = %(mailbox)s"""

# A number is kept once; told again, only its state moves on, and a cancelled one stays cancelled as it was typed here.
# Another receipt under this number is left alone.
PUT_RECEIPT = """
    INSERT INTO receipt (member_id, number, fiscal_year, kind, article, issued_on, amount, currency, state,
                         cancelled_on, cancel_reason, replaced_by, donor_name, donor_address, donor_siren)
    VALUES (%(member)s, %(number)s, %(fiscal_year)s, %(kind)s, %(article)s, %(issued_on)s, %(amount)s, %(currency)s,
            %(state)s, %(cancelled_on)s, %(cancel_reason)s, (SELECT id FROM receipt WHERE number = %(replaced_by)s),
            %(donor_name)s, %(donor_address)s, %(donor_siren)s)
    ON CONFLICT (number) DO UPDATE SET
        state = CASE WHEN receipt.state = 'cancelled' THEN receipt.state ELSE EXCLUDED.state END,
        cancelled_on = coalesce(receipt.cancelled_on, EXCLUDED.cancelled_on),
        cancel_reason = coalesce(nullif(receipt.cancel_reason, ''), EXCLUDED.cancel_reason),
        replaced_by = coalesce(EXCLUDED.replaced_by, receipt.replaced_by)
    WHERE (receipt.member_id, receipt.fiscal_year, receipt.issued_on, receipt.amount)
        = (EXCLUDED.member_id, EXCLUDED.fiscal_year, EXCLUDED.issued_on, EXCLUDED.amount)
    RETURNING id"""
PUT_RECEIPT_GIFTS = """
    INSERT INTO receipt_gift (receipt_id, gift_id) SELECT %(id)s, unnest(%(gifts)s::bigint[]) ON CONFLICT DO NOTHING"""


# Found by its key, a request is left as people have worked on it. What another transaction has just kept only a later
# statement sees.
SUBMIT = """
    INSERT INTO request (member_id, key, kind, about, wish, asked_on)
    VALUES (%(member)s, %(key)s, %(kind)s, %(about)s, %(wish)s, %(asked_on)s)
    ON CONFLICT (key) DO NOTHING"""
SUBMITTED = "SELECT id FROM request WHERE key = %(key)s"

JOURNAL = """
    INSERT INTO journal (actor, member_id, act, change_id) VALUES ('donor extranet', %(member)s, %(act)s, %(change)s)
    ON CONFLICT (change_id) DO NOTHING"""


def steps(group: str, expected: Value | None, value: Value | None) -> list[tuple[str, Value]]:
    """The statements that lead from the one to the other, with their values."""
    if group not in WRITE_ITEM:
        step = "delete" if value is None else "insert" if expected is None else "update"
        return [(WRITE_GROUP[group][step], value or {})]
    [name] = GROUPS[group].fields
    before, after = ((side or {}).get(name, []) for side in (expected, value))
    gone = [(WRITE_ITEM[group]["remove"], _named(element)) for element in before if element not in after]
    return gone + [(WRITE_ITEM[group]["add"], _named(element)) for element in after if element not in before]


def _named(element: Value | str) -> Value:
    """An objection is written purpose/channel."""
    return dict(zip(("purpose", "channel"), element.split("/"), strict=True)) if isinstance(element, str) else element
