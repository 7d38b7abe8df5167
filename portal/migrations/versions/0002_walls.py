"""What stands behind the code: rights of the plain roles, row-level security, the chained journal, sessions, jobs."""

from alembic import op
from procrastinate import PsycopgConnector
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"

OWNED = (
    "postal_address", "phone", "gift", "mandate", "receipt", "receipt_file",
    "recorded_change", "field_in_motion", "journal", "sync_conflict",
)  # fmt: skip
WALLED = (*OWNED, "member", "email_address", "memo")

VISITOR = """
CREATE FUNCTION portal_member() RETURNS uuid LANGUAGE sql STABLE
    RETURN nullif(current_setting('portal.member', true), '')::uuid;
CREATE FUNCTION portal_staff() RETURNS boolean LANGUAGE sql STABLE
    RETURN coalesce(current_setting('portal.staff', true), '') = 'on';
CREATE FUNCTION portal_mailbox() RETURNS text LANGUAGE sql STABLE
    RETURN nullif(current_setting('portal.mailbox', true), '');

-- Runs as the owner: it must see the session and its member before anything is set.
CREATE FUNCTION open_session(wanted uuid, hash bytea, idle interval, absolute interval)
RETURNS TABLE (session_id uuid, mailbox text, member_id uuid, member_name text, staff_id uuid, staff_name text,
               role text, viewing boolean, flash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found record;
BEGIN
    SELECT s.id, s.mailbox, coalesce(s.viewing_id, s.member_id) AS member_id,
           CASE WHEN m.kind = 'company' THEN m.company_name ELSE concat_ws(' ', m.first_name, m.last_name) END AS member_name,
           s.staff_id, t.name AS staff_name, t.role, s.viewing_id IS NOT NULL AS viewing, s.flash,
           s.seen_at < now() - interval '1 minute' AS stale
      INTO found
      FROM web_session s
      LEFT JOIN member m ON m.id = coalesce(s.viewing_id, s.member_id)
      LEFT JOIN staff_account t ON t.id = s.staff_id
     WHERE s.id = wanted AND s.secret_hash = hash
       AND s.seen_at > now() - idle AND s.created_at > now() - absolute
       AND t.ended_at IS NULL
       AND (s.viewing_id IS NOT NULL OR (m.closed IS NOT TRUE AND m.deceased_on IS NULL));
    IF found IS NULL OR found.id IS NULL THEN
        RETURN;
    END IF;
    IF found.stale OR found.flash IS NOT NULL THEN
        UPDATE web_session SET seen_at = now(), flash = NULL WHERE id = found.id;
    END IF;
    PERFORM set_config('portal.mailbox', coalesce(found.mailbox, ''), true),
            set_config('portal.member', coalesce(found.member_id::text, ''), true),
            set_config('portal.staff', CASE WHEN found.staff_id IS NULL OR found.viewing THEN '' ELSE 'on' END, true);
    RETURN QUERY SELECT found.id, found.mailbox, found.member_id, coalesce(found.member_name, ''), found.staff_id,
                        coalesce(found.staff_name, ''), coalesce(found.role, ''), found.viewing, found.flash;
END $$;
REVOKE ALL ON FUNCTION open_session FROM public;
GRANT EXECUTE ON FUNCTION open_session TO portal_web;
"""

JOURNAL = """
CREATE SEQUENCE journal_number AS bigint;

-- The end of each chain: a row cut off at the end is missed as much as one in the middle.
CREATE TABLE journal_head (chain text PRIMARY KEY, id bigint NOT NULL, hash bytea NOT NULL);

CREATE FUNCTION journal_hash(previous bytea, id bigint, at timestamptz, kind text, actor text, member_id uuid, data jsonb)
RETURNS bytea LANGUAGE sql STABLE
    RETURN sha256(previous || convert_to(jsonb_build_array(id, extract(epoch FROM at), kind, actor, member_id, data)::text, 'UTF8'));

-- One chain a member keeps writers of different members out of each other's way. The number is drawn under
-- the lock on the chain's head, so that numbers and hashes have the same order.
CREATE FUNCTION chain_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    previous bytea;
BEGIN
    NEW.chain := coalesce(NEW.member_id::text, 'system');
    NEW.at := clock_timestamp();
    INSERT INTO journal_head AS head VALUES (NEW.chain, 0, '') ON CONFLICT (chain) DO UPDATE SET id = head.id
        RETURNING head.hash INTO previous;
    NEW.id := nextval('journal_number');
    NEW.hash := journal_hash(previous, NEW.id, NEW.at, NEW.kind, NEW.actor, NEW.member_id, NEW.data);
    UPDATE journal_head SET id = NEW.id, hash = NEW.hash WHERE chain = NEW.chain;
    RETURN NEW;
END $$;
CREATE TRIGGER chain_journal BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION chain_journal();
CREATE INDEX ix_journal_chain ON journal (chain, id);
"""

