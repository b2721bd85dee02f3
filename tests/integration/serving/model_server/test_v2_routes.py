import re
import threading
import time

import httpx
import pytest


def infer(kserve: httpx.Client, model: str, inputs: dict[str, list[str]]) -> httpx.Response:
    tensors = [
        {"name": name, "datatype": "BYTES", "shape": [len(texts)], "data": texts}
        for name, texts in inputs.items()
    ]
    return kserve.post(f"/v2/models/{model}/infer", json={"inputs": tensors})


def read_metric(kserve: httpx.Client, name: str) -> float:
    text = kserve.get("/metrics").raise_for_status().text
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if re.match(rf"{name}\b", line))


@pytest.mark.parametrize(
    "path", ["/v2/health/ready", "/v2/models/all-minilm-l6-v2/ready", "/v2/models/extractive/ready"]
)
def test_server_and_models_are_ready(kserve: httpx.Client, path: str):
    response = kserve.get(path)

    assert (response.status_code, response.json()["ready"]) == (200, True)


def test_texts_become_vectors(kserve: httpx.Client):
    body = infer(kserve, "all-minilm-l6-v2", {"text": ["disk full", "red"]}).raise_for_status().json()
    openai = kserve.post(
        "/openai/v1/embeddings", json={"model": "all-minilm-l6-v2", "input": "disk full"}
    ).json()

    (output,) = body["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("embedding", "FP32", [2, 384])
    assert output["data"][:384] == pytest.approx(openai["data"][0]["embedding"], abs=5e-3)


def test_question_and_context_become_an_answer(kserve: httpx.Client):
    response = infer(
        kserve,
        "extractive",
        {"question": ["How do I restart redis?"], "context": ["Redis:\n\n1. Restart redis.\n2. Look."]},
    )

    assert "1. Restart redis. [1]" in response.raise_for_status().json()["outputs"][0]["data"][0]


@pytest.mark.parametrize(
    ("model", "inputs"),
    [("all-minilm-l6-v2", {"text": [""]}), ("all-minilm-l6-v2", {"txt": ["x"]}), ("extractive", {})],
)
def test_wrong_inputs_are_a_client_error(kserve: httpx.Client, model: str, inputs: dict[str, list[str]]):
    assert infer(kserve, model, inputs).status_code == 400


def test_an_unknown_model_is_not_found(kserve: httpx.Client):
    assert infer(kserve, "nothing", {"text": ["x"]}).status_code == 404


def test_work_is_counted(kserve: httpx.Client):
    before = read_metric(kserve, "runlore_embedding_texts_total")
    infer(kserve, "all-minilm-l6-v2", {"text": ["one", "two", "three"]}).raise_for_status()

    assert read_metric(kserve, "runlore_embedding_texts_total") >= before + 3
    assert read_metric(kserve, "runlore_model_info") == 1


def test_a_query_does_not_wait_for_bulk_work(kserve: httpx.Client, kserve_url: str):
    texts = [f"{'a longer text about the cluster ' * 20} {n}" for n in range(160)]
    ended: list[float] = []

    def embed_bulk() -> None:
        httpx.post(
            f"{kserve_url}/openai/v1/embeddings",
            json={"model": "all-minilm-l6-v2", "input": texts},
            timeout=120,
        ).raise_for_status()
        ended.append(time.monotonic())

    bulk = threading.Thread(target=embed_bulk)
    bulk.start()
    time.sleep(0.2)
    kserve.post("/openai/v1/embeddings", json={"model": "all-minilm-l6-v2", "input": "a query"})
    answered = time.monotonic()
    bulk.join()

    assert answered < ended[0]


def test_too_much_work_is_refused_with_a_time_to_come_back(kserve_url: str):
    refused: list[httpx.Response] = []

    def embed_bulk() -> None:
        body = {"model": "all-minilm-l6-v2", "input": ["word"] * 2048}
        response = httpx.post(f"{kserve_url}/openai/v1/embeddings", json=body, timeout=180)
        if response.status_code != 200:
            refused.append(response)

    requests = [threading.Thread(target=embed_bulk) for _ in range(5)]
    for request in requests:
        request.start()
    for request in requests:
        request.join()

    assert refused
    assert all(response.status_code == 503 for response in refused)
    assert all(int(response.headers["Retry-After"]) >= 1 for response in refused)
    assert refused[0].json()["error"]["code"] == "overloaded"
