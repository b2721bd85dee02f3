from processors.settings import Settings, change_settings
from serving.clients.lifespan import open_clients


async def test_the_answering_model_may_be_another_server_than_the_embedder(settings: Settings) -> None:
    together = change_settings(settings, redis={"url": "redis://127.0.0.1:1"})
    async with open_clients(together) as clients:
        assert str(clients.model.base_url) == str(clients.embedder.base_url)
    apart = change_settings(together, answering={"url": "http://vllm.example/openai/v1"})
    async with open_clients(apart) as clients:
        assert str(clients.model.base_url) == "http://vllm.example/openai/v1/"
        assert str(clients.embedder.base_url) == f"{settings.kserve.openai_url}/"
