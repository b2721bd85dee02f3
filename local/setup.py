"""Everything that a stack needs before its first start; each step is skipped when it has been done."""

import hashlib
import json
from dataclasses import dataclass

from local.actions import write_holders
from local.artifacts import ensure_artifacts, ensure_neural_search, ensure_object_store
from local.data import format_kafka, init_postgres, prepare_bucket, prepare_folders
from local.docs_repository import remember_docs, seed_docs_repository
from local.environment import compute_environment
from local.kube import prepare_cluster
from local.models import ensure_models
from local.packages import ensure_java, find_missing, install_packages
from local.passwords import Passwords, ensure_passwords
from local.settings import ROOT, StackSettings
from local.templates import render_templates


@dataclass(frozen=True)
class Prepared:
    """What a prepared stack runs with."""

    passwords: Passwords
    environment: dict[str, str]
    fingerprint: str


def set_up(settings: StackSettings, for_tests: bool = False) -> Prepared:
    """Install what is missing, make the stack's folders, passwords, configuration and first contents.

    Args:
        settings: the stack's settings.
        for_tests: install what only the tests need, too.

    Raises:
        StackError: if something is missing that can't be installed from here.
    """
    install_packages(find_missing(for_tests))
    java = ensure_java(settings.java_home)
    ensure_artifacts(settings.envs)
    if settings.neural_search:
        ensure_neural_search(settings.envs)
    if settings.backup_bucket:
        ensure_object_store(settings.envs)
    ensure_models(settings)
    prepare_folders(settings)
    passwords = ensure_passwords(settings.home / "secrets")
    write_holders(passwords)
    remember_docs(settings)
    seed_docs_repository(settings)
    render_templates(settings, passwords)
    init_postgres(settings, passwords)
    format_kafka(settings, java)
    if settings.backup_bucket:
        prepare_bucket(settings, passwords, java)
    if settings.kubernetes_on:
        prepare_cluster(settings)
    environment = compute_environment(settings, passwords)
    return Prepared(passwords, environment, _fingerprint(settings, environment))


def _fingerprint(settings: StackSettings, environment: dict[str, str]) -> str:
    """Hash all that a running process was started with; another value means that it must start again."""
    digest = hashlib.sha256(json.dumps(environment, sort_keys=True).encode())
    files = [ROOT / "local/supervisord.conf", *sorted((settings.home / "config").rglob("*"))]
    for file in files:
        if file.is_file() and file.name != "opensearch.keystore":
            digest.update(file.read_bytes())
    return digest.hexdigest()
