"""Secrets whose name is a value itself: a pod's environment variable, a parameter of an MLflow run."""

import re
from typing import Final

from processors.redaction.keywords import KEYWORD, is_kept_secret, rank_key, read_keyword

NAMED_VALUE: Final = re.compile(
    r"\"(?:name|key)\"\s*+:\s*+\"(?P<name>[^\"\\]{1,80}+)\"\s*+,\s*+\"value\"\s*+:\s*+\"(?P<quoted>(?:\\.|[^\"\\])*+)\""
    r"|(?<![\w-])(?:name|key):[ \t]*+[\"']?(?P<yaml_name>[\w.-]{1,80}+)[\"']?[ \t]*+\n[ \t]*+value:[ \t]*+"
    r"(?:\"(?P<double>[^\"\n]*+)\"|'(?P<single>[^'\n]*+)'|(?P<bare>[^\s\"'#](?:[^\n]*\S)?))[ \t]*+(?=\n|\Z)"
)
"""A name and a value side by side; `is_named_secret` judges them."""

_KEY: Final = re.compile(KEYWORD, re.IGNORECASE)


def is_named_secret(match: re.Match[str]) -> bool:
    """Tell whether what `NAMED_VALUE` found is a secret."""
    name = match["name"] or match["yaml_name"]
    value = match["quoted"] or match["double"] or match["single"] or match["bare"] or ""
    keys = [key for key in _KEY.finditer(name) if key.end() == len(name)]
    return bool(keys) and is_kept_secret(rank_key(keys[0]), read_keyword(keys[0]), value)
