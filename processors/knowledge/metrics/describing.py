"""The last hour of a series in words and figures."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processors.knowledge.metrics.anomalies import LEARN, Episode, find_extreme, find_range
from processors.knowledge.metrics.counters import find_resets
from processors.knowledge.metrics.courses import HOUR_S, Show, describe_course, describe_holes, to_time
from processors.knowledge.metrics.points import Absence, choose_places

Floats = NDArray[np.float64]

# A longer course is told by the medians of so many parts.
_PARTS: Final = 48
# Slopes and steps are found by comparing all pairs of points.
_COURSE: Final = 240
_NAMED: Final = 3


class Window(NamedTuple):
    """A series of which the last hour is told.

    `times` and `values` hold its finite points, perhaps none; `last` is the time of its last point, finite or
    not. Of a counter `level` goes on where it began anew, and `watched`, in which anomalies are looked for,
    is what it gains a second; of all else both are the values.
    """

    times: Floats
    values: Floats
    level: Floats
    watched: Floats
    is_counter: bool
    last: float
    absence: Absence | None
    subject: str
    metric: str
    unit: str
    query: str
    labels: dict[str, str]
    details: str = ""


def begin_of_hour(window: Window) -> float:
    """Return when the hour that is told of begins: it ends with the last finite value."""
    return float(window.times[-1] if len(window.times) else window.last) - HOUR_S


def describe_state(window: Window, episodes: list[Episode]) -> str:
    """Return the words that stay while the figures change: what is embedded."""
    if window.absence:
        state = f"{window.absence.words} of late: it has no present value"
    elif not episodes and len(window.values) < LEARN:
        state = "was seen for a short time: what is usual isn't known yet"
    elif not episodes:
        state = "is as usual"
    elif episodes[-1].end == len(window.values):
        state = "is unusual now: an anomaly"
    else:
        state = "was unusual for a while: an anomaly that is over"
    return f"{window.subject} {state}. {window.metric}".strip()


def describe_window(window: Window, episodes: list[Episode]) -> list[str]:
    """Put the last hour of a series into words and figures, what matters most in the first sentence.

    Args:
        window: The series, with what was before the hour.
        episodes: The anomalies of the hour in what is watched.

    Returns:
        Lines.
    """
    show = Show(window.unit, to_time(window.last))
    recent = window.times > begin_of_hour(window)
    lines = [_describe_head(window, episodes, show)]
    if recent.sum() > 1:
        lines += [_describe_hour(window, recent, show), *_describe_history(window, show)]
    lines += describe_holes(window.times[recent], show)
    if window.is_counter:
        lines.append("It is a counter, which only grows: its rate tells more.")
    return [*lines, *filter(None, [window.details]), f"PromQL: {window.query}"]


def _describe_head(window: Window, episodes: list[Episode], show: Show) -> str:
    if window.absence:
        head = _describe_absence(window, window.absence, show)
    elif window.is_counter:
        head = _describe_growth(window, episodes, show)
    else:
        head = _describe_anomaly(window, episodes, show)
    return f"{head}{_describe_resets(window, show)}"


def _describe_absence(window: Window, absence: Absence, show: Show) -> str:
    head = f"{window.subject} {absence.words} since {to_time(absence.since):%Y-%m-%d %H:%M} UTC"
    if not len(window.values):
        return f"{head}: none of its points is one that can be compared."
    was = f"it was {show.value(window.values[-1])} at {show.time(window.times[-1])} UTC"
    return f"{head}: {was}, up to then {show.range(*find_range(window.values))}."


def _describe_anomaly(window: Window, episodes: list[Episode], show: Show) -> str:
    last = show.value(window.values[-1])
    when = f"{show.now:%Y-%m-%d %H:%M} UTC"
    before = window.values[window.times <= begin_of_hour(window)]
    if episodes:
        episode = episodes[-1]
        begin = show.time(window.times[episode.begin])
        usually = f"usually {show.range(episode.low, episode.high)} (anomaly score {episode.score:.2f})"
        if episode.end == len(window.values):
            return f"{window.subject} is unusual since {begin} UTC: {last} at {when}, {usually}."
        over = show.time(window.times[episode.end])
        inside = window.values[episode.begin : episode.end]
        most = show.value(find_extreme(inside, episode.low, episode.high))
        return (
            f"{window.subject} was unusual from {begin} to {over} UTC: {most}, {usually}; {last} at {when}."
        )
    if len(window.values) < LEARN or not len(before):
        known = "1 point is" if len(window.values) == 1 else f"{len(window.values)} points are"
        return f"{window.subject} is {last} at {when}; what is usual isn't known yet: only {known} there."
    low, high = find_range(before)
    if low <= window.values[-1] <= high:
        return f"{window.subject} is as usual: {last} at {when}, usually {show.range(low, high)}."
    return f"{window.subject} moves as usual: {last} at {when}, before {show.range(low, high)}."


def _describe_growth(window: Window, episodes: list[Episode], show: Show) -> str:
    """Return how a counter grows; what it stands at says only since when it counts."""
    stands = f"{show.value(window.values[-1])} at {show.now:%Y-%m-%d %H:%M} UTC"
    if len(window.values) < LEARN and not episodes:
        known = "1 point is" if len(window.values) == 1 else f"{len(window.values)} points are"
        return f"{window.subject} is {stands}; what is usual isn't known yet: only {known} there."
    if not episodes:
        usually = show.range(*find_range(window.watched))
        grows = show.value(window.watched[-1])
        return f"{window.subject} grows as usual: by {grows} a second, usually {usually}; it is {stands}."
    episode = episodes[-1]
    begin = show.time(window.times[episode.begin])
    inside = window.watched[episode.begin : episode.end]
    most = f"{show.value(find_extreme(inside, episode.low, episode.high))} a second"
    usually = f"usually {show.range(episode.low, episode.high)} (anomaly score {episode.score:.2f})"
    if episode.end == len(window.values):
        return f"{window.subject} grows unusually since {begin} UTC: by {most}, {usually}; it is {stands}."
    over = show.time(window.times[episode.end])
    return (
        f"{window.subject} grew unusually from {begin} to {over} UTC: by {most}, {usually}; it is {stands}."
    )


def _describe_resets(window: Window, show: Show) -> str:
    """Return when a counter began anew in the last hour, and how often before."""
    if not window.is_counter:
        return ""
    times = window.times[find_resets(window.values)]
    recent = times[times > begin_of_hour(window)]
    named = ", ".join(show.time(time) for time in recent[-_NAMED:])
    earlier = len(times) - len(recent[-_NAMED:])
    if len(recent):
        more = f", and {earlier} times earlier" if earlier else ""
        return f" It began anew at {named} UTC{more}: a restart, no anomaly."
    return f" It began anew at {show.time(times[-1])} UTC: a restart, no anomaly." if len(times) else ""


def _describe_hour(window: Window, recent: NDArray[np.bool_], show: Show) -> str:
    times, values, level = window.times[recent], window.values[recent], window.level[recent]
    places = choose_places(len(times), _COURSE)
    course = describe_course(times[places], level[places], show)
    span = f"From {show.time(times[0])} to {show.time(times[-1])} UTC"
    if window.is_counter:
        return f"{span}: grew by {show.value(level[-1] - level[0])}; {course}."
    figures = ", ".join(
        f"{name} {show.value(value)}"
        for name, value in (
            ("lowest", values.min()),
            ("median", np.median(values)),
            ("highest", values.max()),
        )
    )
    return f"{span}: {figures}; {course}."


def _describe_history(window: Window, show: Show) -> list[str]:
    """Return how the series went over all that is known of it, if that is longer than the hour."""
    begin = float(window.times[0])
    if begin > begin_of_hour(window):
        return []
    numbers = np.floor((window.times - begin) / (window.times[-1] - begin) * _PARTS)
    parts = [numbers == part for part in range(_PARTS) if (numbers == part).any()]
    times = np.array([window.times[part][0] for part in parts])
    course = describe_course(times, np.array([np.median(window.level[part]) for part in parts]), show)
    return [f"Since {show.time(begin)} UTC: {course}."]
