"""The id by which logs know a request, or a run of a DAG: what one may look like, everywhere."""

import re
from typing import Final

FORM: Final = r"[\w.~:+-]{1,250}"
"""A run of Airflow has a plus sign in its name."""
_ID: Final = re.compile(FORM, re.ASCII)


def is_correlation_id(given: object) -> bool:
    """Tell whether something names a request or a run, and can break neither a line of a log nor a header.

    Example:
        >>> is_correlation_id("scheduled__2026-11-21T07:00:00+00:00"), is_correlation_id('a"b c')
        (True, False)
    """
    return isinstance(given, str) and _ID.fullmatch(given) is not None
