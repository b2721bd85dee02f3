"""What a build is told in confidence: the certificates and the package index of this machine's pip."""

import ast
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.environments import ensure_uv

# Where the Dockerfile shows the certificates to pip.
CERTIFICATES = "/run/secrets/ca.crt"
# What means the same inside a container. Paths of this machine, as of `find-links`, don't.
_HANDED_ON = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "retries")


@contextmanager
def hold_secrets(envs: Path) -> Iterator[list[str]]:
    """Give the options of `docker build` that hand the secrets in; their files are gone afterwards.

    Args:
        envs: RUNLORE_ENVS, where a pip is that knows this machine's settings.
    """
    certificates = find_certificates(os.environ)
    told = subprocess.run(
        [str(Path(ensure_uv(envs)).with_name("python")), "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=True,
    )
    with TemporaryDirectory(prefix="runlore-build-") as name:  # a folder that nobody else can read
        file = Path(name) / "pip.conf"
        file.write_text(render_pip_conf(told.stdout.splitlines(), bool(certificates)))
        options = ["--secret", f"id=pip,src={file}"]
        yield [*options, "--secret", f"id=ca,src={certificates}"] if certificates else options


def find_certificates(environment: dict[str, str] | os._Environ[str]) -> str:
    """Give the file of certificates that pip and its cousins are told of, or nothing.

    Example:
        >>> find_certificates({"REQUESTS_CA_BUNDLE": "/etc/company/ca.pem"})
        '/etc/company/ca.pem'
    """
    names = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    return next((environment[name] for name in names if environment.get(name)), "")


def render_pip_conf(listed: Iterable[str], has_certificates: bool) -> str:
    """Make the pip.conf of a build.

    Args:
        listed: lines of `pip config list`, such as `global.index-url='https://mirror.example/simple'`.
        has_certificates: whether the build is given a file of certificates.

    Example:
        >>> print(render_pip_conf([":env:.timeout='60'", "global.find-links='/wheels'"], False))
        [global]
        timeout = 60
    """
    values = {}
    for line in listed:
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        if option in _HANDED_ON:
            values[option] = str(ast.literal_eval(value)).strip()
    if has_certificates:
        values["cert"] = CERTIFICATES
    lines = (f"{name} = {value}".replace("\n", "\n    ") for name, value in values.items())
    return "\n".join(("[global]", *lines))
