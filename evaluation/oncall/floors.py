"""Whether the answers to the on-call questions are good enough for a release."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

FLOORS_FILE: Final = Path(__file__).with_name("floors.yaml")

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, strict=True)]


class Floors(BaseModel):
    """What must be reached; `floors.yaml` tells what each of them means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    right: dict[Literal["en", "ru"], Share]
    dead_ends: Count
    made_up: Count


class Result(NamedTuple):
    """What became of a question."""

    language: str
    split: str
    is_right: bool
    is_dead_end: bool
    is_made_up: bool


def load_floors(path: Path = FLOORS_FILE) -> Floors:
    """Return the floors.

    Raises:
        pydantic.ValidationError: The file has a wrong word or value in it.
    """
    return Floors.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def list_shortfalls(floors: Floors, results: Sequence[Result]) -> list[str]:
    """Return what isn't reached, a sentence each; shares are those of the questions that are held out.

    Args:
        floors: What must be reached.
        results: Of all questions.

    Example:
        >>> floors = Floors(right={"en": 0.9}, dead_ends=0, made_up=0)
        >>> list_shortfalls(floors, [Result("en", "held_out", False, False, False)])
        ['0 % of the 1 held-out questions in en are answered right, fewer than 90 %.']
    """
    return [*_list_shares(floors, results), *_list_counts(floors, results)]


def _list_shares(floors: Floors, results: Sequence[Result]) -> Iterator[str]:
    for language, least in floors.right.items():
        held = [one.is_right for one in results if (one.language, one.split) == (language, "held_out")]
        share = sum(held) / len(held) if held else 0.0
        if share < least:
            yield (
                f"{share:.0%} of the {len(held)} held-out questions in {language} are answered right, "
                f"fewer than {least:.0%}."
            ).replace("%", " %")


def _list_counts(floors: Floors, results: Sequence[Result]) -> Iterator[str]:
    dead = sum(one.is_dead_end for one in results)
    made_up = sum(one.is_made_up for one in results)
    if dead > floors.dead_ends:
        yield f"{dead} answers are dead ends, more than {floors.dead_ends}."
    if made_up > floors.made_up:
        yield f"{made_up} answers have something made up, more than {floors.made_up}."
