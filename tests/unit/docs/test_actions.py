"""The page of the actions has the catalogue as it is."""

import re

from processors.knowledge.actions.catalogue import Action, Parameter, describe_form, load_catalogue
from tests.unit.docs.pages import find_rows

PAGE = "docs/reference/actions.md"


def show(action: Action) -> str:
    command = " ".join(word if isinstance(word, str) else f"[{' '.join(word)}]" for word in action.command)
    told = "; ".join(map(show_parameter, action.parameters)) or "–"
    changes = f"yes, approved by {', '.join(action.approve)}" if action.changing else "no"
    cells = [
        f"`{action.name}`",
        action.about["en"],
        f"`{command}`",
        told,
        ", ".join(action.propose),
        changes,
        f"`{action.rollback}`" if action.rollback else "",
        f"{action.limit_s} s",
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def show_parameter(parameter: Parameter) -> str:
    told = f"`{parameter.name}`: {describe_form(parameter)}"
    if parameter.required:
        return told
    return f"{told}, default `{parameter.default}`" if parameter.default else f"{told}, optional"


def test_each_action_has_its_row_and_no_other_has() -> None:
    rows = find_rows(PAGE, "## The catalogue")
    there = {action.name: re.sub(r" +\|", " |", show(action)) for action in load_catalogue().values()}
    assert rows.keys() - {"action"} == there.keys()
    for name, row in there.items():
        assert re.sub(r" +\|", " |", rows[name]) == row
