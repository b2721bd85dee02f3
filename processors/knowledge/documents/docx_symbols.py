"""Signs that Word takes from fonts of pictures, as the characters that everybody has."""

from typing import Final

_WINGDINGS: Final = {
    0x4A: "☺", 0x6C: "●", 0x6E: "■", 0x6F: "☐", 0x71: "❑", 0x72: "❒", 0x76: "❖", 0x77: "⬥",
    0x9F: "•", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔",
    0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2: Final = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐", 0x97: "●"}
_SYMBOL: Final = {
    0xA3: "≤", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±", 0xB3: "≥",
    0xB4: "×", 0xB7: "•", 0xB9: "≠", 0xBB: "≈", 0xBC: "…", 0xDE: "⇒",
}  # fmt: skip
_FONTS: Final = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}


def has_signs(font: str) -> bool:
    """Tell whether a font holds signs in place of letters."""
    return font.lower() in ("wingdings", "wingdings 2", "wingdings 3", "webdings")


def find_sign(font: str, code: str) -> str:
    """Return the sign of a font, or nothing if it isn't known.

    Args:
        font: Its name.
        code: Of the character in it, in hexadecimal digits.

    Example:
        >>> find_sign("Wingdings", "F0FE"), find_sign("Symbol", "F0AE"), find_sign("Courier", "zz")
        ('☑', '→', '')
    """
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    signs = _FONTS.get(font.lower())
    if signs is None:
        return chr(number) if 0x20 < number < 0xD800 and not has_signs(font) else ""
    return signs.get(number & 0xFF, "")


def translate_signs(font: str, text: str) -> str:
    """Return text that is set in a font of signs; what isn't known is left out.

    Example:
        >>> translate_signs("Wingdings", "þ ü")
        '☑ ✓'
    """
    return "".join(letter if letter.isspace() else find_sign(font, f"{ord(letter):x}") for letter in text)
