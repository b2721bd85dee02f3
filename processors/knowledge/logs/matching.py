"""Which pattern a line has, or, of an access log, which route."""

from typing import Final, NamedTuple

from drain3.drain import Drain

from processors.knowledge.logs.headlines import find_headline
from processors.knowledge.logs.masks import find_identifiers, find_values, mask_variables
from processors.knowledge.logs.mining import mine_line
from processors.knowledge.logs.parsing import LogLine
from processors.knowledge.logs.routes import choose_route

_LONGEST_VALUE: Final = 200


class LineMatch(NamedTuple):
    """The pattern of a line; `route` is empty if it is of no access log, else `pattern` is 0."""

    pattern: int
    route: str
    template: str
    is_new: bool
    values: list[str]


def match_line(miner: Drain, routes: dict[str, int], line: LogLine) -> LineMatch:
    """Find or make the pattern or route of a line.

    Args:
        miner: Knows the patterns of the line's service; changed in place.
        routes: Those of the service; changed in place.
        line: The line.

    Returns:
        Its pattern, and the values that somebody might look for.
    """
    if line["http"]:
        route, is_new = choose_route(routes, line["http"])
        values = [*find_identifiers(line["message"]), *line["http"].ids]
        return LineMatch(0, route, route, is_new, _add_identifiers(line, values))
    headline = find_headline(line["message"], line["clock_ms"])
    masked = mask_variables(headline)
    pattern, template, is_new = mine_line(miner, masked)
    values = find_values(headline, masked, template)
    return LineMatch(pattern, "", template, is_new, _add_identifiers(line, values))


def _add_identifiers(line: LogLine, values: list[str]) -> list[str]:
    return [*(each for each in line["identifiers"] if len(each) <= _LONGEST_VALUE), *values]
