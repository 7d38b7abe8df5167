"""The sync at its full length: what waits for people, requests, the data dictionary, sweeps, loads, alarms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

# As uuidv7() of PostgreSQL 18, which 15 lacks: numbers that follow each other in time fill an index from one end, so
# millions of mirrored rows come in about twice as fast. Nobody is let in for knowing one.
ORDERED = """
CREATE FUNCTION ordered_uuid() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN encode(overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        'hex')::uuid;
"""
MIRRORED = (
    "member", "postal_address", "email_address", "phone", "contact_choice", "receipt_wish", "mandate", "gift",
)  # fmt: skip

GRANTS = """
GRANT SELECT ON member_request, data_dictionary, alarm TO portal_web;
GRANT INSERT (id, key, member_id, kind, about, wish, asked_on), UPDATE (state, answer, seen_on, decided_on)
    ON member_request TO portal_web;
GRANT UPDATE (looked_at, looked_by) ON sync_conflict TO portal_web;
GRANT UPDATE (parked_at, attempts, not_before) ON recorded_change TO portal_web;

GRANT SELECT ON member_request, sync_heartbeat, sync_cursor TO portal_worker;
GRANT UPDATE (told_at) ON member_request TO portal_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON alarm TO portal_worker;

GRANT SELECT, INSERT, UPDATE ON member_request TO portal_sync;
GRANT SELECT, INSERT, UPDATE, DELETE ON data_dictionary, sync_load, sync_missing, sync_field, sync_tally TO portal_sync;
"""
# A member asks and reads; who decides, and who sees what both sides had changed, is of the staff.
WALLS = """
ALTER TABLE member_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY inside ON member_request TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY reading ON member_request FOR SELECT TO portal_web USING (member_id = portal_member() OR portal_staff());
CREATE POLICY asking ON member_request FOR INSERT TO portal_web
    WITH CHECK (member_id = portal_member() OR portal_staff());
CREATE POLICY deciding ON member_request FOR UPDATE TO portal_web USING (portal_staff());
DROP POLICY visitor ON sync_conflict;
CREATE POLICY desk ON sync_conflict TO portal_web USING (portal_staff());
"""

BACK = """
DROP POLICY desk ON sync_conflict;
CREATE POLICY visitor ON sync_conflict TO portal_web USING (member_id = portal_member() OR portal_staff());
REVOKE UPDATE (looked_at, looked_by) ON sync_conflict FROM portal_web;
REVOKE UPDATE (parked_at, attempts, not_before) ON recorded_change FROM portal_web;
REVOKE SELECT ON sync_heartbeat, sync_cursor FROM portal_worker;
"""
TABLES = ("member_request", "data_dictionary", "alarm", "sync_load", "sync_missing", "sync_field", "sync_tally")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    now, empty = sa.text("now()"), ""
    op.add_column("recorded_change", sa.Column("parked_at", moment))
    op.execute(
        "UPDATE recorded_change SET parked_at = status_at WHERE (status = 'review' OR status = 'refused') "
        "AND NOT EXISTS (SELECT FROM correction_request WHERE change_id = recorded_change.id)"
    )
    op.create_index(
        "ix_recorded_change_parked_at",
        "recorded_change",
        ["parked_at"],
        postgresql_where=sa.text("parked_at IS NOT NULL"),
    )
    op.add_column("sync_heartbeat", sa.Column("problem", sa.Text(), server_default=empty, nullable=False))
    op.add_column("sync_heartbeat", sa.Column("problem_since", moment))
    op.add_column("sync_heartbeat", sa.Column("figures", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column("sync_cursor", sa.Column("pushes", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute("UPDATE sync_cursor SET pushes = true")  # it has passed on changes until now
    op.add_column("sync_conflict", sa.Column("decision", sa.Text(), server_default=empty, nullable=False))
    op.add_column("sync_conflict", sa.Column("looked_at", moment))
    op.add_column("sync_conflict", sa.Column("looked_by", sa.Text(), server_default=empty, nullable=False))
    op.create_table(
        "member_request",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("central_id", sa.Text()),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_member_request_member_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), server_default=empty, nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="saved", nullable=False),
        sa.Column("answer", sa.Text(), server_default=empty, nullable=False),
        sa.Column(
            "asked_on", sa.Date(), server_default=sa.text("(now() AT TIME ZONE 'Europe/Paris')::date"), nullable=False
        ),
        sa.Column("seen_on", sa.Date()),
        sa.Column("decided_on", sa.Date()),
        sa.Column("undelivered", sa.Text(), server_default=empty, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("told_at", moment),
        sa.UniqueConstraint("key", name="uq_member_request_key"),
        sa.UniqueConstraint("central_id", name="uq_member_request_central_id"),
        sa.CheckConstraint(
            "state IN ('saved', 'received', 'seen', 'accepted', 'refused')", name="ck_member_request_state"
        ),
    )
    op.create_index(
        "uq_member_request_open",
        "member_request",
        ["member_id", "kind", "about"],
        unique=True,
        postgresql_where=sa.text("state IN ('saved', 'received', 'seen')"),
    )
    op.create_table(
        "data_dictionary",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("owner", "direction", "rule", "normal_form", "sensitivity", "source", "freshness")
        ),
        sa.Column("kept_there", sa.Boolean(), nullable=False),
        sa.Column("members", sa.Integer()),
        sa.Column("filled", sa.Integer()),
        sa.Column("newest_at", moment),
        sa.Column("measured_at", moment),
    )
    op.create_table(
        "alarm",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("since", moment, server_default=now, nullable=False),
        sa.Column("told_at", moment),
    )
    op.create_table(
        "sync_load",
        sa.Column("system", sa.Text(), primary_key=True),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), server_default=empty, nullable=False),
        sa.Column("started_at", moment, server_default=now, nullable=False),
    )
    op.create_table(
        "sync_missing",
        sa.Column("entity", sa.Text(), primary_key=True),
        sa.Column("central_id", sa.Text(), primary_key=True),
        sa.Column("sweeps", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first_missed_at", moment, server_default=now, nullable=False),
    )
    op.create_table(
        "sync_field",
        sa.Column("system", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "sync_tally",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("count", sa.BigInteger(), server_default="0", nullable=False),
    )
    run(ORDERED)
    for table in MIRRORED:
        op.execute(f"ALTER TABLE {table} ALTER id SET DEFAULT ordered_uuid()")
    run(GRANTS)
    run(WALLS)


def downgrade() -> None:
    run(BACK)
    for table in MIRRORED:
        op.execute(f"ALTER TABLE {table} ALTER id SET DEFAULT gen_random_uuid()")
    op.execute("DROP FUNCTION ordered_uuid")
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("recorded_change", "parked_at")
    op.drop_column("sync_cursor", "pushes")
    for name in ("problem", "problem_since", "figures"):
        op.drop_column("sync_heartbeat", name)
    for name in ("decision", "looked_at", "looked_by"):
        op.drop_column("sync_conflict", name)


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
