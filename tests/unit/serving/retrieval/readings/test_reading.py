"""Questions of every kind, put to a small index: what a person who is on call is told."""

from datetime import datetime
from typing import Any, ClassVar

import pytest

from processors.retrieval.question.time_window import TimeWindow
from processors.retrieval.readings import comparing
from serving.retrieval.readings import figures
from tests.support.readings import (
    CHECKOUT,
    ago,
    make_chunk,
    make_deployment,
    make_incident,
    make_pod,
    read,
    say,
)

ALERT = make_chunk(
    "a-1", "alert", "Alert PaymentErrorsHigh (service payment)",
    "Alert PaymentErrorsHigh (service payment) is firing since 2026-11-21 11:56 UTC: it declines cards.",
    severity="critical", service="payment", labels={"alertname": "PaymentErrorsHigh", "service": "payment"},
    cite={"type": "alert", "state": "firing"},
)  # fmt: skip
LOGS = make_chunk(
    "l-1", "log_pattern", "payment: card declined",
    "4 log lines of payment in shop (error) between 11:58 and 11:59 UTC:\nNew: never before.\ncard declined",
    severity="error", namespace="shop", service="payment", labels={"count": "4", "new": "true"},
    began_at=ago(2),
)  # fmt: skip
HEAP = make_chunk(
    "m-1", "metric_window", "Heap memory used of opensearch [jvm_heap_bytes]",
    "Heap memory used of opensearch is as usual: 512 MiB at 2026-11-21 11:59 UTC, usually between 400 MiB "
    "and 600 MiB.\nFrom 11:00 to 11:59 UTC: lowest 480 MiB, median 500 MiB, highest 520 MiB; steady.\n"
    "PromQL: jvm_heap_bytes",
    service="opensearch", labels={"job": "opensearch"}, cite={"type": "promql", "query": "jvm_heap_bytes"},
)  # fmt: skip
FINE = [make_deployment("cart", 2, 2), HEAP]
BROKEN = [make_incident(), make_pod(), make_deployment("checkout", 0), ALERT, LOGS, *FINE]


def list_hours(message: str, windows: int, minutes: int = 60) -> list[dict[str, Any]]:
    """Return windows of a message that payment logs twice in each, the newest first."""
    return [
        make_chunk(
            f"{message} {number}", "log_pattern", f"payment: {message}",
            f"2 log lines of payment in shop (error) at {ago(minutes * number + 1)[:19]} UTC:\n{message}",
            severity="error", namespace="shop", service="payment", labels={"count": "2", "new": "false"},
            doc_id=message, observed_at=ago(minutes * number + 1),
            began_at=ago(minutes * (number + 1)),
        )
        for number in range(windows)
    ]  # fmt: skip


NEW_WARNING = make_chunk(
    "w-1", "log_pattern", "kafka: ASGI app factory detected",
    "1 log line of kafka (warning) at 11:55:00 UTC: ASGI app factory detected.\nNew: never seen before.",
    severity="warning", service="kafka", labels={"new": "true", "count": "1"},
)  # fmt: skip


