"""Kubernetes Secrets: all of their data are secret, whatever the names."""

import re
from typing import Final

from processors.knowledge.redaction.json_strings import decode_string
from processors.knowledge.redaction.replacing import Masker, find_anywhere, replace_secrets

_IN_JSON: Final = re.compile(r"\"kind\"\s{0,8}:\s{0,8}\"Secret\"")
_DATA_IN_JSON: Final = re.compile(
    r"(?:(?<=\"data\":)|(?<=\"stringData\":))\s*+\{(?:[^{}\"]++|\"(?:\\.|[^\"\\])*+\")*+\}"
)
_PAIR: Final = re.compile(r"(?<!\\)\"\s*+:\s*+\"(?P<quoted>(?:\\.|[^\"\\])++)\"")
_IN_YAML: Final = re.compile(r"(?m)^[ \t-]{0,64}kind:[ \t]{0,8}[\"']?Secret[\"']?[ \t]{0,8}$")
_DATA_IN_YAML: Final = re.compile(
    r"(?m)^(?P<indent>[ \t]{0,64}+)(?:data|stringData):[ \t]{0,8}\n"
    r"(?:(?P=indent)[ \t]++[^\s][^\n]*+(?:\n|\Z))++"
)
_STANDS_FOR_ONE: Final = re.compile(r"<[^<>]*+>|\$\{[^{}]*+\}|\{\{[^{}]*+\}\}")
# What stands behind a name, or a line of a block, which has none.
_LINE: Final = re.compile(
    r"(?m)^[ \t]++(?:[\"']?[\w./-]{1,256}+[\"']?:(?:[ \t]++|$))?[\"']?(?P<bare>[^\s\"'|>{][^\n\"']*+)"
)


def mask_secret_objects(text: str, mask: Masker) -> str:
    """Return a text in which every value of a Secret's data is masked.

    Args:
        text: JSON or YAML.
        mask: Gives a value's mask.

    Example:
        >>> mask_secret_objects('{"kind": "Secret", "data": {"app.conf": "eA=="}}', lambda secret: "masked")
        '{"kind": "Secret", "data": {"app.conf": "masked"}}'
        >>> print(mask_secret_objects("kind: Secret\\ndata:\\n  app.conf: eA==", lambda secret: "masked"))
        kind: Secret
        data:
          app.conf: masked
    """
    if _IN_JSON.search(text):
        text = _DATA_IN_JSON.sub(lambda data: _mask_pairs(data.group(), mask), text)
    if "kind: Secret" in text and _IN_YAML.search(text):
        text = _DATA_IN_YAML.sub(lambda data: _mask_lines(data.group(), mask), text)
    return text


def _mask_pairs(data: str, mask: Masker) -> str:
    return replace_secrets(
        data,
        find_anywhere(_PAIR, data),
        lambda match: not _STANDS_FOR_ONE.fullmatch(match["quoted"]),
        lambda secret: mask(decode_string(secret)),
    )


def _mask_lines(data: str, mask: Masker) -> str:
    head, _, lines = data.partition("\n")
    masked = replace_secrets(
        lines, find_anywhere(_LINE, lines), lambda match: not _STANDS_FOR_ONE.fullmatch(match["bare"]), mask
    )
    return f"{head}\n{masked}"
