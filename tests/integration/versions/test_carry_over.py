"""Unchanged chunks go from one version to the next, also when more has changed than fits in one clause."""

from processors.stores.search import carry_over
from processors.versions.builds import create_version
from processors.versions.catalog import update_meta

MORE_THAN_A_CLAUSE_TAKES = 70_000


def test_all_but_the_documents_that_changed_are_copied(client, pipeline):
    source = create_version(client, pipeline, {})
    for name in ("kept", "changed", "of another source"):
        body = {"doc_id": name, "chunk_id": name, "source": "b" if "another" in name else "a"}
        client.index(index=source, id=name, body=body, refresh=True)
    update_meta(client, source, state="retired")
    target = create_version(client, pipeline, {})
    left_out = [*(f"{number:032x}" for number in range(MORE_THAN_A_CLAUSE_TAKES)), "changed"]
    assert carry_over(client, source, target, ["a"], left_out) == 1
    hits = client.search(index=target)["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == ["kept"]