class TestWrong:
    @pytest.mark.parametrize("question", ["What is wrong?", "is anything broken?", "что сломано?"])
    async def test_the_faulty_object_stands_first_with_its_cause_and_evidence(self, question: str) -> None:
        first, *rest = (await say(BROKEN, question)).splitlines()
        assert first.startswith(f"1. {CHECKOUT}: image shop/checkout:1.4.3 can't be pulled, ")
        assert "11:51 UTC [1, 2]" in first
        assert f"{CHECKOUT} names an image that is not there [1]" in rest[0]
        assert "ImagePullBackOff" in rest[1]

    async def test_of_many_incidents_the_first_are_told_in_full_and_others_by_their_titles(self) -> None:
        many = [
            {**make_incident(f"i-{n}", began_at=ago(n)), "title": f"Deployment d{n}: slow"} for n in range(13)
        ]
        told = await say(many, "What is wrong?")
        assert told.count("Likely cause") == 5
        assert "10. Deployment d9: slow, since 11:51 UTC" in told
        assert "Deployment d10" not in told
        assert "and 3 more" in told

    async def test_what_an_incident_tells_already_is_not_told_again(self) -> None:
        told = await say(BROKEN, "What is wrong?")
        assert told.count("ImagePullBackOff") == 1
        assert "0 of 3 replicas" not in told
        assert "2. `Alert PaymentErrorsHigh" in told

    async def test_the_worst_incident_stands_before_a_newer_one(self) -> None:
        newer = {
            **make_incident("i-2", severity="warning", began_at=ago(1)),
            "title": "Deployment cart: slow",
        }
        told = await say([newer, *BROKEN], "What is wrong?")
        assert told.index(CHECKOUT) < told.index("Deployment cart: slow")

    async def test_an_object_that_one_can_edit_stands_before_a_run_that_is_as_bad(self) -> None:
        run = make_incident("i-2", began_at=ago(1), labels={"state": "open", "object": "dag/billing"})
        run = {**run, "title": "DAG billing failed"}
        told = await say([run, *BROKEN], "What is wrong?")
        assert told.index(CHECKOUT) < told.index("DAG billing failed")

    async def test_what_only_logs_complain_about_stands_last(self) -> None:
        logged = make_incident("i-2", began_at=ago(1), labels={"state": "open", "rule": "errors"})
        calmer = {**make_incident("i-3", severity="warning"), "title": "Deployment cart: slow"}
        told = await say(
            [{**logged, "title": "service mailer logs errors"}, calmer, *BROKEN], "What is wrong?"
        )
        order = [
            told.index(title) for title in (CHECKOUT, "Deployment cart: slow", "service mailer logs errors")
        ]
        assert order == sorted(order)

    async def test_before_an_incident_was_made_the_symptoms_are_told_the_workload_first(self) -> None:
        told = await say([make_pod(), make_deployment("checkout", 0)], "What is wrong?")
        assert told.splitlines()[0].startswith(f"1. `{CHECKOUT} has replicas that are not available")

    async def test_that_nothing_is_wrong_is_an_answer_with_what_was_looked_at(self) -> None:
        told = await say(FINE, "Is anything broken?")
        looked = "1 Kubernetes object, 1 window of metrics"
        assert told == f"Nothing is wrong: looked at {looked}, as of 12:00 UTC. [1, 2]"
        assert (await say(FINE, "Что сломано?")).startswith("Ничего плохого нет: просмотрено объектов")

    async def test_a_resolved_incident_is_not_wrong_any_more(self) -> None:
        over = make_incident(severity="info", labels={"state": "resolved"})
        assert (await say([over, *FINE], "What is wrong?")).startswith("Nothing is wrong")

    async def test_an_event_about_an_object_that_is_well_again_is_over(self) -> None:
        state = make_deployment("cart", 2, 2)
        event = make_chunk("e", "k8s_event", "BackOff: x", severity="warning", doc_id=state["doc_id"])
        assert (await say([state, event], "What is wrong?")).startswith("Nothing is wrong")
        assert "BackOff" in await say([make_deployment("cart", 1, 2), event], "What is wrong?")

    async def test_old_lines_and_anomalies_that_are_over_are_no_present_trouble(self) -> None:
        old = {**LOGS, "observed_at": ago(90), "began_at": ago(95)}
        over = {**HEAP, "severity": "warning", "text": "Heap was unusual from 11:00 to 11:20 UTC: 1 GiB."}
        assert (await say([old, over], "What is wrong?")).startswith("Nothing is wrong")

    async def test_a_warning_that_is_new_is_told_but_is_nothing_wrong(self) -> None:
        told = await say([NEW_WARNING, *FINE], "What is wrong?")
        assert told.startswith("Nothing is wrong: looked at 1 Kubernetes object")
        assert "logged for the first time" in told
        assert "ASGI app factory" in told
        assert "ASGI" not in await say([NEW_WARNING, *BROKEN], "What is wrong?")
        unusual = await say([NEW_WARNING, *FINE], "What is unusual right now?")
        assert unusual.startswith("1. `1 log line of kafka")

    async def test_only_what_the_asking_person_may_see_is_told(self) -> None:
        hidden = make_incident(acl=["sre"])
        assert (await say([hidden, *FINE], "What is wrong?")).startswith("Nothing is wrong")
        assert CHECKOUT in await say([hidden, *FINE], "What is wrong?", groups=("sre", "public"))

    async def test_a_time_that_is_asked_about_holds(self) -> None:
        question = "What was wrong between 10:00 and 10:30 today?"
        early = {**HEAP, "began_at": ago(115), "observed_at": ago(100)}
        assert (await say([LOGS, early], question)).startswith("Nothing is wrong between 10:00 and 10:30 UTC")
        assert "card declined" in await say(
            [{**LOGS, "began_at": ago(115), "observed_at": ago(100)}], question
        )

    async def test_the_last_state_of_an_object_tells_nothing_of_the_time_before_it(self) -> None:
        made_long_ago = make_deployment("cart", 0, began_at=ago(600), observed_at=ago(5))
        told = await say([made_long_ago], "What was wrong between 10:00 and 10:30 today?")
        assert told.startswith("Nothing is wrong between 10:00 and 10:30 UTC")
        assert "Deployment cart" in await say([made_long_ago], "What was wrong in the last 10 minutes?")


