"""A bucket for back-ups is there as a whole or not at all; so is the store of logs."""

import configparser
import re
from pathlib import Path

import pytest

from local import environment
from local.artifacts import BUCKET_POM, POM
from local.environment import compute_environment
from local.errors import StackError
from local.passwords import ensure_passwords
from local.services import steps_of
from local.settings import ROOT, StackSettings, load_settings
from local.templates import TEMPLATES, make_values, render_text


@pytest.fixture(autouse=True)
def jdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "find_java", lambda _: Path("/jdk"))


@pytest.mark.parametrize("switch", [False, True])
def test_the_bucket_is_on_as_a_whole_or_not_at_all(settings: StackSettings, switch: bool) -> None:
    chosen = settings.model_copy(update={"backup_bucket": switch})
    passwords = ensure_passwords(settings.home / "secrets")
    computed = compute_environment(chosen, passwords)
    assert computed["RUNLORE_OPENSEARCH_SERVER"].endswith("opensearch-s3") is switch
    assert computed["RUNLORE_BACKUP_URL"].startswith("s3://") is switch
    assert ("AWS_SECRET_ACCESS_KEY" in computed) is switch
    text = render_text(TEMPLATES / "opensearch/opensearch.yml.template", make_values(chosen, passwords))
    # A server without the plugin refuses to start with its settings.
    assert ("s3.client.default" in text) is switch
    assert ("object-store" in {step.name for step in steps_of(chosen)}) is switch


def test_two_servers_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RUNLORE_NEURAL_SEARCH", "RUNLORE_BACKUP_BUCKET"):
        monkeypatch.setenv(name, "on")
    with pytest.raises(StackError, match="each want an OpenSearch of their own"):
        load_settings()


def test_the_plugin_has_the_version_of_the_server() -> None:
    versions = {
        found[1]
        for pom in (POM, BUCKET_POM)
        if (found := re.search(r"<opensearch\.version>(.+)</opensearch\.version>", pom.read_text()))
    }
    parser = configparser.ConfigParser()
    text = (ROOT / "local/config/repository-s3/plugin-descriptor.properties").read_text()
    parser.read_string(f"[plugin]\n{text}")
    versions |= {parser["plugin"]["version"], parser["plugin"]["opensearch.version"]}
    assert len(versions) == 1


@pytest.mark.parametrize("switch", [False, True])
def test_requests_are_told_where_lines_are_kept(settings: StackSettings, switch: bool) -> None:
    chosen = settings.model_copy(update={"log_store": switch})
    computed = compute_environment(chosen, ensure_passwords(settings.home / "secrets"))
    assert computed.get("RUNLORE_LOG_LEVEL") == ("INFO" if switch else None)
    assert computed["AIRFLOW__LOGGING__JSON_LOGS"] == str(switch)
    assert ("log-store" in {step.name for step in steps_of(chosen)}) is switch
