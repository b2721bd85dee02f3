"""Attributes of kramdown show nothing, or make a note."""

import pytest

from tests.support.markdown import show


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("Hot.\nVery.\n{: .warning }\n\nNext.", "> [!WARNING]\n> Hot. Very.\n\nNext."),
        ("{: .tip }\nDo.\n\nNext.", "> [!TIP]\n> Do.\n\nNext."),
        ("{: .note-title }\n> Do\n>\n> So.", "> > [!NOTE]\n> > Do\n> >\n> > So."),
        ("- a\n- b\n{: .note }", "- a\n- b"),
        ("# T {: #x}\n\na {: .y} b", "# T\n\na b"),
        ("1. TOC\n{:toc}\n\na", "1. TOC\n\na"),
        ("{::nomarkdown}\n<b>a</b>\n{:/}", "a"),
        ("`{: .note }`", "`{: .note }`"),
        ("```\na\n{: .note }\n```", "```\na\n{: .note }\n```"),
        ("  Hot.\n{: .note}", "> [!NOTE]\n> Hot."),
    ],
)
def test_attributes_are_what_they_make(page: str, shown: str) -> None:
    assert show(page) == shown