class TestScope:
    async def test_anothers_trouble_is_not_told(self) -> None:
        told = await say(BROKEN, "What is wrong with cart?")
        assert told.splitlines()[0] == (
            "Nothing is wrong with cart: looked at 1 Kubernetes object, as of 12:00 UTC. [1]"
        )
        assert "2 of 2 replicas are ready" in told
        assert "checkout" not in told

    async def test_what_only_mentions_a_name_is_not_of_it(self) -> None:
        title = "Deployment gateway in namespace shop"
        gateway = {**make_deployment("gateway", 0), "text": f"{title} has no ready replica. It calls cart."}
        assert "gateway" not in await say([gateway, *FINE], "What is wrong with cart?")

    @pytest.mark.parametrize(
        ("said", "is_told"),
        [
            ("cannot read /var/chop/log", False),
            ("chop is full", False),
            ('quota of namespace "chop" is used up', True),
            ("namespace=chop is terminating", True),
        ],
    )
    async def test_of_what_lies_in_no_namespace_only_what_says_so_is_of_one(
        self, said: str, is_told: bool
    ) -> None:
        line = make_chunk(
            "l-1", "log_pattern", "kafka: odd", f"1 log line of kafka: {said}", severity="error"
        )
        cart = make_deployment("cart", 3, namespace="chop")
        assert (said in await say([line, cart], "What is wrong in namespace chop?")) is is_told

    @pytest.mark.parametrize(
        ("question", "said"),
        [
            ("What is wrong in namespace chop?", "Nothing is recorded of namespace chop: looked at "),
            ("Что сломано в неймспейсе chop?", "О неймспейсе chop ничего не записано: просмотрено "),
        ],
    )
    async def test_of_what_is_not_known_the_nearest_names_are_told(self, question: str, said: str) -> None:
        reading = await read(BROKEN, question)
        assert reading is not None
        assert reading.is_empty
        assert reading.lines[0].text.startswith(said)
        assert "shop" in reading.lines[1].text
        assert reading.hits == ()

    async def test_a_filter_goes_before_the_words(self) -> None:
        told = await say(BROKEN, "What is wrong in namespace chop?", filters={"namespace": "shop"})
        assert told.startswith(f"1. {CHECKOUT}")

    @pytest.mark.parametrize("question", ["how come the cart pods crash?", "hows cart doing"])
    async def test_a_service_that_is_mentioned_in_passing_is_a_place_too(self, question: str) -> None:
        told = await say(BROKEN, question)
        assert "cart" in told
        assert "checkout" not in told

    async def test_an_unknown_word_in_passing_is_no_place(self) -> None:
        assert CHECKOUT in await say(BROKEN, "how come the wobbly pods crash?")


class TestWhy:
    async def test_the_likely_cause_comes_first_then_what_changed(self) -> None:
        verdict, _, cause, changed, *rest = (await say(BROKEN, "Why is checkout down?")).splitlines()
        assert verdict == f"{CHECKOUT}: image shop/checkout:1.4.3 can't be pulled, since 11:51 UTC. [1]"
        assert cause == f"- Likely cause: {CHECKOUT} names an image that is not there [1, 2]"
        assert "image 1.4.2 became 1.4.3" in changed
        assert any("Runbook" in line for line in rest)

    async def test_a_pod_leads_to_the_incident_that_it_belongs_to(self) -> None:
        told = await say(BROKEN, "почему упал под checkout-7d9f8c6b5-x2vqn?")
        assert told.startswith(f"{CHECKOUT}: image")
        assert "Вероятная причина: " in told

    async def test_what_is_fine_is_told_with_its_state(self) -> None:
        reading = await read(BROKEN, "Why is cart down?")
        assert reading is not None
        assert reading.lines[0].text == (
            "Deployment cart in namespace shop is healthy: 2 of 2 replicas are ready, as of 12:00 UTC."
        )
        assert reading.is_partial

    async def test_without_an_incident_the_symptoms_are_told(self) -> None:
        told = await say([ALERT, LOGS, make_deployment("payment", 3), *FINE], "Why is payment down?")
        assert told.startswith("1. `Alert PaymentErrorsHigh")
        assert "3 of 3 replicas are ready" in told

    async def test_a_general_question_is_left_to_documents(self) -> None:
        assert await read(FINE, "Why does a consumer rebalance?") is None


class TestHealth:
    async def test_a_verdict_with_the_figures_comes_first(self) -> None:
        told = await say(FINE, "Is cart healthy?")
        assert told.startswith(
            "Deployment cart in namespace shop is healthy: 2 of 2 replicas are ready, as of"
        )

    async def test_what_is_wrong_there_is_listed(self) -> None:
        told = await say(BROKEN, "Is checkout healthy?")
        assert told.startswith(f"{CHECKOUT} is not healthy, as of 12:00 UTC:\n\n1. {CHECKOUT}: image")

    async def test_what_has_no_state_is_told_by_all_that_was_looked_at(self) -> None:
        told = await say(FINE, "Is opensearch healthy?")
        assert told == "Opensearch is healthy: nothing is wrong in 1 window of metrics, as of 12:00 UTC. [1]"

    @pytest.mark.parametrize(
        ("question", "verdict"),
        [("Is kafka ok?", "Kafka is healthy: nothing is wrong in"), ("kafka в порядке?", "Kafka в порядке")],
    )
    async def test_a_new_warning_makes_nobody_sick(self, question: str, verdict: str) -> None:
        told = await say([NEW_WARNING, *FINE], question)
        assert told.startswith(verdict)
        assert "ASGI app factory" in told

    async def test_a_node_is_not_sick_with_its_pods(self) -> None:
        node = make_chunk("n", "k8s_state", "Node node-1", "Node node-1 is ready.")
        assert (await say([node, make_pod()], "Is node-1 ok?")).startswith("Node node-1 is healthy")


