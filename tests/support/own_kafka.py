"""A real Kafka of a test's own that wants TLS and a login, and lets each user do what it was told."""

import base64
import contextlib
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from local.environments import find_environments
from local.free_port import find_free_port
from local.java import find_java
from local.server_process import run_server
from local.settings import ROOT
from local.templates import TEMPLATES, render_text
from processors.settings.stores import Kafka
from processors.stores.kafka import kafka_options
from tests.support.certificates import make_certificate

ADMIN = "admin"
_CLUSTER = base64.urlsafe_b64encode(b"runlore-of-tests").decode().rstrip("=")
_JAAS = "org.apache.kafka.common.security.scram.ScramLoginModule required"
_SECURITY = """
listeners=SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={jaas} username="{admin}" password="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/cert.pem
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{admin};User:ANONYMOUS
"""


class Right(NamedTuple):
    """What a user may do with everything whose name begins like this."""

    user: str
    resource: str
    prefix: str
    operations: tuple[str, ...]


class OwnKafka(NamedTuple):
    """Where it is, its certificate, and everybody's password."""

    port: int
    certificate: Path
    passwords: Mapping[str, str]

    def login(self, user: str, **others: str) -> Kafka:
        """The settings of a user, of which some may be others."""
        told = {
            "BOOTSTRAP": f"127.0.0.1:{self.port}",
            "SECURITY_PROTOCOL": "SASL_SSL",
            "SASL_MECHANISM": "SCRAM-SHA-512",
            "USERNAME": user,
            "PASSWORD": self.passwords[user],
            "CA_FILE": str(self.certificate),
        }
        return Kafka.model_validate({f"RUNLORE_KAFKA_{name}": v for name, v in (told | others).items() if v})

    def grant(self, rights: Iterable[Right]) -> None:
        """Let users do this, from now on."""
        admin = AdminClient(kafka_options(self.login(ADMIN)))
        wanted = [
            AclBinding(
                ResourceType[right.resource], right.prefix, ResourcePatternType.PREFIXED,
                f"User:{right.user}", "*", AclOperation[operation], AclPermissionType.ALLOW,
            )
            for right in rights
            for operation in right.operations
        ]  # fmt: skip
        for future in admin.create_acls(wanted).values():
            future.result(timeout=20)


@contextmanager
def start_kafka(folder: Path, passwords: Mapping[str, str]) -> Iterator[OwnKafka]:
    """Start it, with the local stack's own configuration but for who gets in.

    Args:
        folder: For its files.
        passwords: Of each user; `admin`, who may do everything, is one of them.
    """
    envs = find_environments()
    port, controller = find_free_port(), find_free_port()
    certificate = make_certificate(folder, "kafka")
    (folder / "server.pem").write_text((folder / "key.pem").read_text() + certificate.read_text())
    values = {"home": str(folder), "kafka_port": str(port), "kafka_controller_port": str(controller)}
    base = render_text(
        TEMPLATES / "kafka.properties.template",
        {**values, "kafka_retention_hours": "1"},
    )
    security = _SECURITY.format(
        port=port, controller=controller, jaas=_JAAS, admin=ADMIN, password=passwords[ADMIN], folder=folder
    )
    properties = folder / "kafka.properties"
    properties.write_text(base + security)
    java = [str(find_java(os.environ.get("RUNLORE_JAVA_HOME", "")) / "bin/java")]
    java += ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    java += [f"-Dlog4j2.configurationFile={TEMPLATES}/kafka-log4j2.properties.template"]
    java += ["-cp", f"{envs}/java/kafka/*"]
    users = [f"SCRAM-SHA-512=[name={user},password={password}]" for user, password in passwords.items()]
    made = [*java, "kafka.tools.StorageTool", "format", "--standalone", "-t", _CLUSTER, "-c", str(properties)]
    for user in users:
        made += ["--add-scram", user]
    subprocess.run(made, check=True, capture_output=True, cwd=ROOT)
    server = OwnKafka(port, certificate, passwords)
    admin = AdminClient({**kafka_options(server.login(ADMIN)), "log_level": 0}, logger=None)
    with run_server(
        [*java, "kafka.Kafka", str(properties)], os.environ, lambda: _is_up(admin), folder / "log"
    ):
        yield server


def _is_up(admin: AdminClient) -> bool:
    with contextlib.suppress(KafkaException):
        return bool(admin.list_topics(timeout=2).brokers)
    return False
