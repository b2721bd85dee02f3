"""An OpenSearch with logins, rights and TLS for `make test-logins`: made once, beside the other one."""

import re
import shutil
from pathlib import Path

from local.artifacts import POM, SERVER, drop_twins, run_maven, unzip
from local.settings import ROOT
from local.stamps import hash_files, is_stamped

SECURITY_POM = ROOT / "local/security.xml"
PLUGIN = "opensearch-security"
SECURED_SERVER = "opensearch-secured"


def ensure_secured_search(envs: Path) -> Path:
    """Make the server that has the plugin too, unless both project files are unchanged, and give its folder.

    The plugin is of an older OpenSearch: it is told that it is for this one, and its copies of libraries that
    this one brings itself are left out. That is good enough for tests, and no way to run a cluster.

    Args:
        envs: RUNLORE_ENVS, where `ensure_artifacts` has been.

    Raises:
        StackError: if Maven can't fetch the plugin.
    """
    java = envs / "java"
    server, stamp = java / SECURED_SERVER, java / "security.sha256"
    wanted = hash_files(POM, SECURITY_POM)
    if is_stamped(stamp, wanted):
        return server
    print("Fetching OpenSearch's plugin for logins with Maven (47 MB) …", flush=True)
    shutil.rmtree(server, ignore_errors=True)
    run_maven(SECURITY_POM, java)
    shutil.copytree(java / SERVER, server)
    plugin = server / "plugins" / PLUGIN
    unzip(java / f"downloads/{PLUGIN}.zip", plugin)
    (java / f"downloads/{PLUGIN}.zip").unlink()
    _fit(plugin, server)
    stamp.write_text(wanted)
    return server


def _fit(plugin: Path, server: Path) -> None:
    """Let a plugin of another version start in this server."""
    (core,) = server.glob("lib/opensearch-core-*.jar")
    version = core.stem.removeprefix("opensearch-core-")
    descriptor = plugin / "plugin-descriptor.properties"
    told = re.sub(r"(?m)^opensearch\.version=.*$", f"opensearch.version={version}", descriptor.read_text())
    descriptor.write_text(told)
    drop_twins(plugin, server)
