"""Erasure and retention: the ledger of the erased, objections that outlive a record, a journal that can be emptied."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

JOURNAL = """
-- The last row of a chain whose beginning is purged: the next one follows from it.
CREATE TABLE journal_start (chain text PRIMARY KEY, id bigint NOT NULL, hash bytea NOT NULL);

-- What a member's rows hold goes; what happened when, and by whom, stays. The chain is made anew over what is left,
-- and the system's own chain tells so, with the hash that stood at its end. One that was altered before is left alone:
-- nobody hides an alteration by erasing the member.
CREATE FUNCTION empty_journal(whose uuid) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entry record;
    former bytea;
    previous bytea;
    emptied bigint := 0;
BEGIN
    PERFORM FROM journal_head WHERE chain = whose::text FOR UPDATE;
    SELECT hash INTO former FROM journal_start WHERE chain = whose::text;
    former := coalesce(former, '');
    previous := former;
    FOR entry IN SELECT * FROM journal WHERE chain = whose::text ORDER BY id LOOP
        IF entry.hash <> journal_hash(former, entry.id, entry.at, entry.kind, entry.actor, entry.member_id, entry.data) THEN
            RAISE data_exception USING MESSAGE = 'entries of this journal were altered: portal journal verify';
        END IF;
        former := entry.hash;
        previous := journal_hash(previous, entry.id, entry.at, entry.kind, entry.actor, entry.member_id, '{}');
        UPDATE journal SET data = '{}', hash = previous WHERE id = entry.id;
        emptied := emptied + 1;
    END LOOP;
    UPDATE journal_head SET hash = previous WHERE chain = whose::text;
    INSERT INTO journal (kind, actor, data) VALUES ('journal.emptied', session_user,
        jsonb_build_object('chain', whose, 'entries', emptied, 'former', encode(former, 'hex')));
    RETURN emptied;
END $$;

