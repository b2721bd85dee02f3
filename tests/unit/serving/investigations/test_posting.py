"""What is posted is short enough, says where it comes from, and calls or runs nothing."""

import json
from typing import Any

import pytest

from processors.settings import Settings, change_settings
from serving.investigations.investigating import Finding, Investigation
from serving.investigations.message import Alert
from serving.investigations.posting import build_post, write_message

ALERT = {
    "status": "firing",
    "labels": {"alertname": "PaymentErrorsHigh", "namespace": "shop", "severity": "critical"},
    "annotations": {"summary": "ignored here"},
    "startsAt": "2026-11-30T12:00:00+02:00",
    "fingerprint": "a1",
    "generatorURL": "http://prometheus.test/graph?g0.expr=up",
}
CITATION = {
    "n": 1, "title": "Payments", "url": "http://runlore.test/citations/x", "cite": {}, "observed_at": ""
}  # fmt: skip


def tell(
    about: str = "Cards are declined.", text: str = "The issuer times out. [1]", **alert: Any
) -> Investigation:
    found = Finding("What is wrong", text, "Why is it firing?", (CITATION,))  # type: ignore[arg-type]
    return Investigation("id", Alert.model_validate({**ALERT, **alert}), about, (found,))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return change_settings(settings, ui={"openwebui_url": "http://chat.test/"})


def test_a_message_says_what_where_since_when_and_by_which_source(settings: Settings) -> None:
    assert write_message(settings, tell()).split("\n\n") == [
        "**PaymentErrorsHigh** fires since 2026-11-30 10:00 UTC: in namespace shop, critical",
        "Cards are declined.",
        "**What is wrong**",
        "The issuer times out. [1]",
        "[1] [Payments](http://runlore.test/citations/x)",
        "the alert: `http://prometheus.test/graph?g0.expr=up` · [ask on](http://chat.test/?q=Why+is+it+firing%3F)",
    ]


def test_each_form_is_what_its_receiver_takes(settings: Settings) -> None:
    def post(form: str) -> dict[str, Any]:
        return build_post(change_settings(settings, investigations={"form": form}), tell())

    text = post("mattermost").pop("text")
    slack = post("slack")
    assert slack["blocks"] == [{"type": "markdown", "text": text}]
    assert slack["text"] == text.partition("\n")[0]
    told = json.loads(json.dumps(post("json")))
    assert told["id"] == "id"
    assert told["alert"]["startsAt"] == "2026-11-30T12:00:00+02:00"
    assert told["findings"][0]["citations"] == [CITATION]


@pytest.mark.parametrize(
    "called", ["@channel", "_@channel_", "@here", "(@all", "<!channel>", "<@U123>", "<#C123>"]
)
def test_nobody_is_called_by_what_a_log_line_says(settings: Settings, called: str) -> None:
    settings = change_settings(settings, investigations={"form": "mattermost"})
    text = build_post(settings, tell(about=f"x {called} y", text=f"said {called}"))["text"]
    assert called not in text


@pytest.mark.parametrize(
    "code", ["`ssh root@host`", "`curl -d @body.json`", "```text\n@channel is a word\n```"]
)
def test_what_people_copy_is_left_as_it_is(settings: Settings, code: str) -> None:
    settings = change_settings(settings, investigations={"form": "mattermost"})
    assert code in build_post(settings, tell(text=code))["text"]


def test_what_an_alert_says_of_itself_is_only_text(settings: Settings) -> None:
    text = write_message(settings, tell(about="[click](http://evil.test) <img src=x> as in [1]"))
    assert "](http://evil.test" not in text
    assert "<img" not in text.replace("\\<img", "")
    assert "javascript" not in write_message(settings, tell(generatorURL="javascript:alert(1)"))


@pytest.mark.parametrize("form", ["slack", "mattermost"])
def test_what_is_too_long_is_cut_and_says_so(settings: Settings, form: str) -> None:
    settings = change_settings(settings, investigations={"form": form})
    body = build_post(settings, tell(text="```text\n" + "a line of a log\n" * 3_000 + "```"))
    text = body["text"] if form == "mattermost" else body["blocks"][0]["text"]
    assert len(text) < {"slack": 12_000, "mattermost": 16_383}[form]
    assert text.endswith("a line of a log\n```\n\n… the rest is left out")


@pytest.mark.parametrize("form", ["slack", "mattermost"])
def test_breaking_many_mentions_makes_no_message_too_long(settings: Settings, form: str) -> None:
    settings = change_settings(settings, investigations={"form": form})
    body = build_post(settings, tell(text="@x @y @z\n" * 3_000))
    text = body["text"] if form == "mattermost" else body["blocks"][0]["text"]
    assert len(text) < {"slack": 12_000, "mattermost": 16_383}[form]
