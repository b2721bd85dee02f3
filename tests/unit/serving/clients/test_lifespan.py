from processors.settings import Settings
from serving.clients.lifespan import open_clients


async def test_the_answering_model_may_be_another_server_than_the_embedder(settings: Settings) -> None:
    together = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"})
    async with open_clients(together) as clients:
        assert str(clients.model.base_url) == str(clients.embedder.base_url)
    apart = together.model_copy(update={"answering_url": "http://vllm.example/openai/v1"})
    async with open_clients(apart) as clients:
        assert str(clients.model.base_url) == "http://vllm.example/openai/v1/"
        assert str(clients.embedder.base_url) == f"{settings.embedding_url}/"
