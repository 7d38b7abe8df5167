"""The reference schema, read in the portal's columns. `{where}` takes a condition on the row `r`."""

SELECTS = {
    "campaign": "SELECT r.id::text, r.name FROM campaign r {where}",
    "member": """
        SELECT r.id::text, r.number, r.kind, r.civility, r.first_name, r.last_name, r.company_name, r.legal_form,
               r.siren, r.language, r.deceased_on, r.suspension_code, r.stop_promo,
               r.merged_into IS NOT NULL
        FROM member r {where}""",
    "receipt_wish": """
        SELECT r.id::text, r.member_id::text, r.receipt_rhythm, r.receipt_by
        FROM (SELECT id, id AS member_id, receipt_rhythm, receipt_by FROM member) r {where}""",
    "contact_choice": """
        SELECT r.id::text, r.member_id::text,
               ARRAY(SELECT o.purpose || '/' || o.channel FROM objection o
                     WHERE o.member_id = r.id ORDER BY (o.purpose || '/' || o.channel) COLLATE "C"),
               ARRAY(SELECT c.purpose || '/' || c.channel FROM consent c
                     WHERE c.member_id = r.id ORDER BY (c.purpose || '/' || c.channel) COLLATE "C"),
               r.appeals_rhythm, r.paused_until, r.details_checked_on
        FROM (SELECT *, id AS member_id FROM member) r {where}""",
    "address": """
        SELECT r.id::text, r.member_id::text, r.unit, r.building, r.house_number, r.street, r.locality, r.postcode,
               r.town, r.region, r.country, r.is_main, r.returned_on, r.returned_reason, r.purpose, r.season_from,
               r.season_to
        FROM address r {where}""",
    "email": """
        SELECT r.id::text, r.member_id::text, r.address, r.is_main, r.origin, r.recorded_on,
               r.confirmed_on, r.bounced_on, r.soft_bounced_on, r.complained_on
        FROM email r {where}""",
    "phone": "SELECT r.id::text, r.member_id::text, r.number, r.kind FROM phone r {where}",
    "mandate": """
        SELECT r.id::text, r.member_id::text, r.reference, r.creditor_identifier, r.iban, r.iban, r.amount, r.currency,
               r.rhythm, r.signed_on, r.next_debit_on, r.state, r.ended_on
        FROM mandate r {where}""",
    "gift": """
        SELECT r.id::text, r.member_id::text, r.campaign_id::text, r.mandate_id::text, r.given_on, r.amount, r.currency,
               r.means, r.state, r.state_reason, r.deductible, r.form, r.nature
        FROM gift r {where}""",
    "receipt": """
        SELECT r.id::text, r.member_id::text, r.number, r.fiscal_year, r.kind, r.article, r.issued_on, r.amount,
               r.currency, r.state, r.donor_name, r.donor_address, r.donor_siren,
               (SELECT coalesce(jsonb_agg(
                            jsonb_build_object('gift', g.id::text, 'on', g.given_on, 'amount', g.amount::text,
                                               'means', g.means, 'form', g.form, 'nature', g.nature)
                            ORDER BY g.given_on, g.id), '[]')::text
                FROM receipt_gift rg JOIN gift g ON g.id = rg.gift_id WHERE rg.receipt_id = r.id),
               r.cancelled_on, r.cancel_reason,
               coalesce((SELECT next.number FROM receipt next WHERE next.id = r.replaced_by), '')
        FROM receipt r {where}""",
    "request": """
        SELECT r.id::text, r.member_id::text, r.key, r.kind, r.about, r.wish, r.state, r.answer, r.asked_on, r.seen_on,
               r.decided_on
        FROM request r {where}""",
    "memo": """
        SELECT r.id::text, r.member_id::text, r.body, r.starts_on, r.ends_on
        FROM memo r {where} {and_} r.kind = 'extranet'""",
}

READ_GROUP = {
    "address": """
        SELECT unit, building, house_number, street, locality, postcode, town, region, country
        FROM address WHERE member_id = %(member)s AND is_main ORDER BY id LIMIT 1""",
    "email": """
        SELECT address, confirmed_on::text FROM email WHERE member_id = %(member)s AND is_main ORDER BY id LIMIT 1""",
    "other_addresses": """
        SELECT unit, building, house_number, street, locality, postcode, town, region, country, purpose, season_from,
               season_to
        FROM address WHERE member_id = %(member)s AND NOT is_main""",
    "other_emails": "SELECT address FROM email WHERE member_id = %(member)s AND NOT is_main",
    "phones": "SELECT number, kind FROM phone WHERE member_id = %(member)s",
    "identity": """
        SELECT civility, first_name, last_name, company_name, legal_form, siren
        FROM member WHERE id = %(member)s""",
    "language": "SELECT language FROM member WHERE id = %(member)s",
    "objections": "SELECT purpose || '/' || channel FROM objection WHERE member_id = %(member)s",
    "consents": "SELECT purpose || '/' || channel FROM consent WHERE member_id = %(member)s",
    "contact_rhythm": "SELECT appeals_rhythm, paused_until::text FROM member WHERE id = %(member)s",
    "details_check": "SELECT details_checked_on::text FROM member WHERE id = %(member)s",
    "receipt_wish": "SELECT receipt_rhythm, receipt_by FROM member WHERE id = %(member)s",
    "memo": """
        SELECT body, starts_on::text, ends_on::text FROM memo WHERE member_id = %(member)s AND kind = 'extranet'""",
}

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
# Found by its key, it is left as people have worked on it.
SUBMIT = """
    WITH fresh AS (
        INSERT INTO request (member_id, key, kind, about, wish, asked_on)
        VALUES (%(member)s, %(key)s, %(kind)s, %(about)s, %(wish)s, %(asked_on)s)
        ON CONFLICT (key) DO NOTHING RETURNING id)
    SELECT id FROM fresh UNION ALL SELECT id FROM request WHERE key = %(key)s LIMIT 1"""
PUT_RECEIPT_GIFTS = """
    INSERT INTO receipt_gift (receipt_id, gift_id) SELECT %(id)s, unnest(%(gifts)s::bigint[]) ON CONFLICT DO NOTHING"""
