"""A runbook becomes a structured procedure with the lines of its page."""

from processors.knowledge.markdown.parsing import parse_document
from processors.knowledge.procedures import Procedure
from processors.knowledge.procedures.reading import make_slug, read_procedure

PAGE = """---
title: Kafka consumer lag grows
alert: ConsumerLag
owner: [platform, ml]
last_reviewed: 2026-11-21
---

It reads slower than others write.

## Symptoms

- `kafka_lag` above 1,000.
- Answers are old.

## Checks

1. Look at the lag with `kubectl get pods`, then [the disk](disk-full.md#steps).

## Steps

1. Restart it.

   ```bash
   # as root
   sudo systemctl restart <consumer>
   ```

   1. Wait.
   2. Look again.

2. Ask the [owner](https://example.org/owner).

### Roll back {#undo}

Set the old version again.

## Why it happens

- Many events.
"""


def read(text: str, path: str = "docs/lag.md") -> Procedure:
    return read_procedure(parse_document(path, text))


def test_each_part_of_a_runbook_is_read_with_its_lines() -> None:
    procedure = read(PAGE)
    assert procedure["alerts"] == ["ConsumerLag"]
    assert (procedure["owner"], procedure["last_reviewed"]) == ("platform", "2026-11-21")
    assert [(p["text"], p["line"]) for p in procedure["symptoms"]] == [
        ("`kafka_lag` above 1,000.", 12),
        ("Answers are old.", 13),
    ]
    first, second = procedure["steps"]
    assert [(step["number"], step["line"]) for step in (first, second)] == [("1", 21), ("2", 31)]
    assert [(step["number"], step["text"]) for step in first["steps"]] == [
        ("1.1", "Wait."),
        ("1.2", "Look again."),
    ]
    (restart,) = first["commands"]
    assert (restart["language"], restart["line"], restart["target"]) == ("bash", 24, "systemctl")
    assert PAGE.splitlines()[restart["line"] - 1].strip() == restart["text"].splitlines()[0]
    assert [command["target"] for command in procedure["prechecks"][0]["commands"]] == ["kubectl"]
    assert procedure["rollback"] == [{"text": "Set the old version again.", "line": 35}]
    assert [(link["target"], link["line"]) for link in procedure["links"]] == [("disk-full.md#steps", 17)]
    assert {"symptoms", "undo", "why-it-happens"} <= set(procedure["anchors"])


def test_headings_of_other_houses_and_in_russian_are_understood() -> None:
    procedure = read(
        "# KubePodCrashLooping\n\n## Meaning\n\nIt crashes.\n\n## Mitigation\n\nFix it.\n", "a.md"
    )
    assert procedure["alerts"] == ["KubePodCrashLooping"]
    assert procedure["symptoms"][0]["text"] == "It crashes."
    assert [(step["number"], step["text"]) for step in procedure["steps"]] == [("", "Fix it.")]
    russian = read("# Лаг\n\n## Симптомы\n\nСтарые ответы.\n\n## Шаги\n\n1. Ждать.\n\n## Откат\n\nНет.\n")
    assert (len(russian["symptoms"]), russian["steps"][0]["number"], len(russian["rollback"])) == (1, "1", 1)


def test_numbered_headings_are_steps_and_what_is_unwritten_is_none() -> None:
    steps = read("# A\n\n## Steps\n\n### Step 1: Look\n\n1. Here.\n2. There.\n\n### 2. Act\n\nDo.\n")["steps"]
    assert [(step["number"], step["text"]) for step in steps] == [("1", "Look"), ("2", "Act")]
    assert [step["number"] for step in steps[0]["steps"]] == ["1.1", "1.2"]
    assert read("# A\n\n## Mitigation\n\nTODO\n")["steps"] == []


def test_a_page_without_any_of_it_is_empty_and_the_date_of_its_change_counts_as_a_review() -> None:
    document = parse_document("a.md", "text")
    procedure = read_procedure(document, changed_at="2026-01-02T03:04:05Z")
    assert not any(
        procedure[part] for part in ("alerts", "symptoms", "prechecks", "steps", "rollback", "owner")
    )
    assert procedure["last_reviewed"] == "2026-01-02"


def test_an_anchor_is_made_as_renderers_make_it() -> None:
    assert make_slug("What's in `/etc`?") == "whats-in-etc"