RECEIPTS = """
-- A receipt whose content the central base corrected is not the one in the stored file.
CREATE FUNCTION forget_receipt_file() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM receipt_file WHERE receipt_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_receipt_file AFTER UPDATE OF member_id, number, fiscal_year, kind, article, issued_on, amount,
    currency, donor_name, donor_address, lines ON receipt
    FOR EACH ROW WHEN (to_jsonb(OLD) - 'state' IS DISTINCT FROM to_jsonb(NEW) - 'state')
    EXECUTE FUNCTION forget_receipt_file();

-- For /ready, which nobody signs in to read: an age, and nothing of anybody.
CREATE FUNCTION oldest_open_change() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    RETURN (SELECT min(recorded_at) FROM recorded_change WHERE status IN ('saved', 'sent'));
"""

GRANTS = """
GRANT USAGE ON SCHEMA public TO portal_web, portal_worker, portal_sync;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO portal_web;
GRANT SELECT ON member, email_address, staff_account, sign_in_request, web_session, throttle, receipt, receipt_file,
    procrastinate_jobs, procrastinate_events, procrastinate_workers, procrastinate_periodic_defers TO portal_worker;
GRANT SELECT ON member, postal_address, email_address, phone, campaign, gift, mandate, receipt, memo, recorded_change,
    field_in_motion, sync_heartbeat, sync_cursor, sync_conflict, sync_set_aside TO portal_sync;
GRANT INSERT ON journal TO portal_web;

GRANT INSERT, UPDATE, DELETE ON web_session TO portal_web;
GRANT INSERT, UPDATE ON throttle, sign_in_request, postal_address, memo, field_in_motion TO portal_web;
GRANT DELETE ON memo TO portal_web;
GRANT INSERT ON recorded_change TO portal_web;
GRANT INSERT ON procrastinate_jobs, procrastinate_events TO portal_web;
GRANT INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_workers, procrastinate_periodic_defers
    TO portal_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO portal_web, portal_worker, portal_sync;
REVOKE ALL ON SEQUENCE journal_number FROM portal_web, portal_worker, portal_sync;
REVOKE ALL ON journal_head FROM portal_web;

GRANT UPDATE, DELETE ON sign_in_request, web_session, throttle TO portal_worker;
GRANT INSERT ON throttle, receipt_file TO portal_worker;

GRANT INSERT, UPDATE, DELETE ON member, postal_address, email_address, phone, campaign, gift, mandate, receipt, memo,
    recorded_change, field_in_motion, sync_heartbeat, sync_cursor, sync_conflict, sync_set_aside TO portal_sync;
"""


def upgrade() -> None:
    run(SchemaManager(PsycopgConnector()).get_schema())
    run(VISITOR)
    run(JOURNAL)
    run(RECEIPTS)
    run(GRANTS)
    for table in WALLED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY inside ON {table} TO portal_worker, portal_sync USING (true) WITH CHECK (true)")
    for table in OWNED:
        op.execute(
            f"CREATE POLICY visitor ON {table} TO portal_web USING (member_id = portal_member() OR portal_staff())"
        )
    op.execute("CREATE POLICY system ON journal FOR INSERT TO portal_web WITH CHECK (member_id IS NULL)")
    op.execute(
        "CREATE POLICY visitor ON email_address TO portal_web "
        "USING (member_id = portal_member() OR mailbox = portal_mailbox() OR portal_staff())"
    )
    op.execute(
        "CREATE POLICY visitor ON member TO portal_web USING (id = portal_member() OR portal_staff() "
        "OR id IN (SELECT member_id FROM email_address WHERE mailbox = portal_mailbox()))"
    )
    op.execute(
        "CREATE POLICY reading ON memo FOR SELECT TO portal_web "
        "USING (member_id = portal_member() OR member_id IS NULL OR portal_staff())"
    )
    op.execute("CREATE POLICY writing ON memo TO portal_web USING (portal_staff()) WITH CHECK (portal_staff())")


def downgrade() -> None:
    for table in WALLED:
        for policy in ("inside", "visitor", "system", "reading", "writing"):
            op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    run("""
        DROP TRIGGER forget_receipt_file ON receipt;
        DROP TRIGGER chain_journal ON journal;
        DROP TABLE journal_head;
        DROP FUNCTION forget_receipt_file, oldest_open_change, chain_journal, journal_hash, open_session, portal_member, portal_staff, portal_mailbox;
        DROP INDEX ix_journal_chain;
        DROP SEQUENCE journal_number;
        DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
        DO $$
        DECLARE name regprocedure;
        BEGIN
            FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate%' LOOP
                EXECUTE format('DROP FUNCTION %s', name);
            END LOOP;
        END $$;
        DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_status, procrastinate_job_event_type;
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM portal_web, portal_worker, portal_sync;
        REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM portal_web, portal_worker, portal_sync;
        REVOKE ALL ON SCHEMA public FROM portal_web, portal_worker, portal_sync;
    """)


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