-- The oldest rows of each chain, up to the last one before that moment; never of the last year.
CREATE FUNCTION purge_journal(until timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    purged bigint;
BEGIN
    IF until > now() - interval '1 year' THEN
        RAISE insufficient_privilege USING MESSAGE = 'the journal of the last year stays';
    END IF;
    INSERT INTO journal_start
    SELECT chain, id, hash FROM journal
     WHERE id IN (SELECT max(id) FROM journal WHERE at < until GROUP BY chain)
    ON CONFLICT (chain) DO UPDATE SET id = EXCLUDED.id, hash = EXCLUDED.hash;
    DELETE FROM journal USING journal_start AS start WHERE journal.chain = start.chain AND journal.id <= start.id;
    GET DIAGNOSTICS purged = ROW_COUNT;
    RETURN purged;
END $$;
REVOKE ALL ON FUNCTION empty_journal, purge_journal FROM public;
GRANT EXECUTE ON FUNCTION empty_journal, purge_journal TO portal_worker;
"""

# What an officer reads before they confirm: how many rows, never what is in them. The web's own role does not see
# all of it, such as a member's passkeys, and shall not.
COUNTS = """
CREATE FUNCTION count_belongings(by_member jsonb, whose uuid, by_mailbox jsonb, mailboxes text[])
RETURNS TABLE (name text, number bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    owner text;
BEGIN
    IF session_user = 'portal_web' AND NOT portal_staff() THEN
        RAISE insufficient_privilege USING MESSAGE = 'staff only';
    END IF;
    FOR name, owner IN SELECT * FROM jsonb_each_text(by_member) LOOP
        EXECUTE format('SELECT count(*) FROM %I WHERE %I = $1', name, owner) INTO number USING whose;
        RETURN NEXT;
    END LOOP;
    FOR name, owner IN SELECT * FROM jsonb_each_text(by_mailbox) LOOP
        EXECUTE format('SELECT count(*) FROM %I WHERE %I = ANY ($1)', name, owner) INTO number USING mailboxes;
        RETURN NEXT;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION count_belongings FROM public;
GRANT EXECUTE ON FUNCTION count_belongings TO portal_web, portal_worker;
"""

# A final receipt loses its donor's name when the six years of LPF, art. L102 E, are over: not a day before, and
# nothing else of it changes with the name.
RECEIPTS = """
CREATE FUNCTION is_past_control(issued_on date) RETURNS boolean LANGUAGE sql STABLE
    RETURN issued_on <= (now() AT TIME ZONE 'Europe/Paris')::date - interval '6 years';
CREATE FUNCTION receipt_time_is_over(was receipt, becomes receipt) RETURNS boolean LANGUAGE sql STABLE
    RETURN is_past_control(was.issued_on)
       AND becomes.donor_name = '' AND becomes.donor_address = '' AND becomes.donor_siren = ''
       AND to_jsonb(becomes) - '{donor_name,donor_address,donor_siren}'::text[]
         = to_jsonb(was) - '{donor_name,donor_address,donor_siren}'::text[];
DROP TRIGGER keep_receipt ON receipt;
CREATE TRIGGER keep_receipt BEFORE UPDATE ON receipt FOR EACH ROW
    WHEN (NOT receipt_time_is_over(OLD, NEW)) EXECUTE FUNCTION keep_receipt();
CREATE POLICY final ON receipt AS RESTRICTIVE FOR DELETE TO portal_worker USING (is_past_control(issued_on));
CREATE POLICY final ON receipt_file AS RESTRICTIVE FOR DELETE TO portal_worker
    USING (EXISTS (SELECT FROM receipt r WHERE r.id = receipt_id AND is_past_control(r.issued_on)));
"""

# The worker erases: it reads and deletes whatever has a member, the journal and the proofs of consent excepted.
# Written as a loop so that no table with a member is forgotten; later migrations grant it for tables of their own.
ERASER = """
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
                 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'member_id'
                   AND table_name NOT IN ('journal', 'consent_entry') LOOP
        EXECUTE format('GRANT SELECT, DELETE ON %I TO portal_worker', name);
        IF NOT EXISTS (SELECT FROM pg_policies WHERE tablename = name AND cmd = 'ALL' AND 'portal_worker' = ANY (roles)) THEN
            EXECUTE format('CREATE POLICY erasing ON %I TO portal_worker USING (true)', name);
        END IF;
    END LOOP;
END $$;
"""

GRANTS = """
GRANT SELECT ON erasure, retention_run TO portal_web;
GRANT SELECT ON consent_entry, journal TO portal_worker;
GRANT SELECT, INSERT ON erasure, kept_objection TO portal_worker;
GRANT SELECT, INSERT, UPDATE ON retention_run TO portal_worker;
GRANT INSERT ON member_request TO portal_worker;
GRANT UPDATE (wish, answer, state, decided_on) ON member_request TO portal_worker;
GRANT UPDATE (identity_proof, extension_reason, delivery_proof) ON data_case TO portal_worker;
GRANT UPDATE (state_reason) ON gift TO portal_worker;
GRANT UPDATE (donor_name, donor_address, donor_siren) ON receipt TO portal_worker;
GRANT UPDATE (civility, first_name, last_name, company_name, legal_form, siren, deceased_on, suspension_code, stop_promo,
    closed, held) ON member TO portal_worker;
GRANT DELETE ON mail_verdict, redaction TO portal_worker;
GRANT SELECT ON erasure TO portal_sync;
"""

WALLS = """
ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
CREATE POLICY inside ON erasure TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY desk ON erasure FOR SELECT TO portal_web USING (portal_staff());
"""

BACK = """
DROP TRIGGER keep_receipt ON receipt;
CREATE TRIGGER keep_receipt BEFORE UPDATE ON receipt FOR EACH ROW EXECUTE FUNCTION keep_receipt();
DROP POLICY final ON receipt;
DROP POLICY final ON receipt_file;
DROP FUNCTION count_belongings, receipt_time_is_over, is_past_control, empty_journal, purge_journal;
DROP TABLE journal_start;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_policies WHERE policyname = 'erasing' LOOP
        EXECUTE format('DROP POLICY erasing ON %I', name);
    END LOOP;
END $$;
"""
TABLES = ("retention_run", "kept_objection", "erasure")


def upgrade() -> None:
    moment, now = sa.DateTime(timezone=True), sa.text("now()")
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("request_id", sa.Uuid()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("erased_at", moment, server_default=now, nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.UniqueConstraint("member_id", name="uq_erasure_member_id"),
        sa.UniqueConstraint("digest", name="uq_erasure_digest"),
        sa.CheckConstraint("why IN ('asked', 'retention')", name="ck_erasure_why"),
    )
    op.create_table(
        "kept_objection",
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("code", sa.Text(), primary_key=True),
        sa.Column(
            "kept_since", sa.Date(), server_default=sa.text("(now() AT TIME ZONE 'Europe/Paris')::date"), nullable=False
        ),
    )
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", moment, server_default=now, nullable=False),
        sa.Column("ended_at", moment),
        sa.Column("done", postgresql.JSONB(), server_default="{}", nullable=False),
    )
    for script in (JOURNAL, COUNTS, RECEIPTS, GRANTS, WALLS, ERASER):
        run(script)


def downgrade() -> None:
    run(BACK)
    for table in TABLES:
        op.drop_table(table)


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
