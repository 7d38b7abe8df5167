"""PDF by WeasyPrint, in a process of its own: laying out a page takes 150 ms of pure Python.

Only `data:` addresses are fetched, so nothing typed by anybody can make the
renderer read a file or reach a host.
"""

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

PATIENCE_SECONDS = 60


def render(html: str) -> bytes:
    """The same HTML always gives the same bytes."""
    from weasyprint import HTML  # noqa: PLC0415 - two seconds that only the rendering process should pay
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    pdf: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
    return pdf


class Printer:
    """A rendering process, started at the first page asked of it."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def render(self, html: str) -> bytes:
        """Render in that process; one that died or hangs is replaced the next time.

        Raises:
            BrokenProcessPool: it died.
            TimeoutError: it did not finish.
        """
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        try:
            work = asyncio.get_running_loop().run_in_executor(self._pool, render, html)
            return await asyncio.wait_for(work, PATIENCE_SECONDS)
        except (BrokenProcessPool, TimeoutError):
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
            raise

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
