"""A renderer that some documents kill or keep for ever, found by name in the renderer's own process."""

import os
import time

from portal import pdf
from portal.pdf import Sheet

render_well = pdf.render


def render(sheet: Sheet) -> bytes:
    if "Donatrice m-deadly" in sheet.html:
        os._exit(1)
    if "Donatrice m-endless" in sheet.html:
        time.sleep(600)
    if "Donatrice m-odd" in sheet.html:
        raise ArithmeticError("what stands on it must not stand in a log")
    return render_well(sheet)
