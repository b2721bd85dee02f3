import hashlib

import pytest

from serving.model_server.embedder import ModelLoadError, compute_revision, find_model_folder
from serving.model_server.settings import ModelServerSettings


def test_revision_is_the_beginning_of_the_weights_digest(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")

    assert compute_revision(tmp_path) == hashlib.sha256(b"weights").hexdigest()[:12]


def test_each_layer_with_weights_makes_another_revision(tmp_path):
    (tmp_path / "1_Dense").mkdir()
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "1_Dense/model.safetensors").write_bytes(b" and more")

    assert compute_revision(tmp_path) == hashlib.sha256(b"weights and more").hexdigest()[:12]


def test_another_model_needs_its_folder():
    settings = ModelServerSettings(embedding_model="multilingual-e5-large")

    with pytest.raises(ModelLoadError, match=r"'multilingual-e5-large'.*RUNLORE_MODEL_FOLDER"):
        find_model_folder(settings)


def test_a_folder_without_weights_is_named(tmp_path):
    with pytest.raises(ModelLoadError, match=str(tmp_path)):
        find_model_folder(ModelServerSettings(model_folder=tmp_path))


def test_a_folder_with_weights_is_taken(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")

    assert find_model_folder(ModelServerSettings(model_folder=tmp_path)) == tmp_path