class TestChanged:
    async def test_rollouts_are_told_with_what_differs_the_newest_first(self) -> None:
        title = "ReplicaSet checkout-{} of deployment checkout in namespace shop"
        sets = [
            make_chunk(
                f"rs-{number}", "k8s_state", title.format(number), namespace="shop", service="checkout",
                cite={"kind": "ReplicaSet", "name": f"checkout-{number}"},
                labels={"owner": "Deployment/checkout", "revision": number, "images": image, "made_at": made},
            )
            for number, image, made in (("1", "1.4.2", ago(900)), ("2", "1.4.3", ago(10)))
        ]  # fmt: skip
        made = make_deployment("cart", 2, 2, labels={"made_at": ago(30)})
        rolled = make_deployment("checkout", 3, cite={"kind": "Deployment", "name": "checkout"})
        told = await say([*sets, made, rolled], "What changed in the last hour?")
        first, second = told.splitlines()
        assert first.startswith(f"1. 11:50 UTC: {CHECKOUT} was rolled out as revision 2: image ")
        assert second == "2. 11:30 UTC: Deployment cart in namespace shop was made [2]"
        assert "cart" not in await say([*sets, made, rolled], "What changed in the last 15 minutes?")

    async def test_where_nothing_changed_what_did_elsewhere_is_told(self) -> None:
        made = make_deployment("cart", 2, 2, labels={"made_at": ago(30)})
        still = make_deployment("payment", 2, 2)
        first, *others = (await say([made, still], "What changed with payment?")).splitlines()
        assert first.startswith("No change was seen with payment in the last 24 hours: looked at 1")
        assert others[1].startswith("What changed elsewhere in the last 24 hours:")
        assert others[3].startswith("1. 11:30 UTC: Deployment cart in namespace shop was made")

    async def test_no_change_is_an_answer(self) -> None:
        told = await say(FINE, "что менялось за последний час?")
        assert told.startswith("Изменений не видно с 11:00 до 12:00 UTC: просмотрено ")


class TestCount:
    async def test_lines_are_counted_with_their_number_and_span(self) -> None:
        told = await say([LOGS, *FINE], "How many errors did payment log in the last hour?")
        counted = "counted in 1 of 1 window of log lines"
        assert told.startswith(
            f"4 errors in the logs of payment between 11:00 and 12:00 UTC: {counted}, as of 12:00 UTC. [1]"
        )

    async def test_of_an_hour_that_is_half_in_the_window_no_more_is_claimed_than_is_known(self) -> None:
        early = {**LOGS, "began_at": ago(50)}
        assert (await say([early], "How many errors in the last 5 minutes?")).startswith("At most 4 errors")

    @pytest.mark.parametrize("question", ["How many errors in the last 5 days?", "сколько ошибок за неделю?"])
    async def test_all_windows_of_a_week_are_counted(self, question: str) -> None:
        told = await say(list_hours("card declined", 800, minutes=5), question)
        assert told.startswith("1600 ")

    async def test_of_more_than_is_read_the_least_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(figures, "MOST_COUNTED", 20)
        told = await say(list_hours("card declined", 90), "How many errors in the last 5 days?")
        assert told.startswith("At least 40 errors")
        told = await say(list_hours("card declined", 90), "Сколько ошибок за 5 дней?")
        assert told.startswith("Не меньше 40 ошибок")

    @pytest.mark.parametrize(
        ("question", "told"),
        [
            ("how many new errors of payment today?", "4 new errors in the logs of payment"),
            ("сколько новых ошибок сегодня?", "4 новых ошибок в логах"),
        ],
    )
    async def test_new_are_those_that_were_never_logged_before(self, question: str, told: str) -> None:
        assert (await say([LOGS, *list_hours("card expired", 9), *FINE], question)).startswith(told)

    async def test_restarts_are_those_of_pods(self) -> None:
        told = await say(BROKEN, "Сколько раз перезапускался checkout?")
        assert told.startswith("4 перезапусков (checkout) ")

    async def test_none_is_a_number(self) -> None:
        told = await say(FINE, "How many alerts are firing?")
        assert told.startswith("No alerts now: looked at ")


class TestList:
    @pytest.mark.parametrize(
        ("question", "said"),
        [
            ("Which alerts are firing?", "1. `Alert PaymentErrorsHigh"),
            ("какие алерты горят?", "1. `Alert PaymentErrorsHigh"),
            (
                "Which services restarted today?",
                "1. checkout in namespace shop: restarted 4 times, the last time",
            ),
            (
                "какие сервисы перезапускались сегодня?",
                "1. checkout в неймспейсе shop: перезапусков 4, последний",
            ),
            ("Which pods are not ready?", "1. `Pod checkout-7d9f8c6b5-x2vqn"),
            ("Which runs failed?", "There are no failed runs "),
            ("Which nodes are not ready?", "There are no nodes in trouble now: looked at "),
        ],
    )
    async def test_what_there_is_and_nothing_else(self, question: str, said: str) -> None:
        told = await say(BROKEN, question)
        assert told.startswith(said)
        assert "\n2. " not in told

    async def test_a_counter_that_began_anew_shows_a_restart(self) -> None:
        anew = {
            **HEAP,
            "text": "Requests of opensearch grow as usual. It began anew at 11:40 UTC: a restart.",
        }
        told = await say([anew], "Which services restarted today?")
        assert told.startswith("1. opensearch: restarted at 11:59 UTC [1]")

    async def test_of_many_it_is_told_how_many_more_there_are(self) -> None:
        pods = [{**make_pod(), "chunk_id": f"p{n}", "doc_id": f"p{n}"} for n in range(13)]
        assert (await say(pods, "Which pods are not ready?")).endswith("And 3 more of them. [11]")


