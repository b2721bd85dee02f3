"""Which kinds are described, and by which function."""

from typing import Final

from processors.knowledge.kubernetes.autoscalers import describe_autoscaler
from processors.knowledge.kubernetes.configuration import describe_configuration
from processors.knowledge.kubernetes.jobs import describe_cron_job, describe_job
from processors.knowledge.kubernetes.network_policies import describe_network_policy
from processors.knowledge.kubernetes.networks import (
    describe_endpoint_slice,
    describe_ingress,
    describe_service,
)
from processors.knowledge.kubernetes.nodes import describe_namespace, describe_node
from processors.knowledge.kubernetes.pods import describe_pod
from processors.knowledge.kubernetes.quotas import describe_limit_range, describe_quota
from processors.knowledge.kubernetes.storage import describe_claim, describe_storage_class, describe_volume
from processors.knowledge.kubernetes.words import Describer
from processors.knowledge.kubernetes.workloads import (
    describe_daemon_set,
    describe_deployment,
    describe_replica_set,
    describe_stateful_set,
)

DESCRIBERS: Final[dict[str, Describer]] = {
    "Pod": describe_pod,
    "Deployment": describe_deployment,
    "StatefulSet": describe_stateful_set,
    "DaemonSet": describe_daemon_set,
    "ReplicaSet": describe_replica_set,
    "Job": describe_job,
    "CronJob": describe_cron_job,
    "HorizontalPodAutoscaler": describe_autoscaler,
    "Node": describe_node,
    "Namespace": describe_namespace,
    "PersistentVolumeClaim": describe_claim,
    "PersistentVolume": describe_volume,
    "StorageClass": describe_storage_class,
    "Service": describe_service,
    "EndpointSlice": describe_endpoint_slice,
    "Ingress": describe_ingress,
    "NetworkPolicy": describe_network_policy,
    "ResourceQuota": describe_quota,
    "LimitRange": describe_limit_range,
    "ConfigMap": describe_configuration,
    "Secret": describe_configuration,
}
