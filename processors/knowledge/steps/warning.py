"""What a page warns of: whoever follows steps below it has to have read it."""

from typing import Final

from processors.knowledge.blocks import Block

_LABELS: Final = frozenset(["ATTENTION", "CAUTION", "DANGER", "IMPORTANT", "WARNING"])


def is_warning(block: Block) -> bool:
    """Tell whether a block is a quote that warns, such as an alert of GitHub's.

    Example:
        >>> quote = {"kind": "quote", "label": "CAUTION", "children": [], "first": 1, "last": 1}
        >>> is_warning(quote), is_warning({**quote, "label": "TIP"})
        (True, False)
    """
    return block["kind"] == "quote" and block["label"] in _LABELS
