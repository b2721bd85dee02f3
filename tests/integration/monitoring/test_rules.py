"""Each alert fires when it should, and only then: Prometheus' own promtool plays series against our rules.

No stack is asked. `test_rules.py` stands here because `promtool` comes with the stack's Debian packages.
"""

import re
import subprocess
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml

ROOT: Final = Path(__file__).parents[3]
RULES: Final = ROOT / "local/config/rules.yml"
GROUPS: Final = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
ALERTS: Final = [rule for group in GROUPS for rule in group["rules"] if "alert" in rule]
BUCKETS: Final = 'runlore_stage_seconds_bucket{stage="%s", le="%s"}'
ANSWERS: Final = 'runlore_request_seconds_bucket{route="/v1/chat/completions", le="%s"}'
REQUESTS: Final = 'runlore_request_seconds_count{route="/v1/retrieve", status="%s"}'
DISK: Final = 'node_filesystem_%s{mountpoint="%s"}'


class Case(NamedTuple):
    """Series in promtool's notation, one value a minute.

    Attributes:
        alert: Its name.
        fires: With these it fires at the end.
        calm: With these it doesn't, though they are close.
        minutes: When the end is.
    """

    alert: str
    fires: dict[str, str]
    calm: dict[str, str]
    minutes: int = 15


def spread(series: str, fast: float, slow: float, share: int) -> dict[str, str]:
    """Buckets of a histogram that grows by 100 a minute, `share` of them no slower than `fast` seconds."""
    return {
        series % fast: f"0+{share}x120",
        series % slow: "0+100x120",
        series % "+Inf": "0+100x120",
    }


def stage(name: str, fast: float, slow: float, share: int) -> dict[str, str]:
    return spread(BUCKETS.replace("%s", name, 1), fast, slow, share)


def disk(available: str, size: str, mountpoint: str) -> dict[str, str]:
    names = {"avail_bytes": available, "size_bytes": size, "readonly": "0x60"}
    return {DISK % (name, mountpoint): values for name, values in names.items()}


