"""What is remembered of lines that were sent stays small, and nothing is looked at that isn't remembered."""

import json
from typing import Any

from processors.pipelines.collect import log_indices
from processors.pipelines.collect.log_indices import Place, _write_message, move
from processors.settings.sources import LogIndex


def make_lines(*times: int) -> list[dict[str, Any]]:
    return [{"_index": "a", "_id": f"{time}-{n}", "sort": [time]} for n, time in enumerate(times)]


def test_the_window_follows_the_newest_line_and_never_goes_back() -> None:
    place = move(Place(from_ms=100, sent={}), make_lines(110, 150, 200), overlap_ms=60)
    assert (place["from_ms"], sorted(place["sent"].values())) == (140, [150, 200])
    place = move(place, make_lines(145), overlap_ms=60)
    assert (place["from_ms"], sorted(place["sent"].values())) == (140, [145, 150, 200])


def test_a_crowded_window_shrinks_to_what_can_be_remembered(monkeypatch: Any) -> None:
    monkeypatch.setattr(log_indices, "_REMEMBERED", 3)
    place = move(Place(from_ms=0, sent={}), make_lines(1, 2, 2, 3, 4), overlap_ms=1000)
    # Of the two lines at 2 only one could be remembered: neither is looked at again.
    assert (place["from_ms"], sorted(place["sent"].values())) == (3, [3, 4])


def test_a_line_keeps_its_source_and_gets_the_time_that_shippers_write() -> None:
    line = {"_index": "app-7", "_id": "1", "sort": [0], "_source": {"message": "up", "written": "1970-01-01"}}
    key, value, headers = _write_message(LogIndex(url="http://o", index="app-*", time_field="written"), line)
    assert (key, headers) == ("app-7", {"source": "app-7"})
    assert json.loads(value) == {"@timestamp": "1970-01-01T00:00:00+00:00", **line["_source"]}
    named = {**line, "_source": {"@timestamp": "1970-01-01", "service": {"name": "shop"}}}
    key, value, _ = _write_message(LogIndex(url="http://o", index="app-*"), named)
    assert (key, json.loads(value)) == ("shop", named["_source"])
