"""Set-up installs the program that reads AsciiDoc, and it reads."""

from processors.knowledge.documents.pages import convert_page


def test_a_page_of_asciidoc_is_read() -> None:
    text = "= The loom is jammed\n\n. Halt it.\n. Free the thread.\n\ninclude::/etc/passwd[]\n"
    page = convert_page("loom.adoc", text.encode(), 2_000_000)
    assert page["warnings"] == []
    assert page["text"].startswith("# The loom is jammed\n\n1. Halt it.\n2. Free the thread.\n")
    assert "> [!OMITTED] include\n> `/etc/passwd`" in page["text"]
