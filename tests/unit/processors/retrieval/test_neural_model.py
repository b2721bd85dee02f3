from typing import Any

from processors.retrieval.hybrid import build_hybrid_query
from processors.retrieval.nearest import TextToEmbed
from processors.retrieval.neural_model import build_model_search, build_registration, name_model
from processors.settings import change_settings, load_settings


def test_only_the_clause_of_the_nearest_differs_from_that_of_a_vector() -> None:
    def build(vector: Any) -> dict[str, Any]:
        return build_hybrid_query("pod-7 is red", vector, 3, ["b", "a"], {"kind": "doc"})

    ours, theirs = build([0.5]), build(TextToEmbed("query: pod-7 is red", "m"))
    mine, other = (body["query"]["hybrid"]["queries"].pop(1) for body in (ours, theirs))
    assert ours == theirs
    nearest, asked = mine["knn"]["embedding"], other["neural"]["embedding"]
    assert nearest.pop("vector") == [0.5]
    assert (asked.pop("query_text"), asked.pop("model_id")) == ("query: pod-7 is red", "m")
    assert nearest == asked


def test_another_model_or_server_is_another_entry() -> None:
    settings = load_settings()
    others: Any = ({"embedding": {"model": "other"}}, {"kserve": {"url": "http://elsewhere"}})
    names = {name_model(settings), *(name_model(change_settings(settings, **update)) for update in others)}
    assert len(names) == 3
    assert build_registration(settings)["name"] in str(build_model_search(settings))
    (action,) = build_registration(settings)["connector"]["actions"]
    assert action["url"] == f"{settings.kserve.url}/openai/v1/embeddings"
