"""A posted form is awaited before a database connection is taken: slow senders keep nobody else waiting."""

import asyncio
from http import HTTPStatus
from typing import Any

from litestar.exceptions import HTTPException
from litestar.types import Receive

LARGEST_FORM, PATIENCE_SECONDS = 1_000_000, 15
LARGEST_UPLOAD, UPLOAD_PATIENCE_SECONDS = 3_000_000, 60
"""Of a form that takes a file (`opt={"takes_file": True}`): many lines send it slowly."""


async def whole_body(receive: Receive, *, takes_file: bool = False) -> Receive:
    """Wait for all of the body and give a `receive` that delivers it again.

    Raises:
        HTTPException: 408 when it does not arrive in time, 413 when there is too much of it.
    """
    largest = LARGEST_UPLOAD if takes_file else LARGEST_FORM
    patience = UPLOAD_PATIENCE_SECONDS if takes_file else PATIENCE_SECONDS
    body = bytearray()
    message: Any = {"more_body": True}
    try:
        async with asyncio.timeout(patience):
            while message.get("more_body"):
                message = await receive()
                body += message.get("body", b"")
                if len(body) > largest:
                    raise HTTPException(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError as error:
        raise HTTPException(status_code=HTTPStatus.REQUEST_TIMEOUT) from error

    # One message, however many it came in: a million pieces of one letter each would take a gigabyte.
    messages = [message | {"body": bytes(body)} if message["type"] == "http.request" else message]

    async def again() -> Any:
        return messages.pop() if messages else await receive()

    return again
