"""Secrets whose name is a value itself: a pod's environment variable, a parameter of an MLflow run, XML."""

import re
from typing import Final, NamedTuple

from processors.knowledge.redaction.keywords import (
    is_kept_secret,
    judge_name,
    look_back,
    rank_key,
    read_keyword,
)
from processors.knowledge.redaction.vocabulary import KEYWORD

_QUOTED: Final = r"(?P<quote>[\"'])(?P<quoted>(?:\\.|(?!(?P=quote))[^\\])*+)(?:(?P=quote)|\\?\Z)"
_ATTRIBUTE: Final = r"\s++[\w:.-]{1,40}+=[\"'][^\"'<>]{0,80}+[\"']"
_TAGS_END: Final = r"(?=</|&lt;/|\\+u003c/|\]\]>|\Z)"
_YAML_VALUE: Final = r"(?:\"(?P<double>[^\"\n]*+)\"|'(?P<single>[^'\n]*+)'|(?P<bare>[^\s\"'#](?:[^\n]*\S)?))"

_NAMED_BEFORE: Final = re.compile(
    r"(?:name|key|id|header|param|parameter|field|property|variable)[\"']?\s*+(?:[:=]\s*+[\"']?|>\s*+)[^\"'<>=\n]*+\Z",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[\s\"'();]")
_TAG_BEFORE: Final = re.compile(r"(?:<|&lt;|\\u003c)[\w:.-]*+\Z")


class NamedValue(NamedTuple):
    """A way to write a name that ends with a keyword, and its value behind it.

    Attributes:
        literal: A text in lower case, without which there is none.
        pattern: From the keyword on; applied where a keyword stands.
        before: What must stand before the keyword.
    """

    literal: str
    pattern: re.Pattern[str]
    before: re.Pattern[str]


def _make(literal: str, rest: str, before: re.Pattern[str] = _NAMED_BEFORE) -> NamedValue:
    return NamedValue(literal, re.compile(KEYWORD + rest, re.IGNORECASE), before)


def _make_pair(quote: str) -> NamedValue:
    """Return a pair of name and value in JSON, or in a literal of Python with its other quotes.

    Other fields may stand between the two, and the value may be wrapped as OpenTelemetry does. Both keys may
    say of what: "variable-name" and "variable-value".
    """
    word = rf"{quote}[\w.-]{{1,40}}+{quote}"
    field = rf"{word}\s*+:\s*+(?:{quote}[^{quote}\\]{{0,80}}+{quote}|[\w.-]{{1,40}}+)\s*+,\s*+"
    value = rf"{quote}(?P<quoted>(?:\\.|[^{quote}\\])*+)(?:{quote}|\\?\Z)"
    return _make(
        "value",
        rf"{quote}\s*+,\s*+(?:{field}){{0,3}}?{quote}(?:\w{{1,20}}[-_])?+value{quote}\s*+:\s*+(?:\{{\s*+{word}\s*+:\s*+)?+"
        rf"(?:{value}|(?P<number>-?\d[\d.eE+-]{{3,}})(?=\s*+[,}}\]]|\Z))",
    )


def _make_value_first(quote: str) -> re.Pattern[str]:
    """Return a pattern of the same pair the other way round."""
    return re.compile(
        rf"(?i:{quote}value){quote}\s{{0,8}}+:\s{{0,8}}+{quote}(?P<quoted>(?:\\.|[^{quote}\\]){{1,1024}}+){quote}"
        rf"\s{{0,8}}+,\s{{0,8}}+{quote}(?i:name|key){quote}\s{{0,8}}+:\s{{0,8}}+{quote}(?P<name>[^{quote}\\]{{1,80}}+){quote}"
    )


NAMED_IN_JSON: Final = _make_pair('"')
"""{"name": "DB_PASSWORD", "value": "x"}, and {"key": "db.password", "value": {"stringValue": "x"}}."""
VALUE_FIRST_IN_JSON: Final = _make_value_first('"')
"""{"value": "x", "key": "db_password"}."""

NAMED_VALUES: Final = (
    _make_pair("'"),
    # <add key="Password" value="x"/>
    _make("<", rf"[\"'](?:{_ATTRIBUTE}){{0,3}}?\s++(?:value|content|default)\s*+=\s*+{_QUOTED}"),
    # <property name="password">x</property>
    _make("<", rf"[\"'](?:{_ATTRIBUTE}){{0,3}}+\s*+>\s*+(?:<!\[CDATA\[)?+(?P<bare>[^<\s][^<]*+){_TAGS_END}"),
    # <setting name="ApiKey" serializeAs="String"><value>x</value>
    _make("<value>", rf"[\"'](?:{_ATTRIBUTE}){{0,3}}+\s*+>\s*+<value>\s*+(?P<bare>[^<\s][^<]*+){_TAGS_END}"),
    # <name>fs.secret.key</name><value>x</value>
    _make("<value>", rf"</name>\s*+<value>\s*+(?P<bare>[^<\s][^<]*+){_TAGS_END}"),
    # name: DB_PASSWORD, and value: x in the next line
    _make("value:", rf"[\"']?[ \t]*+\n[ \t]*+value:[ \t]*+{_YAML_VALUE}[ \t]*+(?=\n|\Z)"),
    # key=db_password value=x
    _make("value=", r"[\"']?[ \t,;]{1,4}+value=(?P<bare>[^\s\"',;]++)"),
    # <password>x</password>, <wsse:Password Type="y">x</wsse:Password>, and the same within other texts
    *(
        _make(
            begin.removeprefix("\\\\+"),
            rf"(?:\s(?:(?!{begin}|{end})[^<>]){{0,200}}+)?+{end}\s*+(?:<!\[CDATA\[)?+"
            rf"(?P<bare>[^<\s](?:(?!{begin})[^<])*+){_TAGS_END}",
            _TAG_BEFORE,
        )
        for begin, end in (("<", ">"), ("&lt;", "&gt;"), (r"\\+u003c", r"\\+u003e"))
    ),
)
"""Each is tried where a keyword stands; `is_named_secret` judges what it finds."""

VALUES_FIRST: Final = (
    _make_value_first("'"),
    # <add value="x" key="Password"/>
    re.compile(
        r"(?i:\bvalue)\s{0,8}+=\s{0,8}+(?P<quote>[\"'])(?P<quoted>(?:(?!(?P=quote))[^<>]){1,1024}+)(?P=quote)"
        rf"(?:{_ATTRIBUTE}){{0,3}}?\s{{1,8}}+(?i:name|key|id)\s{{0,8}}+=\s{{0,8}}+[\"'](?P<name>[^\"'<>]{{1,80}}+)[\"']"
    ),
    # value: x, and name: DB_PASSWORD in the next line
    re.compile(
        r"(?<![\w-])value:[ \t]{0,8}+[\"']?(?P<bare>[^\s\"'#][^\s\"']{0,1024}+)[\"']?[ \t]{0,8}+\n"
        r"[ \t]{0,64}+(?:name|key):[ \t]{0,8}+[\"']?(?P<name>[\w.-]{1,80}+)"
    ),
)
"""Patterns of a value that stands before its name; `is_secret_by_name` judges what they find."""


def is_named_secret(match: re.Match[str], before: re.Pattern[str]) -> bool:
    """Tell whether what the pattern of one of `NAMED_VALUES` found is a secret.

    Args:
        match: Of the pattern.
        before: What must stand before the keyword.
    """
    if not before.search(look_back(match)):
        return False
    groups = match.groupdict()
    if groups.get("number"):
        return rank_key(match) == 3 and read_keyword(match) != "pass"
    value = next((groups[name] for name in ("quoted", "double", "single", "bare") if groups.get(name)), "")
    # Where a text was cut off within an element, what is behind the tag may as well be a sentence.
    if groups.get("bare") and match.end() == len(match.string) and _SENTENCE.search(value):
        return False
    return is_kept_secret(rank_key(match), read_keyword(match), value.strip())


def is_secret_by_name(match: re.Match[str]) -> bool:
    """Tell whether what one of `VALUES_FIRST` found is a secret."""
    return judge_name(match["name"], match.groupdict().get("quoted") or match.groupdict().get("bare") or "")
