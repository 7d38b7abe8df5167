"""A posted form is awaited before a database connection is taken: slow senders keep nobody else waiting."""

import asyncio
from http import HTTPStatus
from typing import Any

from litestar.exceptions import HTTPException
from litestar.types import Receive

LARGEST_FORM = 1_000_000
PATIENCE_SECONDS = 15


async def whole_body(receive: Receive) -> Receive:
    """Wait for all of the body and give a `receive` that delivers it again.

    Raises:
        HTTPException: 408 when it does not arrive in time, 413 when there is too much of it.
    """
    messages: list[Any] = []
    size = 0
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not messages or messages[-1].get("more_body"):
                messages.append(await receive())
                size += len(messages[-1].get("body", b""))
                if size > LARGEST_FORM:
                    raise HTTPException(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError as error:
        raise HTTPException(status_code=HTTPStatus.REQUEST_TIMEOUT) from error

    async def again() -> Any:
        return messages.pop(0) if messages else await receive()

    return again
