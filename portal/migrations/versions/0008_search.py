"""Finding a member by what one has at hand: one row of words a member, which follows names, places, mails, phones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

# As `i18n.fold` does it, whatever the locale of the database; a word longer than any name would refuse the whole row.
WORDS = """
CREATE FUNCTION search_words(written text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(array_remove(regexp_split_to_array(lower(regexp_replace(normalize(
        replace(replace(replace(replace(replace(replace(replace(translate(left(written, 500), 'ØøŁłĐđÐðı', 'oollddddi'),
            'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss'), 'þ', 'th'), 'Þ', 'th'), NFKD),
        U&'[\\0300-\\036f]', '', 'g')), '[[:space:]!-/:-@[-`{-~’]+'), ''));

-- +33612345678, however it is written. Phones begin with this sign and mailboxes with @: they are a word each, of which
-- there are as many as members, and who looks for a Marie should not have to walk through them.
CREATE FUNCTION search_phone(number text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(regexp_replace(left(number, 100), '[^0-9+]', '', 'g'),
        '^(00|[+])?', '+'), '^[+]0', '+33');

CREATE FUNCTION words_of_names(who member) RETURNS tsvector LANGUAGE sql IMMUTABLE
    RETURN search_words(concat_ws(' ', who.first_name, who.last_name, who.company_name, who.siren));
CREATE FUNCTION words_of_places(whose uuid) RETURNS tsvector LANGUAGE sql STABLE
    RETURN (SELECT coalesce(search_words(
                string_agg(concat_ws(' ', unit, building, house_number, street, locality, postcode, town), ' ')), '')
            FROM postal_address WHERE member_id = whose);
CREATE FUNCTION words_of_mailboxes(whose uuid) RETURNS tsvector LANGUAGE sql STABLE
    RETURN (SELECT coalesce(array_to_tsvector(array_agg('@' || left(mailbox, 500))), '')
            FROM email_address WHERE member_id = whose);
CREATE FUNCTION words_of_phones(whose uuid) RETURNS tsvector LANGUAGE sql STABLE
    RETURN (SELECT coalesce(array_to_tsvector(array_agg(search_phone(number))), '') FROM phone WHERE member_id = whose);
"""

# Each source has a column of its own: of two who change an address and a phone at the same moment both stay. The words
# follow when a transaction ends: they are the last rows that it locks, so nobody waits in a ring for them. Only what
# differs is written, so most saves cost the index nothing.
FOLLOWING = """
CREATE FUNCTION begin_member_for_search() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO member_search (member_id, names) SELECT id, words_of_names(come) FROM come;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_member_for_search() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    fresh tsvector := words_of_names(NEW);
BEGIN
    UPDATE member_search SET names = fresh WHERE member_id = NEW.id AND names <> fresh;
    RETURN NULL;
END $$;

CREATE FUNCTION follow_for_search() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    touched uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        touched := ARRAY[NEW.member_id];
    ELSIF TG_OP = 'DELETE' THEN
        touched := ARRAY[OLD.member_id];
    ELSE
        touched := ARRAY[least(OLD.member_id, NEW.member_id), greatest(OLD.member_id, NEW.member_id)];
    END IF;
    IF TG_TABLE_NAME = 'postal_address' THEN
        UPDATE member_search SET places = fresh FROM (SELECT m, words_of_places(m) AS fresh FROM unnest(touched) AS m)
            AS words WHERE member_id = m AND places <> fresh;
    ELSIF TG_TABLE_NAME = 'email_address' THEN
        UPDATE member_search SET mailboxes = fresh FROM (SELECT m, words_of_mailboxes(m) AS fresh FROM unnest(touched) AS m)
            AS words WHERE member_id = m AND mailboxes <> fresh;
    ELSE
        UPDATE member_search SET phones = fresh FROM (SELECT m, words_of_phones(m) AS fresh FROM unnest(touched) AS m)
            AS words WHERE member_id = m AND phones <> fresh;
    END IF;
    RETURN NULL;
END $$;
"""
SOURCES = {
    "postal_address": "member_id unit building house_number street locality postcode town",
    "email_address": "member_id address",
    "phone": "member_id number",
}
"""Tables with words, and the columns in which they stand."""
NAMES = "first_name last_name company_name siren"

# Row-level security would keep the index from being asked: matching words is no leakproof operator. So the table is
# closed to all, and a function with the owner's rights answers staff alone. By the planner's guess that somebody is
# always found soon, it would read the table from its beginning.
ASKING = """
CREATE FUNCTION found_members(wanted tsquery, most integer) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT member_id FROM member_search WHERE portal_staff() AND words @@ wanted LIMIT most
$$;
REVOKE ALL ON FUNCTION found_members FROM public;
GRANT EXECUTE ON FUNCTION found_members TO portal_web;
REVOKE ALL ON member_search FROM portal_web, portal_worker, portal_sync;
ALTER TABLE member_search ENABLE ROW LEVEL SECURITY;
"""
# Names that resemble a word which nobody has: by the three-letter groups of pg_trgm, which comes with PostgreSQL.
# Of very many that do, the first ones found are enough, for the most alike are the most common.
RESEMBLING = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE FUNCTION spelled_names(names tsvector) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_string(tsvector_to_array(names), ' ');
CREATE INDEX ix_member_search_names ON member_search USING gin (spelled_names(names) gin_trgm_ops);
CREATE FUNCTION resembling_names(typed text, most integer) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off SET pg_trgm.word_similarity_threshold = 0.5 AS $$
    SELECT name
      FROM (SELECT unnest(tsvector_to_array(names)) AS name
              FROM (SELECT names FROM member_search WHERE spelled_names(names) %> typed LIMIT 1000) AS alike) AS names
     WHERE portal_staff() AND similarity(name, typed) >= 0.3
       AND NOT EXISTS (SELECT FROM member_search WHERE words @@ (quote_literal(typed) || ':*')::tsquery)
     GROUP BY name ORDER BY similarity(name, typed) DESC, count(*) DESC, name LIMIT most
$$;
REVOKE ALL ON FUNCTION resembling_names FROM public;
GRANT EXECUTE ON FUNCTION resembling_names TO portal_web;
"""
FUNCTIONS = (
    "resembling_names, spelled_names, found_members, follow_for_search, follow_member_for_search, "
    "begin_member_for_search, words_of_names, words_of_places, words_of_mailboxes, words_of_phones, search_phone, "
    "search_words"
)


def upgrade() -> None:
    nothing = sa.text("''")
    parts = ("names", "places", "mailboxes", "phones")
    op.create_table(
        "member_search",
        sa.Column(
            "member_id",
            sa.Uuid(),
            sa.ForeignKey("member.id", name="fk_member_search_member_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        *(sa.Column(name, postgresql.TSVECTOR(), server_default=nothing, nullable=False) for name in parts),
        sa.Column("words", postgresql.TSVECTOR(), sa.Computed(" || ".join(parts), persisted=True), nullable=False),
    )
    run(WORDS)
    op.execute(
        "INSERT INTO member_search (member_id, names, places, mailboxes, phones) SELECT id, words_of_names(member), "
        "words_of_places(id), words_of_mailboxes(id), words_of_phones(id) FROM member"
    )
    op.create_index("ix_member_search_words", "member_search", ["words"], postgresql_using="gin")
    op.create_index("ix_mandate_reference", "mandate", ["reference"])
    run(FOLLOWING)
    op.execute(
        "CREATE TRIGGER search_begins AFTER INSERT ON member REFERENCING NEW TABLE AS come "
        "FOR EACH STATEMENT EXECUTE FUNCTION begin_member_for_search()"
    )
    op.execute(_following("member", "UPDATE", NAMES, "follow_member_for_search"))
    for source, columns in SOURCES.items():
        for event in ("INSERT", "UPDATE", "DELETE"):
            op.execute(_following(source, event, columns, "follow_for_search"))
    run(ASKING)
    run(RESEMBLING)


def downgrade() -> None:
    op.drop_index("ix_member_search_names")
    op.execute("DROP TRIGGER search_begins ON member")
    op.execute("DROP TRIGGER search_after_update ON member")
    for source in SOURCES:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER search_after_{event} ON {source}")
    op.execute(f"DROP FUNCTION {FUNCTIONS}")
    op.drop_index("ix_mandate_reference")
    op.drop_table("member_search")


def _following(table: str, event: str, columns: str, function: str) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns.split()) for row in ("OLD", "NEW"))
    where = f"WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) " if event == "UPDATE" else ""
    return (
        f"CREATE CONSTRAINT TRIGGER search_after_{event.lower()} AFTER {event} ON {table} "
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {where}EXECUTE FUNCTION {function}()"
    )


def run(script: str) -> None:
    """Several statements at once, which only the driver itself takes."""
    op.get_bind().connection.driver_connection.execute(script)  # type: ignore[union-attr]
