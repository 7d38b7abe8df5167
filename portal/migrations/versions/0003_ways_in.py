"""More ways in, and walls around them: passkeys, OpenID Connect, letters; step-up, drafts, form keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

TABLES = ("form_key", "draft", "letter_batch", "activation_code", "donor_identity", "oidc_grant", "passkey")
PERSONAL = ("passkey", "draft")
"""Of a member or of a person of the staff."""

OPEN_SESSION = """
CREATE FUNCTION portal_person() RETURNS uuid LANGUAGE sql STABLE
    RETURN nullif(current_setting('portal.person', true), '')::uuid;
-- What the visitor holds in their hands before we know who they are: a passkey's number, the hash of a letter's code.
CREATE FUNCTION portal_proof() RETURNS bytea LANGUAGE sql STABLE
    RETURN decode(nullif(current_setting('portal.proof', true), ''), 'hex');

-- The former one, with four arguments, is for the processes of the former version: the next migration drops it.
-- They do not know that somebody may be half in, or that a provider must confirm: for them such visits are none.
ALTER FUNCTION open_session(uuid, bytea, interval, interval) RENAME TO former_open_session;
CREATE FUNCTION open_session(wanted uuid, hash bytea, idle interval, absolute interval)
RETURNS TABLE (session_id uuid, mailbox text, member_id uuid, member_name text, staff_id uuid, staff_name text,
               role text, viewing boolean, flash text)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.* FROM former_open_session(wanted, hash, idle, absolute) s
     WHERE NOT EXISTS (SELECT FROM web_session w LEFT JOIN oidc_grant g ON g.session_id = w.id
                        WHERE w.id = wanted AND (w.second_factor_due OR g.session_id IS NOT NULL));
$$;
REVOKE ALL ON FUNCTION open_session(uuid, bytea, interval, interval) FROM public;
GRANT EXECUTE ON FUNCTION open_session(uuid, bytea, interval, interval) TO portal_web;

-- Runs as the owner: it must see the session and its member before anything is set.
CREATE FUNCTION open_session(wanted uuid, hash bytea, idle interval, absolute interval, staff_idle interval,
                             staff_absolute interval, recheck interval)
