"""Text of others quoted so that nothing in it acts: as a code span, as a code block, as a title.

Code is shown as it is. But pages take some tags out of it before they read the Markdown, and may see the end
of code elsewhere than we do, so no tag, image or link is left in it that a page might lift out.
"""

import re
from typing import Final

from processors.knowledge.blocks.escaping import fence

# Zero width, direction, tag and control characters: what they hide or turn around can't be read.
_INVISIBLE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\xad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\U000e0000-\U000e007f]"
)
# A name alone may be a place to fill in, as in `rm <file>`; what has attributes is none.
_ACTIVE_TAG: Final = re.compile(
    r"<(?=/?(?:applet|audio|base|embed|frame|frameset|head|html|iframe|math|script|style|svg|video)\b"
    r"|(?:a|body|button|canvas|div|file|form|img|input|link|meta|object|source|status|table|template|textarea)\b"
    r"(?:\s*$|[^<>]*=))",
    re.IGNORECASE | re.MULTILINE,
)
# Open WebUI takes these out of an answer before it reads the Markdown, so an escape doesn't stop it.
_HIDING_TAG: Final = re.compile(
    r"<(?=/?(?:code_interpreter|details|reason|reasoning|think|thinking|thought)\b|\|(?:begin|end)_of_)"
    r"|◁(?=/?think▷)",
    re.IGNORECASE,
)
# What leads away from the page if it stands where an address may.
FOREIGN: Final = r"(?:<|//|/\\|\\[\\/]|&#?\w|[a-z][a-z0-9+.-]{0,30}:)"
_LEADING_AWAY: Final = re.compile(
    rf"\](?=\(\s*(?:$|{FOREIGN})|:\s*{FOREIGN})|(?<=<)(?=(?:javascript|data|vbscript|https?|ftp):)",
    re.IGNORECASE,
)
# What code blocks may be called; a chat page draws or runs some others.
_LANGUAGES: Final = frozenset(
    [
        "bash",
        "c",
        "conf",
        "console",
        "cpp",
        "csharp",
        "diff",
        "dockerfile",
        "go",
        "groovy",
        "hcl",
        "ini",
        "java",
        "json",
        "jsonc",
        "kotlin",
        "log",
        "logql",
        "lua",
        "makefile",
        "nginx",
        "perl",
        "php",
        "plaintext",
        "powershell",
        "promql",
        "properties",
        "protobuf",
        "python",
        "rb",
        "ruby",
        "rust",
        "scala",
        "sh",
        "shell",
        "sql",
        "swift",
        "text",
        "toml",
        "yaml",
        "yml",
        "zsh",
    ]
)


def reveal(text: str) -> str:
    r"""Return a text that hides nothing: without characters that can't be seen, and tags that hide as words.

    Example:
        >>> reveal("re\u202everse\u200b \x1b[31m <think>a</think>")
        'reverse [31m ‹think>a‹/think>'
    """
    return _HIDING_TAG.sub("‹", _INVISIBLE.sub("", text))


def break_tags(code: str) -> str:
    """Return code in which no tag, image or link is left that a page might lift out of it.

    Example:
        >>> break_tags("kubectl get pod <pod> | grep '[a-z](x)'; echo '<script>'")
        "kubectl get pod <pod> | grep '[a-z](x)'; echo '&lt;script>'"
    """
    return _LEADING_AWAY.sub(r"\g<0> ", _ACTIVE_TAG.sub("&lt;", code))


def name_language(asked: str) -> str:
    """Return the language of a code block, or `text` for one that a page would draw or run.

    Example:
        >>> name_language("Bash"), name_language("mermaid"), name_language("")
        ('bash', 'text', '')
    """
    language = asked.strip().split()[0].lower() if asked.strip() else ""
    return language if language in _LANGUAGES or not language else "text"


def quote_span(text: str) -> str:
    """Quote a text as a code span that nothing in it can close.

    Example:
        >>> quote_span("a ` b")
        '`` a ` b ``'
    """
    text = break_tags(reveal(text))
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    pad = " " if longest else ""
    ticks = "`" * (longest + 1)
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else ""


def quote_block(text: str) -> str:
    """Quote lines as they are, as a code block that nothing in them can close.

    Example:
        >>> print(quote_block("a\\n```"))
        ````text
        a
        ```
        ````
    """
    text = break_tags(reveal(text))
    mark = fence(text)
    return f"{mark}text\n{text}\n{mark}"


def defuse_title(title: str) -> str:
    """Return a title that is shown as it is; Open WebUI would look one that is an address up at a stranger's.

    Example:
        >>> defuse_title("Disk full > Fix"), defuse_title("https://evil.example")
        ('Disk full > Fix', '“https://evil.example”')
    """
    title = " ".join(reveal(title).split())
    return f"“{title}”" if title.startswith("http") else title
