"""`make bench-oncall`: whether somebody who is on call gets right answers about a scripted afternoon.

250 questions of `evaluation/queries/oncall.jsonl` are asked about what `evaluation/oncall` tells, and judged
by rules: right, a dead end, made up, in the language of the question. Without more words it runs in one
process beside a model server; `--stack` sends the afternoon into a running stack's topics and asks over HTTP.
`--held-out` and `--open` ask one half only, `--misses` tells what was wrong, `--seed` chooses another
afternoon. `--check` ends with an error if less than `evaluation/oncall/floors.yaml` asks is reached. Where an
MLflow is set up, the run is logged there.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

from evaluation.benchmarks.oncall_in_process import open_answers
from evaluation.benchmarks.oncall_over_http import open_stack_answers
from evaluation.benchmarks.procedures import open_corpus
from evaluation.benchmarks.rows import Row, compare_times, emit, open_table, percentile
from evaluation.measures.statistics import bootstrap_interval
from evaluation.oncall.floors import Result, list_shortfalls, load_floors
from evaluation.oncall.judging import Answer, Verdict, judge_answer
from evaluation.oncall.questions import Question, read_questions
from evaluation.report.oncall import log_oncall

Ask = Callable[[Question], Answer]


class Judged(NamedTuple):
    """A question with its answer, and what is wrong with it."""

    question: Question
    answer: Answer
    verdict: Verdict


def ask_all(ask: Ask, questions: Iterable[Question]) -> list[Judged]:
    """Ask questions, and judge their answers."""
    answered = ((question, ask(question)) for question in questions)
    return [Judged(question, answer, judge_answer(question, answer)) for question, answer in answered]


def report(judged: Sequence[Judged]) -> str:
    """Return a table: a row for each kind, a column for each language and half, and sums below."""
    groups = sorted({(one.question["language"], one.question["split"]) for one in judged})
    rows: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        rows[one.question["kind"]].append(one)
    rows["all"] = list(judged)
    head = " | ".join(f"{language}, {split.replace('_', ' ')}" for language, split in groups)
    lines = [f"| kind | {head} |", "|---|" + "---|" * len(groups)]
    for kind, of_kind in rows.items():
        cells = (_tell_share(_select(of_kind, *group)) for group in groups)
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    seconds = [one.answer.seconds for one in judged]
    half, most = percentile(seconds, 0.5), percentile(seconds, 0.95)
    dead = sum(one.verdict.is_dead_end for one in judged)
    made_up = sum(bool(one.verdict.made_up) for one in judged)
    lines += [
        "",
        f"{len(judged)} questions: {dead} dead ends, {made_up} answers with something made up; "
        f"half answered within {half:.2f} s, 95 % within {most:.2f} s",
    ]
    return "\n".join(lines) + "\n"


def _select(judged: Iterable[Judged], language: str, split: str) -> list[float]:
    return [
        float(one.verdict.is_right)
        for one in judged
        if (one.question["language"], one.question["split"]) == (language, split)
    ]


def _tell_share(right: Sequence[float]) -> str:
    if not right:
        return "-"
    low, high = bootstrap_interval(right)
    return f"{sum(right):.0f}/{len(right)} ({sum(right) / len(right):.0%}, {low:.0%}–{high:.0%})"


def report_misses(judged: Iterable[Judged]) -> str:
    """Return each question that was answered wrongly, with what is wrong and how the answer begins."""
    return "".join(
        f"\n{one.question['query_id']} {one.question['kind']}: {one.question['query']}\n"
        f"  {'; '.join(one.verdict.faults)}\n"
        + "".join(f"  | {line[:160]}\n" for line in one.answer.text.splitlines()[:4])
        for one in judged
        if not one.verdict.is_right
    )


@contextmanager
def _open_process(seed: int) -> Iterator[Ask]:
    with open_corpus(None) as corpus:
        yield open_answers(corpus, seed)


def main() -> None:
    """Ask, judge, print the table and log it."""
    parser = argparse.ArgumentParser()
    for name in ("stack", "held-out", "open", "misses", "check"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    halves = ["open"] * given.open + ["held_out"] * given.held_out or ["open", "held_out"]
    opened: AbstractContextManager[Ask] = (
        open_stack_answers(given.seed) if given.stack else _open_process(given.seed)
    )
    with opened as ask:
        judged = ask_all(ask, (one for one in read_questions() if one["split"] in halves))
    table = report(judged)
    if given.misses:
        sys.stdout.write(report_misses(judged))
    sys.stdout.write(f"\n{table}")
    open_table(f"{len(judged)} questions")
    for language in sorted({one.question["language"] for one in judged}):
        right = [one.verdict.is_right for one in judged if one.question["language"] == language]
        emit(Row(f"answered right, {language}", sum(right) / len(right), "share", "more"))
    emit(compare_times("answer", [one.answer.seconds for one in judged], unit="s"))
    shortfalls = list_shortfalls(load_floors(), [_make_result(one) for one in judged])
    log_oncall([_make_row(one) for one in judged], table, given.seed, shortfalls, is_stack=given.stack)
    if given.check and shortfalls:
        sys.exit("\n".join(shortfalls))


def _make_result(judged: Judged) -> Result:
    question, verdict = judged.question, judged.verdict
    return Result(
        question["language"],
        question["split"],
        verdict.is_right,
        verdict.is_dead_end,
        bool(verdict.made_up),
    )


def _make_row(judged: Judged) -> dict[str, str | float]:
    question, answer, verdict = judged
    told = {name: str(question[name]) for name in ("query_id", "kind", "language", "split", "query")}
    return {
        **told,
        "right": float(verdict.is_right),
        "faults": "; ".join(verdict.faults),
        "seconds": answer.seconds,
        "answer": answer.text,
    }


if __name__ == "__main__":
    main()
