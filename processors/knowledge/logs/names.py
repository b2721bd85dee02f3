"""Whose an event is: service, namespace, pod, node and cluster, in the spellings of all shippers."""

from collections.abc import Iterable
from typing import Any, Final

from processors.knowledge.flat_fields import Fields, Names, has_any, order_names
from processors.knowledge.services import APP_LABELS, pick_app

LONGEST_NAME: Final = 200
"""Characters of a name; Kubernetes allows 253 for the longest, and nobody uses them."""

_SERVICE: Final = order_names("servicename", "service", "ddservice")
_LABELS: Final = (
    "kuberneteslabels", "kubernetespodlabels", "k8spodlabels", "k8spodlabel", "podlabels",
    "labelsk8spod", "labels",
)  # fmt: skip
_KINDS: Final = ("deployment", "statefulset", "daemonset", "cronjob")
_OWNER: Final = order_names(*(f"{above}{kind}name" for kind in _KINDS for above in ("k8s", "kubernetes")))
_APPS: Final = order_names(*(f"{above}{label}" for above in _LABELS for label in APP_LABELS))
_CONTAINER: Final = order_names(
    "kubernetescontainername", "k8scontainername", "containername", "kubernetescontainer"
)
_UNIT: Final = order_names("systemdunit", "systemduserunit", "syslogidentifier")
_PROGRAM: Final = order_names(
    "app", "application", "applicationname", "appname", "programname", "program", "loggroup"
)
_NAMESPACE: Final = order_names(
    "kubernetesnamespace", "kubernetesnamespacename", "kubernetespodnamespace", "k8snamespacename",
    "k8snamespace", "namespacename", "podnamespace", "labelsnamespace", "namespace",
)  # fmt: skip
_CLUSTER: Final = order_names(
    "k8sclustername", "orchestratorclustername", "kubernetescluster", "kubernetesclustername", "clustername",
    "labelscluster", "cluster",
)  # fmt: skip
_POD: Final = order_names("kubernetespodname", "kubernetespod", "k8spodname", "podname", "pod")
_HOST: Final = order_names("hostname", "hosthostname", "host", "sysloghostname", "computername", "computer")
_NODE: Final = order_names(
    "kubernetesnodename", "kuberneteshost", "kubernetespodnodename", "k8snodename", "nodename"
)
_FILE: Final = order_names("logfilepath", "logfilename", "filepath", "filename", "file")
_IDENTIFIERS: Final = order_names(
    *_POD, *_HOST, *_NODE, "containerid", "kubernetescontainerid", "kubernetesdockerid", "traceid", "spanid",
    "httprequestid", "requestid", "eventid", "userid", "transactionid",
)  # fmt: skip

_PLACES: Final = order_names(*_NAMESPACE, *_CLUSTER, *_FILE, *_IDENTIFIERS)


def list_placed(layers: list[Fields]) -> list[Fields]:
    """Return the layers that say anything of where an event comes from; most say nothing but its service.

    Example:
        >>> list_placed([{"message": "ready"}, {"podname": "shop-1"}])
        [{'podname': 'shop-1'}]
    """
    return [layer for layer in layers if has_any(layer, _PLACES)]


def find_service(layers: list[Fields], key: str) -> str:
    """Return the service that an event is of.

    Args:
        layers: The event's fields, the outermost first.
        key: Of the message in Kafka.

    Example:
        >>> labels = {"kuberneteslabelsapp": "shop", "kubernetescontainername": "server"}
        >>> find_service([labels], "k"), find_service([{"systemdunit": "cron.service"}], "")
        ('shop', 'cron')
        >>> find_service([{}], "k"), find_service([{}], "")
        ('k', 'unknown')
    """
    return (
        _find(layers, _SERVICE)
        or _find_labelled(layers)
        or _find(layers, _OWNER)
        or _find(layers, _CONTAINER).removeprefix("/")
        or _find(layers, _UNIT).removesuffix(".service")
        or _cut(key)
        or _find(layers, _PROGRAM).rpartition("/")[2]
        or "unknown"
    )


def find_namespace(layers: list[Fields]) -> str:
    """Return the Kubernetes namespace of an event, or nothing."""
    return _find(layers, _NAMESPACE)


def find_cluster(layers: list[Fields]) -> str:
    """Return the Kubernetes cluster of an event, or nothing."""
    return _find(layers, _CLUSTER)


def find_file(layers: list[Fields]) -> str:
    """Return the file that an event was read from, or nothing."""
    return _find(layers, _FILE)


def name_stream(layers: list[Fields], service: str) -> str:
    """Return what names the file or container that wrote an event: its lines may continue each other."""
    return "|".join((service, _find(layers, _HOST), _find(layers, _POD), find_file(layers)))


def list_identifiers(layers: list[Fields]) -> list[str]:
    """Return the values of an event's fields that a question may name."""
    known = [layer for layer in layers if has_any(layer, _IDENTIFIERS)]
    if not known:
        return []
    found = (_text(layer.get(name)) for name in _IDENTIFIERS for layer in known)
    return list(dict.fromkeys(value for value in found if value and len(value) <= LONGEST_NAME))


def _find_labelled(layers: Iterable[Fields]) -> str:
    known = [layer for layer in layers if has_any(layer, _APPS)]
    labelled = (pick_app(layer, above) for above in _LABELS for layer in known)
    return next((_cut(name) for name in labelled if name), "")


def _find(layers: list[Fields], names: Names) -> str:
    known = [layer for layer in layers if has_any(layer, names)]
    if not known:
        return ""
    found = (_text(layer.get(name)) for name in names for layer in known)
    return next((_cut(name) for name in found if name), "")


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _cut(name: str) -> str:
    return name[:LONGEST_NAME].strip()
