"""Masks within JSON strings: what they say, not how it is written, and so that JSON stays JSON.

Nothing here goes down into a value: strings are found one after the other, however deep they are nested.
"""

import json
import re
from typing import Final

from processors.knowledge.redaction.replacing import Masker

# A pair of backslash and character outside of a string is passed over, so a wrong begin is never tried twice.
_ESCAPED_STRING: Final = re.compile(r'\\[^\n]|(?P<string>"[^"\\\x00-\x1f]*+(?:\\[^\n][^"\\\x00-\x1f]*+)++")')
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
# A number may have become a mask, which is a string.
_SCALAR: Final = re.compile(_STRING.pattern + r"(?P<name>\s*+:)?|-?\d[\d.eE+-]*+")
# Of scripts in which keywords are written: Latin beyond ASCII, Cyrillic, kana, Chinese and Korean.
_LETTER: Final = re.compile(r"\\u(00[dfDF]1|(?:0[14]|30|[4-9a-cA-C][0-9a-fA-F]|[dD][0-7])[0-9a-fA-F]{2})")
_OWN_LETTER: Final = re.compile(rf"(?<!\\){_LETTER.pattern}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def mask_escaped(text: str, mask_text: Masker) -> str:
    """Return a text whose JSON strings with escapes are decoded, masked and written again.

    Example:
        >>> mask_escaped(r'{"a": "\\u0041 \\"b\\""}', lambda text: text.replace('A "b"', "c"))
        '{"a": "c"}'
    """
    if "\\" not in text:
        return text
    return _ESCAPED_STRING.sub(
        lambda match: _mask_string(match["string"], mask_text) if match["string"] else match.group(), text
    )


def unescape_letters(text: str) -> str:
    """Return JSON whose letters of other scripts are written as such: the name of a secret may be one.

    Example:
        >>> unescape_letters(r'{"\\u043a\\u043b\\u044e\\u0447": "\\u0022"}')
        '{"ключ": "\\\\u0022"}'
    """
    return _OWN_LETTER.sub(lambda match: chr(int(match[1], 16)), text) if "\\u" in text else text


def holds_escaped_letters(text: str) -> bool:
    """Tell whether letters of other scripts are written as escapes, in whatever depth of strings.

    Example:
        >>> holds_escaped_letters(r'"\\\\u043a"'), holds_escaped_letters(r'"\\u001b"')
        (True, False)
    """
    return "\\u" in text and bool(_LETTER.search(text))


def mask_strings(text: str, mask_text: Masker) -> str:
    """Return JSON of which every string, names too, is masked by itself.

    Example:
        >>> mask_strings('{"a": ["b\\\\n", 1]}', str.upper)
        '{"A": ["B\\\\n", 1]}'
    """
    return _STRING.sub(lambda match: _mask_string(match.group(), mask_text), text)


def keeps_shape(text: str, masked: str) -> bool:
    """Tell whether a masked text is JSON of the same shape, or the text was no JSON to begin with.

    Example:
        >>> keeps_shape('{"a": "b"}', '{"a": "<masked:1f0c9a2b>"}')
        True
        >>> keeps_shape('{"a": "b"}', '{"a": "<masked:1f0c9a2b>}')
        False
    """
    if _blank_values(masked) == _blank_values(text):
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        # What is nested too deep to be read is masked as the plain text that it is.
        return True
    return False


def _blank_values(text: str) -> str:
    return _SCALAR.sub(lambda match: match.group() if match["name"] else '""', text)


def decode_string(written: str) -> str:
    """Return what the inside of a JSON string says, or what is written if it is none.

    Example:
        >>> decode_string(r"a\\u0041"), decode_string("a\\\\")
        ('aA', 'a\\\\')
    """
    if "\\" not in written:
        return written
    try:
        return str(json.loads(f'"{written}"'))
    except ValueError:
        return written


def _mask_string(string: str, mask_text: Masker) -> str:
    try:
        text: str = json.loads(string)
    except ValueError:
        return string
    masked = mask_text(text)
    if masked == text:
        return string
    # A half surrogate can be written as an escape only.
    return json.dumps(masked, ensure_ascii=string.isascii() or bool(_SURROGATE.search(masked)))
