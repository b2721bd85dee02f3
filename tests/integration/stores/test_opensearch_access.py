"""An OpenSearch that wants TLS and a login: each user does what it needs, and nobody else gets in."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from opensearchpy import AuthenticationException, AuthorizationException, OpenSearch, SSLError
from opensearchpy import exceptions as search_errors
from pydantic import SecretStr

from local.settings import ROOT
from processors.knowledge.chunk import Chunk
from processors.knowledge.logs.stored_lines import FileLine, make_document
from processors.monitoring import measuring
from processors.retrieval.events import ask_for_events, build_content_queries
from processors.retrieval.hybrid import build_hybrid_query
from processors.settings import Settings, change_settings, read_settings
from processors.stores import log_store, search
from processors.stores.actions import audit, starts
from processors.stores.indices import create_index
from processors.stores.search import backups, clones, open_search
from processors.versions import builds, carrying, catalog, lease_record, operations, swaps
from processors.versions.operations import Asker
from serving.clients.lifespan import open_clients
from serving.retrieval.live_versions import find_live_versions
from tests.support.own_opensearch import OwnOpenSearch, start_opensearch
from tests.support.swapping import make_chunk

ROLES = ROOT / "local/config/opensearch-roles.yml"
PIPELINES, SERVICE = "runlore-pipelines", "runlore-service"
DIMENSION = 4
_ADDRESSES = ("RUNLORE_URL", "RUNLORE_MLFLOW_TRACKING_URI", "RUNLORE_KSERVE_URL", "RUNLORE_PROMETHEUS_URL",
              "RUNLORE_OPENSEARCH_URL")  # fmt: skip
_FILES = ("RUNLORE_WORK_DIR", "RUNLORE_TOKENIZER_FILE", "RUNLORE_API_KEY_FILE", "RUNLORE_MASK_KEY_FILE")


@pytest.fixture(scope="module")
def server() -> Iterator[OwnOpenSearch]:
    if os.environ.get("PROVE_LOGINS") != "yes":
        pytest.skip("it needs a plugin that Maven fetches once: `make test-logins` runs it")
    with start_opensearch(ROLES, (PIPELINES, SERVICE)) as server:
        with open_search(server.login(PIPELINES)) as client:
            search.apply_templates(client, DIMENSION)
            lease_record.create_record_index(client)
            build(client, "cag", "first")
            build(client, "rag", "first")
        yield server


@pytest.fixture
def pipelines(server: OwnOpenSearch) -> Iterator[OpenSearch]:
    with open_search(server.login(PIPELINES)) as client:
        yield client


def build(client: OpenSearch, pipeline: Any, mark: str) -> str:
    """A new version of one chunk, live."""
    with builds.begin_build(client, pipeline, {}) as index:
        search.write_chunks(client, index, [make(mark)])
    with builds.go_on_with(client, pipeline, index):
        swaps.promote(client, pipeline, index)
    return index


def make(mark: str) -> Chunk:
    return make_chunk("kafka", mark, [1.0] * DIMENSION)


def test_the_pipelines_build_swap_and_take_back(pipelines: OpenSearch) -> None:
    older = catalog.find_live(pipelines, "cag")
    newer = build(pipelines, "cag", "second")
    assert catalog.find_live(pipelines, "cag") == newer
    assert swaps.roll_back(pipelines, "cag") == (newer, older)
    assert {version["index"] for version in catalog.list_versions(pipelines, "cag")} >= {older, newer}


def test_the_pipelines_begin_a_version_with_the_files_of_another(pipelines: OpenSearch) -> None:
    live = catalog.find_live(pipelines, "cag")
    assert live
    with builds.begin_build(pipelines, "cag", {}) as index:
        assert carrying.carry_over(pipelines, live, index, ["test"], []) == 1
        clones.expunge_deleted(pipelines, index)
        clones.seal_index(pipelines, index)
    told = pipelines.indices.get_settings(index=index, params={"flat_settings": "true"})[index]["settings"]
    assert told["index.resize.source.name"] == live
    pipelines.indices.delete(index=index)


def test_a_build_that_breaks_off_leaves_nothing(pipelines: OpenSearch) -> None:
    before = [version["index"] for version in catalog.list_versions(pipelines, "cag")]

    def break_off() -> None:
        with builds.begin_build(pipelines, "cag", {}):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert [version["index"] for version in catalog.list_versions(pipelines, "cag")] == before


def test_the_pipelines_read_copy_and_delete_what_is_theirs(pipelines: OpenSearch) -> None:
    live = catalog.find_live(pipelines, "rag")
    assert live
    assert search.count_chunks(pipelines, live) == 1
    assert [chunk["chunk_id"] for chunk in search.sample_chunks(pipelines, live, 5)] == ["kafka"]
    with search.open_snapshot(pipelines, live) as reading:
        assert reading
    with builds.begin_build(pipelines, "rag", {}) as index:
        assert search.carry_over(pipelines, live, index, ["test"], []) == 1
    assert search.delete_ended(pipelines, live, datetime.now(UTC)) == 0
    operations.pin_version(pipelines, live, Asker("me", "a trial"))
    operations.unpin_version(pipelines, live)
    with search.explain_blocks(pipelines):
        search.write_chunks(pipelines, live, [make("again")])
    measuring.measure_versions(pipelines)


def test_the_pipelines_keep_their_records(pipelines: OpenSearch) -> None:
    for index in (audit.INDEX, starts.INDEX):
        create_index(pipelines, index)
        pipelines.index(index=index, id="1", body={"seq": 1}, op_type="create", refresh=True)
        assert pipelines.get(index=index, id="1")["found"]


def test_the_pipelines_keep_the_log_store(pipelines: OpenSearch) -> None:
    log_store.apply_log_template(pipelines)
    then = datetime(1999, 12, 30, 12, tzinfo=UTC)
    line = make_document(FileLine("/logs/serving.log", 0, then, b"a line"), "c0ffee")
    assert log_store.write_lines(pipelines, [line, line]) == []
    dropped = log_store.drop_old_days(pipelines, datetime(1999, 12, 31, 6, tzinfo=UTC))
    assert dropped == [f"{log_store.PREFIX}1999.12.30"]


def test_back_ups_are_taken_and_brought_back(server: OwnOpenSearch, pipelines: OpenSearch) -> None:
    index = build(pipelines, "cag", "kept")
    swaps.roll_back(pipelines, "cag")
    folder = server.config.parent / "opensearch/snapshots"
    backups.register_repository(pipelines, "fs", {"location": str(folder)})
    backups.take_snapshot(pipelines, "one", [index])
    pipelines.indices.delete(index=index)
    backups.restore_snapshot(pipelines, "one", [index])
    assert search.count_chunks(pipelines, index) == 1
    backups.delete_snapshot(pipelines, "one")


@pytest.fixture
def service_settings(server: OwnOpenSearch) -> Settings:
    nowhere = dict.fromkeys(_ADDRESSES, "http://127.0.0.1:1")
    files = dict.fromkeys(_FILES, "/nowhere")
    others = {"RUNLORE_KAFKA_BOOTSTRAP": "127.0.0.1:1", "RUNLORE_REDIS_URL": "redis://127.0.0.1:1"}
    told = {
        **nowhere,
        **files,
        **others,
        "RUNLORE_STAGING_URL": "file:///nowhere",
        "RUNLORE_DOCS": '[{"url": "/d"}]',
    }
    # Checking a password takes its time, by design.
    patient = {"search_seconds": 30.0}
    return change_settings(read_settings(told), opensearch=dict(server.login(SERVICE)), timeouts=patient)


async def test_the_service_finds_what_is_live(service_settings: Settings) -> None:
    async with open_clients(service_settings) as clients:
        versions = await find_live_versions(clients, ["rag", "cag"])
        assert all(versions.values())
        question, vector = "restart kafka", [1.0] * DIMENSION
        bodies = {
            "rag": build_content_queries(ask_for_events(question, vector, ["public"])),
            "cag": [build_hybrid_query(question, vector, 3, ["public"])],
        }
        for pipeline, of_pipeline in bodies.items():
            for body in of_pipeline:
                found = await clients.search.search(index=versions[pipeline], body=body)
                assert found["hits"]["hits"]
            assert await clients.search.indices.get_mapping(index=versions[pipeline])
        lines = [{"index": versions["cag"]}, {"query": {"match_all": {}}}]
        found = await clients.search.msearch(body=lines)
        assert found["responses"][0]["hits"]["hits"]


async def test_the_service_tells_of_a_wrong_password(service_settings: Settings) -> None:
    wrong = change_settings(service_settings, opensearch={"password": SecretStr("wrong-hunter22")})
    async with open_clients(wrong) as clients:
        with pytest.raises(search_errors.ConnectionError, match="RUNLORE_OPENSEARCH_USERNAME") as refused:
            await find_live_versions(clients, ["cag"])
        assert "hunter22" not in str(refused.value)


WRITES: dict[str, Callable[[OpenSearch, str], object]] = {
    "write": lambda client, index: search.write_chunks(client, index, [make("forged")]),
    "write one": lambda client, index: client.index(index=index, id="kafka", body={"text": "forged"}),
    "swap": lambda client, index: client.indices.put_alias(index=index, name="rag"),
    "delete": lambda client, index: client.indices.delete(index=index),
    "describe": lambda client, index: catalog.update_meta(client, index, state="refused"),
    "read another index": lambda client, _: client.search(index=lease_record.INDEX),
    "see who may": lambda client, _: client.transport.perform_request("GET", "/_plugins/_security/api/roles"),
}


@pytest.mark.parametrize("write", WRITES)
def test_the_service_writes_nothing(server: OwnOpenSearch, pipelines: OpenSearch, write: str) -> None:
    live = catalog.find_live(pipelines, "cag")
    assert live
    before = catalog.read_meta(pipelines, live)
    with open_search(server.login(SERVICE)) as client, pytest.raises(AuthorizationException):
        WRITES[write](client, live)
    assert catalog.find_live(pipelines, "cag") == live
    assert catalog.read_meta(pipelines, live) == before


def test_the_pipelines_touch_no_index_of_others(server: OwnOpenSearch, pipelines: OpenSearch) -> None:
    with open_search(server.as_admin()) as admin:
        admin.indices.create(index="payroll")
    for touch in (pipelines.indices.delete, pipelines.search):
        with pytest.raises(AuthorizationException):
            touch(index="payroll")


@pytest.mark.parametrize("others", [{"PASSWORD": "wrong-hunter22"}, {"USERNAME": "", "PASSWORD": ""}])
def test_nobody_gets_in_without_the_login(server: OwnOpenSearch, others: dict[str, str]) -> None:
    client = open_search(server.login(PIPELINES, **others))
    with client, pytest.raises(AuthenticationException, match="RUNLORE_OPENSEARCH_USERNAME") as refused:
        client.info()
    assert "hunter22" not in str(refused.value)


def test_a_server_that_nobody_vouches_for_gets_no_password(server: OwnOpenSearch) -> None:
    client = open_search(server.login(PIPELINES, CA_FILE=""))
    with client, pytest.raises(SSLError, match="RUNLORE_OPENSEARCH_CA_FILE"):
        client.info()


def test_nobody_gets_in_without_tls(server: OwnOpenSearch) -> None:
    client = OpenSearch(f"http://127.0.0.1:{server.port}", max_retries=0)
    with client, pytest.raises(search_errors.ConnectionError):
        client.info()
