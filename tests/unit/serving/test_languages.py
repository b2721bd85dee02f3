from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from processors.settings import change_settings
from tests.support.searches import list_subqueries

Client = AsyncTestClient[Litestar]
RUSSIAN = {"query": "Почему кластер красный?", "pipeline": "cag"}


async def test_a_russian_question_is_translated_for_a_model_that_reads_english(
    client: Client, world: Any
) -> None:
    await client.post("/v1/retrieve", json=RUSSIAN)
    assert world.embedded == ["Почему кластер красный? cluster red"]


class TestMultilingualModel:
    @pytest.fixture
    def settings(self, settings: Any) -> Any:
        return change_settings(settings, embedding={"model": "multilingual-e5-large"})

    async def test_a_question_has_its_prefix_and_no_translation(self, client: Client, world: Any) -> None:
        await client.post("/v1/retrieve", json=RUSSIAN)
        assert world.embedded == ["query: Почему кластер красный?"]
        asked = [query for _, query in list_subqueries(world.searches) if "bool" in query]
        for query in asked:
            words = query["bool"]["must"][0]["bool"]["should"][0]["combined_fields"]
            assert words["query"] == "Почему кластер красный"
