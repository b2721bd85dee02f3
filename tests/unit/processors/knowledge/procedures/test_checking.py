"""What a runbook lacks is found, and nothing else; records of pages outlive the run that made them."""

from datetime import date

from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.procedures.checking import PageRecord, check_page, record_page, update_records
from processors.knowledge.procedures.reading import read_procedure

TODAY = date(2026, 11, 21)
WHOLE = """---
alert: Red
owner: platform
last_reviewed: 2026-01-01
---
# Red

## Symptoms

Red.

## Steps

1. See [there](b.md#other-heading) and [here](#steps), not [code](../x.py) nor [elsewhere](/x.md).

   ```sh
   ls
   ```

## Rollback

None.
"""
OTHER = "# B\n\n## Other heading\n\nx\n"


def record(path: str, text: str) -> PageRecord:
    document = parse_document(path, text)
    return record_page("r", document, read_procedure(document))


def find(text: str, others: dict[str, str], today: date = TODAY) -> list[tuple[str, int]]:
    pages = {path: record(path, page) for path, page in {"run/a.md": text, **others}.items()}
    return [(finding["kind"], finding["line"]) for finding in check_page(pages["run/a.md"], pages, today)]


def test_a_whole_runbook_lacks_nothing() -> None:
    assert find(WHOLE, {"run/b.md": OTHER}) == []


def test_every_lack_is_found_with_its_line() -> None:
    assert find("---\nalert: Red\n---\ntext", {}) == [
        ("no_steps", 1), ("no_symptoms", 1), ("no_rollback", 1), ("no_owner", 1), ("not_reviewed", 1),
    ]  # fmt: skip
    assert find(WHOLE.replace("1. See", "- See"), {"run/b.md": OTHER}) == [("unnumbered_steps", 14)]
    assert find(WHOLE.replace("   ls", "   echo ("), {"run/b.md": OTHER}) == [("broken_command", 17)]
    assert find(WHOLE, {"run/b.md": OTHER}, date(2027, 1, 2)) == [("not_reviewed", 1)]
    assert find(WHOLE.replace("2026-01-01", "soon"), {"run/b.md": OTHER}) == [("not_reviewed", 1)]


def test_dead_links_and_anchors_follow_what_other_pages_are_now() -> None:
    assert find(WHOLE, {}) == [("dead_link", 14)]
    assert find(WHOLE, {"run/b.md": "# B\n\nx\n"}) == [("dead_anchor", 14)]
    assert find(WHOLE.replace("b.md#other-heading", "../unread/b.md"), {}) == []


def test_only_runbooks_are_judged() -> None:
    assert record("docs/guide.md", OTHER)["lacks"] is None
    assert record("docs/runbooks/README.md", OTHER)["lacks"] is None
    assert record("docs/runbooks/x.md", OTHER)["lacks"]
    assert record("KubePodCrashLooping.md", "# KubePodCrashLooping\n\n## Meaning\n\nx\n")["lacks"]


def test_records_are_carried_over_replaced_and_dropped() -> None:
    old = {name: record(f"{name}.md", OTHER) for name in ("kept", "edited", "deleted")}
    elsewhere = {**record("x.md", OTHER), "repository": "taken out of the settings"}
    new = record("edited.md", WHOLE)
    updated = update_records({**old, "gone": elsewhere}, ["edited", "deleted"], ["r"], {"edited": new})  # type: ignore[dict-item]
    assert updated == {"kept": old["kept"], "edited": new}
