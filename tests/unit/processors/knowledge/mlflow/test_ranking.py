"""The best run is told by its metrics, whatever it is called."""

import pytest

from processors.knowledge.mlflow.asking import read_ask
from processors.knowledge.mlflow.facts import RunFacts, read_facts, write_facts
from processors.knowledge.mlflow.ranking import Verdict, judge_runs


def make_run(name: str, status: str = "FINISHED", diverged: str = "", **metrics: float) -> RunFacts:
    return RunFacts(name, status, metrics, diverged, is_deleted=False)


OAK = [
    make_run("oak-base", val_auc=0.91, val_loss=0.31),
    make_run("oak-wide", val_auc=0.934, val_loss=0.28),
    make_run("oak-best-overfit", val_auc=0.905, train_auc=0.999),
    make_run("oak-hot", diverged="val_loss is NaN", val_auc=0.5),
    make_run("oak-hotter", diverged="val_auc is NaN, val_loss is infinite"),
    make_run("oak-gone", val_auc=0.99)._replace(is_deleted=True),
    make_run("oak-child", "FAILED", val_auc=0.95),
    make_run("oak-now", "RUNNING", val_auc=0.92),
]


def judge(question: str, runs: list[RunFacts], experiment: str = "oak") -> Verdict | None:
    ask = read_ask(question)
    assert ask is not None
    return judge_runs(ask, experiment, {run.name: run for run in runs})


def tell(question: str, runs: list[RunFacts]) -> str:
    verdict = judge(question, runs)
    assert verdict is not None
    return verdict.sentence


@pytest.mark.parametrize(
    "question",
    ["Which run of oak is best?", "какой запуск oak лучший?", "What is the top run of oak by val_auc?"],
)
def test_the_best_run_has_the_best_metric_and_not_the_best_name(question: str) -> None:
    verdict = judge(question, OAK)
    assert verdict is not None
    assert verdict.shown == ["oak-wide"]
    assert verdict.sentence == (
        "Run oak-wide is the best of the 4 training runs of experiment oak by val_auc, of which more is "
        "better: val_auc 0.934 (val_loss 0.28); then oak-now (still running) 0.92, oak-base 0.91, "
        "oak-best-overfit 0.905. Not compared: 1 deleted, 2 diverged, 1 failed or without val_auc."
    )


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("Which run of oak has the lowest val_loss?", "oak-wide"),
        ("Which run of oak has the lowest validation loss?", "oak-wide"),
        ("Which run of oak has the highest val loss?", "oak-base"),
        ("Which run of oak has the best train_auc?", "oak-best-overfit"),
        ("Which run of oak is worst?", "oak-best-overfit"),
        ("Какой запуск oak с наименьшими потерями?", "oak-wide"),
        ("Какой запуск oak худший?", "oak-best-overfit"),
    ],
)
def test_the_metric_and_its_direction_are_those_of_the_question(question: str, best: str) -> None:
    verdict = judge(question, OAK)
    assert verdict is not None
    assert verdict.shown == [best]


@pytest.mark.parametrize(
    ("runs", "best"),
    [
        ([make_run("best", rmse=3.1), make_run("other", rmse=2.9)], "other"),
        (
            [make_run("best", val_acc=0.8, latency_ms=1), make_run("other", val_acc=0.9, latency_ms=9)],
            "other",
        ),
        ([make_run("best", loss=0.2, f1=0.7), make_run("other", loss=0.3, f1=0.8)], "other"),
        (
            [make_run("best", train_acc=1.0, test_acc=0.7), make_run("other", train_acc=0.8, test_acc=0.9)],
            "other",
        ),
        ([make_run("best", score=9, error=0.5), make_run("other", score=1, error=0.1)], "other"),
    ],
)
def test_held_out_quality_goes_before_training_and_cost(runs: list[RunFacts], best: str) -> None:
    verdict = judge("Which run is best?", runs)
    assert verdict is not None
    assert verdict.shown == [best]


def test_runs_with_the_same_metric_are_alike() -> None:
    sentence = tell(
        "Which run is best?", [make_run("a", auc=0.9), make_run("b", auc=0.9), make_run("c", auc=0.1)]
    )
    assert sentence.startswith("Runs a, b, which are alike, are the best of the 3 training runs")


@pytest.mark.parametrize("runs", [[make_run("best", score=1.0)], [make_run("best")], OAK[3:7]])
def test_where_no_metric_tells_nothing_is_the_best(runs: list[RunFacts]) -> None:
    assert "can't be told: no metric of a run that went well says" in tell("Which run of oak is best?", runs)


def test_the_highest_of_a_metric_without_direction_is_told_if_it_is_named() -> None:
    runs = [make_run("a", score=1.0), make_run("b", score=2.0)]
    assert tell("Which run has the highest score?", runs).startswith("Run b has the highest score of the 2")
    assert "no metric that the question names" in tell("Which run is the highest?", runs)


