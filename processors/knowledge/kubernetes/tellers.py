"""Which kinds are told of, and by whom."""

from typing import Final

from processors.knowledge.kubernetes.autoscalers import tell_autoscaler
from processors.knowledge.kubernetes.configuration import tell_configuration
from processors.knowledge.kubernetes.jobs import tell_cron_job, tell_job
from processors.knowledge.kubernetes.network_policies import tell_network_policy
from processors.knowledge.kubernetes.networks import tell_endpoint_slice, tell_ingress, tell_service
from processors.knowledge.kubernetes.nodes import tell_namespace, tell_node
from processors.knowledge.kubernetes.pods import tell_pod
from processors.knowledge.kubernetes.quotas import tell_limit_range, tell_quota
from processors.knowledge.kubernetes.storage import tell_claim, tell_storage_class, tell_volume
from processors.knowledge.kubernetes.words import Teller
from processors.knowledge.kubernetes.workloads import (
    tell_daemon_set,
    tell_deployment,
    tell_replica_set,
    tell_stateful_set,
)

TELLERS: Final[dict[str, Teller]] = {
    "Pod": tell_pod,
    "Deployment": tell_deployment,
    "StatefulSet": tell_stateful_set,
    "DaemonSet": tell_daemon_set,
    "ReplicaSet": tell_replica_set,
    "Job": tell_job,
    "CronJob": tell_cron_job,
    "HorizontalPodAutoscaler": tell_autoscaler,
    "Node": tell_node,
    "Namespace": tell_namespace,
    "PersistentVolumeClaim": tell_claim,
    "PersistentVolume": tell_volume,
    "StorageClass": tell_storage_class,
    "Service": tell_service,
    "EndpointSlice": tell_endpoint_slice,
    "Ingress": tell_ingress,
    "NetworkPolicy": tell_network_policy,
    "ResourceQuota": tell_quota,
    "LimitRange": tell_limit_range,
    "ConfigMap": tell_configuration,
    "Secret": tell_configuration,
}
