"""To whom a reading is told: in which language, when, and which place and time were asked about."""

from datetime import datetime
from typing import NamedTuple

from processors.retrieval.readings.reading import Language
from processors.retrieval.readings.survey import Survey
from processors.retrieval.readings.times import say_moment


class Telling(NamedTuple):
    """What every sentence of a reading is worded by.

    Attributes:
        language: Of the question.
        now: The time of the question.
        place: The place asked about, in words; empty for everything.
        when: The time asked about, in words; empty for none.
    """

    language: Language
    now: datetime
    place: str = ""
    when: str = ""

    def at(self, moment: datetime) -> str:
        """Return a moment in words."""
        return say_moment(moment, self.now)

    def as_of(self, survey: Survey) -> str:
        """Return up to when was looked, in words."""
        return self.at(survey.as_of or self.now)
