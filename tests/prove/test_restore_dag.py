"""The DAG `restore`, as a person triggers it. `make restore-drill` runs this too: it deletes versions."""

import os
import uuid

import httpx
import pytest
from opensearchpy import OpenSearch

from local.errors import StackError
from processors.pipelines.backup.pausing import WRITERS
from processors.versions import catalog
from tests.conftest import RunDag
from tests.support.restored import describe_indices

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("PROVE_RESTORE") != "yes",
        reason="it deletes all index versions: `make restore-drill` runs it on the test stack",
    ),
    pytest.mark.usefixtures("live_versions"),
]


def test_the_dag_restores_what_its_form_says(
    client: OpenSearch, run_dag: RunDag, airflow: httpx.Client
) -> None:
    name = f"dag-{uuid.uuid4().hex[:8]}"
    assert set(run_dag("backup", {"backup": name}).values()) == {"success"}
    live, documents = catalog.find_live(client, "cag"), describe_indices(client, "cag-v*")

    looked = run_dag("restore", {"backup": name, "overwrite": True, "only_look": True})
    assert looked.pop("check_restore_task") == "success"
    assert set(looked.values()) == {"skipped"}
    with pytest.raises(StackError, match="failed"):
        run_dag("restore", {"backup": name})
    assert describe_indices(client, "cag-v*") == documents

    client.indices.delete(index="cag-v*,rag-v*")
    restored = run_dag("restore", {"backup": name, "overwrite": True})
    assert set(restored.values()) == {"success"}
    assert catalog.find_live(client, "cag") == live
    assert catalog.find_live(client, "rag")
    assert describe_indices(client, "cag-v*") == documents
    dags = airflow.get("/dags", params={"paused": True}).raise_for_status().json()["dags"]
    assert not {each["dag_id"] for each in dags} & {*WRITERS}
