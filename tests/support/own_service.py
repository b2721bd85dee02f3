"""`python -m tests.support.own_service PORT cag=NAME rag=NAME`: the real service over a test's own versions.

All is as `python -m serving` has it, and all settings come from the environment. Only the read aliases go by
other names, so that nothing that is live is touched.
"""

import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from opensearchpy import AsyncOpenSearch

from processors.logs import configure_logs
from processors.settings import Settings, load_settings
from serving.app import create_app
from serving.clients.lifespan import Clients, open_clients
from serving.retrieval import search


class RenamedAliases:
    """The indices of the real OpenSearch, where read aliases go by other names."""

    def __init__(self, search: AsyncOpenSearch, names: Mapping[str, str]) -> None:
        self._indices, self._names = search.indices, names

    def __getattr__(self, name: str) -> Any:
        return getattr(self._indices, name)

    async def get_alias(self, name: str, headers: dict[str, str]) -> dict[str, Any]:
        assert name == "rag*,cag*"
        patterns = ",".join(f"{own}*" for own in self._names.values())
        found = await self._indices.get_alias(name=patterns, headers=headers)
        return {
            index: {"aliases": {alias: {} for alias, own in self._names.items() if own in body["aliases"]}}
            for index, body in found.items()
        }


class Renamed:
    """The real OpenSearch with such indices."""

    def __init__(self, search: AsyncOpenSearch, names: Mapping[str, str]) -> None:
        self._search = search
        self.indices = RenamedAliases(search, names)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._search, name)


def main(port: int, names: Mapping[str, str]) -> None:
    @asynccontextmanager
    async def open_renamed(given: Settings) -> AsyncIterator[Clients]:
        async with open_clients(given) as opened:
            renamed: Any = Renamed(opened.search, names)
            yield replace(opened, search=renamed)

    settings = load_settings()
    configure_logs(settings.service.log_level, "serving", settings.versions.code_commit)
    own = "|".join(re.escape(name) for name in names.values())
    search._INDEX = re.compile(rf"({own})-v\d{{6}}(-\d{{6}})?")  # type: ignore[misc]
    app = create_app(settings, open_renamed)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_config=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), dict(pair.split("=", 1) for pair in sys.argv[2:]))
