"""Which page answers: by what it says, its place in the search, its name."""

import pytest

from processors.retrieval.language import PHRASES
from serving.model_server.extractive.lexical import split_words
from serving.model_server.extractive.pages import read_page
from serving.model_server.extractive.prompt import Source
from serving.model_server.extractive.ranking import measure_naming, rank_pages, take_alike
from serving.model_server.extractive.score import ScoredUnit
from tests.support.extractive import ask_pages

STEPS = "\n\n## Steps\n\n1. {act}\n"


def score(title: str, confidence: float, n: int = 1, kind: str = "runbook") -> ScoredUnit:
    page = read_page(Source(n, title, kind, "", "A lamp is out."))
    return ScoredUnit(page.units[0], page, confidence, confidence)


def name_pages(scored: list[ScoredUnit], *asked: str) -> list[str]:
    return [page.name for page in rank_pages(scored, asked)]


def test_a_page_is_as_good_as_its_best_unit_and_what_was_observed_is_none() -> None:
    scored = [
        score("Pier", 0.5, 1),
        score("Buoy", 0.4, 2),
        score("Buoy", 0.6, 3),
        score("Gone", 0.9, 4, "log"),
    ]
    assert name_pages(scored) == ["Buoy", "Pier"]


def test_of_two_that_fit_alike_the_one_found_first_is_better_but_not_of_others() -> None:
    assert name_pages([score("Buoy", 0.51, 2), score("Pier", 0.5, 1)]) == ["Pier", "Buoy"]
    assert name_pages([score("Buoy", 0.6, 2), score("Pier", 0.5, 1)]) == ["Buoy", "Pier"]


def test_a_page_whose_name_is_said_is_better_than_one_that_says_more_of_it() -> None:
    scored = [score("Beacon client key expired", 0.6, 1), score("Beacon server key expired", 0.5, 2)]
    asked = ("serv", "key", "expir", "pier")
    assert name_pages(scored, *asked)[0] == "Beacon server key expired"
    assert name_pages(scored, "key", "expir", "pier")[0] == "Beacon client key expired"


@pytest.mark.parametrize(
    ("name", "asked", "share"),
    [
        ("Lamp out", ("lamp",), 0.0),
        ("Lamp", ("lamp",), 0.0),
        ("Red lamp broken", ("lamp", "red", "pier"), 1 / 3),
        ("Red lamp broken", ("lamp", "red", "broken"), 1.0),
        ("", ("lamp", "red"), 0.0),
    ],
)
def test_half_a_name_or_one_word_of_it_names_no_page(name: str, asked: tuple[str, ...], share: float) -> None:
    assert measure_naming([name], asked)[name] == pytest.approx(share)


def test_a_word_that_many_names_have_tells_less() -> None:
    told = measure_naming(
        ["Beacon pier lamp", "Beacon pier horn", "Beacon pier gate"], ("beacon", "pier", "horn")
    )
    assert told == {"Beacon pier lamp": 0.0, "Beacon pier horn": 1.0, "Beacon pier gate": 0.0}


def test_what_fits_much_less_is_not_alike_and_nothing_is_if_nothing_may_be_quoted() -> None:
    ranked = rank_pages([score("Pier", 0.5, 1), score("Buoy", 0.46, 2), score("Quay", 0.35, 3)], ())
    assert [page.name for page in take_alike(ranked, 0.34)] == ["Pier", "Buoy"]
    assert take_alike(ranked, 0.6) == []


def test_a_page_that_is_meant_is_alike_though_nothing_of_it_may_be_quoted() -> None:
    ranked = rank_pages([score("Lost flags", 0.2, 2), score("Pier", 0.5, 1)], split_words("lost flags"))
    assert [page.name for page in take_alike(ranked, 0.34)] == ["Lost flags", "Pier"]


async def test_the_page_that_the_question_names_answers_though_another_says_its_words() -> None:
    client = "# Beacon client key expired\n\nThe key of a beacon server or pier has expired." + STEPS
    server = "# Beacon server key expired\n\nNobody is let in." + STEPS
    pages = (client.format(act="Forge the client key."), server.format(act="Forge the server key."))
    answer = await ask_pages("The server key of the beacon on the pier has expired.", *pages)
    assert answer.startswith("Steps from Beacon server key expired › Steps:")
    assert "Forge the client key" not in answer


async def test_a_page_that_fits_as_well_is_named_with_its_number() -> None:
    page = "# The {} lamp is out\n\nA lamp on the quay is out." + STEPS
    pages = [page.format(side, act=f"Change the {side} bulb.") for side in ("north", "south", "east", "west")]
    answer = await ask_pages("What do I do if a lamp on the quay is out?", *pages)
    assert answer == (
        "Steps from The north lamp is out › Steps:\n\n1. Change the north bulb. [1]\n\n"
        "See also: The south lamp is out [2], The east lamp is out [3]\n\n"
        f"{PHRASES['en'].extractive}"
    )


async def test_steps_of_a_page_that_fits_worse_do_not_stand_for_the_page_that_is_meant() -> None:
    meant = "# The fog horn stays silent\n\nThe fog horn stays silent when its valve is frozen.\n"
    other = "# The bell rings all night\n\nThe horn of the bell is silent." + STEPS.format(
        act="Tie the bell."
    )
    answer = await ask_pages("the fog horn stays silent, its valve is frozen", meant, other)
    assert answer.startswith("- The fog horn stays silent when its valve is frozen. [1]")
    assert "Tie the bell" not in answer
