"""Which field or rule a database complains of: names only, for its words may quote what somebody typed."""

import re
from typing import Any

NAMED = re.compile(r"(?:column|constraint|key) ['`]([\w.]+)['`]|constraint failed: ([\w.]+)", re.IGNORECASE)
"""How MySQL and SQLite name it; the last one, for a value that is quoted stands before."""


def complaint(error: BaseException) -> str:
    """StringDataRightTruncation, or CheckViolation: postal_address, postal_address_postcode_check."""
    diag: Any = getattr(error, "diag", None)
    if diag is not None:
        names = [diag.table_name, diag.column_name, diag.constraint_name]
    else:
        names = [part for found in NAMED.findall(str(error))[-1:] for part in found]
    told = ", ".join(filter(None, names))
    kind = type(error).__name__
    return f"{kind}: {told}" if told else kind
