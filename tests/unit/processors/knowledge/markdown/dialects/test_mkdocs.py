"""Tabs, notes and folded text of MkDocs keep what is in them, with its label."""

import pytest

from tests.support.markdown import lines, show


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (
            '- a\n\n  > b\n  >\n  >     !!! tip\n  >     === "apt"',
            '- a\n\n  > b\n  >\n  > ```\n  > !!! tip\n  > === "apt"\n  > ```',
        ),
        ("> - a\n>\n>     !!! tip\n>         b", "> - a\n>\n>   > [!TIP]\n>   > b"),
        ('=== "apt"\n\n    Get it.\n', "> [!TAB] apt\n> Get it."),
        (
            '=== "apt"\n    Get it.\n=== "dnf"\n    Take it.',
            "> [!TAB] apt\n> Get it.\n\n> [!TAB] dnf\n> Take it.",
        ),
        ("=== 'a \"b\"'\n\n    c", '> [!TAB] a "b"\n> c'),
        ('===! "a"\n\n    b', "> [!TAB] a\n> b"),
        ("!!! note\n    Slow.\n\nNext.", "> [!NOTE]\n> Slow.\n\nNext."),
        ('!!! warning ""\n    Slow.', "> [!WARNING]\n> Slow."),
        ('!!! tip inline end "Use `x`"\n\n    Now.', "> [!TIP] Use x\n> Now."),
        ('??? question "Why?"\n    So.', "> [!DETAILS] Why?\n> So."),
        ("???+ example\n    So.", "> [!DETAILS] Example\n> So."),
        ("!!! note\n    a\n\n    !!! tip\n        b", "> [!NOTE]\n> a\n>\n> > [!TIP]\n> > b"),
        ("- x\n\n    !!! note\n        y\n\n    z\n- w", "- x\n\n  > [!NOTE]\n  > y\n\n  z\n\n- w"),
        ("What!!! note that", "What!!! note that"),
        ("a === b and !!! c", "a === b and !!! c"),
        ("Red\n===", "# Red"),
        ('a\n\n    === "no tab"\n', 'a\n\n```\n=== "no tab"\n```'),
        ('```\n!!! note\n    a\n=== "b"\n```', '```\n!!! note\n    a\n=== "b"\n```'),
    ],
)
def test_what_is_further_in_is_within(page: str, shown: str) -> None:
    assert show(page) == shown


def test_steps_with_code_in_a_tab_are_steps_with_code() -> None:
    page = """
        Wake the kiln.

        === "Gas"

            1. Open the tap:

                ```sh
                kiln gas \\
                \t--open
                ```

            2. Light it.

        === "Wood"

            1. Stack it.

        Then wait.
        """
    assert show(page) == lines("""
        Wake the kiln.

        > [!TAB] Gas
        >
        > 1. Open the tap:
        >
        >    ```sh
        >    kiln gas \\
        >    \t--open
        >    ```
        >
        > 2. Light it.

        > [!TAB] Wood
        >
        > 1. Stack it.

        Then wait.
        """)
