"""The service listens where the settings say."""

from types import SimpleNamespace
from typing import Any

import pytest

import serving.__main__ as command
from processors.settings import change_settings, load_settings


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::"])  # noqa: S104 - nothing listens here
def test_the_service_listens_on_the_address_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setenv("RUNLORE_SERVICE_PORT", "8080")
    monkeypatch.setattr(
        command, "load_settings", lambda: change_settings(load_settings(), service={"host": host})
    )
    monkeypatch.setattr(command, "configure_logs", lambda *_: None)
    monkeypatch.setattr(command, "create_app", lambda _: SimpleNamespace(on_shutdown=[]))
    monkeypatch.setattr("uvicorn.run", lambda _, **options: served.update(options))
    assert command.main() == 0
    assert (served["host"], served["port"]) == (host, 8080)
