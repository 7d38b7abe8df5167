"""Answers to access and portability requests, sealed in parts, and what they leave out about other people."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# The worker writes every answer, so it may read whatever portal/holdings says belongs to a person.
GIVEN = (
    "member", "postal_address", "email_address", "phone", "contact_choice", "consent_entry", "choice_text",
    "mail_verdict", "mail_failure", "memo", "donor_identity", "passkey", "gift", "campaign", "mandate", "receipt",
    "receipt_file", "receipt_gift", "receipt_wish", "member_request", "recorded_change", "correction_request",
    "sync_conflict", "field_in_motion", "web_session", "draft", "journal", "document", "document_file", "member_link",
    "legacy_enquiry", "message", "message_addressee", "memo_shown", "memo_translation", "memo_proposal",
    "suspected_duplicate", "data_case", "data_export",
)  # fmt: skip
NEWLY_GIVEN = "receipt_gift, donor_identity, passkey, gift, campaign, mandate, sync_conflict, draft, journal, memo"

GRANTS = f"""
GRANT SELECT ON {", ".join(GIVEN)} TO portal_worker;
GRANT SELECT ON data_export, export_file, export_part, redaction TO portal_web;
GRANT INSERT (member_id, request_id, kind, ordered_by, extract_id),
    UPDATE (state, ordered_at, extract_id, without_central, attempts, problem, ready_at, size, sha256, released_at, released_by,
        downloads, downloaded_at, purged_at) ON data_export TO portal_web;
GRANT DELETE ON export_file, export_part TO portal_web;
GRANT INSERT, DELETE ON redaction TO portal_web;
GRANT SELECT, UPDATE ON data_export TO portal_worker;
GRANT SELECT, INSERT, DELETE ON export_file, export_part TO portal_worker;
GRANT SELECT ON redaction TO portal_worker;
"""
# Whoever looked at an answer for data of others, or signed it, has looked at that one: of one that is built anew
# somebody must do so again. That there were some is never taken back.
SIGHT = """
CREATE FUNCTION look_again() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE data_case SET signed_by = '', third_parties = nullif(third_parties, false)
     WHERE request_id = NEW.request_id AND released_on IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER look_again AFTER UPDATE OF ready_at ON data_export FOR EACH ROW
    WHEN (NEW.request_id IS NOT NULL AND NEW.ready_at IS DISTINCT FROM OLD.ready_at) EXECUTE FUNCTION look_again();
"""
# Donors reach what was released to them and is not purged; what is being made, and what it leaves out, is of the staff.
WALLS = """
ALTER TABLE data_export ENABLE ROW LEVEL SECURITY;
ALTER TABLE export_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE export_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE redaction ENABLE ROW LEVEL SECURITY;
CREATE POLICY inside ON data_export TO portal_worker USING (true) WITH CHECK (true);
CREATE POLICY inside ON export_file TO portal_worker USING (true) WITH CHECK (true);
CREATE POLICY inside ON export_part TO portal_worker USING (true) WITH CHECK (true);
CREATE POLICY inside ON redaction TO portal_worker USING (true) WITH CHECK (true);
CREATE POLICY reading ON data_export FOR SELECT TO portal_web USING (member_id = portal_member() OR portal_staff());
CREATE POLICY ordering ON data_export FOR INSERT TO portal_web WITH CHECK (portal_staff());
CREATE POLICY changing ON data_export FOR UPDATE TO portal_web
    USING (portal_staff() OR (member_id = portal_member() AND state = 'released'));
CREATE POLICY visitor ON export_file TO portal_web USING (portal_staff() OR EXISTS (
    SELECT FROM data_export WHERE id = export_id AND member_id = portal_member() AND state = 'released'));
CREATE POLICY visitor ON export_part TO portal_web USING (portal_staff() OR EXISTS (
    SELECT FROM data_export WHERE id = export_id AND member_id = portal_member() AND state = 'released'));
CREATE POLICY desk ON redaction TO portal_web USING (portal_staff()) WITH CHECK (portal_staff());
"""
TABLES = ("redaction", "export_part", "export_file", "data_export")


def upgrade() -> None:
    moment, empty = sa.DateTime(timezone=True), ""
    op.create_table(
        "data_export",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_data_export_member_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("request_id", sa.Uuid(), index=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="ordered", nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("ordered_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("extract_id", sa.Uuid()),
        sa.Column("without_central", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), server_default=empty, nullable=False),
        sa.Column("ready_at", moment),
        sa.Column("size", sa.BigInteger()),
        sa.Column("sha256", sa.Text(), server_default=empty, nullable=False),
        sa.Column("released_at", moment),
        sa.Column("released_by", sa.Text(), server_default=empty, nullable=False),
        sa.Column("downloads", sa.Integer(), server_default="0", nullable=False),
        sa.Column("downloaded_at", moment),
        sa.Column("purged_at", moment),
        sa.CheckConstraint("kind IN ('access', 'portability')", name="ck_data_export_kind"),
        sa.CheckConstraint(
            "state IN ('ordered', 'gathering', 'ready', 'released', 'failed', 'purged')", name="ck_data_export_state"
        ),
        sa.CheckConstraint("downloads BETWEEN 0 AND 5", name="ck_data_export_downloads"),
    )
    op.create_index(
        "ix_data_export_unfinished",
        "data_export",
        ["id"],
        postgresql_where=sa.text("state IN ('ordered', 'gathering')"),
    )
    op.create_table(
        "export_file",
        of_export("export_file"),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("record_set", sa.Text(), server_default=empty, nullable=False),
        sa.Column("records", sa.Integer(), server_default="0", nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
    )
    op.create_table(
        "export_part",
        of_export("export_part"),
        sa.Column("file", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.execute("ALTER TABLE export_part ALTER content SET STORAGE EXTERNAL")  # sealed bytes do not compress
    op.create_table(
        "redaction",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        of_export("redaction", primary_key=False, index=True, nullable=False),
        sa.Column("record_set", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), server_default=empty, nullable=False),
        sa.Column("passage", sa.Text(), server_default=empty, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", moment, server_default=sa.text("now()"), nullable=False),
    )
    run(GRANTS)
    run(WALLS)
    run(SIGHT)


def of_export(table: str, **more: bool) -> "sa.Column[object]":
    key = sa.ForeignKey("data_export.id", name=f"fk_{table}_export_id", ondelete="CASCADE")
    return sa.Column("export_id", sa.Uuid(), key, **({"primary_key": True} | more))  # type: ignore[arg-type]


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION look_again")
    op.execute(f"REVOKE SELECT ON {NEWLY_GIVEN} FROM portal_worker")


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
