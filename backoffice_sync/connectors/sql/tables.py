"""The base's tables as it describes them itself, in the columns that the mapping file names."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, MetaData, Table, func, inspect, select, types
from sqlalchemy.exc import NoSuchTableError

from backoffice_sync.connectors.sql.fields import NoPlace
from backoffice_sync.connectors.sql.plan import Plan
from backoffice_sync.connectors.sql.values import code
from backoffice_sync.directory import Catalogue, SchemaChanged

MYSQL = ("mysql", "mariadb")
Tables = dict[str, Table]
"""By the name that the file gives them, with the schema before a dot if it has one."""


def reflect(connection: Connection, plan: Plan) -> Tables:
    """All that the plan names.

    Raises:
        SchemaChanged: names every table and column that is not there, and what a column can never hold.
    """
    found, lacking = {}, []
    for name, needed in plan.needs.items():
        there = _columns(connection, name)
        lacking += [f"{name}.{column}" for column in needed if column not in there] if there else [name]
        schema, _, bare = name.rpartition(".")
        columns = (
            Column(column, _type(connection, there[column]), nullable=there[column]["nullable"])
            for column in needed
            if column in there
        )
        found[name] = Table(bare, MetaData(), *columns, schema=schema or None)
    if not lacking:
        lacking = [
            f"{source.table}.{column} = {value}"
            for source in plan.sources.values()
            for column, values in source.where.items()
            for value in values
            if not _holds(found[source.table].c[column], value)
        ]
    if lacking:
        raise SchemaChanged(", ".join(lacking))
    return found


def catalogue(connection: Connection, plan: Plan) -> Catalogue:
    reflect(connection, plan)
    used: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, needed in plan.needs.items():
        for column, there in _columns(connection, name).items():
            told = f"{there['type']}{'' if there['nullable'] else ', required'}"
            (used if column in needed else others)[f"{name}.{column}"] = told
    return Catalogue(used, others)


def now(connection: Connection, zone: ZoneInfo) -> datetime:
    """What the base's clock says; SQLite's is always that of Greenwich, MySQL's can be asked for it."""
    dialect = connection.dialect.name
    told = connection.scalar(select(func.utc_timestamp() if dialect in MYSQL else func.now()))
    moment = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC if dialect in {"sqlite", *MYSQL} else zone)


def bound(column: Column[Any], value: Any) -> Any:
    """A value in the form that a column takes.

    Raises:
        NoPlace: it cannot be one of this column's.
    """
    if value is None or value == "":
        return None if column.nullable or value is None else ""
    try:
        return FORMS.get(column.type.python_type, _as_it_is)(value)
    except NotImplementedError:
        return _as_it_is(value)
    except (ValueError, ArithmeticError) as error:
        raise NoPlace from error


def _holds(column: Column[Any], value: str) -> bool:
    try:
        bound(column, value)
    except NoPlace:
        return False
    return True


def _as_it_is(value: Any) -> Any:
    """A yes is 1 wherever the base has no type for it."""
    return int(value) if isinstance(value, bool) else value


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(str(value))


FORMS: dict[type, Callable[[Any], Any]] = {
    bool: lambda value: code(value) == "1",
    int: int,
    Decimal: Decimal,
    UUID: lambda value: UUID(str(value)),
    date: lambda value: _moment(value).date(),
    datetime: _moment,
    str: code,
}


def _columns(connection: Connection, name: str) -> dict[str, Any]:
    schema, _, bare = name.rpartition(".")
    try:
        return {one["name"]: one for one in inspect(connection).get_columns(bare, schema=schema or None)}
    except NoSuchTableError:
        return {}


def _type(connection: Connection, column: Any) -> types.TypeEngine[Any]:
    """SQLite's types say nothing of what a column really holds."""
    is_sqlite = connection.dialect.name == "sqlite"
    is_integer = isinstance(column["type"], types.Integer)
    found: types.TypeEngine[Any] = column["type"] if is_integer or not is_sqlite else types.NullType()
    return found