class TestValue:
    async def test_the_newest_value_stands_first_with_what_is_usual_and_its_query(self) -> None:
        told = await say([HEAP, *BROKEN], "How much memory does opensearch use?")
        assert told.splitlines()[0] == (
            "Heap memory used of opensearch [jvm_heap_bytes] is 512 MiB at 11:59 UTC, usually between "
            "400 MiB and 600 MiB. [1]"
        )
        assert "`PromQL: jvm_heap_bytes` [1]" in told

    async def test_that_a_value_is_unusual_is_told_with_its_begin(self) -> None:
        odd = {**HEAP, "severity": "warning", "text": f"Heap memory is unusual since 11:40.\n{HEAP['text']}"}
        assert "Heap memory is unusual since 11:40" in await say([odd], "Is opensearch's memory unusual?")

    async def test_in_russian_the_words_are_russian(self) -> None:
        told = await say(FINE, "сколько памяти ест opensearch?")
        figures = "512 MiB (11:59 UTC), обычно от 400 MiB до 600 MiB. [1]"
        assert told.splitlines()[0].endswith(f" [jvm_heap_bytes]: {figures}")

    async def test_series_of_one_query_are_added_where_their_unit_allows_it(self) -> None:
        other = {**HEAP, "chunk_id": "m-2", "doc_id": "m-2"}
        told = await say([HEAP, other], "How much memory does opensearch use?")
        assert told.startswith("Together it is 1 GiB at 11:59 UTC, in 2 series:\n\n1. Heap memory")

    async def test_what_is_measured_of_another_service_is_no_answer(self) -> None:
        told = await say([HEAP, make_deployment("redis", 1, 1)], "How much memory does redis use?")
        assert "512" not in told


class TestPlatform:
    METAS: ClassVar[Any] = {
        "rag-v000002": {"state": "live", "indexed_at": ago(1), "embedding_model": "minilm@1"},
        "cag-v000003": {"state": "live", "chunks": 812, "gate": {"decided_at": ago(60)}},
        "cag-v000004": {
            "state": "refused",
            "gate": {"reasons": ["recall fell by 0.05"], "decided_at": ago(9)},
        },
    }

    async def test_live_versions_and_why_the_last_was_refused(self) -> None:
        told = await say(FINE, "Which version is live, and why was the last one refused?", metas=self.METAS)
        assert told.splitlines() == [
            "- Of what was observed, rag-v000002 is live: last written at 11:59 UTC, vectors of minilm@1.",
            "- Of documents, cag-v000003 is live: 812 chunks at the gate, passed the gate at 11:00 UTC.",
            "- cag-v000004 was refused (11:51 UTC): recall fell by 0.05.",
        ]


async def test_before_what_to_do_stands_what_is_wrong_there() -> None:
    reading = await read(BROKEN, "checkout in namespace shop can't pull its image, what do I do?")
    assert reading is not None
    assert reading.is_partial
    assert reading.lines[0].text.startswith(f"{CHECKOUT}: image shop/checkout:1.4.3 can't be pulled")
    linked = {**make_incident(), "text": f"{CHECKOUT}: killed\nRunbook: Redis is down (redis-down.md)"}
    assert await read([linked], "Redis is down. What do I do?") is None
    logged = make_incident(labels={"state": "open", "rule": "errors"})
    assert await read([logged], "checkout in namespace shop logs errors, what do I do?") is None


async def test_an_index_that_holds_nothing_yet_says_so() -> None:
    reading = await read([], "What is wrong?")
    assert reading is not None
    assert reading.is_empty
    assert reading.lines[0].text.startswith("Nothing at all was observed, so ")


@pytest.mark.parametrize("question", ["How do I rotate the API key?", "What is a consumer group?", "hello"])
async def test_other_questions_have_no_reading(question: str) -> None:
    assert await read(BROKEN, question) is None


