"""What donors hold the pen of: several addresses, choices with their ledger, corrections, mails that came back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

LEDGER = """
-- Nobody alters what was proved, the owner of the table included.
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = 'the ledger of consents is append-only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON choice_text
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- What people at the association typed into the central base is an act too. The portal's own roles write theirs
-- themselves, with the text that was shown.
CREATE FUNCTION note_central_choice() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    former_objections text[] := '{}';
    former_consents text[] := '{}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        former_objections := OLD.objections;
        former_consents := OLD.consents;
    END IF;
    INSERT INTO consent_entry (member_id, purpose, channel, act, source, actor)
    SELECT NEW.member_id, split_part(code, '/', 1), split_part(code, '/', 2), act, 'central', 'central base'
    FROM (
        SELECT unnest(NEW.objections) AS code, 'objected' AS act, former_objections AS without
        UNION ALL SELECT unnest(former_objections), 'objection_withdrawn', NEW.objections
        UNION ALL SELECT unnest(NEW.consents), 'consented', former_consents
        UNION ALL SELECT unnest(former_consents), 'consent_withdrawn', NEW.consents
    ) AS acts WHERE code <> ALL (without);
    RETURN NULL;
END $$;
CREATE TRIGGER note_central_choice AFTER INSERT OR UPDATE OF objections, consents ON contact_choice
    FOR EACH ROW WHEN (session_user = 'portal_sync') EXECUTE FUNCTION note_central_choice();
"""

# A correction is under way from the day on which staff accepted it.
OPEN_SINCE = """
CREATE OR REPLACE FUNCTION oldest_open_change() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    RETURN (SELECT min(coalesce(decided_at, recorded_at))
            FROM recorded_change LEFT JOIN correction_request ON change_id = recorded_change.id
            WHERE status IN ('saved', 'sent'));
"""

GRANTS = """
GRANT SELECT ON contact_choice, choice_text, consent_entry, correction_request TO portal_web;
GRANT SELECT (id, event) ON mail_failure TO portal_web;
GRANT UPDATE (objections, consents, post_rhythm, paused_until, checked_on, held) ON contact_choice TO portal_web;
GRANT INSERT ON choice_text, consent_entry, correction_request, mail_failure TO portal_web;
GRANT UPDATE (decided_by, decided_at) ON correction_request TO portal_web;
GRANT UPDATE (old, new, status, status_at, reason) ON recorded_change TO portal_web;
GRANT INSERT, UPDATE, DELETE ON email_address, phone, postal_address TO portal_web;
GRANT UPDATE (civility, first_name, last_name, company_name, legal_form, siren, language, held) ON member TO portal_web;

GRANT SELECT ON contact_choice, choice_text, consent_entry, correction_request, mail_failure, mail_verdict, field_in_motion,
    postal_address, phone TO portal_worker;
GRANT INSERT ON recorded_change, field_in_motion, consent_entry, choice_text, journal, mail_failure TO portal_worker;
GRANT UPDATE (objections, held) ON contact_choice TO portal_worker;
GRANT UPDATE (bounced_on, soft_bounced_on, complained_on) ON email_address TO portal_worker;
GRANT INSERT, UPDATE ON mail_verdict TO portal_worker;
GRANT DELETE ON mail_failure TO portal_worker;
GRANT UPDATE (document) ON correction_request TO portal_worker;

GRANT SELECT, INSERT, UPDATE, DELETE ON contact_choice TO portal_sync;
GRANT SELECT, UPDATE (delivered) ON mail_verdict TO portal_sync;
"""

# Whoever shares a mailbox with somebody sees that they are there; to change them one must be them, or of the staff.
WALLS = """
DROP POLICY visitor ON member;
CREATE POLICY reading ON member FOR SELECT TO portal_web USING (id = portal_member() OR portal_staff()
    OR id IN (SELECT member_id FROM email_address WHERE mailbox = portal_mailbox()));
