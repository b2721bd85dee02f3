"""Rendering `local/config/*.template` into the stack's own configuration folder."""

import json
import os
import shutil
from pathlib import Path
from string import Template

from local.errors import StackError
from local.open_webui import make_open_webui_values
from local.passwords import OPEN_WEBUI_ADMIN, Passwords
from local.settings import ROOT, StackSettings

TEMPLATES = ROOT / "local/config"
_OPEN_WEBUI_PROBE = """\
      - targets: ["http://127.0.0.1:{port}/health"]
        labels: {{job: open-webui}}"""
_LANGUAGE_MODEL_JOB = """\
  - job_name: language-model
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]"""

# A server without the plugin would not start with these. No model runs inside of OpenSearch here, so the
# plugin's limits of memory and disk, which are for such models, would only get in the way.
_NEURAL_SEARCH = """\
plugins.ml_commons.only_run_on_ml_node: false
plugins.ml_commons.connector.private_ip_enabled: true
plugins.ml_commons.trusted_connector_endpoints_regex: ["^http://127[.]0[.]0[.]1:{port}/.*$"]
plugins.ml_commons.native_memory_threshold: 100
plugins.ml_commons.jvm_heap_memory_threshold: 100
plugins.ml_commons.disk_free_space_threshold: -1"""


# A server without the plugin would not start with these, either.
_BUCKET = """\
s3.client.default.endpoint: http://127.0.0.1:{port}
s3.client.default.region: us-east-1
s3.client.default.path_style_access: true"""


def render_templates(settings: StackSettings, passwords: Passwords) -> None:
    """Write every template's text, with its values, under `$RUNLORE_HOME/config`.

    Files that hold secrets (`*.env`) can be read by the one who starts the stack only.
    """
    values = make_values(settings, passwords)
    for template in sorted(TEMPLATES.rglob("*.template")):
        target = settings.home / "config" / template.relative_to(TEMPLATES).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
        target.chmod(0o600 if target.suffix == ".env" else 0o644)
        target.write_text(render_text(template, values))
    if os.geteuid() == 0:
        shutil.chown(settings.home / "config/opensearch", settings.data_user, settings.data_user)


def make_values(settings: StackSettings, passwords: Passwords) -> dict[str, str]:
    """Make the names that templates may use: settings, ports as `<name>_port`, passwords."""
    ports = {f"{name.replace('-', '_')}_port": str(port) for name, port in settings.ports.items()}
    secrets = {name.replace("-", "_"): value for name, value in passwords.values.items()}
    probe = _OPEN_WEBUI_PROBE.format(port=settings.ports["open-webui"]) if settings.open_webui else ""
    language = _LANGUAGE_MODEL_JOB.format(port=settings.ports["language-model"]) if settings.llm else ""
    neural = _NEURAL_SEARCH.format(port=settings.ports["model-server"]) if settings.neural_search else ""
    bucket = _BUCKET.format(port=settings.ports["object-store"]) if settings.backup_bucket else ""
    return {
        **{name: str(value) for name, value in settings.model_dump().items()},
        **ports,
        **secrets,
        "root": str(ROOT),
        "open_webui_email": OPEN_WEBUI_ADMIN,
        **make_open_webui_values(settings),
        "open_webui_probe": probe,
        "neural_search_settings": neural,
        "bucket_settings": bucket,
        "language_model_job": language,
        "alert_receiver": _write_receiver(settings, passwords),
    }


def _write_receiver(settings: StackSettings, passwords: Passwords) -> str:
    """Return whom Alertmanager tells: a webhook of the settings, and the service if it investigates."""
    told: list[dict[str, object]] = []
    if settings.alert_webhook:
        told.append({"url": settings.alert_webhook, "send_resolved": True})
    if settings.investigations_url_file:
        key = {"authorization": {"credentials_file": str(passwords.folder / "api-key")}}
        url = f"http://127.0.0.1:{settings.ports['serving']}/v1/alerts"
        told.append({"url": url, "send_resolved": False, "http_config": key})
    return f"    webhook_configs: {json.dumps(told)}" if told else ""


def render_text(template: Path, values: dict[str, str]) -> str:
    """Fill one template.

    Raises:
        StackError: if it names a value that there isn't.
    """
    try:
        return Template(template.read_text()).substitute(values)
    except (KeyError, ValueError) as error:
        raise StackError(f"{template}: no value for {error}. Known: {', '.join(sorted(values))}") from error