@pytest.mark.parametrize(
    "question",
    [
        "Which training runs of oak diverged?",
        "Which runs of oak ended with NaN?",
        "Which runs of oak failed to converge?",
        "Какие запуски oak разошлись?",
        "Какие запуски oak не сошлись?",
    ],
)
def test_all_that_diverged_are_named_with_what_did(question: str) -> None:
    verdict = judge(question, OAK)
    assert verdict == Verdict(
        "2 of the 8 training runs of experiment oak diverged: oak-hot (val_loss is NaN), "
        "oak-hotter (val_auc is NaN, val_loss is infinite).",
        ["oak-hot", "oak-hotter"],
    )


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Which runs of oak failed?", "1 of the 8 training runs of experiment oak failed: oak-child."),
        ("Какие запуски oak упали?", "1 of the 8 training runs of experiment oak failed: oak-child."),
        (
            "Which runs of oak were deleted?",
            "1 of the 8 training runs of experiment oak is deleted: oak-gone.",
        ),
    ],
)
def test_what_failed_or_was_deleted_is_named(question: str, sentence: str) -> None:
    assert tell(question, OAK) == sentence


def test_that_none_diverged_is_an_answer() -> None:
    assert (
        tell("Did any run of oak diverge?", OAK[:3])
        == "None of the 3 training runs of experiment oak diverged."
    )


def test_many_are_named_in_part_and_counted() -> None:
    runs = [make_run(f"r{number}", "FAILED") for number in range(13)]
    assert tell("Which runs failed?", runs).endswith("r9 and 3 more.")


def test_who_names_a_run_gets_that_one() -> None:
    assert judge("Why did run oak-child fail?", OAK) is None


@pytest.mark.parametrize(
    "question",
    [
        "What is oak?",
        "How long did run oak-wide take?",
        "Почему упала нода?",
        "What is the best way to run Kafka?",
        "Какой лучший способ запуска Kafka?",
        "Which embedding model is best?",
        "What are best practices?",
    ],
)
def test_other_questions_ask_for_no_runs(question: str) -> None:
    ask = read_ask(question)
    assert ask is None or not ask.asks_for_runs


@pytest.mark.parametrize(
    "question", ["What failed in oak?", "What is the best practice in oak?", "Что упало в oak?"]
)
def test_of_a_service_named_like_an_experiment_nothing_is_ranked(question: str) -> None:
    assert judge(question, OAK) is None


def test_a_metric_that_is_named_needs_no_word_for_runs() -> None:
    verdict = judge("What is the best val_auc of oak?", OAK)
    assert verdict is not None
    assert verdict.shown == ["oak-wide"]


def test_facts_of_odd_figures_can_be_read_again() -> None:
    facts = RunFacts("a", "FINISHED", {"m=1": 1e-300, "é": -0.0, "": 3.0}, "", is_deleted=False)
    assert read_facts(write_facts(facts)) == facts
    assert read_facts({"run": "written before there were facts"}) is None


@pytest.mark.parametrize(
    ("question", "wish"),
    [
        ("Какой запуск oak лучше продакшена?", "better"),
        ("какой запуск oak лучше, чем production?", "better"),
        ("Which run of oak beats production?", "better"),
        ("Does anything outperform the production model?", "better"),
        ("какие прогоны oak хуже текущей версии?", "worse"),
        ("Which run is better than production?", "better"),
        ("Which run is in production?", "production"),
        ("val_loss of the production model of oak", "production"),
        ("Какой запуск oak в проде?", "production"),
    ],
)
def test_production_is_what_runs_are_compared_with(question: str, wish: str) -> None:
    ask = read_ask(question)
    assert ask is not None
    assert ask.wish == wish


LIVE = "production (version 7 of oak)"
RIVALS = [
    RunFacts("oak-live", "FINISHED", {"auc": 0.92}, "", False, f"is in {LIVE} with auc 0.92"),
    RunFacts("oak-new", "FINISHED", {"auc": 0.94}, "", False, f"beats {LIVE}: auc 0.94 against 0.92 (+0.02)"),
    RunFacts("oak-old", "FINISHED", {"auc": 0.9}, "", False, f"is worse than {LIVE}: auc 0.9 against 0.92"),
]


@pytest.mark.parametrize(
    ("question", "said", "shown"),
    [
        ("Which run of oak beats production?", "run oak-new beats production (version 7 of oak)", "oak-new"),
        ("Есть ли запуск oak хуже прода?", "run oak-old is worse than production", "oak-old"),
        ("auc of the production model of oak", "run oak-live is in production (version 7", "oak-live"),
        ("Какая модель oak в проде?", "run oak-live is in production (version 7", "oak-live"),
    ],
)
def test_what_is_in_production_and_what_beats_it(question: str, said: str, shown: str) -> None:
    verdict = judge(question, RIVALS)
    assert verdict is not None
    assert said in verdict.sentence
    assert verdict.shown == [shown]


def test_that_nothing_beats_production_is_an_answer() -> None:
    verdict = judge("Which run of oak beats production?", RIVALS[:1])
    assert verdict is not None
    assert verdict.sentence.startswith("None of the 1 training runs of experiment oak beats production: run")
    assert judge("Which run of oak beats production?", OAK) is None
