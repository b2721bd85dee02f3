"""OpenSearch's indices, aliases and documents in memory, for what is hard to time on a real one.

As in the real one, all actions of a request are carried out or none. `meddle` runs something between two
requests. While `twice` is set, every other request that changes something arrives twice, beginning with the
next, and the second answer is the one that is heard: so it is when a connection breaks and the client sends
its request again.
"""

import copy
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from opensearchpy import ConflictError, NotFoundError, RequestError
from opensearchpy import ConnectionError as SearchConnectionError


class SearchInMemory:
    """What the version operations ask of OpenSearch."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self.documents: dict[tuple[str, str], tuple[int, Any]] = {}
        self.twice = False
        self.breaks = False
        self._lost = False
        self.meddle: Callable[[], None] = lambda: None
        self.indices = self

    def create(self, index: str, body: dict[str, Any] | None = None) -> None:
        self._change(lambda: self._create(index, body or {}))

    def _create(self, index: str, body: dict[str, Any]) -> None:
        if index in self.held:
            raise RequestError(400, "resource_already_exists_exception", {})
        self.held[index] = {"aliases": set(), "meta": body.get("mappings", {}).get("_meta", {})}

    def exists(self, index: str) -> bool:
        return bool(self._match(index))

    def get_alias(self, name: str = "", index: str = "*") -> dict[str, Any]:
        found = {
            one: {"aliases": {alias: {} for alias in self.held[one]["aliases"]}}
            for one in self._match(index)
            if not name or name in self.held[one]["aliases"]
        }
        if name and not found:
            raise NotFoundError(404, "alias_not_found_exception", {})
        return found

    def get_mapping(self, index: str) -> dict[str, Any]:
        found = self._match(index)
        if not found and "*" not in index:
            raise NotFoundError(404, "index_not_found_exception", {})
        return {one: {"mappings": {"_meta": copy.deepcopy(self.held[one]["meta"])}} for one in found}

    def put_mapping(self, index: str, body: dict[str, Any]) -> None:
        if index not in self.held:
            raise NotFoundError(404, "index_not_found_exception", {})
        self.held[index]["meta"] = body["_meta"]

    def forcemerge(self, index: str, params: dict[str, str]) -> None:
        """Nothing is ever deleted here."""

    def put_settings(self, index: str, body: dict[str, Any]) -> None:
        """The tests write nothing to what is sealed."""

    def update_aliases(self, body: dict[str, Any]) -> None:
        meddle, self.meddle = self.meddle, lambda: None
        meddle()
        self._change(lambda: self._update_aliases(body["actions"]))

    def _update_aliases(self, actions: list[dict[str, Any]]) -> None:
        held = copy.deepcopy(self.held)
        # Indices are removed before anything else is done.
        for action in sorted(actions, key=lambda action: "remove_index" not in action):
            ((kind, what),) = action.items()
            found = self._match(what["index"], held)
            if not found:
                raise NotFoundError(404, "index_not_found_exception", {})
            for index in found:
                if kind == "remove_index":
                    del held[index]
                elif kind == "add":
                    held[index]["aliases"].add(what["alias"])
                elif what["alias"] in held[index]["aliases"]:
                    held[index]["aliases"].remove(what["alias"])
                elif what.get("must_exist"):
                    raise NotFoundError(404, "aliases_not_found_exception", {})
        self.held = held

    def get(self, index: str, id: str, params: Any = None) -> dict[str, Any]:  # noqa: A002, ARG002 - as the client has it
        if index not in self.held:
            raise NotFoundError(404, "index_not_found_exception", {})
        if (index, id) not in self.documents:
            raise NotFoundError(404, {"found": False}, {})
        number, source = self.documents[index, id]
        return {"_source": copy.deepcopy(source), "_seq_no": number, "_primary_term": 1}

    def index(self, index: str, id: str, body: Any, params: dict[str, Any]) -> None:  # noqa: A002 - as the client has it
        self._change(lambda: self._index((index, id), body, params))

    def _index(self, place: tuple[str, str], body: Any, params: dict[str, Any]) -> None:
        number = self.documents[place][0] if place in self.documents else None
        if params.get("if_seq_no") != number:
            raise ConflictError(409, "version_conflict_engine_exception", {})
        self.documents[place] = (0 if number is None else number + 1, copy.deepcopy(body))

    def _match(self, pattern: str, held: dict[str, Any] | None = None) -> list[str]:
        patterns = pattern.split(",")
        return [name for name in held or self.held if any(fnmatchcase(name, one) for one in patterns)]

    def _change(self, carry_out: Callable[[], None]) -> None:
        carry_out()
        if self.breaks:
            raise SearchConnectionError("N/A", "connection reset", OSError())
        self._lost = self.twice and not self._lost
        if self._lost:
            carry_out()
