import pytest
from pydantic import ValidationError

from serving.model_server.settings import ModelServerSettings


def test_an_impossible_port_is_refused(monkeypatch):
    monkeypatch.setenv("RUNLORE_MODEL_SERVER_PORT", "70000")

    with pytest.raises(ValidationError, match="model_server_port"):
        ModelServerSettings()


def test_it_listens_on_this_machine_only_by_default(monkeypatch):
    monkeypatch.delenv("RUNLORE_MODEL_SERVER_HOST", raising=False)

    assert ModelServerSettings().model_server_host == "127.0.0.1"