class TestSinceWhen:
    @pytest.mark.parametrize(
        "question",
        ["when did it start?", "How long has this been going on?", "когда началось?", "с каких пор?"],
    )
    async def test_the_moment_stands_first(self, question: str) -> None:
        told = await say(BROKEN, question, before=("is checkout healthy?",))
        assert told == f"11:51 UTC: {CHECKOUT}: image shop/checkout:1.4.3 can't be pulled [1, 2]"

    async def test_without_an_incident_it_is_that_of_the_symptom(self) -> None:
        told = await say([LOGS, *FINE], "since when does payment fail?")
        assert told.startswith("11:58 UTC: `4 log lines of payment")

    async def test_of_several_each_is_told(self) -> None:
        older = {**make_incident("i-2", began_at=ago(30)), "title": "Deployment cart: slow"}
        told = await say([older, *BROKEN], "when did all this start?")
        assert "11:30 UTC: Deployment cart: slow" in told
        assert "11:51 UTC: Deployment checkout" in told

    async def test_of_what_is_named_it_is_told_and_not_of_all_else(self) -> None:
        told = await say([LOGS, *list_hours("smtp relay refused", 3)], "since when does smtp refuse?")
        assert "smtp relay refused" in told
        assert "card declined" not in told

    @pytest.mark.parametrize(
        ("question", "began"),
        [
            ("how long has payment been failing?", "2026-11-19 12:00 UTC, in 48 windows of log lines, the"),
            ("с каких пор падает payment?", "2026-11-19 12:00 UTC; окон логов: 48, последнее: `2 log lines"),
        ],
    )  # fmt: skip
    async def test_lines_are_told_from_the_first_of_all_their_windows(
        self, question: str, began: str
    ) -> None:
        told = await say([*list_hours("card declined", 48), *FINE], question)
        assert told.startswith(began)
        assert told.endswith(" [1]")

    async def test_what_was_logged_before_an_incident_is_told_behind_it(self) -> None:
        lines = list_hours("card declined", 48)
        incident = make_incident(
            cite={"type": "incident", "state": "open", "evidence": [lines[0]["chunk_id"]]}
        )
        incident["labels"]["evidence"] = lines[0]["chunk_id"]
        first, *rest = (await say([incident, *lines, *FINE], "since when is checkout broken?")).splitlines()
        assert first.startswith("11:51 UTC: Deployment checkout")
        before = "Such lines were logged before, the first at 2026-11-19 12:00 UTC; in 48 windows"
        assert before in "".join(rest)
        new = await say([incident, lines[0], *FINE], "since when is checkout broken?")
        assert "before" not in new


class TestRuns:
    async def test_since_when_is_told_from_the_last_time_that_it_began(self) -> None:
        stray = make_chunk(
            "stray", "log_pattern", "payment: card declined",
            "1 log line of payment in shop (error) at 2026-11-11T13:00:00 UTC:\ncard declined",
            severity="error", namespace="shop", service="payment", labels={"count": "1"},
            doc_id="card declined", observed_at="2026-11-11T13:00:00+00:00",
            began_at="2026-11-11T13:00:00+00:00",
        )  # fmt: skip
        told = await say([*list_hours("card declined", 2), stray, *FINE], "since when is payment failing?")
        assert told.startswith("10:00 UTC, and before, the first time at 2026-11-11 13:00 UTC; in 3 windows")
        bank = list_hours("card declined by bank", 2)
        reading = await read([*bank, stray, *FINE], "ERROR card declined by bank")
        assert reading is not None
        assert reading.lines[0].text == "Such lines are logged since 10:00 UTC, in 2 windows, the newest:"

    async def test_an_incident_is_told_before_lines_that_say_the_same(self) -> None:
        incident = make_incident()
        told = await say([incident, LOGS, *FINE], "since when do we have errors?")
        assert told.startswith("11:51 UTC: Deployment checkout")


class TestOften:
    @pytest.mark.parametrize(
        ("question", "heading", "often"),
        [
            ("most frequent errors", "Most often in the last 24 hours:", "1. 48 times, the newest:"),
            ("top errors in payment", "Most often in the last 24 hours:", "1. 48 times, the newest:"),
            ("самые частые ошибки", "Чаще всего за последние 24 часа:", "1. 48 раз, самое новое:"),
            ("какие ошибки чаще всего?", "Чаще всего за последние 24 часа:", "1. 48 раз, самое новое:"),
        ],
    )  # fmt: skip
    async def test_what_was_logged_most_often_stands_first(
        self, question: str, heading: str, often: str
    ) -> None:
        told = await say([LOGS, *list_hours("card expired", 48), *FINE], question)
        first, _, *lines = told.splitlines()
        assert first == heading
        assert lines[0].startswith(often)
        assert "card expired" in lines[0]
        assert "card declined" in lines[1]

    @pytest.mark.parametrize(
        "question", ["any new errors?", "what is new in the logs?", "новые ошибки?", "что нового в логах?"]
    )
    async def test_new_lines_are_those_that_were_never_there(self, question: str) -> None:
        told = await say([LOGS, *list_hours("card expired", 48), *FINE], question)
        assert "card declined" in told
        assert "card expired" not in told

    async def test_that_nothing_is_new_is_told(self) -> None:
        told = await say([*list_hours("card expired", 48), *FINE], "any new errors?")
        assert told.startswith("There are no new errors in the logs in the last 24 hours: looked at ")
        told = await say([*list_hours("card expired", 48), *FINE], "есть новые ошибки?")
        assert told.startswith("Новых ошибок в логах за последние 24 часа нет")


