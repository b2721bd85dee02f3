"""Containers between colons are notes, tabs, folded text and conditions."""

import pytest

from tests.support.markdown import show, tell


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (
            "::::{tab-set}\n:::{tab-item} apt\nGet it.\n:::\n::::",
            "> [!TAB] apt\n> Get it.",
        ),
        (":::note\nSlow.\n:::", "> [!NOTE]\n> Slow."),
        ("::: warning\nSlow.\n:::\nNext.", "> [!WARNING]\n> Slow.\n\nNext."),
        (":::tip[Be *fast*]{.x #y}\n\nNow.\n\n:::", "> [!TIP] Be fast\n> Now."),
        (":::danger Stop here\nNo.\n:::", "> [!DANGER] Stop here\n> No."),
        ("::: details Show\nSo.\n:::", "> [!DETAILS] Show\n> So."),
        ("::: {.callout-caution title='Hot'}\nOuch.\n:::", "> [!CAUTION] Hot\n> Ouch."),
        (":::{admonition} Hot\n:class: tip\nOuch.\n:::", "> [!NOTE] Hot\n> :class: tip Ouch."),
        ("::::note\n:::tip\na\n:::\nb\n::::", "> [!NOTE]\n>\n> > [!TIP]\n> > a\n>\n> b"),
        (":::tabs\n== apt\na\n== dnf\nb\n:::", "> [!TAB] apt\n> a\n\n> [!TAB] dnf\n> b"),
        (":::: tabs\n@tab:active apt\na\n@tab dnf\nb\n::::", "> [!TAB] apt\n> a\n\n> [!TAB] dnf\n> b"),
        (
            "::: code-group\n\n```sh [npm]\na\n```\n\n```sh\nb\n```\n:::",
            "> [!TAB] npm\n>\n> ```sh\n> a\n> ```\n\n> [!TAB] sh\n>\n> ```sh\n> b\n> ```",
        ),
        ("1. a\n   :::caution\n   b\n   :::\n2. c", "1. a\n\n   > [!CAUTION]\n   > b\n\n2. c"),
        ("> :::note\n> a\n> :::\n> b", "> > [!NOTE]\n> > a\n>\n> b"),
        (':::zone pivot="cli"\nRun.\n:::zone-end\nEnd.', '> [!TAB] zone pivot="cli"\n> Run.\n\nEnd.'),
        (
            ':::moniker range=">=2"\n## New\na\n:::moniker-end',
            '> [!TAB] moniker range=">=2"\n\n## New\n\na\n\n> [!TAB] end of moniker',
        ),
        (':::image type="content" source="a.png" alt-text="Load":::', "![Load](a.png)"),
        ("::: wrapper\na\n:::", "a"),
        ("`:::note`", "`:::note`"),
        ("```\n:::note\n```\n\n    :::tip", "```\n:::note\n```\n\n```\n:::tip\n```"),
    ],
)
def test_containers_are_what_they_say(page: str, shown: str) -> None:
    assert show(page) == shown


def test_one_that_is_never_closed_is_told_and_hides_nothing() -> None:
    assert tell("a\n\n:::note\nb") == ["a.md:3: ::: note is never closed"]
    assert show(":::note\nb\n\n# c\n\nd") == "> [!NOTE]\n\nb\n\n# c\n\nd"


def test_code_in_a_container_may_hold_colons() -> None:
    assert show("::: note\n```\n:::\n```\n:::\na") == "> [!NOTE]\n>\n> ```\n> :::\n> ```\n\na"
