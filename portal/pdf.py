"""PDF by WeasyPrint, in a process of its own: laying out a page takes 150 ms of pure Python.

Only `data:` addresses are fetched, so nothing typed by anybody can make the
renderer read a file or reach a host.
"""

import asyncio
import io
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from portal import clock

PATIENCE_SECONDS = 60
ACCESSIBLE = "pdf/ua-1"
ARCHIVE = "pdf/a-3a"
"""Made to be kept for years, with tags for screen readers, and with files inside (ISO 19005-3, level A)."""


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF; its day is part of the bytes, so it is the document's own and not today."""

    name: str
    content: str
    description: str
    on: date


@dataclass(frozen=True)
class Seal:
    """The certificate that signs: a PKCS#12 file."""

    path: str
    password: str = field(repr=False)
    reason: str


@dataclass(frozen=True)
class Sheet:
    """What to render: the same sheet always gives the same bytes, before the signature."""

    html: str
    variant: str = ACCESSIBLE
    attachment: Attachment | None = None
    seal: Seal | None = None


def render(sheet: Sheet) -> bytes:
    from weasyprint import HTML  # noqa: PLC0415 - two seconds that only the rendering process should pay
    from weasyprint import Attachment as Embedded  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    options: dict[str, Any] = {"pdf_variant": sheet.variant, "font_config": _fonts()}
    if added := sheet.attachment:
        moment = datetime.combine(added.on, time(12), UTC)
        options["attachments"] = [
            Embedded(
                string=added.content,
                name=added.name,
                description=added.description,
                created=moment,
                modified=moment,
                relationship="Data",
                url_fetcher=fetcher,
            )
        ]
    pdf: bytes = HTML(string=sheet.html, url_fetcher=fetcher).write_pdf(**options)
    return sign(pdf, sheet.seal) if sheet.seal else pdf


def sign(pdf: bytes, seal: Seal) -> bytes:
    """PAdES (ETSI EN 319 142), level B-B: the signature is added behind the bytes, which stay as they are.

    It certifies that nothing may be changed afterwards.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 - only who signs
    from pyhanko.sign import fields, signers  # noqa: PLC0415

    meaning = signers.PdfSignatureMetadata(
        field_name="Signature",
        reason=seal.reason,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    field = fields.SigFieldSpec("Signature", readable_field_name=seal.reason)
    signer = signers.PdfSigner(meaning, _signer(seal.path, seal.password), new_field_spec=field)
    signed = io.BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=signed)
    return signed.getvalue()


@cache
def _fonts() -> Any:
    """One for all documents of the process: looking the fonts up again costs an eighth more."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    return FontConfiguration()


@cache
def _signer(path: str, password: str) -> Any:
    """Raises ValueError: the file is not a certificate with its key, or the password is wrong."""
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415

    found = SimpleSigner.load_pkcs12(path, passphrase=password.encode() or None)  # type: ignore[no-untyped-call]
    if found is None:
        raise ValueError("RECEIPT_CERTIFICATE cannot be read: is it PKCS#12, and the password right?")
    return found


def check_seal(seal: Seal) -> None:
    """Raises ValueError: the certificate cannot be used today; better known before ten thousand receipts than after."""
    certificate = _signer(seal.path, seal.password).signing_cert
    if not certificate.not_valid_before <= clock.now() <= certificate.not_valid_after:
        first, last = certificate.not_valid_before, certificate.not_valid_after
        raise ValueError(f"RECEIPT_CERTIFICATE is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d} only")


def _begin(niceness: int) -> None:
    """In the new process: it makes way for the others, and does not outlive us."""
    os.nice(niceness)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - for the type checker: we were started
    parent.join()
    os._exit(1)


def _in_time(act: Callable[[Sheet], bytes], sheet: Sheet, seconds: int) -> bytes:
    """The kernel ends the process when it takes longer: nobody could, and we would wait for it when we end."""
    signal.alarm(seconds)
    try:
        return act(sheet)
    finally:
        signal.alarm(0)


class Printer:
    """A rendering process, started at the first page asked of it."""

    def __init__(self, niceness: int = 0) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._niceness = niceness

    async def render(self, sheet: Sheet) -> bytes:
        """Render in that process; one that died or hangs is replaced the next time.

        Raises:
            BrokenProcessPool: it died.
            TimeoutError: it did not finish.
        """
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=(self._niceness,)
            )
        pool = self._pool
        try:
            work = asyncio.get_running_loop().run_in_executor(pool, _in_time, render, sheet, PATIENCE_SECONDS)
            return await asyncio.wait_for(work, PATIENCE_SECONDS)
        except (BrokenProcessPool, TimeoutError):
            pool.shutdown(wait=False, cancel_futures=True)
            if self._pool is pool:  # others who waited for the same process may have replaced it already
                self._pool = None
            raise

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
