"""Receipts with a life: frozen content, numbers, variants of the file, wishes, runs, declarations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

FINAL = """
DROP TRIGGER forget_receipt_file ON receipt;
DROP FUNCTION forget_receipt_file();

-- A receipt that was handed out is final: it can be cancelled and replaced, never rewritten; it only goes along when
-- its member's record is merged into another. One that the portal issued comes back from the central base in that
-- one's spelling: ours stays, and nothing makes it valid again. Another receipt under the same number is not it.
CREATE FUNCTION keep_receipt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    is_final boolean := OLD.by_portal OR EXISTS (SELECT FROM receipt_file WHERE receipt_id = OLD.id);
BEGIN
    IF OLD.by_portal AND ROW(NEW.number, NEW.fiscal_year, NEW.issued_on, NEW.amount, NEW.currency)
       IS DISTINCT FROM ROW(OLD.number, OLD.fiscal_year, OLD.issued_on, OLD.amount, OLD.currency) THEN
        RAISE check_violation USING MESSAGE = 'another receipt has this number', CONSTRAINT = 'ck_receipt_same';
    END IF;
    IF NEW.member_id <> OLD.member_id THEN
        UPDATE receipt_file SET member_id = NEW.member_id WHERE receipt_id = OLD.id;
    END IF;
    IF OLD.by_portal AND OLD.state = 'cancelled' THEN
        NEW.state := OLD.state; NEW.cancelled_on := OLD.cancelled_on; NEW.cancel_reason := OLD.cancel_reason;
        NEW.replaced_by := coalesce(nullif(NEW.replaced_by, ''), OLD.replaced_by);
    END IF;
    IF ROW(NEW.state, NEW.cancelled_on, NEW.cancel_reason, NEW.replaced_by)
       IS DISTINCT FROM ROW(OLD.state, OLD.cancelled_on, OLD.cancel_reason, OLD.replaced_by) THEN
        DELETE FROM receipt_file WHERE receipt_id = OLD.id AND variant = 'cancelled';
    END IF;
    IF ROW(NEW.number, NEW.fiscal_year, NEW.kind, NEW.article, NEW.issued_on, NEW.amount, NEW.currency,
           NEW.donor_name, NEW.donor_address, NEW.donor_siren, NEW.lines)
       IS NOT DISTINCT FROM
       ROW(OLD.number, OLD.fiscal_year, OLD.kind, OLD.article, OLD.issued_on, OLD.amount, OLD.currency,
           OLD.donor_name, OLD.donor_address, OLD.donor_siren, OLD.lines) THEN
        RETURN NEW;
    END IF;
    IF NOT is_final THEN
        NEW.problem := '';  -- what was wrong may be mended
        RETURN NEW;
    END IF;
    IF NEW.state <> 'cancelled' AND NOT OLD.by_portal THEN
        RAISE check_violation USING MESSAGE = 'a receipt that was handed out is final', CONSTRAINT = 'ck_receipt_final';
    END IF;
    NEW.number := OLD.number; NEW.fiscal_year := OLD.fiscal_year;
    NEW.kind := OLD.kind; NEW.article := OLD.article; NEW.issued_on := OLD.issued_on; NEW.amount := OLD.amount;
    NEW.currency := OLD.currency; NEW.donor_name := OLD.donor_name; NEW.donor_address := OLD.donor_address;
    NEW.donor_siren := OLD.donor_siren; NEW.lines := OLD.lines;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_receipt BEFORE UPDATE ON receipt FOR EACH ROW EXECUTE FUNCTION keep_receipt();

-- Which gifts a receipt covers, for the pages that ask it the other way round. Row by row: joined with all that was
-- written at once, each single update reads the whole of receipt_gift until that table has been analysed.
CREATE FUNCTION note_receipt_gifts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM receipt_gift WHERE receipt_id = NEW.id;
    INSERT INTO receipt_gift (receipt_id, gift, member_id)
    SELECT DISTINCT NEW.id, line->>'gift', NEW.member_id
      FROM jsonb_array_elements(NEW.lines) AS line WHERE line ? 'gift';
    RETURN NULL;
END $$;
CREATE TRIGGER note_gifts AFTER INSERT OR UPDATE OF lines, member_id ON receipt
    FOR EACH ROW EXECUTE FUNCTION note_receipt_gifts();

