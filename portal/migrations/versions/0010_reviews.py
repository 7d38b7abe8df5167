"""The review queue: what the central base said of a change it left to people, and members who may be one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

GRANTS = """
GRANT SELECT ON suspected_duplicate TO portal_web;
GRANT INSERT (member_id, other_id, decision, reason, decided_at, decided_by),
    UPDATE (decision, reason, decided_at, decided_by) ON suspected_duplicate TO portal_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON suspected_duplicate TO portal_worker;
"""
# That two members may be one is for staff only: each of them would read of the other.
WALLS = """
ALTER TABLE suspected_duplicate ENABLE ROW LEVEL SECURITY;
CREATE POLICY inside ON suspected_duplicate TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY desk ON suspected_duplicate TO portal_web USING (portal_staff()) WITH CHECK (portal_staff());
DROP POLICY reading ON member_request;
CREATE POLICY reading ON member_request FOR SELECT TO portal_web
    USING ((member_id = portal_member() AND kind <> 'merge') OR portal_staff());
"""
BACK = """
DROP POLICY reading ON member_request;
CREATE POLICY reading ON member_request FOR SELECT TO portal_web USING (member_id = portal_member() OR portal_staff());
"""


def upgrade() -> None:
    moment, empty = sa.DateTime(timezone=True), ""
    now = sa.text("now()")
    op.add_column("recorded_change", sa.Column("detail", sa.Text(), server_default=empty, nullable=False))
    op.add_column("recorded_change", sa.Column("theirs", postgresql.JSONB()))
    op.create_table(
        "suspected_duplicate",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        *(
            sa.Column(
                name,
                sa.Uuid(),
                sa.ForeignKey("member.id", name=f"fk_suspected_duplicate_{name}", ondelete="CASCADE"),
                nullable=False,
            )
            for name in ("member_id", "other_id")
        ),
        sa.Column("signs", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("same_first_name", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("found_at", moment, server_default=now, nullable=False),
        sa.Column("seen_at", moment, server_default=now, nullable=False),
        sa.Column("decision", sa.Text(), server_default=empty, nullable=False),
        sa.Column("reason", sa.Text(), server_default=empty, nullable=False),
        sa.Column("decided_at", moment),
        sa.Column("decided_by", sa.Text(), server_default=empty, nullable=False),
        sa.UniqueConstraint("member_id", "other_id", name="uq_suspected_duplicate_member_id_other_id"),
        sa.CheckConstraint("member_id < other_id", name="ck_suspected_duplicate_order"),
        sa.CheckConstraint("decision IN ('', 'different', 'proposed')", name="ck_suspected_duplicate_decision"),
    )
    op.create_index("ix_suspected_duplicate_other_id", "suspected_duplicate", ["other_id"])
    op.create_index(
        "ix_suspected_duplicate_found_at",
        "suspected_duplicate",
        ["found_at"],
        postgresql_where=sa.text("decision = ''"),
    )
    run(GRANTS)
    run(WALLS)


def downgrade() -> None:
    run(BACK)
    op.drop_table("suspected_duplicate")
    op.drop_column("recorded_change", "theirs")
    op.drop_column("recorded_change", "detail")


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