DAY_S: Final = 86_400
CASES: Final = (
    Case("ProcessDown", {'up{job="redis"}': "1 0x60"}, {'up{job="redis"}': "0 1x60"}),
    Case(
        "NotAnswering",
        {'probe_success{job="mlflow"}': "1x5 0x60"},
        {'probe_success{job="mlflow"}': "0x7 1x60"},
    ),
    Case(
        "OpenSearchRed",
        {'elasticsearch_cluster_health_status{color="red"}': "1x60"},
        {'elasticsearch_cluster_health_status{color="yellow"}': "1x60"},
    ),
    Case("DiskAlmostFull", disk("4e9x60", "1e12x60", "/"), disk("6e9x60", "1e12x60", "/")),
    Case("DiskAlmostFull", disk("4e6x60", "1e8x60", "/data"), disk("6e6x60", "1e8x60", "/data")),
    Case(
        "MemoryAlmostFull",
        {"node_memory_MemAvailable_bytes": "4x60", "node_memory_MemTotal_bytes": "100x60"},
        {"node_memory_MemAvailable_bytes": "6x60", "node_memory_MemTotal_bytes": "100x60"},
    ),
    Case("RedisEvicting", {"redis_evicted_keys_total": "0+1x60"}, {"redis_evicted_keys_total": "7x60"}),
    Case(
        "DeadLetters",
        {'kafka_log_logendoffset{topic="runlore.dead-letter"}': "0x12 1x60"},
        {'kafka_log_logendoffset{topic="runlore.dead-letter"}': "0x5 1x60"},
    ),
    Case("RedisDown", {"redis_up": "0x60"}, {"redis_up": "1x60"}),
    Case("PostgresDown", {"pg_up": "0x60"}, {"pg_up": "1x60"}),
    Case(
        "OpenSearchDown",
        {"elasticsearch_cluster_health_up": "0x60"},
        {"elasticsearch_cluster_health_up": "1x60"},
    ),
    Case(
        "OpenSearchHeapHigh",
        {
            'elasticsearch_jvm_memory_used_bytes{area="heap"}': "90x60",
            'elasticsearch_jvm_memory_max_bytes{area="heap"}': "100x60",
        },
        {
            'elasticsearch_jvm_memory_used_bytes{area="heap"}': "80x60",
            'elasticsearch_jvm_memory_max_bytes{area="heap"}': "100x60",
        },
    ),
    Case(
        "OpenSearchDiskWatermark",
        {"elasticsearch_filesystem_data_available_bytes": "2.9e9x60"},
        {"elasticsearch_filesystem_data_available_bytes": "3.1e9x60"},
    ),
    Case(
        "PostgresConnectionsHigh",
        {"pg_stat_activity_count": "81x60", "pg_settings_max_connections": "100x60"},
        {"pg_stat_activity_count": "79x60", "pg_settings_max_connections": "100x60"},
    ),
    Case("KafkaDiskUsage", {"kafka_log_size": "5.1e9x60"}, {"kafka_log_size": "4.9e9x60"}),
    Case(
        "FreshnessLost",
        {'runlore_waiting_seconds{topic="runlore.logs"}': "0 130x60"},
        {'runlore_waiting_seconds{topic="runlore.logs"}': "110x60"},
    ),
    Case(
        "KafkaLag",
        {'runlore_waiting_records{topic="runlore.logs"}': "20001x60"},
        {'runlore_waiting_records{topic="runlore.logs"}': "19999x60"},
    ),
    Case(
        "DocumentsOld",
        {'runlore_version_age_seconds{pipeline="cag"}': f"{9 * DAY_S}x60"},
        {'runlore_version_age_seconds{pipeline="cag"}': f"{7 * DAY_S}x60"},
    ),
    Case(
        "DocumentsOld",
        {
            'runlore_version_age_seconds{pipeline="cag"}': f"{9 * DAY_S}x60",
            # The clock of these tests begins in 1970: this run lies nine days before it.
            'airflow_dag_last_success_seconds{dag_id="cag_pipeline"}': f"-{9 * DAY_S}x60",
        },
        {
            'runlore_version_age_seconds{pipeline="cag"}': f"{9 * DAY_S}x60",
            'airflow_dag_last_success_seconds{dag_id="cag_pipeline"}': f"-{DAY_S}x60",
        },
    ),
    Case(
        "VersionRefused",
        {'runlore_refused_versions{pipeline="cag"}': "1x60"},
        {'runlore_refused_versions{pipeline="cag"}': "1x10 0x60"},
    ),
    Case("SearchSlow", stage("search", 0.2, 0.5, 90), stage("search", 0.2, 0.5, 96)),
    Case("CacheSlow", stage("cache", 0.05, 0.1, 90), stage("cache", 0.05, 0.1, 96)),
    Case(
        "CacheMisses",
        {
            'runlore_cache_lookups_total{outcome="hit"}': "0+1x120",
            'runlore_cache_lookups_total{outcome="miss"}': "0+20x120",
        },
        {
            'runlore_cache_lookups_total{outcome="hit"}': "0+3x120",
            'runlore_cache_lookups_total{outcome="miss"}': "0+20x120",
        },
        90,
    ),
    Case("AnswersSlow", spread(ANSWERS, 2.0, 3.0, 90), spread(ANSWERS, 2.0, 3.0, 96)),
    Case(
        "ErrorsHigh",
        {REQUESTS % "200": "0+80x60", REQUESTS % "503": "0+20x60"},
        {REQUESTS % "200": "0+80x60", REQUESTS % "503": "0+8x60", REQUESTS % "404": "0+20x60"},
    ),
)


def play(case: Case, series: dict[str, str], expected: list[dict[str, Any]]) -> dict[str, Any]:
    """One of promtool's tests: what is firing in the end."""
    firing = f'count(ALERTS{{alertname="{case.alert}", alertstate="firing"}})'
    return {
        "name": f"{case.alert} of {' '.join(series)}",
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": firing, "eval_time": f"{case.minutes}m", "exp_samples": expected}],
    }


def run_promtool(tests: list[dict[str, Any]], folder: Path) -> None:
    file = folder / "rules.test.yml"
    content = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_fires_when_it_should(tmp_path: Path) -> None:
    run_promtool([play(case, case.fires, [{"labels": "{}", "value": 1}]) for case in CASES], tmp_path)


def test_no_alert_fires_of_what_is_only_close(tmp_path: Path) -> None:
    run_promtool([play(case, case.calm, []) for case in CASES], tmp_path)


def test_every_alert_is_tested() -> None:
    assert {case.alert for case in CASES} == {rule["alert"] for rule in ALERTS}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_each_alert_says_how_bad_it_is_and_links_runbooks_that_are_there(rule: dict[str, Any]) -> None:
    link = rule["annotations"]["runbook_url"]
    # A link may depend on the job: then each branch is a page.
    pages = re.findall(r"}}([\w-]+){{", link.replace("docs/runbooks/", "").replace(".md", "")) or [
        Path(link).stem
    ]
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert link.startswith("docs/runbooks/")
    assert [page for page in pages if not (ROOT / f"docs/runbooks/{page}.md").is_file()] == []
