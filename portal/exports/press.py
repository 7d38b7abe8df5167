"""Writing the files of an answer into the sealed store, part by part."""

import hashlib
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import crypto
from portal.exports import rules
from portal.exports.models import ExportFile, ExportPart
from portal.settings import Settings


class Writer:
    """One file; it is there once it is closed, in the transaction of `db`."""

    def __init__(self, db: AsyncSession, settings: Settings, export_id: UUID, number: int) -> None:
        self._db, self._key, self._export_id, self._number = db, settings.secret_key, export_id, number
        self._waiting = bytearray()
        self._parts = 0
        self._size = 0
        self._checksum = hashlib.sha256()

    async def write(self, piece: bytes) -> None:
        self._waiting += piece
        self._checksum.update(piece)
        self._size += len(piece)
        while len(self._waiting) >= rules.PART:
            await self._put(bytes(self._waiting[: rules.PART]))
            del self._waiting[: rules.PART]

    async def close(self, name: str, *, record_set: str = "", records: int = 0) -> ExportFile:
        if self._waiting:
            await self._put(bytes(self._waiting))
        file = ExportFile(
            export_id=self._export_id,
            number=self._number,
            name=name,
            record_set=record_set,
            records=records,
            size=self._size,
            sha256=self._checksum.hexdigest(),
        )
        self._db.add(file)
        await self._db.flush()
        return file

    async def _put(self, piece: bytes) -> None:
        place = rules.place(self._export_id, self._number, self._parts)
        row = {"export_id": self._export_id, "file": self._number, "number": self._parts}
        await self._db.execute(
            insert(ExportPart).values(**row, content=crypto.seal_part(self._key, place, piece)).inline()
        )
        self._parts += 1
