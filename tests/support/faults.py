"""Faults as a cluster tells them: what is wrong, and which object with which kind of cause comes first."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from processors.knowledge import topics
from tests.support.cluster import (
    LONG_AGO,
    Object,
    ago,
    changed,
    ended,
    make,
    make_container,
    make_deployment,
    make_event,
    make_healthy,
    make_log,
    make_node,
    make_pod,
    make_replica_set,
    make_service,
    make_slice,
    make_unscheduled,
    waiting,
)


class Fault(NamedTuple):
    """A fault, with the object to blame, the kind of cause, and words that the title must hold."""

    objects: list[Object]
    blamed: str
    rule: str
    words: tuple[str, ...]
    logs: Sequence[Object] = ()
    others: Sequence[tuple[str, Object]] = ()


FAULTS: Final[list[Callable[[], Fault]]] = []


def _fault(make_fault: Callable[[], Fault]) -> Callable[[], Fault]:
    FAULTS.append(make_fault)
    return make_fault


def _broken(state: Object, *containers: Object, **parts: Any) -> list[Object]:
    """Return a deployment whose pods are all in a state, with what belongs to it."""
    pod_parts = {name: parts.pop(name) for name in ("restarts", "last", "ready") if name in parts}
    deployment = make_deployment("checkout", *containers, ready=0, **parts)
    pods = [make_pod(deployment, suffix, state=state, **pod_parts) for suffix in ("x2vqn", "b7kls")]
    slice_ = make_slice("checkout", *pods, ready=False)
    return [deployment, make_replica_set(deployment), *pods, make_service(), slice_]


def _pod(objects: list[Object]) -> Object:
    return next(one for one in objects if one["kind"] == "Pod")


def _with_event(objects: list[Object], reason: str, message: str) -> list[Object]:
    return [*objects, make_event(_pod(objects), reason, message)]


@_fault
def wrong_tag() -> Fault:
    image = make_container(image="shop/checkout:9.9.9")
    said = 'Back-off pulling image "shop/checkout:9.9.9"'
    objects = _broken(waiting("ImagePullBackOff", said), image)
    failed = 'Failed to pull image "shop/checkout:9.9.9": rpc error: code = NotFound: manifest unknown'
    return Fault(
        _with_event(objects, "Failed", failed), "Deployment/checkout", "image", ("9.9.9", "doesn't exist")
    )


@_fault
def refused_by_registry() -> Fault:
    said = 'failed to pull image "shop/checkout:1.4.2": unexpected status: 401 Unauthorized'
    return Fault(
        _broken(waiting("ErrImagePull", said)),
        "Deployment/checkout",
        "pull-secret",
        ("refuses its credentials",),
    )


@_fault
def missing_pull_secret() -> Fault:
    objects = _broken(waiting("ImagePullBackOff", 'Back-off pulling image "shop/checkout:1.4.2"'))
    said = (
        "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed."
    )
    denied = 'Failed to pull image "shop/checkout:1.4.2": pull access denied, authentication required'
    objects = _with_event(objects, "FailedToRetrieveImagePullSecret", said)
    return Fault(
        _with_event(objects, "Failed", denied), "Deployment/checkout", "pull-secret", ("pull secret",)
    )


@_fault
def bad_command() -> Fault:
    said = 'failed to create containerd task: exec: "servee": executable file not found in $PATH: unknown'
    last = ended("StartError", 128, message=said)
    objects = _broken(waiting("CrashLoopBackOff", "back-off 40s"), last=last, restarts=4)
    return Fault(objects, "Deployment/checkout", "command", ("servee", "not found"))


@_fault
def crash_with_last_words() -> Fault:
    objects = _broken(waiting("CrashLoopBackOff", "back-off 40s"), last=ended("Error", 2), restarts=4)
    log = make_log("checkout", 'fatal: invalid value "verbos" for LOG_LEVEL')
    return Fault(objects, "Deployment/checkout", "crash", ("exit code 2", "LOG_LEVEL"), [log])


@_fault
def missing_config_key() -> Fault:
    key = {"name": "MODE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "mode"}}}
    said = "couldn't find key mode in ConfigMap shop/settings"
    objects = _broken(waiting("CreateContainerConfigError", said), make_container(env=[key]))
    objects.append(
        make("ConfigMap", "settings", dataHashes=[{"key": "level", "hash": "a"}, {"key": "*", "hash": "b"}])
    )
    return Fault(objects, "Deployment/checkout", "missing-key", ("key mode", "ConfigMap settings"))


@_fault
def missing_secret() -> Fault:
    source = {"secretRef": {"name": "db-credentials"}}
    said = 'secret "db-credentials" not found'
    objects = _broken(waiting("CreateContainerConfigError", said), make_container(envFrom=[source]))
    return Fault(
        objects, "Deployment/checkout", "missing-secret", ("needs Secret db-credentials", "doesn't exist")
    )


@_fault
def missing_config_of_volume() -> Fault:
    volumes = [{"name": "conf", "configMap": {"name": "app-config"}}]
    objects = _broken(waiting("ContainerCreating"), volumes=volumes)
    said = 'MountVolume.SetUp failed for volume "conf" : configmap "app-config" not found'
    return Fault(
        _with_event(objects, "FailedMount", said),
        "Deployment/checkout",
        "missing-config",
        ("ConfigMap app-config",),
    )


@_fault
def out_of_memory() -> Fault:
    small = make_container(resources={"limits": {"memory": "64Mi"}})
    last = ended("OOMKilled", 137)
    objects = _broken(waiting("CrashLoopBackOff", "back-off 1m20s"), small, last=last, restarts=5)
    return Fault(objects, "Deployment/checkout", "oom", ("OOMKilled", "64Mi"))


def _probed(kind: str, port: int, path: str, said: str, **parts: Any) -> list[Object]:
    probe = {f"{kind}Probe": {"httpGet": {"path": path, "port": port}}}
    objects = _broken({"running": {"startedAt": ago(6)}}, make_container(**probe), ready=False, **parts)
    return _with_event(objects, "Unhealthy", f"{kind.capitalize()} probe failed: {said}")


@_fault
def readiness_at_wrong_port() -> Fault:
    said = 'Get "http://10.0.0.7:9999/ready": dial tcp 10.0.0.7:9999: connect: connection refused'
    objects = _probed("readiness", 9999, "/ready", said)
    return Fault(objects, "Deployment/checkout", "readiness-probe", ("9999", "8080", "wrong port"))


@_fault
def liveness_at_wrong_path() -> Fault:
    objects = _probed(
        "liveness",
        8080,
        "/helthz",
        "HTTP probe failed with statuscode: 404",
        last=ended("Error", 137),
        restarts=3,
    )
    return Fault(objects, "Deployment/checkout", "liveness-probe", ("/helthz", "404", "wrong path"))


@_fault
def startup_at_wrong_port() -> Fault:
    objects = _probed("startup", 81, "/", "dial tcp 10.0.0.7:81: connect: connection refused")
    return Fault(objects, "Deployment/checkout", "startup-probe", ("81", "wrong port"))


@_fault
def selector_of_nothing() -> Fault:
    healthy = make_healthy("checkout")
    service = changed(make_service(selector={"app": "chekout"}), 12)
    rest = [one for one in healthy if one["kind"] not in ("Service", "EndpointSlice")]
    return Fault(
        [*rest, service, make_slice("checkout")],
        "Service/checkout",
        "selector",
        ("app=chekout", "matches no pod", "Deployment/checkout", "app=checkout"),
    )


@_fault
def wrong_target_port() -> Fault:
    healthy = [one for one in make_healthy("checkout") if one["kind"] != "Service"]
    return Fault(
        [*healthy, changed(make_service(port=8081), 12)],
        "Service/checkout",
        "target-port",
        ("8081", "8080", "wrong targetPort"),
    )


@_fault
def wrong_target_port_that_a_client_feels() -> Fault:
    fault = wrong_target_port()
    objects = [one for one in fault.objects if one["kind"] != "Service"]
    said = 'Get "http://checkout:80/buy": dial tcp 10.96.0.9:80: connect: connection refused'
    return fault._replace(objects=[*objects, make_service(port=8081)], logs=[make_log("payment", said)])


@_fault
def used_up_quota() -> Fault:
    quota = make(
        "ResourceQuota", "team", spec={"hard": {"pods": "2"}},
        status={"hard": {"pods": "2"}, "used": {"pods": "2"}},
    )  # fmt: skip
    said = (
        'pods "checkout-7d9f8c6b5-zz9zz" is forbidden: exceeded quota: team, requested: pods=1, '
        "used: pods=2, limited: pods=2"
    )
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": said}
    deployment = make_deployment(ready=0, conditions=[failure])
    set_ = make_replica_set(deployment)
    event = make_event(set_, "FailedCreate", f"Error creating: {said}")
    return Fault(
        [deployment, set_, quota, event, make_service(), make_slice("checkout")],
        "ResourceQuota/team",
        "quota",
        ("used up", "pods=2", "Deployment checkout"),
    )


@_fault
def limits_not_kept() -> Fault:
    range_ = make(
        "LimitRange", "limits", spec={"limits": [{"type": "Container", "max": {"memory": "128Mi"}}]}
    )
    deployment = make_deployment(ready=0)
    set_ = make_replica_set(deployment)
    said = (
        'Error creating: pods "checkout-7d9f8c6b5-zz9zz" is forbidden: maximum memory usage per Container is '
        "128Mi, but limit is 512Mi"
    )
    return Fault(
        [deployment, set_, range_, make_event(set_, "FailedCreate", said)],
        "LimitRange/limits",
        "limit-range",
        ("maximum memory usage", "Deployment checkout"),
    )


def _unscheduled(message: str, *containers: Object, **spec: Any) -> list[Object]:
    deployment = make_deployment("checkout", *containers, ready=0, **spec)
    pod = make_unscheduled(deployment, message)
    return [deployment, make_replica_set(deployment), pod, make_event(pod, "FailedScheduling", message)]


@_fault
def too_much_asked_for() -> Fault:
    large = make_container(resources={"requests": {"cpu": "64"}})
    objects = _unscheduled(
        "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available", large
    )
    return Fault(objects, "Deployment/checkout", "resources", ("64 cpu", "at most 4 cpu", "Insufficient cpu"))


@_fault
def selector_of_no_node() -> Fault:
    said = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
    objects = _unscheduled(said, nodeSelector={"disk": "ssd"})
    return Fault(objects, "Deployment/checkout", "node-selector", ("disk=ssd", "fits no node"))


@_fault
def taint_on_some_nodes() -> Fault:
    said = (
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
        "1 node(s) had untolerated taint {team: ml}."
    )
    tainted = make_node("node-2", spec={"taints": [{"key": "team", "value": "ml", "effect": "NoSchedule"}]})
    objects = [*_unscheduled(said, nodeSelector={"kubernetes.io/hostname": "node-2"}), tainted]
    return Fault(objects, "Deployment/checkout", "node-selector", ("node-2", "team=ml"))


@_fault
def claim_without_class() -> Fault:
    claim = make(
        "PersistentVolumeClaim",
        "data",
        made=ago(10),
        spec={"storageClassName": "fastt"},
        status={"phase": "Pending"},
    )
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    said = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."
    objects = _unscheduled(said, volumes=volumes)
    event = make_event(claim, "ProvisioningFailed", 'storageclass.storage.k8s.io "fastt" not found')
    class_ = make("StorageClass", "fast", "", provisioner="example.com/disk")
    return Fault(
        [*objects, claim, event, class_],
        "PersistentVolumeClaim/data",
        "storage-class",
        ("fastt", "doesn't exist", "fast"),
    )


@_fault
def claim_that_is_not_there() -> Fault:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "dat"}}]
    objects = _unscheduled('0/1 nodes are available: persistentvolumeclaim "dat" not found.', volumes=volumes)
    return Fault(objects, "Deployment/checkout", "missing-claim", ("PersistentVolumeClaim dat",))


@_fault
def claim_that_is_being_deleted() -> Fault:
    # It stays for as long as a pod of before uses it.
    claim = make(
        "PersistentVolumeClaim", "data", spec={"volumeName": "pv-1"}, status={"phase": "Bound"},
        metadata={"deletionTimestamp": ago(6)},
    )  # fmt: skip
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    said = '0/1 nodes are available: persistentvolumeclaim "data" is being deleted.'
    objects = [*_unscheduled(said, volumes=volumes), claim]
    return Fault(objects, "Deployment/checkout", "missing-claim", ("data", "being deleted"))


@_fault
def scaled_to_zero() -> Fault:
    deployment = changed(make_deployment(desired=0), 15, "kubectl-scale")
    objects = [deployment, make_replica_set(deployment), make_service(), make_slice("checkout")]
    said = "upstream request to checkout:80 failed: 503 Service Unavailable"
    return Fault(
        objects,
        "Deployment/checkout",
        "scaled-to-zero",
        ("scaled to zero", "Service checkout"),
        [make_log("payment", said)],
    )


@_fault
def denied_by_policy() -> Fault:
    policy = make(
        "NetworkPolicy", "deny-all", made=ago(20), spec={"podSelector": {}, "policyTypes": ["Ingress"]}
    )
    said = 'Post "http://checkout:80/buy": dial tcp 10.96.0.9:80: i/o timeout'
    return Fault(
        [*make_healthy("checkout"), policy],
        "NetworkPolicy/deny-all",
        "policy",
        ("Deployment/payment", "Deployment/checkout"),
        [make_log("payment", said)],
    )


@_fault
def egress_denied() -> Fault:
    spec = {"podSelector": {"matchLabels": {"app": "payment"}}, "policyTypes": ["Egress"], "egress": []}
    policy = make("NetworkPolicy", "no-egress", made=ago(20), spec=spec)
    said = "connect to checkout:80 timed out"
    return Fault(
        [*make_healthy("checkout"), policy],
        "NetworkPolicy/no-egress",
        "policy",
        ("Deployment/payment", "egress"),
        [make_log("payment", said)],
    )


@_fault
def wrong_credentials() -> Fault:
    key = {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}
    objects = _broken(
        waiting("CrashLoopBackOff", "back-off 40s"), make_container(env=[key]), last=ended(), restarts=4
    )
    said = 'FATAL: password authentication failed for user "shop"'
    return Fault(
        objects,
        "Deployment/checkout",
        "credentials",
        ("credentials", "Secret db"),
        [make_log("checkout", said)],
    )


@_fault
def wrong_host() -> Fault:
    variable = {"name": "PAYMENT_URL", "value": "http://paymnt:80"}
    deployment = make_deployment("checkout", make_container(env=[variable]))
    pods = [make_pod(deployment, suffix) for suffix in ("x2vqn", "b7kls")]
    said = 'Get "http://paymnt:80/pay": dial tcp: lookup paymnt on 10.96.0.10:53: no such host'
    return Fault(
        [deployment, make_replica_set(deployment), *pods],
        "Deployment/checkout",
        "address",
        ("paymnt", "PAYMENT_URL", "Service payment"),
        [make_log("checkout", said)],
    )


@_fault
def wrong_port_of_dependency() -> Fault:
    variable = {"name": "PAYMENT_ADDR", "value": "payment:8088"}
    deployment = make_deployment("checkout", make_container(env=[variable]))
    said = "dial payment:8088: connection refused"
    return Fault(
        [deployment, make_pod(deployment)],
        "Deployment/checkout",
        "address",
        ("payment:8088", "listens on 80"),
        [make_log("checkout", said)],
    )


@_fault
def dependency_crashes() -> Fault:
    objects = _broken(waiting("CrashLoopBackOff", "back-off 1m20s"), last=ended("OOMKilled", 137), restarts=5)
    said = 'Get "http://checkout:80/buy": dial tcp 10.96.0.9:80: connect: connection refused'
    return Fault(objects, "Deployment/checkout", "oom", ("OOMKilled",), [make_log("payment", said)])


@_fault
def name_server_is_down() -> Fault:
    server = changed(make_deployment("coredns", desired=0, namespace="kube-system"), 10)
    service = make_service("kube-dns", namespace="kube-system", selector={"app": "coredns"})
    logs = [
        make_log("payment", "dial tcp: lookup cart on 10.96.0.10:53: i/o timeout"),
        make_log("cart", "getaddrinfo EAI_AGAIN payment"),
    ]
    return Fault(
        [server, service, *make_healthy("cart")], "Deployment/coredns", "scaled-to-zero", ("coredns",), logs
    )


@_fault
def node_is_away() -> Fault:
    node = make_node("node-2", ready="Unknown")
    deployment = make_deployment(ready=0)
    pod = make_pod(deployment, state={"running": {"startedAt": LONG_AGO}}, ready=False, node="node-2")
    return Fault(
        [
            node,
            deployment,
            make_replica_set(deployment),
            pod,
            make_service(),
            make_slice("checkout", pod, ready=False),
        ],
        "Node/node-2",
        "node-not-ready",
        ("NotReady",),
    )


@_fault
def node_lacks_memory() -> Fault:
    pressure = {"type": "MemoryPressure", "status": "True", "reason": "KubeletHasInsufficientMemory"}
    node = make_node("node-2", conditions=[pressure])
    return Fault([node], "Node/node-2", "node-pressure", ("MemoryPressure",))


@_fault
def node_is_cordoned() -> Fault:
    node = changed(make_node("node-1", spec={"unschedulable": True}), 10)
    said = "0/1 nodes are available: 1 node(s) were unschedulable."
    return Fault([*_unscheduled(said), node], "Node/node-1", "cordoned", ("cordoned", "Deployment/checkout"))


@_fault
def every_node_is_tainted() -> Fault:
    node = changed(make_node(spec={"taints": [{"key": "team", "value": "ml", "effect": "NoSchedule"}]}), 10)
    said = "0/1 nodes are available: 1 node(s) had untolerated taint {team: ml}."
    return Fault([*_unscheduled(said), node], "Node/node-1", "taint", ("team=ml", "Deployment/checkout"))


@_fault
def job_gave_up() -> Fault:
    condition = {
        "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "lastTransitionTime": ago(8),
        "message": "Job has reached the specified backoff limit",
    }  # fmt: skip
    job = make("Job", "migrate", made=ago(20), spec={}, status={"failed": 4, "conditions": [condition]})
    return Fault([job], "Job/migrate", "job-failed", ("BackoffLimitExceeded",))


@_fault
def job_ran_too_long() -> Fault:
    condition = {
        "type": "Failed",
        "status": "True",
        "reason": "DeadlineExceeded",
        "lastTransitionTime": ago(8),
    }
    job = make("Job", "migrate", made=ago(20), spec={}, status={"failed": 1, "conditions": [condition]})
    return Fault([job], "Job/migrate", "job-failed", ("DeadlineExceeded",))


@_fault
def cron_job_is_suspended() -> Fault:
    cron = make("CronJob", "report", spec={"schedule": "*/5 * * * *", "suspend": True})
    return Fault([changed(cron, 60)], "CronJob/report", "suspended", ("suspended",))


@_fault
def scaler_without_metrics() -> Fault:
    condition = {
        "type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric",
        "lastTransitionTime": ago(9),
        "message": "unable to get metrics for resource cpu: no metrics returned from resource metrics API",
    }  # fmt: skip
    target = {"kind": "Deployment", "name": "payment"}
    scaler = make(
        "HorizontalPodAutoscaler", "payment", spec={"scaleTargetRef": target, "maxReplicas": 5},
        status={"currentReplicas": 2, "desiredReplicas": 2, "conditions": [condition]},
    )  # fmt: skip
    return Fault([scaler], "HorizontalPodAutoscaler/payment", "scaler", ("FailedGetResourceMetric",))


@_fault
def image_beside_a_scaler_that_measures_nothing() -> Fault:
    said = "unable to get metrics for resource cpu: no metrics returned from resource metrics API"
    condition = {
        "type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric",
        "lastTransitionTime": ago(9), "message": said,
    }  # fmt: skip
    scaler = make(
        "HorizontalPodAutoscaler", "checkout",
        spec={"scaleTargetRef": {"kind": "Deployment", "name": "checkout"}, "maxReplicas": 5},
        status={"currentReplicas": 2, "desiredReplicas": 2, "conditions": [condition]},
    )  # fmt: skip
    objects = _broken(waiting("ImagePullBackOff", 'Back-off pulling image "shop/checkout:1.4.3": not found'))
    return Fault([*objects, scaler], "Deployment/checkout", "image", ("1.4.3",))


@_fault
def scaler_at_its_maximum() -> Fault:
    condition = {
        "type": "ScalingLimited",
        "status": "True",
        "reason": "TooManyReplicas",
        "lastTransitionTime": ago(9),
    }
    target = {"kind": "Deployment", "name": "payment"}
    scaler = make(
        "HorizontalPodAutoscaler", "payment", spec={"scaleTargetRef": target, "maxReplicas": 2},
        status={"currentReplicas": 2, "desiredReplicas": 2, "conditions": [condition]},
    )  # fmt: skip
    return Fault([scaler], "HorizontalPodAutoscaler/payment", "scaler-maximum", ("maximum of 2",))


@_fault
def ingress_to_nowhere() -> Fault:
    backend = {"service": {"name": "paymnt", "port": {"number": 80}}}
    rules = [{"host": "shop.example", "http": {"paths": [{"path": "/", "backend": backend}]}}]
    status = {"loadBalancer": {"ingress": [{"ip": "10.1.1.1"}]}}
    ingress = make("Ingress", "web", made=ago(30), spec={"rules": rules}, status=status)
    return Fault([ingress], "Ingress/web", "missing-service", ("Service paymnt", "Service payment"))


@_fault
def init_container_fails() -> Fault:
    deployment = make_deployment(ready=0, initContainers=[make_container("schema")])
    pod = make_pod(deployment, state=waiting("PodInitializing"))
    init = {
        "name": "schema", "image": "shop/checkout:1.4.2", "ready": False, "restartCount": 3,
        "state": waiting("CrashLoopBackOff", "back-off 40s"), "lastState": ended("Error", 1),
    }  # fmt: skip
    pod["status"]["initContainerStatuses"] = [init]
    return Fault(
        [deployment, make_replica_set(deployment), pod],
        "Deployment/checkout",
        "crash",
        ("schema", "exit code 1"),
    )


@_fault
def evicted_for_the_disk() -> Fault:
    deployment = make_deployment(ready=1)
    status = {"reason": "Evicted", "message": "The node was low on resource: ephemeral-storage."}
    pod = make_pod(deployment, phase="Failed", ready=False, **status)
    return Fault(
        [deployment, make_replica_set(deployment), pod],
        "Deployment/checkout",
        "evicted",
        ("ephemeral-storage",),
    )


@_fault
def certificate_is_over() -> Fault:
    said = "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"
    return Fault(
        make_healthy("checkout"),
        "Deployment/checkout",
        "certificate",
        ("expired",),
        [make_log("checkout", said)],
    )


@_fault
def pool_is_full() -> Fault:
    lines = [make_log("payment", "FATAL: sorry, too many clients already") for _ in range(4)]
    return Fault([], "Deployment/payment", "saturation", ("too many clients",), lines)


@_fault
def run_diverged() -> Fault:
    info = {
        "run_id": "a" * 32,
        "run_name": "calm-owl",
        "status": "FINISHED",
        "experiment_id": "3",
        "start_time": 1_795_261_000_000,
        "end_time": 1_795_262_000_000,
    }
    metrics = [{"key": "loss", "value": "NaN", "timestamp": 1_795_262_000_000, "step": 9}]
    record = {
        "experiment": {"experiment_id": "3", "name": "fraud"},
        "run": {"info": info, "data": {"metrics": metrics}},
    }
    return Fault([], "Run/calm-owl", "ml-run", ("diverged", "fraud"), others=[(topics.MLFLOW, record)])


@_fault
def dag_failed() -> Fault:
    run = {
        "dag_id": "billing",
        "dag_run_id": "r1",
        "state": "failed",
        "start_date": ago(9),
        "end_date": ago(7),
    }
    task = {
        "dag_id": "billing",
        "dag_run_id": "r1",
        "task_id": "charge",
        "state": "failed",
        "start_date": ago(9),
        "end_date": ago(7),
        "try_number": 1,
    }
    return Fault(
        [],
        "DAG/billing",
        "pipeline-run",
        ("failed", "charge"),
        others=[(topics.AIRFLOW, {"dag_run": run, "task_instances": [task]})],
    )


@_fault
def alert_of_nobody() -> Fault:
    alert = {
        "labels": {"alertname": "CertificateExpires", "severity": "critical"},
        "state": "firing", "activeAt": ago(9),
        "annotations": {"summary": "The certificate of shop.example ends in 2 days."}, "value": "1",
    }  # fmt: skip
    record = {"status": "success", "data": {"alerts": [alert]}}
    return Fault(
        [], "Alert/CertificateExpires", "alert", ("shop.example",), others=[(topics.METRICS, record)]
    )


@_fault
def missing_service_account() -> Fault:
    deployment = make_deployment(ready=0, serviceAccountName="robot")
    set_ = make_replica_set(deployment)
    said = (
        'Error creating: pods "checkout-7d9f8c6b5-" is forbidden: error looking up service account '
        'shop/robot: serviceaccount "robot" not found'
    )
    return Fault(
        [deployment, set_, make_event(set_, "FailedCreate", said)],
        "Deployment/checkout",
        "service-account",
        ("ServiceAccount robot",),
    )


@_fault
def affinity_that_no_node_fits() -> Fault:
    said = "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules."
    return Fault(_unscheduled(said), "Deployment/checkout", "affinity", ("anti-affinity",))


@_fault
def access_to_the_image_is_denied() -> Fault:
    said = (
        'failed to pull and unpack image "shop/checkout:1.4.2": pull access denied, repository does not '
        "exist or may require authorization: insufficient_scope"
    )
    objects = _broken(waiting("ErrImagePull", said), imagePullSecrets=[{"name": "regcred"}])
    objects.append(make("Secret", "other", type="Opaque"))
    return Fault(objects, "Deployment/checkout", "pull-secret", ("access to it is denied", "regcred"))


@_fault
def registry_without_a_name() -> Fault:
    said = (
        'failed to pull image "registry.exmple/shop:1": failed to do request: dial tcp: lookup '
        "registry.exmple: no such host"
    )
    objects = _broken(waiting("ErrImagePull", said), make_container(image="registry.exmple/shop:1"))
    return Fault(objects, "Deployment/checkout", "image", ("registry registry.exmple can't be reached",))


@_fault
def probe_of_another_scheme() -> Fault:
    said = 'Get "https://10.0.0.7:8080/": http: server gave HTTP response to HTTPS client'
    return Fault(
        _probed("readiness", 8080, "/", said), "Deployment/checkout", "readiness-probe", ("wrong scheme",)
    )


@_fault
def service_of_another_protocol() -> Fault:
    healthy = [one for one in make_healthy("checkout") if one["kind"] != "Service"]
    ports = [{"port": 80, "targetPort": "http", "protocol": "UDP"}]
    return Fault(
        [*healthy, make_service(ports=ports)], "Service/checkout", "target-port", ("UDP", "wrong protocol")
    )


@_fault
def volume_of_another_claim() -> Fault:
    claim = make(
        "PersistentVolumeClaim", "data", made=ago(10), status={"phase": "Pending"},
        spec={"volumeName": "pv-1", "resources": {"requests": {"storage": "1Gi"}}},
    )  # fmt: skip
    spec = {"claimRef": {"namespace": "shop", "name": "other"}, "capacity": {"storage": "5Gi"}}
    volume = make("PersistentVolume", "pv-1", "", spec=spec, status={"phase": "Bound"})
    return Fault([claim, volume], "PersistentVolumeClaim/data", "volume-mismatch", ("pv-1", "shop/other"))


@_fault
def claim_beside_a_released_volume() -> Fault:
    spec = {"storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}}
    claim = make("PersistentVolumeClaim", "data", made=ago(10), spec=spec, status={"phase": "Pending"})
    event = make_event(claim, "ProvisioningFailed", "rpc error: the quota of volumes is exceeded")
    class_ = make("StorageClass", "fast", "", provisioner="example.com/disk")
    freed = {"claimRef": {"namespace": "shop", "name": "other"}, "storageClassName": "fast"}
    volume = make("PersistentVolume", "pv-1", "", spec=freed, status={"phase": "Released"})
    return Fault(
        [claim, event, class_, volume], "PersistentVolumeClaim/data", "claim-pending", ("quota of volumes",)
    )


@_fault
def volume_of_another_mode() -> Fault:
    asked = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = make("PersistentVolumeClaim", "data", made=ago(10), spec=asked, status={"phase": "Pending"})
    spec = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "5Gi"}}
    volume = make("PersistentVolume", "pv-1", "", spec=spec, status={"phase": "Available"})
    return Fault([claim, volume], "PersistentVolumeClaim/data", "volume-mismatch", ("pv-1", "ReadWriteMany"))


@_fault
def volume_too_small() -> Fault:
    asked = {"resources": {"requests": {"storage": "10Gi"}}}
    claim = make("PersistentVolumeClaim", "data", made=ago(10), spec=asked, status={"phase": "Pending"})
    spec = {"capacity": {"storage": "5Gi"}}
    volume = make("PersistentVolume", "pv-1", "", spec=spec, status={"phase": "Available"})
    return Fault([claim, volume], "PersistentVolumeClaim/data", "volume-mismatch", ("5Gi", "10Gi"))


@_fault
def address_of_nobody_without_a_log() -> Fault:
    variable = {"name": "PAYMENT_HOST", "value": "paymnt"}
    deployment = changed(make_deployment("checkout", make_container(env=[variable])), 20)
    return Fault(
        [deployment, make_pod(deployment)],
        "Deployment/checkout",
        "address",
        ("PAYMENT_HOST", "Service payment"),
    )


@_fault
def port_is_taken() -> Fault:
    last = ended("Error", 1, message="listen tcp :8080: bind: address already in use")
    objects = _broken(waiting("CrashLoopBackOff", "back-off 40s"), last=last, restarts=4)
    return Fault(objects, "Deployment/checkout", "port-taken", ("address already in use",))


@_fault
def unknown_database() -> Fault:
    objects = _broken(waiting("CrashLoopBackOff", "back-off 40s"), last=ended(), restarts=4)
    lines = [make_log("checkout", "Error 1049 (42000): Unknown database 'shopp'")]
    return Fault(objects, "Deployment/checkout", "database", ("Unknown database 'shopp'",), lines)


@_fault
def nobody_looks_for_nodes() -> Fault:
    deployment = make_deployment(ready=0)
    pod = make_unscheduled(deployment, "")
    pod["status"] = {"phase": "Pending"}
    return Fault(
        [deployment, pod], "Pod/kube-scheduler", "scheduler", ("assigns no node", "Deployment/checkout")
    )


@_fault
def container_runtime_is_down() -> Fault:
    node = make_node("node-2", ready="False")
    said = "container runtime is down, PLEG is not healthy"
    node["status"]["conditions"][0] |= {"reason": "KubeletNotReady", "message": said}
    return Fault([node], "Node/node-2", "node-not-ready", ("container runtime is down",))


@_fault
def proxy_is_down() -> Fault:
    daemon = make(
        "DaemonSet", "kube-proxy", "kube-system", spec={"template": {"metadata": {}, "spec": {}}},
        status={"desiredNumberScheduled": 1, "numberReady": 0, "numberUnavailable": 1},
    )  # fmt: skip
    return Fault([daemon], "DaemonSet/kube-proxy", "unavailable", ("kube-proxy",))


@_fault
def closed_by_a_new_policy() -> Fault:
    policy = make(
        "NetworkPolicy", "deny-all", made=ago(20), spec={"podSelector": {}, "policyTypes": ["Ingress"]}
    )
    return Fault([policy], "NetworkPolicy/deny-all", "policy", ("Deployment/payment", "Service payment"))


def list_noise() -> list[Object]:
    """Return what is no trouble: what is well, what is over, what was asked for, and what has only begun."""
    payment = make_healthy("payment")
    pod = next(one for one in payment if one["kind"] == "Pod")
    idle = make_deployment("idle", desired=0)
    fresh = make_deployment("fresh", ready=0, made=ago(0.5))
    starting = make_pod(fresh, state=waiting("ContainerCreating"), since=0.5, made=ago(0.5))
    once = make_deployment("once", desired=1)
    restarted = make_pod(once, last=ended("Error", 1, minutes=60 * 24 * 3), restarts=1)
    done = {"type": "Complete", "status": "True", "lastTransitionTime": ago(90)}
    gone = make_event(
        make("Pod", "payment-old-zzzzz"), "BackOff", "Back-off restarting failed container", minutes=50
    )
    return [
        *payment,
        make_event(pod, "Unhealthy", "Readiness probe failed: connection refused", minutes=20),
        idle,
        fresh,
        starting,
        once,
        restarted,
        make("Job", "backup-1", status={"succeeded": 1, "conditions": [done]}),
        gone,
    ]
