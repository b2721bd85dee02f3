"""Which pages are looked for, and who may see them."""

from typing import Any

import pytest

from processors.knowledge.incidents.incident import Seen
from processors.knowledge.incidents.views import PUBLIC, Told
from processors.pipelines.incidents.runbooks import find_runbooks, list_reasons
from processors.retrieval.runbooks import names_one
from tests.support.incidents import make_incident


class Pages:
    """Answers each search with one page, or says that it failed."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers, self.asked = answers, list[Any]()

    def msearch(self, body: list[Any]) -> dict[str, Any]:
        self.asked.append(body)
        return {"responses": list(self.answers)}


def hold(*pages: dict[str, Any]) -> dict[str, Any]:
    return {"hits": {"hits": [{"_source": page} for page in pages]}}


IMAGES = {"title": "Images", "text": "ImagePullBackOff: look.", "cite": {"type": "git", "path": "images.md"}}
NEAR = {"title": "Backups", "text": "Pull the image. Back off for an hour.", "cite": {"path": "backups.md"}}
PAGE = hold(NEAR, IMAGES)
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


@pytest.mark.parametrize(
    ("text", "reason", "named"),
    [
        ("It was OOM-killed at night.", "OOMKilled", True),
        ("Crash loop back off means that it ends at once.", "CrashLoopBackOff", True),
        ("`ErrImagePull` or `ImagePullBackOff`", "ImagePullBackOff", True),
        ("the image that pulls back officers", "ImagePullBackOff", False),
        ("Wait until the server is no longer not ready.", "NotReady", False),
        ("A node is `NotReady`.", "NotReady", True),
        ("`MyKubePodNotReadyToday`", "KubePodNotReady", False),
    ],
)
def test_a_page_names_a_reason_in_one_word_or_in_its_parts(text: str, reason: str, *, named: bool) -> None:
    assert names_one({"title": "a", "text": text}, [reason]) is named


def test_a_code_that_any_message_may_have_is_no_reason() -> None:
    seen = Seen("Failed to pull: rpc error: code = NotFound desc = ErrImagePull", "e", "")
    assert list_reasons(make_incident(seen=(seen,))) == ["ErrImagePull"]


def test_nothing_is_asked_without_documents_or_reasons() -> None:
    assert find(Pages(), None, Told(PUBLIC, make_incident())) == [[]]
    assert find(Pages(), "cag-v000001", Told(PUBLIC, NAMELESS)) == [[]]


def test_only_pages_are_linked_that_the_group_may_see() -> None:
    for group, allowed in ((PUBLIC, ["public"]), ("sre", ["public", "sre"])):
        asked = Pages(hold())
        find(asked, "cag-v000001", Told(group, make_incident()))
        ((_, body),) = asked.asked
        assert {"terms": {"acl": allowed}} in body["query"]["bool"]["filter"]
