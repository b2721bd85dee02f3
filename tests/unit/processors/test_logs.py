"""Log lines become patterns whose chunk ids survive being read again."""

import json
from typing import Any

import pytest

from processors.logs import add_templates, build_log_chunk, parse_log, summarise_pattern
from processors.record import Record


def make_record(offset: int, message: str = "ready in 12 ms", partition: int = 0, **fields: Any) -> Record:
    body = {"@timestamp": "2026-11-21T07:00:00Z", "message": message, "service": {"name": "redis"}, **fields}
    return Record(
        topic="runlore.logs",
        partition=partition,
        offset=offset,
        timestamp_ms=0,
        key="redis",
        headers={},
        value=json.dumps(body),
    )


def chunk_ids(records: list[Record]) -> dict[str, int]:
    patterns = add_templates([parse_log(record) for record in records])
    chunks = [build_log_chunk(summarise_pattern(pattern), "b", "now") for pattern in patterns]
    return {chunk["chunk_id"]: int(chunk["labels"]["count"]) for chunk in chunks}


def test_ecs_and_opentelemetry_names_are_read() -> None:
    ecs = parse_log(make_record(0, log={"level": "ERROR"}, kubernetes={"namespace": "shop"}))
    flat = parse_log(make_record(0, **{"service.name": "redis", "log.level": "ERROR"}))
    assert (ecs["severity"], ecs["namespace"], ecs["service"]) == ("error", "shop", "redis")
    assert (flat["severity"], flat["service"]) == ("error", "redis")


def test_severity_comes_from_the_line_when_nothing_else_names_it() -> None:
    assert parse_log(make_record(0, "[WARN ][o.o.node] disk"))["severity"] == "warning"
    assert parse_log(make_record(0, "a plain line"))["severity"] == "info"


@pytest.mark.parametrize("value", [None, "no json", "[]", "{}", '{"message": "  "}', '{"message": 7}'])
def test_a_record_without_a_message_is_an_error(value: str | None) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_log({**make_record(0), "value": value})


def test_equal_lines_become_one_pattern_with_their_count() -> None:
    ids = chunk_ids([make_record(n, f"request {n} took {n * 3} ms") for n in range(1000)])
    assert list(ids.values()) == [1000]


def test_reading_more_lines_again_keeps_the_ids_and_corrects_the_counts() -> None:
    lines = [
        make_record(n, f"job {n} failed" if n % 2 else f"user u{n} logged in from 10.0.0.{n}")
        for n in range(20)
    ]
    before, after = chunk_ids(lines[:9]), chunk_ids(lines)
    assert set(before) <= set(after)
    assert sum(after.values()) == len(lines)


def test_the_order_in_which_partitions_arrive_does_not_matter() -> None:
    lines = [make_record(n, f"took {n} ms", partition=n % 2) for n in range(10)]
    assert chunk_ids(lines) == chunk_ids(lines[::-1])


def test_a_chunk_cites_its_offsets_and_shows_the_newest_lines() -> None:
    events = [
        parse_log(make_record(n, f"took {n} ms", **{"@timestamp": f"2026-11-21T07:00:{n:02}Z"}))
        for n in range(9)
    ]
    chunk = build_log_chunk(summarise_pattern(add_templates(events)[0]), "b", "now")
    assert chunk["cite"] | {"start_offset": 0, "end_offset": 8, "type": "log"} == chunk["cite"]
    assert chunk["text"].splitlines()[0] == (
        "9 log lines of redis (info) between 2026-11-21T07:00:00 and 2026-11-21T07:00:08 UTC:"
    )
    assert chunk["text"].splitlines()[1:] == [f"took {n} ms" for n in (5, 6, 7, 8)]
    assert chunk["observed_at"].startswith("2026-11-21T07:00:08")


def test_the_title_leaves_out_the_lines_own_time() -> None:
    lines = ["2026-11-21 09:10:09,195 WARN stopped: web", "[2026-11-21T09:10:09,195][WARN ][o.o.n] disk"]
    for line, title in zip(lines, ("redis: WARN stopped: web", "redis: [WARN ][o.o.n] disk"), strict=True):
        (pattern,) = add_templates([parse_log(make_record(0, line))])
        assert build_log_chunk(summarise_pattern(pattern), "b", "now")["title"] == title
