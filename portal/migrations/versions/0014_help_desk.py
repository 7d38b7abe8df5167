"""The sign-in problem desk: addresses that staff vouch for, other ways in than by mail, journal entries by kind."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# Staff see who has another way in, never with which key or under which name at a provider.
OTHER_WAYS = """
CREATE FUNCTION members_with_another_way_in() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp
    BEGIN ATOMIC
        SELECT member_id FROM passkey WHERE member_id IS NOT NULL AND portal_staff()
        UNION SELECT member_id FROM donor_identity WHERE portal_staff();
    END;
REVOKE ALL ON FUNCTION members_with_another_way_in FROM public;
GRANT EXECUTE ON FUNCTION members_with_another_way_in TO portal_web;
"""
GRANTS = """
GRANT SELECT, INSERT, DELETE, UPDATE (tries, confirmed_at) ON vouched_email TO portal_web;
GRANT SELECT, DELETE, UPDATE (token_hash, expires_at) ON vouched_email TO portal_worker;
"""
# Whoever holds the link may try to confirm; the member may read what was vouched for; vouching is the staff's.
WALLS = """
ALTER TABLE vouched_email ENABLE ROW LEVEL SECURITY;
CREATE POLICY inside ON vouched_email TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY desk ON vouched_email TO portal_web USING (portal_staff()) WITH CHECK (portal_staff());
CREATE POLICY reading ON vouched_email FOR SELECT TO portal_web
    USING (member_id = portal_member() OR token_hash = portal_proof());
CREATE POLICY confirming ON vouched_email FOR UPDATE TO portal_web USING (token_hash = portal_proof());
"""


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "vouched_email",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_vouched_email_member_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("vouched_by", sa.Text(), nullable=False),
        sa.Column("vouched_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary()),
        sa.Column("expires_at", moment),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirmed_at", moment),
        sa.UniqueConstraint("token_hash", name="uq_vouched_email_token_hash"),
        sa.CheckConstraint("use IN ('main', 'beside')", name="ck_vouched_email_use"),
    )
    op.create_index("ix_journal_kind_at", "journal", ["kind", "at"])
    run(OTHER_WAYS)
    run(GRANTS)
    run(WALLS)


def downgrade() -> None:
    op.execute("DROP FUNCTION members_with_another_way_in")
    op.drop_index("ix_journal_kind_at", "journal")
    op.drop_table("vouched_email")


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
