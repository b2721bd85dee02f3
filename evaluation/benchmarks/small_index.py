"""An index of chunks in memory that answers the searches of readings: filters, words, order, counts.

It knows the queries that readings make and no others: what it doesn't know is an error, not an empty answer.
Scores are the number of clauses that match.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

_WORD = re.compile(r"[\w.-]+")


class IndexInMemory:
    """Answers like AsyncOpenSearch, of one version of `rag`."""

    def __init__(self, chunks: list[dict[str, Any]], metas: Mapping[str, Any] | None = None) -> None:
        """Hold chunks.

        Args:
            chunks: As the index holds them.
            metas: What each version says of itself.
        """
        self.chunks = chunks
        self.metas = dict(metas or {})
        self.searches: list[dict[str, Any]] = []
        self.indices = self

    async def get_mapping(self, index: str, params: Any, headers: Any) -> dict[str, Any]:
        """Return what the versions say of themselves.

        Args:
            index: Which versions.
            params: What is shown of each.
            headers: Of the request.
        """
        if not all((index, params, headers)):
            raise ValueError("a request for mappings names versions, a filter and itself")
        return {name: {"mappings": {"_meta": meta}} for name, meta in self.metas.items()}

    async def search(self, index: str, body: dict[str, Any], headers: Any) -> dict[str, Any]:
        """Return the response to a search, and keep what was asked.

        Args:
            index: A version.
            body: Of the request.
            headers: Of the request.
        """
        if not (index.startswith("rag-v") and headers):
            raise ValueError(f"{index}: a search is of a version by its own name, and names itself")
        self.searches.append(body)
        return answer(self.chunks, body)


def answer(chunks: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    """Return the response to a search."""
    scored = [(score, chunk) for chunk in chunks if (score := _match(body["query"], chunk)) is not None]
    for order in reversed(body.get("sort", ["_score"])):
        if order == "_score":
            scored.sort(key=lambda pair: -pair[0])
        else:
            ((field, way),) = order.items()
            scored.sort(key=lambda pair: str(pair[1].get(field, "")), reverse=way == "desc")
    told: dict[str, Any] = {
        "hits": {"hits": [_show(chunk, score) for score, chunk in scored[: body["size"]]]}
    }
    if "aggs" in body:
        matching = [chunk for _, chunk in scored]
        told["aggregations"] = {name: _aggregate(each, matching) for name, each in body["aggs"].items()}
    return told


def _show(chunk: dict[str, Any], score: float) -> dict[str, Any]:
    return {"_id": chunk["chunk_id"], "_index": "rag-v000001", "_score": score, "_source": chunk}


def _aggregate(asked: dict[str, Any], chunks: list[dict[str, Any]]) -> dict[str, Any]:
    for name, choose in (("max", max), ("min", min)):
        if name in asked:
            field = asked[name]["field"]
            read = [datetime.fromisoformat(chunk[field]) for chunk in chunks if field in chunk]
            return {"value": choose(read).astimezone(UTC).timestamp() * 1000 if read else None}
    if "top_hits" in asked:
        ((field, way),) = asked["top_hits"]["sort"][0].items()
        ordered = sorted(chunks, key=lambda chunk: str(chunk.get(field, "")), reverse=way == "desc")
        return {"hits": {"hits": [_show(chunk, 1.0) for chunk in ordered[: asked["top_hits"]["size"]]]}}
    field = asked["terms"]["field"]
    values = dict.fromkeys(chunk[field] for chunk in chunks if chunk.get(field))
    return {
        "buckets": [_fill(asked, value, [c for c in chunks if c.get(field) == value]) for value in values]
    }


def _fill(asked: dict[str, Any], key: str, chunks: list[dict[str, Any]]) -> dict[str, Any]:
    inner = {name: _aggregate(each, chunks) for name, each in asked.get("aggs", {}).items()}
    return {"key": key, "doc_count": len(chunks), **inner}


def _match(query: dict[str, Any], chunk: dict[str, Any]) -> float | None:
    """Return the score of a chunk, None if it doesn't match."""
    ((kind, told),) = query.items()
    if kind == "bool":
        return _match_bool(told, chunk)
    if kind == "constant_score":
        return float(told["boost"]) if _match(told["filter"], chunk) is not None else None
    return _LEAVES[kind](told, chunk)


def _match_bool(told: dict[str, Any], chunk: dict[str, Any]) -> float | None:
    if any(_match(each, chunk) is None for each in [*told.get("filter", []), *told.get("must", [])]):
        return None
    if any(_match(each, chunk) is not None for each in told.get("must_not", [])):
        return None
    scores = [score for each in told.get("should", []) if (score := _match(each, chunk)) is not None]
    required = sum(_match(each, chunk) or 0.0 for each in told.get("must", []))
    least = told.get("minimum_should_match", 0 if told.get("filter") else 1 if told.get("should") else 0)
    return 1.0 + required + sum(scores) if len(scores) >= least else None


def _values(chunk: dict[str, Any], field: str) -> list[str]:
    held = chunk.get(field)
    return [] if held in (None, "") else held if isinstance(held, list) else [str(held)]


def _match_terms(told: dict[str, Any], chunk: dict[str, Any]) -> float | None:
    ((field, wanted),) = told.items()
    held = chunk.get(field, [])
    has = set(held if isinstance(held, list) else [held]) & set(
        wanted if isinstance(wanted, list) else [wanted]
    )
    return 1.0 if has else None


def _match_range(told: dict[str, Any], chunk: dict[str, Any]) -> float | None:
    ((field, bounds),) = told.items()
    held = chunk.get(field)
    if held in (None, ""):
        return None
    if field == "namespace":
        return 1.0
    moment = datetime.fromisoformat(held)
    first = datetime.fromisoformat(bounds["gte"]) if "gte" in bounds else moment
    last = datetime.fromisoformat(bounds["lte"]) if "lte" in bounds else moment
    return 1.0 if first <= moment <= last else None


def _split(text: str) -> list[str]:
    return [part for word in _WORD.findall(text.lower()) for part in re.split(r"[-._]", word) if part]


def _match_phrase(phrase: str, chunk: dict[str, Any], fields: list[str]) -> float | None:
    wanted = _split(phrase)
    for field in fields:
        held = _split(" ".join(_values(chunk, field)))
        if any(held[at : at + len(wanted)] == wanted for at in range(len(held))):
            return 1.0
    return None


def _match_words(told: dict[str, Any], chunk: dict[str, Any]) -> float | None:
    ((field, asked),) = told.items()
    words = asked["query"] if isinstance(asked, dict) else asked
    held = _values(chunk, field)
    if field == "values":
        return 1.0 if words in held else None
    wanted = set(_split(words))
    common = wanted & set(_split(" ".join(held)))
    share = asked.get("minimum_should_match", "0<-100%") if isinstance(asked, dict) else "0<-100%"
    few, _, of_more = share.removesuffix("%").partition("<")
    missing = 0 if len(wanted) <= int(few) else len(wanted) * -int(of_more) // 100
    if len(wanted) - len(common) > missing:
        return None
    return float(len(common)) or None


_LEAVES: dict[str, Callable[[Any, dict[str, Any]], float | None]] = {
    "term": _match_terms,
    "terms": _match_terms,
    "range": _match_range,
    "exists": lambda told, chunk: 1.0 if chunk.get(told["field"]) else None,
    "multi_match": lambda told, chunk: _match_phrase(told["query"], chunk, told["fields"]),
    "match_phrase": lambda told, chunk: _match_phrase(
        next(iter(told.values()))["query"], chunk, [next(iter(told))]
    ),
    "match": _match_words,
}
