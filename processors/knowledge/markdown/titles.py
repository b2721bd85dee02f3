"""The title of a page: what it says of itself, if that tells it apart, else what its file is called."""

import re
from collections.abc import Iterable
from typing import Final

# fmt: off
_NOTHING: Final = frozenset([
    "about", "actions", "agenda", "alert", "alert description", "alerts", "background",
    "before you begin", "cause", "causes", "check", "checks", "cleanup", "clean up", "conclusion",
    "content", "contents", "context", "description", "details", "diagnosis", "documentation",
    "examples", "example", "faq", "fix", "general", "getting started", "goal", "goals", "guide", "home",
    "how to", "impact", "index", "info", "information", "installation", "intro", "introduction",
    "links", "meaning", "mitigation", "note", "notes", "objective", "objectives", "options", "overview",
    "prerequisites", "prerequisite", "preface", "problem", "procedure", "procedures", "purpose",
    "readme", "references", "related", "remediation", "requirements", "resolution", "root cause",
    "runbook", "scope", "see also", "setup", "set up", "severity", "solution", "solutions", "steps",
    "summary", "symptom", "symptoms", "synopsis", "table of contents", "tldr", "tl dr", "toc", "todo",
    "troubleshooting", "untitled", "usage", "verification", "warning", "what", "what to do", "why",
    "введение", "действия", "диагностика", "инструкция", "обзор", "общие сведения", "оглавление",
    "описание", "порядок действий", "последствия", "предварительные требования", "примечание",
    "причина", "причины", "проблема", "проверка", "решение", "симптом", "симптомы", "содержание",
    "что делать", "шаги",
])
# fmt: on
_STANDS_FOR_FOLDER: Final = frozenset(["readme", "index", "_index", "_category_", "home", "default", "main"])
_ENDINGS: Final = re.compile(r"(?:\.[A-Za-z][A-Za-z0-9]{0,8}){1,3}$")
_WORD: Final = re.compile(r"[^\W_]+")


def choose_title(given: str, headings: Iterable[tuple[int, str]], path: str) -> str:
    """Return the title of a page.

    Args:
        given: What its front matter says, or nothing.
        headings: Level and words of its headings, in their order.
        path: Of the page in its source.

    Example:
        >>> choose_title("", [(1, "Kiln is hot"), (2, "Steps")], "kiln.md")
        'Kiln is hot'
        >>> choose_title("", [(2, "Symptoms"), (2, "Steps")], "ovens/kiln_is_hot.md")
        'kiln is hot'
        >>> choose_title("Cleanup", [], "kilns/kiln-teardown.md")
        'Cleanup (kiln teardown)'
    """
    named = name_path(path)
    if given:
        tells = not says_nothing(given) or says_nothing(named) or _list_words(named) <= _list_words(given)
        return given if tells else f"{given} ({named})"
    held = [(level, words) for level, words in headings if words]
    # Further down only a heading of the first level can be that of the page.
    may_be = [words for number, (level, words) in enumerate(held) if number == 0 or level == 1]
    return next((words for words in may_be if not says_nothing(words)), "") or named


def says_nothing(title: str) -> bool:
    """Tell whether a title could be that of any page.

    Example:
        >>> says_nothing("1. Symptoms:"), says_nothing("Symptoms of a hot kiln")
        (True, False)
    """
    words = [word for word in _WORD.findall(title.lower()) if not word.isdigit()]
    return " ".join(words) in _NOTHING or not words


def _list_words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def name_path(path: str) -> str:
    """Return what a page's file is called, in words; a file that stands for its folder is called as that is.

    Example:
        >>> name_path("a/window_cleaner-stuck.html.md.erb"), name_path("kilns/README.md"), name_path("a.md")
        ('window cleaner stuck', 'kilns', 'a')
    """
    *folders, name = path.split("/")
    stem = _ENDINGS.sub("", name) or name
    chosen = folders[-1] if folders and stem.lower() in _STANDS_FOR_FOLDER else stem
    return " ".join(re.split(r"[\s_-]+", chosen)).strip() or chosen