class TestMore:
    @pytest.mark.parametrize(
        ("question", "told"),
        [
            (
                "are there more errors than yesterday?",
                "Fewer: 14 errors in the logs between 00:00 and 12:00 UTC, "
                "and 24 between 2026-11-20 00:00 and 2026-11-20 12:00 UTC. [1]",
            ),
            (
                "are errors in payment increasing?",
                "Fewer: 38 errors in the logs of payment between 2026-11-20 12:00 and 2026-11-21 12:00 UTC, "
                "and 48 between 2026-11-19 12:00 and 2026-11-20 12:00 UTC. [1]",
            ),
            (
                "compare errors of payment today and yesterday",
                "Fewer: 14 errors in the logs of payment between 00:00 and 12:00 UTC, "
                "and 24 between 2026-11-20 00:00 and 2026-11-20 12:00 UTC. [1]",
            ),
            (
                "ошибок больше, чем вчера?",
                "Меньше: ошибок в логах с 00:00 до 12:00 UTC: 14, "
                "а с 2026-11-20 00:00 до 2026-11-20 12:00 UTC: 24. [1]",
            ),
            ("растут ли ошибки?", "Меньше: ошибок в логах с 2026-11-20 12:00 до 2026-11-21 12:00 UTC: 38"),
        ],
    )
    async def test_two_spans_are_held_side_by_side(self, question: str, told: str) -> None:
        # Five hours of silence, and before them as ever.
        old = [one for one in list_hours("card declined", 60) if one["observed_at"] < ago(5 * 60)]
        first, _, most = (await say([*old, *FINE], question)).splitlines()[:3]
        assert first.startswith(told)
        assert (
            " before: `2 log lines of payment" in most or ", было 24: `2 log" in most or ", было 48" in most
        )

    async def test_what_goes_on_as_ever_is_about_as_much(self) -> None:
        told = await say([*list_hours("card declined", 60), *FINE], "are there more errors than yesterday?")
        assert told.startswith("About as many: 24 errors in the logs between 00:00 and 12:00 UTC, and 24 ")

    async def test_what_is_not_kept_is_no_fewer(self) -> None:
        told = await say([*list_hours("card declined", 20), *FINE], "are there more errors than yesterday?")
        assert told.startswith(
            "24 errors in the logs between 00:00 and 12:00 UTC; nothing is kept from before "
            "2026-11-20 16:00 UTC to compare them with. [1]"
        )

    @pytest.mark.parametrize(
        "question",
        [
            "does payment have more errors than checkout?",
            "are there more errors than warnings?",
            "more errors than before the deploy?",
        ],
    )
    async def test_what_else_is_compared_is_only_counted(self, question: str) -> None:
        told = await say([*list_hours("card declined", 60), make_deployment("checkout", 3), *FINE], question)
        assert not told.startswith(("More", "Fewer", "About as many"))

    async def test_without_any_it_is_told_that_there_are_none(self) -> None:
        assert (await say(FINE, "are there more errors than yesterday?")).startswith("No errors in the logs")


@pytest.mark.parametrize(
    ("window", "now", "spans"),
    [
        # Yesterday, at three: today until three beside yesterday until three.
        (("20T00:00", "21T00:00"), "21T03:20", "21T00:00 21T03:00 20T00:00 20T03:00"),
        # The last hour and a half: whole hours, as many before them.
        (("21T11:05", "21T12:35"), "21T12:35", "21T11:00 21T12:00 21T10:00 21T11:00"),
        # Today, a minute after midnight: there is no whole hour of it.
        (("21T00:00", "21T00:01"), "21T00:01", "20T23:00 21T00:00 20T22:00 20T23:00"),
        # Last week beside this one until the same time; this week beside the last one.
        (("09T00:00", "16T00:00"), "17T06:30", "16T00:00 17T06:00 09T00:00 10T06:00"),
        (("16T00:00", "18T06:30"), "18T06:30", "16T00:00 18T06:00 09T00:00 11T06:00"),
    ],
)
def test_spans_are_whole_hours_that_never_overlap(window: tuple[str, str], now: str, spans: str) -> None:
    begin, end, moment = (datetime.fromisoformat(f"2026-11-{one}+00:00") for one in (*window, now))
    chosen = comparing.choose_spans(TimeWindow(begin, end), moment)
    assert " ".join(f"{one:%dT%H:%M}" for span in chosen for one in span) == spans


class TestNoisiest:
    @pytest.mark.parametrize(
        "question",
        [
            "which service logs the most errors?",
            "who is the noisiest service?",
            "who logs the most errors?",
            "which services have the most errors?",
            "какой сервис больше всех ошибается?",
            "у какого сервиса больше всего ошибок?",
        ],
    )
    async def test_services_are_told_by_how_much_they_log(self, question: str) -> None:
        mail = [
            {**one, "service": "mail", "chunk_id": f"m{one['chunk_id']}"} for one in list_hours("bounced", 3)
        ]
        cards = list_hours("card declined", 5) + list_hours("card expired", 5)
        _, _, first, second = (await say([*mail, *cards, *FINE], question)).splitlines()
        assert first.startswith(
            ("1. payment: 20 times, the newest: `2", "1. payment: 20 раз, самое новое: `2")
        )
        assert second.startswith(("2. mail: 6 times, the newest: `2", "2. mail: 6 раз, самое новое: `2"))


