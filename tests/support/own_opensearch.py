"""A real OpenSearch of a test's own that wants TLS and a login, where each user has the rights of a role."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from opensearchpy import OpenSearchException

from local.environments import find_environments
from local.free_port import find_free_port
from local.java import find_java
from local.passwords import ensure_passwords
from local.secured_search import PLUGIN, ensure_secured_search
from local.server_process import run_server
from local.settings import load_settings as load_stack_settings
from local.templates import TEMPLATES, make_values, render_text
from processors.settings.stores import OpenSearch
from processors.stores.search import open_search
from tests.support.certificates import make_certificate

_SECURITY = """
plugins.security.ssl.transport.pemcert_filepath: server/cert.pem
plugins.security.ssl.transport.pemkey_filepath: server/key.pem
plugins.security.ssl.transport.pemtrustedcas_filepath: server/cert.pem
plugins.security.ssl.transport.enforce_hostname_verification: false
plugins.security.ssl.http.enabled: true
plugins.security.ssl.http.pemcert_filepath: server/cert.pem
plugins.security.ssl.http.pemkey_filepath: server/key.pem
plugins.security.ssl.http.pemtrustedcas_filepath: trusted.pem
plugins.security.allow_default_init_securityindex: true
plugins.security.nodes_dn: ["CN=opensearch"]
plugins.security.authcz.admin_dn: ["CN=admin"]
"""
_NOTHING = "_meta: {{type: {kind}, config_version: 2}}\n"
_USERS = "/_plugins/_security/api/internalusers"
_JAVA_OPTIONS = "-Xms512m -Xmx512m -XX:TieredStopAtLevel=1"


class OwnOpenSearch(NamedTuple):
    """Where it is, its configuration with certificates, and everybody's password."""

    port: int
    config: Path
    passwords: Mapping[str, str]

    def login(self, user: str, **others: str) -> OpenSearch:
        """The settings of a user, of which some may be others; empty ones are left out."""
        named = {"USERNAME": user, "PASSWORD": self.passwords[user]}
        return self._tell(named | others)

    def as_admin(self) -> OpenSearch:
        """The settings of who shows the certificate that may do everything."""
        files = {"CERTIFICATE_FILE": "cert.pem", "KEY_FILE": "key.pem"}
        return self._tell({name: str(self.config / "admin" / file) for name, file in files.items()})

    def _tell(self, told: Mapping[str, str]) -> OpenSearch:
        known = {"URL": f"https://127.0.0.1:{self.port}", "CA_FILE": str(self.config / "server/cert.pem")}
        named = {f"RUNLORE_OPENSEARCH_{name}": value for name, value in (known | dict(told)).items() if value}
        return OpenSearch.model_validate(named)


@contextmanager
def start_opensearch(roles: Path, users: Iterable[str]) -> Iterator[OwnOpenSearch]:
    """Start it, with the local stack's own configuration but for who gets in.

    Args:
        roles: File of the roles; each user has the one of its name, with `_` for `-`.
        users: Their names.
    """
    envs = find_environments()
    server, stack = ensure_secured_search(envs), load_stack_settings()
    as_user = []
    # Not in pytest's own folder, into which the server's user may not look.
    with tempfile.TemporaryDirectory(prefix="runlore-opensearch-") as name:
        home, port = Path(name), find_free_port()
        config = home / "config"
        _configure(home, server, port, roles)
        if os.geteuid() == 0:
            _give(home, stack.data_user)
            as_user = ["setpriv", f"--reuid={stack.data_user}", "--regid=nogroup", "--clear-groups"]
        environment = {
            **os.environ,
            "OPENSEARCH_JAVA_HOME": str(find_java(stack.java_home)),
            "OPENSEARCH_PATH_CONF": str(config),
            "OPENSEARCH_JAVA_OPTS": _JAVA_OPTIONS,
            "OPENSEARCH_TMPDIR": str(home / "opensearch/tmp"),
        }
        passwords = {user: secrets.token_urlsafe(16) for user in users}
        own = OwnOpenSearch(port, config, passwords)
        command = [*as_user, str(server / "bin/opensearch")]
        with run_server(command, environment, lambda: _is_up(own), home / "log"):
            for user, password in passwords.items():
                body = {"password": password, "opendistro_security_roles": [user.replace("-", "_")]}
                path = f"{_USERS}/{user}"
                with open_search(own.as_admin()) as admin:
                    admin.transport.perform_request("PUT", path, body=body)
            yield own


def _configure(home: Path, server: Path, port: int, roles: Path) -> None:
    config = home / "config"
    rules, folder = config / PLUGIN, home / "opensearch"
    for each in (rules, config / "server", config / "admin", folder / "tmp", folder / "logs"):
        each.mkdir(parents=True)
    # What the stack's own configuration needs beside these is as in the stack.
    values = {
        **make_values(load_stack_settings(), ensure_passwords(home / "secrets")),
        "home": str(home),
        "opensearch_port": str(port),
        "opensearch_transport_port": str(find_free_port()),
        "disk_low": "2gb",
        "disk_high": "1gb",
        "disk_flood": "500mb",
        # It would not start with the settings of plugins that it hasn't.
        "neural_search_settings": "",
        "bucket_settings": "",
    }
    for template in (TEMPLATES / "opensearch").glob("*.template"):
        (config / template.stem).write_text(render_text(template, values))
    with (config / "opensearch.yml").open("a") as file:
        file.write(_SECURITY)
    mine, admin = (
        make_certificate(config / "server", "opensearch"),
        make_certificate(config / "admin", "admin"),
    )
    (config / "trusted.pem").write_text(mine.read_text() + admin.read_text())
    shutil.copytree(server / "plugins" / PLUGIN / "config", rules, dirs_exist_ok=True)
    (rules / "internal_users.yml").write_text(_NOTHING.format(kind="internalusers"))
    (rules / "roles_mapping.yml").write_text(_NOTHING.format(kind="rolesmapping"))
    shutil.copy(roles, rules / "roles.yml")


def _give(folder: Path, user: str) -> None:
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user)


def _is_up(own: OwnOpenSearch) -> bool:
    try:
        with open_search(own.as_admin()) as admin:
            admin.transport.perform_request("GET", _USERS)
            return True
    except OpenSearchException:
        return False
