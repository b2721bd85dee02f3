"""What OpenSearch is given before the first build."""

from types import SimpleNamespace
from typing import Any

import pytest

from processors.settings import change_settings, load_settings
from processors.versions import lease_record, prepare


def test_templates_are_as_the_settings_say_and_the_index_of_builds_is_there_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copies: dict[str, int] = {}
    created: list[str] = []

    def note(name: str, body: Any) -> None:
        assert name.startswith("runlore-")
        copies[name] = body["template"]["settings"]["index"]["number_of_replicas"]

    indices = SimpleNamespace(put_index_template=note, create=lambda index, **_: created.append(index))
    settings = change_settings(load_settings(), opensearch={"replicas": 2})
    monkeypatch.setattr(prepare, "load_settings", lambda: settings)
    monkeypatch.setattr(prepare, "open_search", lambda _: SimpleNamespace(indices=indices))
    prepare.main()
    assert {"runlore-rag", "runlore-cag"} <= copies.keys()
    assert set(copies.values()) == {2}
    assert created == [lease_record.INDEX]
