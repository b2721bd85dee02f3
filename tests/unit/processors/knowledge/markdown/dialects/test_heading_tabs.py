"""Headings that lead to `#tab/…` are tabs."""

from tests.support.markdown import show


def test_headings_are_tabs_up_to_a_rule() -> None:
    page = "### [CLI](#tab/cli)\n\n```sh\na\n```\n\n### [Portal](#tab/portal)\n\nb\n\n---\n\nc\n\n---\n\nd"
    assert show(page) == "> [!TAB] CLI\n>\n> ```sh\n> a\n> ```\n\n> [!TAB] Portal\n> b\n\nc\n\n___\n\nd"


def test_a_heading_above_ends_them_as_well() -> None:
    assert show("# [A](#tab/a)\n\na\n\n## Next\n\nb") == "> [!TAB] A\n> a\n\n## Next\n\nb"
