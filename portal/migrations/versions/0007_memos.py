"""Messages for many, memos in two languages and by two pairs of eyes, and what each member was shown."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

GRANTS = """
GRANT SELECT ON message, message_addressee, memo_shown, memo_translation, memo_proposal, saved_selection TO portal_web;
GRANT INSERT, UPDATE ON message TO portal_web;
GRANT INSERT ON memo_shown TO portal_web;
GRANT INSERT, UPDATE, DELETE ON memo_translation, memo_proposal, saved_selection TO portal_web;
GRANT SELECT ON message, message_addressee TO portal_worker;
GRANT UPDATE (wanted, addressee_count, addressed_upto, addressed_at) ON message TO portal_worker;
GRANT INSERT ON message_addressee TO portal_worker;
"""
# A member sees a message once it is published to them; what is still being written, or was withdrawn, is the staff's.
WALLS = """
ALTER TABLE message ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_addressee ENABLE ROW LEVEL SECURITY;
ALTER TABLE memo_shown ENABLE ROW LEVEL SECURITY;
ALTER TABLE memo_translation ENABLE ROW LEVEL SECURITY;
ALTER TABLE memo_proposal ENABLE ROW LEVEL SECURITY;
CREATE POLICY inside ON message TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY inside ON message_addressee TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY inside ON memo_shown TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY inside ON memo_translation TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY inside ON memo_proposal TO portal_worker, portal_sync USING (true) WITH CHECK (true);
CREATE POLICY reading ON message_addressee FOR SELECT TO portal_web
    USING (member_id = portal_member() OR portal_staff());
CREATE POLICY reading ON message FOR SELECT TO portal_web USING (portal_staff() OR (state = 'published' AND
    portal_member() IS NOT NULL AND (audience ->> 'kind' = 'everybody' OR EXISTS (SELECT FROM message_addressee AS a
        WHERE a.message_id = message.id AND a.member_id = portal_member()))));
CREATE POLICY writing ON message TO portal_web USING (portal_staff()) WITH CHECK (portal_staff());
CREATE POLICY reading ON memo_shown FOR SELECT TO portal_web USING (member_id = portal_member() OR portal_staff());
CREATE POLICY noting ON memo_shown FOR INSERT TO portal_web WITH CHECK (member_id = portal_member());
CREATE POLICY reading ON memo_translation FOR SELECT TO portal_web
    USING (member_id = portal_member() OR (member_id IS NULL AND portal_member() IS NOT NULL) OR portal_staff());
CREATE POLICY writing ON memo_translation TO portal_web USING (portal_staff()) WITH CHECK (portal_staff());
CREATE POLICY desk ON memo_proposal TO portal_web USING (portal_staff()) WITH CHECK (portal_staff());
"""
TABLES = ("message_addressee", "memo_shown", "memo_translation", "memo_proposal", "message", "saved_selection")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    now, new = sa.text("now()"), sa.text("gen_random_uuid()")

    def member(table: str, **more: object) -> sa.Column[object]:
        key = sa.ForeignKey("member.id", name=f"fk_{table}_member_id", ondelete="CASCADE")
        return sa.Column("member_id", sa.Uuid(), key, **more)  # type: ignore[arg-type]

    def staff(table: str, name: str, *, nullable: bool = False) -> sa.Column[object]:
        key = sa.ForeignKey("staff_account.id", name=f"fk_{table}_{name}")
        return sa.Column(name, sa.Uuid(), key, nullable=nullable)

    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), server_default=new, primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("title", "body_fr", "body_en")),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("priority", sa.Integer(), server_default="2", nullable=False),
        sa.Column("audience", postgresql.JSONB(), nullable=False),
        sa.Column("numbers", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        staff("message", "author_id"),
        sa.Column("written_at", moment, server_default=now, nullable=False),
        staff("message", "approver_id", nullable=True),
        sa.Column("published_at", moment),
        sa.Column("withdrawn_at", moment),
        sa.Column("wanted", sa.Integer()),
        sa.Column("addressee_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("addressed_upto", sa.Uuid()),
        sa.Column("addressed_at", moment),
        sa.CheckConstraint("state IN ('draft', 'waiting', 'published', 'withdrawn')", name="ck_message_state"),
    )
    op.create_index(
        "ix_message_published", "message", ["priority", "published_at"], postgresql_where="state = 'published'"
    )
    op.create_table(
        "message_addressee",
        sa.Column(
            "message_id",
            sa.Uuid(),
            sa.ForeignKey("message.id", name="fk_message_addressee_message_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        member("message_addressee", primary_key=True, index=True),
    )
    op.create_table(
        "memo_shown",
        member("memo_shown", primary_key=True),
        sa.Column("subject_id", sa.Uuid(), primary_key=True),
        sa.Column("text_hash", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "language", "body")),
        sa.Column("first_shown_at", moment, server_default=now, nullable=False),
        sa.CheckConstraint("kind IN ('memo', 'message', 'general')", name="ck_memo_shown_kind"),
    )
    op.create_index("ix_memo_shown_subject_id", "memo_shown", ["subject_id"])
    op.create_table(
        "memo_translation",
        sa.Column("id", sa.Uuid(), server_default=new, primary_key=True),
        member("memo_translation"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("of_body", "body")),
        sa.UniqueConstraint("member_id", name="uq_memo_translation_member_id", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "memo_proposal",
        sa.Column("id", sa.Uuid(), server_default=new, primary_key=True),
        member("memo_proposal"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("body", "english", "seen")),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        staff("memo_proposal", "author_id"),
        sa.Column("proposed_at", moment, server_default=now, nullable=False),
        sa.UniqueConstraint("member_id", name="uq_memo_proposal_member_id", postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "saved_selection",
        sa.Column("id", sa.Uuid(), server_default=new, primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(), nullable=False),
        staff("saved_selection", "author_id"),
        sa.Column("saved_at", moment, server_default=now, nullable=False),
        sa.UniqueConstraint("name", name="uq_saved_selection_name"),
    )
    op.create_index(
        "ix_journal_message",
        "journal",
        [sa.text("(data ->> 'message')")],
        postgresql_where=sa.text("(data ->> 'message') IS NOT NULL"),
    )
    run(GRANTS)
    run(WALLS)


def downgrade() -> None:
    op.drop_index("ix_journal_message", "journal")
    op.execute("DROP POLICY reading ON message")  # it looks at the addressees
    for table in TABLES:
        op.drop_table(table)


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