class TestPasted:
    LINE = "ERROR card of order 4711 was declined by the issuer"

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ("", "Such lines are logged since 2026-11-19 12:00 UTC, in 48 windows, the newest:"),
            ("is this normal: ", "Such lines are logged since 2026-11-19 12:00 UTC, in 48 windows"),
            ("seen this before? ", "Such lines are logged since 2026-11-19 12:00 UTC, in 48 windows"),
            ("кто-нибудь видел такое? ", "Такие строки в логах с 2026-11-19 12:00 UTC; окон логов: 48"),
        ],
    )
    async def test_since_when_a_line_is_logged_is_told_before_what_documents_say(
        self, asked: str, told: str
    ) -> None:
        question = f"{asked}ERROR card of order 5 was declined by the issuer"
        reading = await read([*list_hours(self.LINE, 48), LOGS, *FINE], question)
        assert reading is not None
        assert reading.is_partial
        assert reading.lines[0].text.startswith(told)
        assert reading.hits[0]["chunk_id"] == f"{self.LINE} 0"

    async def test_who_names_a_time_asks_about_that_time(self) -> None:
        asked = "was a card of an order declined by the issuer yesterday?"
        assert await read([*list_hours(self.LINE, 48), *FINE], asked) is None

    async def test_of_one_window_that_is_told(self) -> None:
        told = await say([*list_hours(self.LINE, 1), LOGS, *FINE], self.LINE)
        assert told.startswith("Logged in one window, at 11:00 UTC: `2 log lines of payment")

    @pytest.mark.parametrize(
        "question", ["kafka broker is down", "card of the issuer is lost and gone", "order of 7 new cards"]
    )
    async def test_other_words_are_no_line(self, question: str) -> None:
        assert await read([*list_hours(self.LINE, 48), *FINE], question) is None


class TestOrder:
    @pytest.mark.parametrize(
        ("question", "first"),
        [
            ("what broke first?", "Deployment cart: slow"),
            ("what is the newest incident?", CHECKOUT),
            ("какой инцидент самый старый?", "Deployment cart: slow"),
            ("что сломалось последним?", CHECKOUT),
        ],
    )
    async def test_the_first_and_the_last_are_those_by_their_begin(self, question: str, first: str) -> None:
        older = {
            **make_incident("i-2", began_at=ago(30), severity="warning"),
            "title": "Deployment cart: slow",
        }
        older["text"] = older["title"]
        assert first in (await say([older, *BROKEN], question)).splitlines()[0]


class TestWords:
    async def test_what_has_no_name_is_counted_by_its_words(self) -> None:
        other = {**LOGS, "chunk_id": "l-2", "doc_id": "l-2", "text": "9 log lines of payment: order paid"}
        other["title"] = "payment: order paid"
        other["labels"] = {"count": "9"}
        assert (await say([LOGS, other], "how many cards were declined?")).startswith("4 observations")
        assert (await say([LOGS, other], "how many orders were paid?")).startswith("9 observations")

    async def test_an_ordinary_word_is_a_place_if_the_index_knows_it(self) -> None:
        data = make_deployment("orders-db", 1, 1, namespace="data")
        assert (await say([data, *BROKEN], "is everything fine in data?")).startswith("Data is healthy")
        assert (await say([data, *BROKEN], "в data все в порядке?")).startswith("Data в порядке")
        assert CHECKOUT in await say(BROKEN, "is everything fine in data?")

    async def test_of_two_names_the_one_that_is_known_is_told_of(self) -> None:
        assert (await say(BROKEN, "why does checkout crash since wednesdays?")).startswith(CHECKOUT)

    async def test_replicas_are_told_by_how_many_there_should_be(self) -> None:
        told = await say(BROKEN, "how many replicas of checkout are ready?")
        assert told.startswith(f"{CHECKOUT}: 0 of 3 replicas are ready. [1]")
        assert (await say(BROKEN, "сколько реплик готово?")).startswith("Готово реплик 2 из 5; нагрузок 2.")

    async def test_namespaces_are_counted_once_and_named(self) -> None:
        data = make_deployment("orders-db", 1, 1, namespace="data")
        told = await say([data, *BROKEN], "how many namespaces are there?")
        assert told.startswith("2 namespaces now: data, shop; looked at ")

    async def test_of_runs_those_are_meant_that_a_question_names(self) -> None:
        dag = make_chunk("r-1", "pipeline_run", "DAG billing failed", severity="error")
        training = make_chunk("r-2", "ml_run", "Run calm-owl of experiment fraud")
        assert (await say([dag, training], "how many dags ran today?")).startswith("1 run ")
        assert (await say([dag, training], "how many trainings ran today?")).startswith("1 run ")
        assert (await say([dag, training], "how many dags succeeded today?")).startswith("No runs ")

    async def test_what_is_over_is_asked_for_by_saying_so(self) -> None:
        over = {**ALERT, "chunk_id": "a-2", "doc_id": "a-2", "title": "Alert DiskFull", "severity": "info"}
        over["text"] = "Alert DiskFull was resolved."
        assert (await say([over, ALERT], "which alerts are resolved?")).startswith("1. `Alert DiskFull")


class TestMeasured:
    @pytest.mark.parametrize(
        "question",
        [
            "opensearch heap memory",
            "memory of opensearch",
            "what is opensearch's heap like",
            "память opensearch",
        ],
    )
    async def test_who_only_names_a_metric_and_a_place_wants_its_value(self, question: str) -> None:
        assert "512 MiB" in (await say([HEAP], question)).splitlines()[0]

    async def test_what_a_question_measures_must_be_measured(self) -> None:
        told = await say([HEAP], "how much disk does opensearch use?")
        assert told.startswith("No metric of opensearch goes by these words; the nearest are:")
