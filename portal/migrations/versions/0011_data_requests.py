"""Requests about data under the legal clock: one case each, and walls that two people and a proof stand behind."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

# Whoever makes a request about data, its clock runs from that moment. Staff who enter a letter open the case
# themselves, with the day on which it came.
OPENING = """
CREATE FUNCTION open_data_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF portal_member() = NEW.member_id THEN
        INSERT INTO data_case (request_id, member_id, received_on, entered_on, channel, identity)
        VALUES (NEW.id, NEW.member_id, NEW.asked_on, NEW.asked_on, 'portal', 'signed_in');
    ELSIF NOT portal_staff() THEN
        INSERT INTO data_case (request_id, member_id, received_on, entered_on, channel, identity)
        VALUES (NEW.id, NEW.member_id, NEW.asked_on, greatest(NEW.asked_on, (now() AT TIME ZONE 'Europe/Paris')::date), 'central', 'unproved');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER open_data_case AFTER INSERT ON member_request
    FOR EACH ROW WHEN (NEW.kind = 'data' AND NEW.state IN ('saved', 'received', 'seen'))
    EXECUTE FUNCTION open_data_case();
INSERT INTO data_case (request_id, member_id, received_on, entered_on, channel, identity)
    SELECT id, member_id, asked_on, asked_on, CASE WHEN key = id::text THEN 'portal' ELSE 'central' END,
        CASE WHEN key = id::text THEN 'signed_in' ELSE 'unproved' END FROM member_request  -- by our own keys, asked here
    WHERE kind = 'data' AND state IN ('saved', 'received', 'seen');
"""

# Channel, days of receipt and entry, and who entered it are written once: by none of them is a letter made a sign-in.
GRANTS = """
GRANT SELECT, INSERT ON data_case TO portal_web;
GRANT UPDATE (identity, identity_proof, paused_on, resumed_on, extended_on, extension_reason, notice_sent_at,
    checklist, third_parties, ordered_on, signed_by, countersigned_by, released_on, outcome, refusal, answered_on,
    delivered_on, delivered_by, delivery_proof, closed_on, restricted_on,
    lifted_on) ON data_case TO portal_web;
GRANT UPDATE (told_at) ON member_request TO portal_web;
GRANT SELECT, UPDATE (notice_sent_at, warned_of, warned_at) ON data_case TO portal_worker;
"""
# A member reads; staff enter what came by other ways, for whom the request is and for nobody else.
WALLS = """
ALTER TABLE data_case ENABLE ROW LEVEL SECURITY;
CREATE POLICY inside ON data_case TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY reading ON data_case FOR SELECT TO portal_web USING (member_id = portal_member() OR portal_staff());
CREATE POLICY entering ON data_case FOR INSERT TO portal_web WITH CHECK (portal_staff() AND channel <> 'portal'
    AND member_id = (SELECT asked.member_id FROM member_request asked WHERE asked.id = request_id));
CREATE POLICY deciding ON data_case FOR UPDATE TO portal_web USING (portal_staff());
"""


def upgrade() -> None:
    op.create_table(
        "data_case",
        sa.Column(
            "request_id",
            sa.Uuid(),
            sa.ForeignKey("member_request.id", name="fk_data_case_request_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_data_case_member_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column(
            "entered_on", sa.Date(), server_default=sa.text("(now() AT TIME ZONE 'Europe/Paris')::date"), nullable=False
        ),
        words("entered_by"),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        words("identity_proof"),
        sa.Column("paused_on", sa.Date()),
        sa.Column("resumed_on", sa.Date()),
        sa.Column("extended_on", sa.Date()),
        words("extension_reason"),
        sa.Column("notice_sent_at", sa.DateTime(timezone=True)),
        sa.Column("checklist", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("third_parties", sa.Boolean()),
        sa.Column("ordered_on", sa.Date()),
        words("signed_by"),
        words("countersigned_by"),
        sa.Column("released_on", sa.Date()),
        words("outcome"),
        words("refusal"),
        sa.Column("answered_on", sa.Date()),
        sa.Column("delivered_on", sa.Date()),
        words("delivered_by"),
        words("delivery_proof"),
        sa.Column("closed_on", sa.Date()),
        sa.Column("restricted_on", sa.Date()),
        sa.Column("lifted_on", sa.Date()),
        sa.Column("warned_of", sa.Date()),
        sa.Column("warned_at", sa.Integer()),
        sa.CheckConstraint(
            "channel IN ('portal', 'central', 'letter', 'phone', 'email', 'counter')", name="ck_data_case_channel"
        ),
        sa.CheckConstraint("identity IN ('signed_in', 'unproved', 'asked', 'proved')", name="ck_data_case_identity"),
        sa.CheckConstraint("(identity = 'signed_in') = (channel = 'portal')", name="ck_data_case_signed_in"),
        sa.CheckConstraint("identity <> 'proved' OR identity_proof <> ''", name="ck_data_case_proof"),
        sa.CheckConstraint(
            "identity IN ('signed_in', 'proved') OR (ordered_on IS NULL AND signed_by = '' AND released_on IS NULL "
            "AND (answered_on IS NULL OR (refusal = 'identity' AND paused_on IS NOT NULL)))",
            name="ck_data_case_known",
        ),
        sa.CheckConstraint("received_on <= entered_on", name="ck_data_case_received"),
        sa.CheckConstraint(
            "released_on IS NULL OR (third_parties IS NOT NULL AND signed_by <> '' AND "
            "(NOT third_parties OR (countersigned_by <> '' AND countersigned_by <> signed_by)))",
            name="ck_data_case_two_people",
        ),
        sa.CheckConstraint("(answered_on IS NULL) = (outcome = '')", name="ck_data_case_answered"),
        sa.CheckConstraint("(outcome = 'refused') = (refusal <> '')", name="ck_data_case_refusal"),
        sa.CheckConstraint(
            "closed_on IS NULL OR (answered_on IS NOT NULL AND delivered_on IS NOT NULL AND delivery_proof <> '')",
            name="ck_data_case_closed",
        ),
    )
    run(OPENING)
    run(GRANTS)
    run(WALLS)


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def downgrade() -> None:
    run("REVOKE UPDATE (told_at) ON member_request FROM portal_web")
    run("DROP TRIGGER open_data_case ON member_request; DROP FUNCTION open_data_case")
    op.drop_table("data_case")


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
