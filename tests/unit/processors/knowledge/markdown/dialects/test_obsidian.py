"""Obsidian's marks are taken away, its links are links."""

import pytest

from tests.support.markdown import show


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("a %%never%% b", "a b"),
        ("a\n\n%%\nnever\n\nshown\n%%\n\nb", "a\n\nb"),
        ("a\n\n%%\nlost", "a\n\n%% lost"),
        ("100 %% of it", "100 %% of it"),
        ("Never ==open it== now.", "Never open it now."),
        ("if a==b and c==d, x == y", "if a==b and c==d, x == y"),
        ("Stop it. ^step-1\n\nb", "Stop it.\n\nb"),
        ("2 ^2\nand a^b", "2 ^2 and a^b"),
        ("[[belt]]", "[belt](belt.md)"),
        ("[[fan belt|the belt]]", "[the belt](<fan belt.md>)"),
        ("[[Motor#Too hot]]", "[Motor > Too hot](<Motor.md#Too hot>)"),
        ("[[#Below]]", "[Below](#Below)"),
        ("Beat it, ![[filter.png|300]] then go.", "Beat it, ![](filter.png) then go."),
        ("![[a.png|The filter]]", "![The filter](a.png)"),
        ("x ![[other note]] y", "x [other note](<other note.md>) y"),
        ("![[other]]", "> [!OMITTED] include\n> `other`"),
        ("[[1, 2]], [[ -f x ]], [[a]](b)", "[[1, 2]], [[ -f x ]], [\\[a\\]](b)"),
        ("a\n\n#ops #hall/3\n\nb", "a\n\nb"),
        ("a\n\n#ops", "a"),
        ("Ask in\n#on-call\nnow.", "Ask in #on-call now."),
        ("> [!danger]- Dust *explodes*\n> Keep off.", "> [!DANGER] Dust explodes\n> Keep off."),
        ("`[[a]] ==b== %%c%%`", "`[[a]] ==b== %%c%%`"),
        ("```\n[[a]] ==b==\n%%\nc ^d\n%%\n#e #f\n```", "```\n[[a]] ==b==\n%%\nc ^d\n%%\n#e #f\n```"),
        ("| [[a\\|b]] | c |\n| - | - |", "| [b](a.md) | c |\n| --- | --- |"),
    ],
)
def test_marks_are_what_they_show(page: str, shown: str) -> None:
    assert show(page) == shown