-- For the verification page, which knows nobody: a state and a successor's number, for who holds number and code.
CREATE FUNCTION verify_receipt(wanted text, secret text) RETURNS TABLE (state text, replaced_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.state, r.replaced_by FROM receipt r WHERE r.number IN (wanted, upper(wanted)) AND r.code = secret;
$$;
REVOKE ALL ON FUNCTION verify_receipt FROM public;
GRANT EXECUTE ON FUNCTION verify_receipt TO portal_web;
"""

GRANTS = """
GRANT SELECT ON receipt_gift, receipt_wish, receipt_run, receipt_declaration, receipt_counter TO portal_web;
GRANT INSERT ON receipt_declaration TO portal_web;
GRANT UPDATE (receipt_rhythm, receipt_by, held) ON receipt_wish TO portal_web;
GRANT SELECT ON receipt_gift, receipt_wish, campaign TO portal_worker;
GRANT UPDATE (issuer, problem, handed_at, handed_by) ON receipt TO portal_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON receipt_wish TO portal_sync;
GRANT SELECT ON receipt_gift, receipt_file TO portal_sync;
"""

BACK = """
DROP FUNCTION verify_receipt;
DROP TRIGGER keep_receipt ON receipt;
DROP TRIGGER note_gifts ON receipt;
DROP FUNCTION keep_receipt, note_receipt_gifts;
CREATE FUNCTION forget_receipt_file() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM receipt_file WHERE receipt_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_receipt_file AFTER UPDATE OF member_id, number, fiscal_year, kind, article, issued_on, amount,
    currency, donor_name, donor_address, lines ON receipt
    FOR EACH ROW WHEN (to_jsonb(OLD) - 'state' IS DISTINCT FROM to_jsonb(NEW) - 'state')
    EXECUTE FUNCTION forget_receipt_file();
REVOKE UPDATE ON receipt FROM portal_worker;
REVOKE SELECT ON campaign FROM portal_worker;
REVOKE SELECT ON receipt_file FROM portal_sync;
"""

FORMER_SESSION = """
CREATE FUNCTION former_open_session(wanted uuid, hash bytea, idle interval, absolute interval)
RETURNS TABLE (session_id uuid, mailbox text, member_id uuid, member_name text, staff_id uuid, staff_name text,
               role text, viewing boolean, flash text)
LANGUAGE sql AS $$ SELECT NULL::uuid, '', NULL::uuid, '', NULL::uuid, '', '', false, '' WHERE false $$;
CREATE FUNCTION open_session(wanted uuid, hash bytea, idle interval, absolute interval)
RETURNS TABLE (session_id uuid, mailbox text, member_id uuid, member_name text, staff_id uuid, staff_name text,
               role text, viewing boolean, flash text)
LANGUAGE sql AS $$ SELECT * FROM former_open_session(wanted, hash, idle, absolute) $$;
"""
"""Nobody is signed in for a version as old as that; the step back to it finds what it takes away."""

TABLES = ("receipt_declaration", "receipt_wish", "receipt_run", "receipt_counter", "receipt_gift")
TEXTS = ("donor_siren", "cancel_reason", "replaced_by", "delivered", "undelivered", "problem", "handed_by")


def upgrade() -> None:
    run(
        "DROP FUNCTION open_session(uuid, bytea, interval, interval);"
        "DROP FUNCTION former_open_session(uuid, bytea, interval, interval);"
    )
    op.add_column(
        "gift",
        sa.Column("mandate_id", sa.Uuid(), sa.ForeignKey("mandate.id", name="fk_gift_mandate_id", ondelete="SET NULL")),
    )
    op.add_column("gift", sa.Column("deductible", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("gift", sa.Column("form", sa.Text(), server_default="manual", nullable=False))
    op.add_column("gift", sa.Column("nature", sa.Text(), server_default="cash", nullable=False))
    for name in TEXTS:
        op.add_column("receipt", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("receipt", sa.Column("cancelled_on", sa.Date()))
    op.add_column("receipt", sa.Column("issuer", postgresql.JSONB()))
    op.add_column(
        "receipt",
        sa.Column(
            "code",
            sa.Text(),
            server_default=sa.text("upper(left(replace(gen_random_uuid()::text, '-', ''), 12))"),
            nullable=False,
        ),
    )
    op.add_column("receipt", sa.Column("by_portal", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("receipt", sa.Column("handed_at", sa.DateTime(timezone=True)))
    op.alter_column("receipt", "central_id", nullable=True)
    op.drop_index("ix_receipt_number", "receipt")
    op.create_unique_constraint("uq_receipt_number", "receipt", ["number"])
    op.create_index("ix_receipt_issued_on", "receipt", ["issued_on"])
    op.create_index(
        "ix_receipt_to_deliver", "receipt", ["number"], postgresql_where=sa.text("by_portal AND delivered <> state")
    )
    op.execute("DELETE FROM receipt_file")  # rendered from what was not frozen: the next download renders anew
    op.add_column("receipt_file", sa.Column("variant", sa.Text(), server_default="original", nullable=False))
    op.add_column("receipt_file", sa.Column("data", postgresql.JSONB(), server_default="{}", nullable=False))
    op.create_check_constraint("variant", "receipt_file", "variant IN ('original', 'duplicate', 'cancelled')")
    op.drop_constraint("pk_receipt_file", "receipt_file", type_="primary")
    op.create_primary_key("pk_receipt_file", "receipt_file", ["receipt_id", "variant"])
    op.create_table(
        "receipt_gift",
        sa.Column(
            "receipt_id",
            sa.Uuid(),
            sa.ForeignKey("receipt.id", name="fk_receipt_gift_receipt_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("gift", sa.Text(), primary_key=True, index=True),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_receipt_gift_member_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
    )
    op.create_table(
        "receipt_counter",
        sa.Column("body", sa.Text(), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    op.create_table(
        "receipt_run",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("figures", postgresql.JSONB(), server_default="{}", nullable=False),
    )
    op.create_table(
        "receipt_wish",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column("central_id", sa.Text()),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_receipt_wish_member_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("receipt_rhythm", sa.Text(), nullable=False),
        sa.Column("receipt_by", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.UniqueConstraint("central_id", name="uq_receipt_wish_central_id"),
        sa.UniqueConstraint("member_id", name="uq_receipt_wish_member_id"),
    )
    op.execute(
        "INSERT INTO receipt_wish (central_id, member_id, receipt_rhythm, receipt_by) "
        "SELECT central_id, id, receipt_rhythm, receipt_by FROM member"
    )
    op.drop_column("member", "receipt_rhythm")
    op.drop_column("member", "receipt_by")
    op.create_table(
        "receipt_declaration",
        sa.Column("last_day", sa.Date(), primary_key=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(14, 2), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
    )
    run(FINAL)
    run(GRANTS)
    for table in ("receipt_gift", "receipt_wish"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY inside ON {table} TO portal_worker, portal_sync USING (true) WITH CHECK (true)")
        op.execute(
            f"CREATE POLICY visitor ON {table} TO portal_web USING (member_id = portal_member() OR portal_staff())"
        )


def downgrade() -> None:
    """Receipts that the portal issued are lost to the former version, which mirrors only: refused while there are some."""
    run("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM receipt WHERE by_portal) THEN
                RAISE 'the portal has issued receipts: the former version cannot keep them';
            END IF;
        END $$;
    """)
    run(BACK)
    for name, value in (("receipt_rhythm", "annual"), ("receipt_by", "post")):
        op.add_column("member", sa.Column(name, sa.Text(), server_default=value, nullable=False))
        op.alter_column("member", name, server_default=None)
    op.execute(
        "UPDATE member SET receipt_rhythm = w.receipt_rhythm, receipt_by = w.receipt_by "
        "FROM receipt_wish w WHERE w.member_id = member.id"
    )
    for table in TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM receipt_file")
    op.drop_constraint("pk_receipt_file", "receipt_file", type_="primary")
    op.create_primary_key("pk_receipt_file", "receipt_file", ["receipt_id"])
    for column in ("variant", "data"):
        op.drop_column("receipt_file", column)
    op.drop_index("ix_receipt_to_deliver", "receipt")
    op.drop_index("ix_receipt_issued_on", "receipt")
    op.drop_constraint("uq_receipt_number", "receipt")
    op.create_index("ix_receipt_number", "receipt", ["number"])
    op.alter_column("receipt", "central_id", nullable=False)
    for column in (*TEXTS, "cancelled_on", "issuer", "code", "by_portal", "handed_at"):
        op.drop_column("receipt", column)
    for column in ("mandate_id", "deductible", "form", "nature"):
        op.drop_column("gift", column)
    run(FORMER_SESSION)


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
