"""What is remembered of lines that were sent stays small, and nothing is looked at that isn't remembered."""

from typing import Any

from processors.collectors import log_indices
from processors.collectors.log_indices import Place, move


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
