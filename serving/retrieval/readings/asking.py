"""What every reading asks by: whose index, who may see what, which places and which time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processors.retrieval.conditions import list_conditions
from processors.retrieval.readings.places import build_place_conditions, lies_in, name_places
from processors.retrieval.readings.requests import build_survey_query, build_time_condition
from processors.retrieval.readings.seen import Seen, parse_seen
from processors.retrieval.readings.survey import Survey, parse_survey
from processors.retrieval.readings.telling import Telling
from processors.retrieval.readings.times import say_window
from processors.versions.names import cover_family
from serving.context.correlation import name_search
from serving.context.metrics import time_stage

if TYPE_CHECKING:
    from datetime import datetime

    from processors.retrieval.question.scope import Place
    from processors.retrieval.question.time_window import TimeWindow
    from serving.clients.lifespan import Clients
    from serving.retrieval.question import Question


@dataclass(frozen=True)
class Asking:
    """A question on its way through a reading; the conditions hold in each of its requests."""

    clients: Clients
    question: Question
    version: str
    now: datetime
    places: tuple[Place, ...]

    @property
    def window(self) -> TimeWindow | None:
        """The time asked about."""
        return self.question.window

    @property
    def telling(self) -> Telling:
        """How what is read is worded."""
        language = self.question.understood.language
        when = say_window(self.window, self.now, language) if self.window else ""
        return Telling(language, self.now, name_places(self.places, language), when)

    @property
    def anywhere(self) -> list[dict[str, Any]]:
        """What every chunk must fulfil, wherever and whenever it was made."""
        return list_conditions(self.question.groups, self.question.filters)

    @property
    def anytime(self) -> list[dict[str, Any]]:
        """The same, in the places asked about."""
        return [*self.anywhere, *build_place_conditions(self.places)]

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """The same, in the time asked about."""
        return [*self.anytime, *self.of_time]

    @property
    def of_time(self) -> list[dict[str, Any]]:
        """What lies in the time asked about fulfils; nothing if none is."""
        return [build_time_condition(self.window)] if self.window else []

    async def search(self, body: dict[str, Any]) -> Any:
        """Return the response to a search in the version."""
        with time_stage("reading"):
            return await self.clients.search.search(
                index=cover_family(self.version), body=body, headers=name_search()
            )

    async def find(self, *bodies: dict[str, Any]) -> list[Seen]:
        """Return what some searches find in the places, in their order, each chunk once.

        Args:
            *bodies: Of searches that are made at once.
        """
        found, _ = await self.find_all(*bodies)
        return found

    async def find_all(self, *bodies: dict[str, Any]) -> tuple[list[Seen], bool]:
        """Return the same, and whether that is all: no search found as many as it asked for.

        Args:
            *bodies: Of searches that are made at once.
        """
        responses = await asyncio.gather(*map(self.search, bodies))
        is_all = all(
            len(response["hits"]["hits"]) < body["size"]
            for response, body in zip(responses, bodies, strict=True)
        )
        found = {seen.key: seen for response in responses for seen in parse_seen(response)}
        return [seen for seen in found.values() if lies_in(self.places, seen)], is_all

    async def survey(self, conditions: list[dict[str, Any]] | None = None) -> Survey:
        """Return how much there is to look at.

        Args:
            conditions: What is counted; None for what lies in the places and the time.
        """
        return parse_survey(
            await self.search(build_survey_query(self.conditions if conditions is None else conditions))
        )
