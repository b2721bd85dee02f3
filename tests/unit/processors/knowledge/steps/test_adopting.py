"""What stands at the left edge below a step belongs to it, however it is written."""

import pytest

from processors.knowledge.blocks import Block
from processors.knowledge.blocks.walking import list_code
from processors.knowledge.markdown.reading import read_markdown
from processors.knowledge.steps.adopting import adopt_steps

TABS = (
    "> [!TAB] Linux\n>\n> ```sh\n> hoist start\n> ```\n\n"
    "> [!TAB] Windows\n>\n> ```sh\n> hoist.exe start\n> ```\n"
)


def read_steps(text: str) -> tuple[list[list[str]], list[Block]]:
    """The code of each step of the first list, and the blocks behind it."""
    steps, *rest = adopt_steps(read_markdown(text))
    return [[code["text"] for code in list_code(step["children"])] for step in steps["children"]], rest


@pytest.mark.parametrize("second", ["2", "1"])
def test_tabs_between_steps_are_of_the_step_above_them(second: str) -> None:
    codes, rest = read_steps(f"1. Start it.\n\n{TABS}\n{second}. Look.\n")
    assert (codes, rest) == ([["hoist start", "hoist.exe start"], []], [])


def test_tabs_of_code_behind_the_last_step_are_its_own_where_others_have_some() -> None:
    codes, rest = read_steps(f"1. Stop it.\n\n{TABS}\n2. Start it.\n\n{TABS}")
    assert (codes, rest) == ([["hoist start", "hoist.exe start"]] * 2, [])


def test_tabs_below_a_step_that_ends_with_a_colon_are_its_own() -> None:
    codes, rest = read_steps(f"1. Look.\n2. Start it:\n\n{TABS}")
    assert (codes, rest) == ([[], ["hoist start", "hoist.exe start"]], [])


def test_tabs_with_steps_of_their_own_stay_apart() -> None:
    _, rest = read_steps(
        "1. Look.\n2. Choose:\n\n> [!TAB] Linux\n>\n> 1. a\n>\n>    ```sh\n>    b\n>    ```\n"
    )
    assert [block["kind"] for block in rest] == ["tab"]
