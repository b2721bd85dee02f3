"""Which cause a message of the API states, as a table: the first row whose pattern is found decides.

A row is searched in "reason: message". Its sentence may name groups of the pattern, `{image}` and
`{container}`. The faulty object is what a person would edit, the workload of a pod, unless a row blames the
object that a group of the pattern names. `weak` rows are what follows from another trouble as well.
"""

import re
from typing import Final, NamedTuple

from processors.knowledge.incidents.finding import INFERRED, STATED, SYMPTOM

_PULL: Final = r"(?:ErrImagePull|ImagePullBackOff|(?:Failed to|Back-off) pull(?:ing)? image)\b.*?"


class Row(NamedTuple):
    """A kind of cause, what states it, and how it is said after the object's name."""

    rule: str
    pattern: re.Pattern[str]
    says: str
    strength: float = STATED
    severity: str = "error"


def _row(rule: str, pattern: str, says: str, strength: float = STATED, severity: str = "error") -> Row:
    return Row(rule, re.compile(pattern, re.IGNORECASE | re.DOTALL), says, strength, severity)


ROWS: Final = (
    _row(
        "pull-secret",
        r"FailedToRetrieveImagePullSecret.*?secrets? \((?P<name>[^)]*)\)",
        "its image pull secret {name} doesn't exist",
        0.93,
    ),
    _row(
        "pull-secret",
        _PULL
        + r"(?:unauthorized|authentication required|no basic auth|invalid username/password|\b40[13]\b)",
        "image {image} can't be pulled: the registry refuses its credentials (image pull secret{secrets})",
    ),
    _row(
        "pull-secret",
        _PULL + r"(?:pull access denied|access to the resource is denied|insufficient_scope)",
        "image {image} can't be pulled: access to it is denied, so it doesn't exist or needs "
        "another pull secret{secrets}",
    ),
    _row("image", r"InvalidImageName|invalid reference format", "image name {image} is invalid"),
    _row(
        "image",
        _PULL
        + r"(?:manifest unknown|manifest for .{0,300}? not found|not found|does not exist|failed to resolve)",
        "image {image} can't be pulled: it doesn't exist in its registry (wrong name or tag)",
    ),
    _row(
        "image",
        _PULL + r"image.{0,300}?(?:no such host|i/o timeout|connection refused|TLS handshake|x509)",
        "image {image} can't be pulled: its registry {registry} can't be reached",
    ),
    _row(
        "image",
        r"ErrImageNeverPull",
        "image {image} is not on the node, and its pull policy is Never",
    ),
    _row("image", _PULL, "image {image} can't be pulled", 0.9),
    _row(
        "missing-key",
        r"couldn't find key (?P<key>\S+) in (?P<kind>ConfigMap|Secret) (?:[\w.-]+/)?(?P<name>[\w.-]+)",
        "it needs key {key} of {kind} {name}, which doesn't have it",
    ),
    _row(
        "missing-key",
        r"references non-existent (?P<kind>config|secret) key: (?P<key>\S+)",
        "it mounts key {key} of a {kind}, which doesn't have it",
    ),
    _row(
        "missing-secret",
        r'\bsecrets? "(?P<name>[^"]+)" not found',
        "it needs Secret {name}, which doesn't exist",
    ),
    _row(
        "missing-config",
        r'\bconfigmaps? "(?P<name>[^"]+)" not found',
        "it needs ConfigMap {name}, which doesn't exist",
    ),
    _row(
        "missing-claim",
        r'persistentvolumeclaims? "(?P<name>[^"]+)" not found',
        "it needs PersistentVolumeClaim {name}, which doesn't exist",
    ),
    _row(
        "service-account",
        r'serviceaccounts? "(?P<name>[^"]+)" not found',
        "its ServiceAccount {name} doesn't exist, so no pod can be made",
    ),
    _row(
        "priority-class",
        r"no PriorityClass with name (?P<name>\S+) was found",
        "its PriorityClass {name} doesn't exist, so no pod can be made",
    ),
    _row(
        "runtime-class",
        r'RuntimeClass "?(?P<name>[\w.-]+)"? not found',
        "its RuntimeClass {name} doesn't exist",
    ),
    _row(
        "pod-security",
        r"violates PodSecurity \"?(?P<level>[\w:.-]+)",
        "its pods are refused: they violate the namespace's pod security level {level}",
    ),
    _row(
        "admission",
        r'admission webhook "(?P<name>[^"]+)" denied the request:? ?(?P<why>[^\n]{0,200})',
        "its pods are refused by admission webhook {name}: {why}",
    ),
    _row(
        "security-context",
        r"runAsNonRoot and image (?:will run as root|has non-numeric user)",
        "{container} must not run as root, and its image does",
    ),
    _row(
        "command",
        r'exec: "(?P<command>[^"]+)":? ?(?P<why>executable file not found[^\n:]{0,40}|stat[^\n]{0,80}'
        r"|permission denied|no such file or directory)",
        "{container} can't run its command {command}: {why}",
    ),
    _row(
        "command",
        r"(?:RunContainerError|StartError|ContainerCannotRun|CreateContainerError)\b: ?(?P<why>[^\n]{0,200})",
        "{container} can't be started: {why}",
        0.9,
    ),
    _row(
        "oom",
        r"\bOOMKill|Ended: .*exit code 137.*OOM|OOMKilling",
        "{container} is killed for its memory (OOMKilled): it needs more than its memory limit{limit}",
    ),
    _row(
        "liveness-probe",
        r"failed (?:the )?liveness probe|Liveness probe failed: ?(?P<why>[^\n]{0,160})",
        "its liveness probe fails{probe}",
        0.66,
    ),
    _row(
        "startup-probe",
        r"failed startup probe|Startup probe failed: ?(?P<why>[^\n]{0,160})",
        "its startup probe fails{probe}",
        0.66,
    ),
    _row(
        "readiness-probe",
        r"Readiness probe failed: ?(?P<why>[^\n]{0,160})",
        "its readiness probe fails{probe}",
        0.6,
        "warning",
    ),
    _row(
        "volume-in-use",
        r"Multi-Attach error for volume \"(?P<name>[^\"]+)\"",
        "its volume {name} is still attached to another node",
        0.9,
    ),
    _row(
        "volume",
        r"(?:FailedMount|FailedAttachVolume)\b: ?(?P<why>[^\n]{0,240})",
        "a volume of it can't be mounted: {why}",
        0.85,
    ),
    _row(
        "config-error",
        r"CreateContainerConfigError: ?(?P<why>[^\n]{0,200})",
        "{container} can't be made of its configuration: {why}",
    ),
    _row(
        "network",
        r"(?:FailedCreatePodSandBox|NetworkNotReady)\b: ?(?P<why>[^\n]{0,200})",
        "the pod's network can't be set up: {why}",
        INFERRED,
    ),
    _row(
        "evicted",
        r"\bEvicted\b: ?(?P<why>[^\n]{0,200})",
        "a pod of it was evicted: {why}",
        0.6,
        "warning",
    ),
    _row(
        "preempted",
        r"\bPreempt(?:ed|ing)\b: ?(?P<why>[^\n]{0,160})",
        "a pod of it was preempted: {why}",
        0.75,
        "warning",
    ),
    _row(
        "disruption-budget",
        r"violate the pod's disruption budget",
        "its disruption budget lets no pod be evicted",
        0.6,
        "warning",
    ),
    _row(
        "command",
        r"Ended: \w+ \(exit code (?P<code>126|127)\) ?(?P<why>[^\n]{0,160})",
        "{container} can't run its command (exit code {code}: it isn't there or can't be executed) {why}",
        0.9,
    ),
    _row(
        "crash",
        r"Ended: (?P<reason>\w+) \(exit code (?P<code>\d+)\) ?(?P<why>[^\n]{0,200})",
        "{container} crashes: it ends with {reason} (exit code {code}) {why}",
        0.65,
    ),
    _row(
        "crash",
        r"CrashLoopBackOff|Back-off restarting failed container",
        "{container} crashes again and again (CrashLoopBackOff)",
        0.6,
    ),
    _row(
        "crash",
        r"PostStartHookError|FailedPostStartHook|FailedPreStopHook",
        "a hook of {container} fails",
        INFERRED,
    ),
    _row(
        "create",
        r"\bFailedCreate\b: ?(?P<why>[^\n]{0,240})",
        "it can't make its pods: {why}",
        0.8,
    ),
    _row("unhealthy", r"\bUnhealthy\b: ?(?P<why>[^\n]{0,160})", "a probe of it fails: {why}", 0.5, "warning"),
    _row("other", r"^(?P<reason>\w+): ?(?P<why>[^\n]{0,200})", "{reason}: {why}", SYMPTOM, "warning"),
)  # fmt: skip
