"""What the administrator was told of, so that it is told once."""

from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Alarm(Base):
    """Something is wrong since then; the row is gone when it is over."""

    __tablename__ = "alarm"

    name: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    told_at: Mapped[datetime | None]
