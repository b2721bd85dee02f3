"""Which pages are looked for, and who may see them."""

from typing import Any

from processors.knowledge.incidents.incident import Seen
from processors.knowledge.incidents.views import PUBLIC, Told
from processors.pipelines.incidents.runbooks import build_runbook_query, find_runbooks, list_reasons
from tests.support.incidents import make_incident


class Pages:
    """Answers each search with one page, or says that it failed."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers, self.asked = answers, list[Any]()

    def msearch(self, body: list[Any]) -> dict[str, Any]:
        self.asked.append(body)
        return {"responses": list(self.answers)}


PAGE = {"hits": {"hits": [{"_source": {"title": "Images", "cite": {"type": "git", "path": "images.md"}}}]}}
NAMELESS = make_incident(seen=())


def find(pages: Pages, version: str | None, *told: Told) -> list[list[str]]:
    found = find_runbooks(pages, version, told)  # type: ignore[arg-type]
    return [[f"{page.title} ({page.link})" for page in links] for links in found]


def test_reasons_and_alerts_are_looked_for_and_no_kinds_of_objects() -> None:
    seen = ("Alert KubePodNotReady (pod a) is firing", "ReplicaSet a: OOMKilled", "ImagePullBackOff")
    incident = make_incident(seen=tuple(Seen(text, "e", "") for text in seen))
    assert list_reasons(incident) == ["KubePodNotReady", "OOMKilled", "ImagePullBackOff"]


def test_an_incident_has_the_pages_that_name_its_reason() -> None:
    pages = Pages(PAGE, {"error": {"type": "timeout"}})
    told = [Told(PUBLIC, NAMELESS), Told(PUBLIC, make_incident()), Told("sre", make_incident())]
    assert find(pages, "cag-v000001", *told) == [[], ["Images (images.md)"], []]
    (asked,) = pages.asked
    assert [line["index"] for line in asked[::2]] == ["cag-v000001", "cag-v000001"]


def test_nothing_is_asked_without_documents_or_reasons() -> None:
    assert find(Pages(), None, Told(PUBLIC, make_incident())) == [[]]
    assert find(Pages(), "cag-v000001", Told(PUBLIC, NAMELESS)) == [[]]


def test_only_pages_are_linked_that_the_group_may_see() -> None:
    for group, allowed in ((PUBLIC, ["public"]), ("sre", ["public", "sre"])):
        body = build_runbook_query(Told(group, make_incident()))
        assert body
        assert {"terms": {"acl": allowed}} in body["query"]["bool"]["filter"]
