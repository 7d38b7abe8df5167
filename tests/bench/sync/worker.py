"""One worker process under measurement: says that it is ready, waits for its start, works until nothing is left."""

import asyncio
import sys

from backoffice_sync import settings
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.outward.push import push
from portal.database import Database


async def main() -> None:
    own = settings.load()
    portal, directory = Database(own.portal_url), PostgresDirectory(own.central_url)
    await push(portal, directory)  # connects
    print("ready", flush=True)
    sys.stdin.readline()
    while await push(portal, directory):
        pass
    await directory.close()
    await portal.close()


asyncio.run(main())
