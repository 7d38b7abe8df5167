"""The statements by which delivered rows reach the portal's tables: into `incoming` first, then set by set."""

from psycopg import sql

from backoffice_sync.mapping import GROUPS, Entity

Reads = frozenset[str]
"""Groups that the central base has a place for; of any other the portal's own value is the reference."""
ALL: Reads = frozenset(GROUPS)
DROP = "DROP TABLE incoming"
COPY = "COPY incoming FROM STDIN"


def staging(entity: Entity) -> sql.Composed:
    """An empty table with the portal's own column types; numbers of the central base are text."""
    references = {reference.name for reference in entity.references}
    columns = [
        sql.SQL("NULL::text AS {}").format(sql.Identifier(name)) if name in references else sql.Identifier(name)
        for name in entity.incoming
    ]
    return sql.SQL("CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
        sql.SQL(", ").join(columns), sql.Identifier(entity.table.name)
    )


def upsert(entity: Entity, reads: Reads) -> sql.Composed:
    """Insert what is new and update what differs, but neither a row of ours nor what is under way or decided."""
    changing = _comparable(entity, reads)
    return sql.SQL(
        "{insert} ON CONFLICT ({key}) DO UPDATE SET {assignments} "
        "WHERE ROW({current}) IS DISTINCT FROM ROW({offered}) AND NOT ({decided}) {unheld}"
    ).format(
        insert=insert(entity),
        key=sql.Identifier(entity.key),
        assignments=_listed("{0} = EXCLUDED.{0}", changing),
        current=_listed(f'"{entity.table.name}".{{0}}', changing),
        offered=_listed("EXCLUDED.{0}", changing),
        decided=_decided(entity, "EXCLUDED"),
        unheld=sql.SQL("AND NOT {}.held").format(sql.Identifier(entity.table.name)) if entity.groups else sql.SQL(""),
    )


def locked(entity: Entity) -> sql.Composed:
    """Wait for whoever changes these rows here: a statement sees only what had ended when it began.

    A row that a donor takes away while we insert it would come back, beside what replaces it.
    """
    return sql.SQL(
        "SELECT count(*) FROM (SELECT FROM {table} JOIN incoming USING (central_id) "
        "ORDER BY {table}.id FOR NO KEY UPDATE OF {table}) AS ours"
    ).format(table=sql.Identifier(entity.table.name))


def insert(entity: Entity) -> sql.Composed:
    """Into a table that has none of them yet."""
    plain = ["central_id", *entity.columns]
    stored = [*plain, *(reference.column for reference in entity.references)]
    return sql.SQL("INSERT INTO {target} ({stored}) SELECT {found} FROM incoming {joins} {resting}").format(
        target=sql.Identifier(entity.table.name),
        stored=_listed("{0}", stored),
        found=sql.SQL(", ").join(_found(entity).values()),
        joins=_joins(entity),
        resting=sql.SQL("WHERE NOT ({})").format(_moving(entity)) if entity.groups else sql.SQL(""),
    )


def differing(entity: Entity, reads: Reads) -> sql.Composed:
    """Of `incoming`: number, whether it is missing here, and whether ours is held or under way, where both differ."""
    found, target = _found(entity), sql.Identifier(entity.table.name)
    names = _comparable(entity, reads)
    moving = sql.SQL("coalesce({}.held, false) OR {}").format(target, _moving(entity))
    return sql.SQL(
        "SELECT incoming.central_id, {target}.id IS NULL, {moving} FROM incoming {joins} "
        "LEFT JOIN {target} ON {match} WHERE {target}.id IS NULL "
        "OR (ROW({ours}) IS DISTINCT FROM ROW({theirs}) AND NOT ({decided}))"
    ).format(
        target=target,
        moving=moving if entity.groups else sql.SQL("false"),
        joins=_joins(entity),
        match=sql.SQL("{}.{} = {}").format(target, sql.Identifier(entity.key), found[entity.key]),
        ours=_listed(f'"{entity.table.name}".{{0}}', names),
        theirs=sql.SQL(", ").join(found[name] for name in names),
        decided=_decided(entity, "incoming"),
    )


def moved(entity: Entity) -> sql.Composed:
    """Where there is one row a member: a row that now belongs to another member leaves the one it had."""
    return sql.SQL(
        "DELETE FROM {table} USING incoming, member WHERE {table}.central_id = incoming.central_id "
        "AND member.id = {table}.member_id AND member.central_id <> incoming.member AND NOT {table}.held"
    ).format(table=sql.Identifier(entity.table.name))


def own_columns(entity: Entity, reads: Reads) -> set[str]:
    """Where a member has one row only: the fields that the central base has no place for."""
    if entity.name not in ("member", *DEFAULTS):
        return set()
    return {field for name in entity.groups if name not in reads for field in GROUPS[name].fields}


def defaults(entity: Entity) -> sql.Composed:
    """A row for each of some members who have none, of what the central base has no place for."""
    values = DEFAULTS[entity.name]
    return sql.SQL(
        "INSERT INTO {} (member_id, {}) SELECT id, {} FROM member WHERE central_id = ANY(%s) ON CONFLICT DO NOTHING"
    ).format(
        sql.Identifier(entity.table.name),
        _listed("{0}", list(values)),
        sql.SQL(", ").join(map(sql.Literal, values.values())),
    )


DEFAULTS: dict[str, dict[str, object]] = {
    "contact_choice": {"objections": [], "consents": [], "post_rhythm": "all"},
    "receipt_wish": {"receipt_rhythm": "annual", "receipt_by": "post"},
}
"""Rows that every member has; what a member who never chose has chosen."""


def _comparable(entity: Entity, reads: Reads) -> list[str]:
    names = ["central_id", *entity.columns, *(reference.column for reference in entity.references)]
    own = own_columns(entity, reads)
    return [name for name in names if name != entity.key and name not in own]


def _found(entity: Entity) -> dict[str, sql.Composed]:
    """Our columns, with where a delivered row has them."""
    plain = {name: sql.SQL("incoming.{}").format(sql.Identifier(name)) for name in ("central_id", *entity.columns)}
    owners = {
        reference.column: sql.SQL("{}.id").format(sql.Identifier(f"of_{reference.name}"))
        for reference in entity.references
    }
    return plain | owners


def _joins(entity: Entity) -> sql.Composed:
    return sql.SQL(" ").join(
        sql.SQL("{kind} JOIN {table} AS {of} ON {of}.central_id = incoming.{name}").format(
            kind=sql.SQL("" if reference.required else "LEFT"),
            table=sql.Identifier(reference.table.name),
            of=sql.Identifier(f"of_{reference.name}"),
            name=sql.Identifier(reference.name),
        )
        for reference in entity.references
    )


def _moving(entity: Entity) -> sql.Composed:
    """A change of these rows of the member is under way."""
    member = "incoming" if entity.owner == "id" else "of_member"
    return sql.SQL(
        "EXISTS (SELECT FROM field_in_motion AS moving JOIN member AS mover ON mover.id = moving.member_id "
        "WHERE mover.central_id = {}.central_id AND moving.field_group = ANY({}))"
    ).format(sql.Identifier(member), sql.Literal(entity.groups))


def _decided(entity: Entity, offered: str) -> sql.Composable:
    """Ours has come to its end, and what is offered has not."""
    if not entity.final:
        return sql.SQL("false")
    return sql.SQL("{}.state = ANY({final}) AND {}.state <> ALL({final})").format(
        sql.Identifier(entity.table.name),
        sql.SQL(offered),
        final=sql.Literal(list(entity.final)),
    )


def _listed(form: str, names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(form).format(sql.Identifier(name)) for name in names)
