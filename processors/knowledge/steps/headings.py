"""What a heading says of the steps below it."""

import re
from typing import Final

_STEP: Final = re.compile(
    r"^(?:step|stage|phase|шаг|этап)\s*(?P<named>\d+(?:\.\d+)*)\b[\s.:)–—-]*|^(?P<number>\d+(?:\.\d+)*)[.)]?\s+(?=\S)",
    re.IGNORECASE,
)
_DOING: Final = re.compile(
    r"\bsteps?\b|mitigat|remed|resol|recover|\bfix|\bactions?\b|what to do|procedure|restor|instruction"
    r"|how to\b|roll(?:ing)?[ -]?back|\brevert|\bundo\b|back ?out|check|diagnos|investigat|triage|verif"
    r"|prerequisite|before you begin|\bшаг|действия|решение|устранение|что делать|откат|провер|диагност",
    re.IGNORECASE,
)
_STEPS: Final = re.compile(
    r"\b(?:steps?|fix|mitigation|resolution|procedure|recovery|remediation|solution|how to)\b"
    r"|шаги|решение|исправление",
    re.IGNORECASE,
)


def split_number(heading: str) -> tuple[str, str]:
    """Return the number of a step that is a heading, and its words; the number is empty of any other.

    Example:
        >>> split_number("Step 2 – Act"), split_number("2.1 Act"), split_number("Act")
        (('2', 'Act'), ('2.1', 'Act'), ('', 'Act'))
    """
    found = _STEP.match(heading)
    return (found["named"] or found["number"], heading[found.end() :]) if found else ("", heading)


def is_about_doing(heading: str) -> bool:
    """Tell whether a heading announces what to do.

    Example:
        >>> is_about_doing("Mitigation"), is_about_doing("Meaning")
        (True, False)
    """
    return bool(_DOING.search(heading))


def is_about_steps(heading: str) -> bool:
    """Tell whether a heading announces the steps that help, and not only something to look at.

    Example:
        >>> is_about_steps("Mitigation"), is_about_steps("Diagnosis")
        (True, False)
    """
    return bool(_STEPS.search(heading))
