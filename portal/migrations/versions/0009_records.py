"""Documents with their files, other links with the association, and what the central base has on who asks for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

# The sync has no key: it leaves a file for the worker, and may not read back what it left.
GRANTS = """
GRANT SELECT ON document, document_file, member_link, legacy_enquiry TO portal_web;
GRANT INSERT, DELETE ON document, document_file TO portal_web;
GRANT INSERT, UPDATE ON legacy_enquiry TO portal_web;
GRANT SELECT, INSERT ON extract_order TO portal_web;

GRANT SELECT ON document, document_file, member_link, legacy_enquiry TO portal_worker;
GRANT UPDATE (held, refused) ON document TO portal_worker;
GRANT INSERT, UPDATE ON document_file TO portal_worker;
GRANT SELECT, DELETE ON document_arrival TO portal_worker;
GRANT SELECT, INSERT, DELETE ON extract_order TO portal_worker;
GRANT SELECT ON extract_row TO portal_worker;

GRANT SELECT, INSERT, UPDATE, DELETE ON document, member_link TO portal_sync;
GRANT SELECT (document_id), INSERT ON document_arrival TO portal_sync;
GRANT SELECT, UPDATE (done_at, problem) ON extract_order TO portal_sync;
GRANT SELECT (order_id), INSERT, DELETE ON extract_row TO portal_sync;
"""
# What is not for them a donor does not see, whatever a page asks for.
WALLS = """
CREATE POLICY reading ON document FOR SELECT TO portal_web
    USING (portal_staff() OR (member_id = portal_member() AND for_member));
CREATE POLICY adding ON document FOR INSERT TO portal_web WITH CHECK (portal_staff());
CREATE POLICY removing ON document FOR DELETE TO portal_web USING (portal_staff() AND central_id IS NULL);
CREATE POLICY reading ON document_file FOR SELECT TO portal_web
    USING (portal_staff() OR (member_id = portal_member() AND EXISTS (SELECT FROM document WHERE id = document_id)));
CREATE POLICY adding ON document_file FOR INSERT TO portal_web WITH CHECK (portal_staff());
CREATE POLICY removing ON document_file FOR DELETE TO portal_web USING (portal_staff());
CREATE POLICY reading ON member_link FOR SELECT TO portal_web USING (member_id = portal_member() OR portal_staff());
CREATE POLICY reading ON legacy_enquiry FOR SELECT TO portal_web USING (member_id = portal_member() OR portal_staff());
CREATE POLICY noting ON legacy_enquiry FOR INSERT TO portal_web WITH CHECK (portal_staff());
CREATE POLICY correcting ON legacy_enquiry FOR UPDATE TO portal_web USING (portal_staff());
CREATE POLICY visitor ON extract_order TO portal_web USING (member_id = portal_member() OR portal_staff());
"""
TABLES = (
    "extract_row", "extract_order", "legacy_enquiry", "member_link", "document_arrival", "document_file", "document",
)  # fmt: skip
WALLED = [table for table in TABLES if table != "extract_row"]
"""A row of an extract has no member of its own, and the web may not read it at all."""


def upgrade() -> None:
    def member(table: str, **options: bool) -> sa.Column[object]:
        key = sa.ForeignKey("member.id", name=f"fk_{table}_member_id", ondelete="CASCADE")
        return sa.Column("member_id", sa.Uuid(), key, **({"nullable": False} | options))  # type: ignore[arg-type]

    def text(name: str) -> sa.Column[object]:
        return sa.Column(name, sa.Text(), server_default="", nullable=False)

    def of_a_document(table: str) -> tuple[sa.schema.SchemaItem, ...]:
        """It goes with its document: to another member when two records are merged, and away."""
        keys = sa.ForeignKeyConstraint(
            ["document_id", "member_id"], ["document.id", "document.member_id"],
            name=f"fk_{table}_document_id_member_id", onupdate="CASCADE", ondelete="CASCADE",
        )  # fmt: skip
        member_id = sa.Column("member_id", sa.Uuid(), nullable=False, index=True)
        return sa.Column("document_id", sa.Uuid(), primary_key=True), member_id, keys

    moment, now = sa.DateTime(timezone=True), sa.text("now()")
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), server_default=sa.text("ordered_uuid()"), primary_key=True),
        sa.Column("central_id", sa.Text()),
        member("document"),
        sa.Column("title", sa.Text(), nullable=False),
        text("kind"),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        text("author"),
        sa.Column("for_member", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        text("media_type"),
        sa.Column("size", sa.BigInteger()),
        *(text(name) for name in ("sha256", "note", "held", "refused")),
        sa.Column("recorded_at", moment, server_default=now, nullable=False),
        sa.UniqueConstraint("central_id", name="uq_document_central_id"),
        sa.UniqueConstraint("id", "member_id", name="uq_document_id_member_id"),
        sa.CheckConstraint("direction IN ('sent', 'received')", name="ck_document_direction"),
    )
    op.create_index("ix_document_member_id_dated_on", "document", ["member_id", "dated_on"])
    to_fetch = "central_id IS NOT NULL AND sha256 <> '' AND sha256 <> held AND sha256 <> refused"
    op.create_index("ix_document_to_fetch", "document", ["id"], postgresql_where=sa.text(to_fetch))
    op.create_table(
        "document_file",
        *of_a_document("document_file"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "document_arrival",
        *of_a_document("document_arrival"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "member_link",
        sa.Column("id", sa.Uuid(), server_default=sa.text("ordered_uuid()"), primary_key=True),
        sa.Column("central_id", sa.Text(), nullable=False),
        member("member_link"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        text("detail"),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("amount", sa.Numeric(12, 2)),
        sa.Column("currency", sa.Text(), server_default="EUR", nullable=False),
        text("state"),
        sa.UniqueConstraint("central_id", name="uq_member_link_central_id"),
    )
    op.create_index("ix_member_link_member_id_kind", "member_link", ["member_id", "kind", "starts_on"])
    op.create_table(
        "legacy_enquiry",
        member("legacy_enquiry", primary_key=True),
        *(sa.Column(name, sa.Date()) for name in ("asked_on", "sent_on", "promised_on", "confirmed_on")),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", moment, server_default=now, nullable=False),
    )
    op.create_table(
        "extract_order",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        member("extract_order", index=True),
        sa.Column("ordered_at", moment, server_default=now, nullable=False),
        sa.Column("done_at", moment),
        text("problem"),
    )
    order = sa.ForeignKey("extract_order.id", name="fk_extract_row_order_id", ondelete="CASCADE")
    op.create_table(
        "extract_row",
        sa.Column("order_id", sa.Uuid(), order, primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("record_set", sa.Text(), nullable=False),
        sa.Column("record", postgresql.JSONB(), nullable=False),
    )
    run(GRANTS)
    for table in WALLED:
        run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        run(f"CREATE POLICY inside ON {table} TO portal_worker, portal_sync USING (true) WITH CHECK (true)")
    run(WALLS)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
