import base64

import numpy as np
import pytest

from serving.model_server.openai_api.embeddings import EmbeddingRequest, read_texts, render_embeddings
from serving.model_server.openai_api.errors import OpenAIError
from serving.model_server.worker import Embeddings

MADE = Embeddings(np.array([[0.5, -0.25], [1.0, 0.0]], dtype=np.float32), tokens=5)


def test_floats_and_base64_carry_the_same_numbers():
    floats = render_embeddings(MADE, "m@1", "float")
    encoded = render_embeddings(MADE, "m@1", "base64")

    for number, text in zip(floats["data"], encoded["data"], strict=True):
        decoded = np.frombuffer(base64.b64decode(text["embedding"]), dtype="<f4")
        assert decoded.tolist() == list(number["embedding"])
    assert floats["model"] == "m@1"
    assert floats["usage"] == {"prompt_tokens": 5, "total_tokens": 5}
    assert [entry["index"] for entry in floats["data"]] == [0, 1]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"input": []}, "input"),
        ({"input": ["fine", " "]}, "input"),
        ({"input": ["x"] * 2049}, "input"),
        ({"input": "x", "dimensions": 256}, "dimensions"),
    ],
)
def test_what_cannot_be_embedded_is_refused_and_named(change, param):
    with pytest.raises(OpenAIError) as caught:
        read_texts(EmbeddingRequest(model="m", **change), 384)

    assert (caught.value.status, caught.value.param) == (400, param)