RETURNS TABLE (session_id uuid, lineage uuid, mailbox text, member_id uuid, member_name text, staff_id uuid,
               staff_name text, role text, viewing boolean, shared boolean, method text, second_factor_due boolean,
               proved_at timestamptz, ends_at timestamptz, now timestamptz, flash text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found record;
BEGIN
    SELECT s.*, coalesce(s.viewing_id, s.member_id) AS shown_id,
           CASE WHEN m.kind = 'company' THEN m.company_name ELSE concat_ws(' ', m.first_name, m.last_name) END AS member_name,
           t.name AS staff_name, t.role,
           s.created_at + CASE WHEN s.staff_id IS NULL THEN absolute ELSE staff_absolute END AS ends_at,
           s.seen_at < now() - interval '1 minute' AS stale
      INTO found
      FROM web_session s
      LEFT JOIN member m ON m.id = coalesce(s.viewing_id, s.member_id)
      LEFT JOIN staff_account t ON t.id = s.staff_id
      LEFT JOIN oidc_grant g ON g.session_id = s.id
     WHERE s.id = wanted AND s.secret_hash = hash
       AND s.seen_at > now() - CASE WHEN s.staff_id IS NULL THEN idle ELSE staff_idle END
       AND s.created_at > now() - CASE WHEN s.staff_id IS NULL THEN absolute ELSE staff_absolute END
       AND (s.staff_id IS NULL OR g.session_id IS NULL OR g.checked_at > now() - recheck)
       AND (s.member_id IS NULL OR s.mailbox IS NULL OR EXISTS (
                SELECT FROM email_address e WHERE e.member_id = s.member_id AND e.mailbox = s.mailbox))
       AND t.ended_at IS NULL
       AND (s.viewing_id IS NOT NULL OR (m.closed IS NOT TRUE AND m.deceased_on IS NULL));
    IF found IS NULL OR found.id IS NULL THEN
        RETURN;
    END IF;
    IF found.stale OR found.flash IS NOT NULL THEN
        UPDATE web_session SET seen_at = now(), flash = NULL WHERE id = found.id;
    END IF;
    PERFORM set_config('portal.mailbox', coalesce(found.mailbox, ''), true),
            set_config('portal.member', coalesce(found.shown_id::text, ''), true),
            set_config('portal.person', CASE WHEN found.viewing_id IS NULL THEN coalesce(found.staff_id::text, '') ELSE '' END, true),
            set_config('portal.staff', CASE WHEN found.staff_id IS NULL OR found.viewing_id IS NOT NULL
                                              OR found.second_factor_due THEN '' ELSE 'on' END, true);
    RETURN QUERY SELECT found.id, found.lineage, found.mailbox, found.shown_id, coalesce(found.member_name, ''),
                        found.staff_id, coalesce(found.staff_name, ''), coalesce(found.role, ''),
                        found.viewing_id IS NOT NULL, found.shared, found.method, found.second_factor_due,
                        found.proved_at, found.ends_at, now(), found.flash;
END $$;
REVOKE ALL ON FUNCTION open_session(uuid, bytea, interval, interval, interval, interval, interval) FROM public;
GRANT EXECUTE ON FUNCTION open_session(uuid, bytea, interval, interval, interval, interval, interval) TO portal_web;

-- What somebody sent whose visit had ended meanwhile is kept for them alone; the cookie proves whose it is.
CREATE FUNCTION keep_draft(wanted uuid, hash bytea, sent_to text, typed jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    whose record;
BEGIN
    SELECT member_id, staff_id INTO whose FROM web_session
     WHERE id = wanted AND secret_hash = hash AND viewing_id IS NULL AND NOT second_factor_due
       AND (member_id IS NOT NULL OR staff_id IS NOT NULL);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM draft WHERE member_id IS NOT DISTINCT FROM whose.member_id AND staff_id IS NOT DISTINCT FROM whose.staff_id;
    INSERT INTO draft (member_id, staff_id, path, fields) VALUES (whose.member_id, whose.staff_id, sent_to, typed);
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION keep_draft FROM public;
GRANT EXECUTE ON FUNCTION keep_draft TO portal_web;

-- The provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0).
CREATE FUNCTION end_provided_sessions(provider text, provider_session text, person text) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH ended AS (
        DELETE FROM web_session s USING oidc_grant g
         WHERE g.session_id = s.id AND g.issuer = provider
           AND (g.sid = provider_session OR ((provider_session IS NULL OR g.sid IS NULL) AND g.subject = person))
     RETURNING s.id)
    SELECT count(*)::integer FROM ended;
$$;
REVOKE ALL ON FUNCTION end_provided_sessions FROM public;
GRANT EXECUTE ON FUNCTION end_provided_sessions TO portal_web;
"""

FUNCTIONS = """
DROP FUNCTION open_session(uuid, bytea, interval, interval, interval, interval, interval);
DROP FUNCTION open_session(uuid, bytea, interval, interval);
ALTER FUNCTION former_open_session RENAME TO open_session;
DROP FUNCTION keep_draft, end_provided_sessions, portal_person, portal_proof;
"""

GRANTS = """
GRANT SELECT, INSERT, DELETE, UPDATE (name, used_at, sign_count) ON passkey TO portal_web;
GRANT SELECT, DELETE ON draft TO portal_web;
GRANT SELECT, INSERT ON oidc_grant, letter_batch TO portal_web;
GRANT SELECT, INSERT, DELETE ON donor_identity TO portal_web;
GRANT SELECT, UPDATE (tries, used_at) ON activation_code TO portal_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON form_key TO portal_web;
GRANT INSERT, UPDATE ON email_address TO portal_web;
GRANT INSERT, UPDATE (role, issuer, subject) ON staff_account TO portal_web;

GRANT SELECT, DELETE ON form_key, draft TO portal_worker;
GRANT SELECT, UPDATE, DELETE ON oidc_grant TO portal_worker;
GRANT SELECT, UPDATE ON staff_account TO portal_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON activation_code TO portal_worker;
GRANT SELECT, UPDATE, DELETE ON letter_batch TO portal_worker;
GRANT SELECT ON postal_address, phone, mandate, gift, recorded_change TO portal_worker;
GRANT INSERT ON journal TO portal_worker;
"""


# Whoever holds something may look and use it up; to put something on a record one must be its member.
POLICIES = """
CREATE POLICY holder ON passkey FOR SELECT TO portal_web USING (credential_id = portal_proof());
CREATE POLICY using_it ON passkey FOR UPDATE TO portal_web USING (credential_id = portal_proof());
CREATE POLICY visitor ON activation_code TO portal_web USING (code_hash = portal_proof() OR member_id = portal_member());
CREATE POLICY holder ON donor_identity FOR SELECT TO portal_web
    USING (sha256(convert_to(issuer || ' ' || subject, 'UTF8')) = portal_proof());
CREATE POLICY visitor ON donor_identity TO portal_web USING (member_id = portal_member());

DROP POLICY visitor ON email_address;
CREATE POLICY reading ON email_address FOR SELECT TO portal_web
    USING (member_id = portal_member() OR mailbox = portal_mailbox() OR portal_staff());
CREATE POLICY adding ON email_address FOR INSERT TO portal_web WITH CHECK (member_id = portal_member());
CREATE POLICY changing ON email_address FOR UPDATE TO portal_web USING (member_id = portal_member());
"""


def upgrade() -> None:
    op.add_column(
        "web_session", sa.Column("lineage", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)
    )
    op.add_column("web_session", sa.Column("method", sa.Text(), server_default="", nullable=False))
    op.add_column("web_session", sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "web_session", sa.Column("second_factor_due", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "web_session",
        sa.Column("proved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.execute("UPDATE web_session SET proved_at = created_at")
    op.add_column("web_session", sa.Column("pending", postgresql.JSONB(), nullable=True))
    op.add_column("web_session", sa.Column("place", sa.Text(), server_default="", nullable=False))
    op.add_column("web_session", sa.Column("network", sa.LargeBinary(), server_default="", nullable=False))
    op.drop_constraint("fk_sign_in_request_session_id", "sign_in_request", type_="foreignkey")
    op.create_foreign_key(
        "fk_sign_in_request_session_id",
        "sign_in_request",
        "web_session",
        ["session_id"],
        ["id"],
        ondelete="SET NULL",
        onupdate="CASCADE",
    )
    op.add_column("sign_in_request", sa.Column("purpose", sa.Text(), server_default="sign-in", nullable=False))
    op.add_column("sign_in_request", sa.Column("next_path", sa.Text(), server_default="/", nullable=False))
    op.add_column("sign_in_request", sa.Column("user_agent", sa.Text(), server_default="", nullable=False))
    op.add_column("sign_in_request", sa.Column("place", sa.Text(), server_default="", nullable=False))
    op.add_column("staff_account", sa.Column("issuer", sa.Text(), nullable=True))
    op.add_column("staff_account", sa.Column("subject", sa.Text(), nullable=True))
    op.create_unique_constraint("uq_staff_account_issuer_subject", "staff_account", ["issuer", "subject"])
    op.add_column("email_address", sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "passkey",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_passkey_member_id", ondelete="CASCADE"),
            index=True,
        ),
        sa.Column(
            "staff_id",
            sa.Uuid(),
            sa.ForeignKey("staff_account.id", name="fk_passkey_staff_id", ondelete="CASCADE"),
            index=True,
        ),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(member_id, staff_id) = 1", name="ck_passkey_owner"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_table(
        "oidc_grant",
        sa.Column(
            "session_id",
            sa.Uuid(),
            sa.ForeignKey("web_session.id", name="fk_oidc_grant_session_id", ondelete="CASCADE", onupdate="CASCADE"),
            primary_key=True,
        ),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=True),
        sa.Column("tokens", sa.LargeBinary(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_index("ix_oidc_grant_issuer_subject", "oidc_grant", ["issuer", "subject"])
    op.create_table(
        "donor_identity",
        sa.Column("issuer", sa.Text(), primary_key=True),
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_donor_identity_member_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("linked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_table(
        "activation_code",
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_activation_code_member_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("code_hash", name="uq_activation_code_code_hash"),
    )
    op.create_table(
        "letter_batch",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column(
            "staff_id",
            sa.Uuid(),
            sa.ForeignKey("staff_account.id", name="fk_letter_batch_staff_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("numbers", postgresql.JSONB(), nullable=False),
        sa.Column("written", sa.Integer(), server_default="0", nullable=False),
        sa.Column("left_out", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_draft_member_id", ondelete="CASCADE"),
            index=True,
        ),
        sa.Column(
            "staff_id",
            sa.Uuid(),
            sa.ForeignKey("staff_account.id", name="fk_draft_staff_id", ondelete="CASCADE"),
            index=True,
        ),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_table(
        "form_key",
        sa.Column("key_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("location", sa.Text(), server_default="/", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    run(OPEN_SESSION)
    run(GRANTS)
    for table in (*PERSONAL, "donor_identity", "activation_code"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY inside ON {table} TO portal_worker, portal_sync USING (true) WITH CHECK (true)")
    for table in PERSONAL:
        op.execute(
            f"CREATE POLICY visitor ON {table} TO portal_web USING (member_id = portal_member() OR staff_id = portal_person())"
        )
    run(POLICIES)


def downgrade() -> None:
    run(
        "DROP POLICY reading ON email_address; DROP POLICY adding ON email_address; DROP POLICY changing ON email_address;"
        "CREATE POLICY visitor ON email_address TO portal_web "
        "USING (member_id = portal_member() OR mailbox = portal_mailbox() OR portal_staff())"
    )
    for table in TABLES:
        op.drop_table(table)
    run(FUNCTIONS)
    op.drop_column("email_address", "held")
    op.drop_constraint("uq_staff_account_issuer_subject", "staff_account")
    for column in ("issuer", "subject"):
        op.drop_column("staff_account", column)
    for column in ("purpose", "next_path", "user_agent", "place"):
        op.drop_column("sign_in_request", column)
    for column in ("lineage", "method", "shared", "second_factor_due", "proved_at", "pending", "place", "network"):
        op.drop_column("web_session", column)
    run(
        "REVOKE INSERT, UPDATE ON email_address, staff_account FROM portal_web;"
        "REVOKE UPDATE ON staff_account FROM portal_worker; REVOKE INSERT ON journal FROM portal_worker;"
        "REVOKE SELECT ON postal_address, phone, mandate, gift, recorded_change FROM portal_worker;"
    )


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
