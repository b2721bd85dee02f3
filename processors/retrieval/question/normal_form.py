"""The form in which questions are compared letter by letter."""

import unicodedata


def normalise_query(text: str) -> str:
    """Return the form under which equal questions share a cache entry.

    Example:
        >>> normalise_query("  Why is the  Cluster RED?! ")
        'why is the cluster red'
    """
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return words.rstrip("?!. ")