CREATE POLICY changing ON member FOR UPDATE TO portal_web USING (id = portal_member() OR portal_staff());
CREATE POLICY removing ON email_address FOR DELETE TO portal_web USING (member_id = portal_member());
"""

TABLES = ("correction_request", "mail_verdict", "mail_failure", "consent_entry", "choice_text", "contact_choice")
WALLED = ("contact_choice", "consent_entry", "correction_request")
BACK = """
CREATE OR REPLACE FUNCTION oldest_open_change() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    RETURN (SELECT min(recorded_at) FROM recorded_change WHERE status IN ('saved', 'sent'));
DROP TRIGGER note_central_choice ON contact_choice;
DROP TRIGGER append_only ON consent_entry;
DROP TRIGGER append_only ON choice_text;
DROP FUNCTION note_central_choice, refuse_ledger_change;
REVOKE UPDATE ON recorded_change, member FROM portal_web;
REVOKE DELETE ON postal_address, email_address FROM portal_web;
REVOKE INSERT, UPDATE, DELETE ON phone FROM portal_web;
REVOKE UPDATE ON email_address FROM portal_worker;
REVOKE INSERT ON recorded_change, field_in_motion, journal FROM portal_worker;
DROP POLICY removing ON email_address; DROP POLICY reading ON member; DROP POLICY changing ON member;
CREATE POLICY visitor ON member TO portal_web USING (id = portal_member() OR portal_staff()
    OR id IN (SELECT member_id FROM email_address WHERE mailbox = portal_mailbox()));
"""


def upgrade() -> None:
    for name in ("season_from", "season_to"):
        op.add_column("postal_address", sa.Column(name, sa.Text()))
    op.add_column("postal_address", sa.Column("purpose", sa.Text(), server_default="home", nullable=False))
    for name in ("soft_bounced_on", "complained_on"):
        op.add_column("email_address", sa.Column(name, sa.Date()))
    for table in ("phone", "member"):
        op.add_column(table, sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "sign_in_request",
        sa.Column(
            "member_id", sa.Uuid(), sa.ForeignKey("member.id", name="fk_sign_in_request_member_id", ondelete="CASCADE")
        ),
    )
    op.create_table(
        "contact_choice",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column("central_id", sa.Text()),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_contact_choice_member_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("objections", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("consents", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("post_rhythm", sa.Text(), nullable=False),
        sa.Column("paused_until", sa.Date()),
        sa.Column("checked_on", sa.Date()),
        sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.UniqueConstraint("central_id", name="uq_contact_choice_central_id"),
        sa.UniqueConstraint("member_id", name="uq_contact_choice_member_id"),
    )
    op.execute(
        "INSERT INTO contact_choice (central_id, member_id, objections, consents, post_rhythm) "
        "SELECT central_id, id, '{}', '{}', 'all' FROM member"
    )
    op.create_table(
        "choice_text",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("first_shown_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_table(
        "consent_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("text_id", sa.Text(), sa.ForeignKey("choice_text.id", name="fk_consent_entry_text_id")),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act IN ('objected', 'objection_withdrawn', 'consented', 'consent_withdrawn')", name="ck_consent_entry_act"
        ),
    )
    op.create_index("ix_consent_entry_member_id_id", "consent_entry", ["member_id", "id"])
    op.create_table(
        "correction_request",
        sa.Column(
            "change_id",
            sa.Uuid(),
            sa.ForeignKey("recorded_change.id", name="fk_correction_request_change_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_correction_request_member_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary()),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "mail_failure",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('hard', 'soft', 'complaint')", name="ck_mail_failure_kind"),
        sa.UniqueConstraint("event", name="uq_mail_failure_event"),
    )
    op.create_index("ix_mail_failure_mailbox_failed_at", "mail_failure", ["mailbox", "failed_at"])
    op.create_table(
        "mail_verdict",
        sa.Column("mailbox", sa.Text(), primary_key=True),
        sa.Column("bounced_on", sa.Date()),
        sa.Column("soft_bounced_on", sa.Date()),
        sa.Column("complained_on", sa.Date()),
        sa.Column("delivered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_index(
        "ix_mail_verdict_to_deliver", "mail_verdict", ["mailbox"], postgresql_where=sa.text("NOT delivered")
    )
    op.execute("DELETE FROM sync_cursor")  # the next pull reads everything: these columns were not asked for before
    run(LEDGER)
    run(OPEN_SINCE)
    run(GRANTS)
    run(WALLS)
    for table in WALLED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY inside ON {table} TO portal_worker, portal_sync USING (true) WITH CHECK (true)")
        op.execute(
            f"CREATE POLICY visitor ON {table} TO portal_web USING (member_id = portal_member() OR portal_staff())"
        )


def downgrade() -> None:
    run(BACK)
    for table in TABLES:
        op.drop_table(table)
    for table in ("phone", "member"):
        op.drop_column(table, "held")
    op.drop_column("sign_in_request", "member_id")
    for name in ("soft_bounced_on", "complained_on"):
        op.drop_column("email_address", name)
    for name in ("purpose", "season_from", "season_to"):
        op.drop_column("postal_address", name)


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
