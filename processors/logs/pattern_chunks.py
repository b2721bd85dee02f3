"""The chunk that stands for a window of log lines."""

import re
from typing import Final

from processors.chunk import Chunk, hash_content, make_id
from processors.logs.patterns import Window, write_offsets

# A line's own time is no part of a headline.
_TIME_MASK: Final = re.compile(r"\[?<TIME>(?:[T ,]*<(?:TIME|NUM)>)*\]?,?\s*")
_SHOWN_VALUES: Final = 5


def build_pattern_chunk(window: Window, source_offset: int, batch_id: str, ingested_at: str) -> Chunk:
    """Return the chunk of a window; its first place in Kafka and its hour name it.

    Args:
        window: As it is at `source_offset`.
        source_offset: Up to where its partition was folded.
        batch_id: The run that read it last.
        ingested_at: When it read it.
    """
    headline = _TIME_MASK.sub("", window["template"]).strip() or window["template"]
    title = f"{window['service']}: {headline}"[:160]
    gist = f"{window['severity']} {window['service']} {window['namespace']}: {headline}"
    place = (window["topic"], window["partition"])
    start, end = window["offsets"][0][0], window["offsets"][-1][1]
    cite = {"type": "log", "topic": place[0], "partition": place[1], "start_offset": start, "end_offset": end}
    return Chunk(
        chunk_id=make_id("log_pattern", *place, start, window["begin"][:13]),
        doc_id=make_id("log_pattern", *place, window["service"], window["pattern"]),
        source=window["topic"],
        kind="log_pattern",
        title=title,
        heading_path="",
        text="\n".join((*_describe(window), *window["samples"])),
        gist=gist,
        content_hash=hash_content(title, "", gist),
        began_at=window["begin"],
        observed_at=window["end"],
        ingested_at=ingested_at,
        cluster="",
        namespace=window["namespace"],
        service=window["service"],
        severity=window["severity"],
        labels={
            "template": window["template"],
            "count": str(window["count"]),
            "new": str(window["is_new"]).lower(),
        },
        values=list(window["values"]),
        source_offset=source_offset,
        source_offsets=write_offsets(window["offsets"]),
        acl=["public"],
        cite={**cite, "file": window["file"]},
        batch_id=batch_id,
    )


def _describe(window: Window) -> list[str]:
    begin, end = window["begin"][:19], window["end"][:19]
    span = f"at {end} UTC" if begin == end else f"between {begin} and {end} UTC"
    lines = "1 log line" if window["count"] == 1 else f"{window['count']} log lines"
    of = f"{window['service']} in {window['namespace']}" if window["namespace"] else window["service"]
    told = [f"{lines} of {of} ({window['severity']}) {span}:"]
    if window["is_new"]:
        told.append(f"New: no line like this was seen before {begin} UTC.")
    if len(window["values"]) > 1 and window["count"] > 1:
        shown = ", ".join(list(window["values"])[-_SHOWN_VALUES:])
        told.append(f"It varies in {len(window['values'])} values, last {shown}.")
    return told
