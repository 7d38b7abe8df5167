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
    "document": """
        SELECT r.id::text, r.member_id::text, r.title, r.kind, r.direction, r.dated_on, r.author, r.for_member,
               r.media_type, r.size, r.sha256
        FROM document r {where} {and_} r.kind <> 'receipt'""",
    "link": """
        SELECT r.id::text, r.member_id::text, r.kind, r.title, r.detail, r.starts_on, r.ends_on, r.amount, r.currency,
               r.state
        FROM link r {where}""",
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

CONTENT = "SELECT content FROM document WHERE id = %(document)s"

# Whatever tables an association has added: those with the member's number are about the member.
ABOUT_MEMBERS = """
    SELECT class.relname,
           array_agg(attname::text ORDER BY attnum) FILTER (WHERE atttypid <> 'bytea'::regtype)
    FROM pg_class AS class JOIN pg_attribute ON attrelid = class.oid AND attnum > 0 AND NOT attisdropped
    WHERE class.relnamespace = current_schema()::regnamespace AND class.relkind IN ('r', 'p', 'v', 'm', 'f')
    GROUP BY class.relname
    HAVING class.relname = 'member' OR bool_or(attname = 'member_id')
    ORDER BY class.relname <> 'member', class.relname"""
MINE = "SELECT id FROM member WHERE id = %(member)s OR merged_into = %(member)s"

BEFORE = "SELECT pg_snapshot_xmax(%s::pg_snapshot) < pg_snapshot_xmax(%s::pg_snapshot)"
NEWS = """
    SELECT DISTINCT entity, row_id::text FROM change_log
    WHERE txid >= pg_snapshot_xmin(%(since)s::pg_snapshot)
      AND NOT pg_visible_in_snapshot(txid, %(since)s::pg_snapshot)"""
