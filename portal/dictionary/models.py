"""The data dictionary as the sync works by it, written by the sync: which field goes where, and how full it is."""

from datetime import datetime

from sqlalchemy import Boolean, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class DictionaryEntry(Base):
    """A field group, or an entity that is only mirrored."""

    __tablename__ = "data_dictionary"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    owner: Mapped[str]
    direction: Mapped[str]
    rule: Mapped[str]
    normal_form: Mapped[str]
    sensitivity: Mapped[str]
    source: Mapped[str]
    freshness: Mapped[str]
    kept_there: Mapped[bool] = mapped_column(Boolean, doc="the central base has a place for it")
    members: Mapped[int | None] = mapped_column(Integer, doc="who is not closed")
    filled: Mapped[int | None] = mapped_column(Integer, doc="of whom it holds something")
    newest_at: Mapped[datetime | None] = mapped_column(doc="the last change that was confirmed")
    measured_at: Mapped[datetime | None]
