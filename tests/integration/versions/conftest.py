"""A pipeline of its own for each test, so that nothing that is live is touched."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from opensearchpy import OpenSearch

from processors.stores.search import apply_templates
from processors.versions import lease_record

DIMENSION = 4


@pytest.fixture
def pipeline(client: OpenSearch) -> Iterator[Any]:
    with own_pipeline(client) as name:
        yield name


@contextmanager
def own_pipeline(client: OpenSearch, shards: int = 1) -> Iterator[Any]:
    """Have templates for the versions of a pipeline, and delete what comes of them."""
    name = f"test{uuid.uuid4().hex[:8]}"
    apply_templates(client, DIMENSION, [name], shards=shards)
    yield name
    client.indices.delete(index=",".join(client.indices.get_alias(index=f"{name}-v*")))
    client.indices.delete_index_template(name=f"runlore-{name}")
    client.delete(index=lease_record.INDEX, id=name, params={"ignore": 404})
