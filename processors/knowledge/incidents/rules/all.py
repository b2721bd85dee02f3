"""All rules, in no order that matters."""

from typing import Final

from processors.knowledge.incidents.finding import Rule
from processors.knowledge.incidents.relations import relate_objects
from processors.knowledge.incidents.rules.dns import find_dns_faults
from processors.knowledge.incidents.rules.jobs import find_job_faults
from processors.knowledge.incidents.rules.logs import find_log_troubles
from processors.knowledge.incidents.rules.nodes import find_node_faults
from processors.knowledge.incidents.rules.pods import find_pod_troubles
from processors.knowledge.incidents.rules.policies import find_policy_faults
from processors.knowledge.incidents.rules.quotas import find_refusals
from processors.knowledge.incidents.rules.references import find_missing
from processors.knowledge.incidents.rules.scaling import find_scaler_faults
from processors.knowledge.incidents.rules.scheduling import find_unschedulable
from processors.knowledge.incidents.rules.services import find_service_faults
from processors.knowledge.incidents.rules.signals import find_signals
from processors.knowledge.incidents.rules.storage import find_claim_faults
from processors.knowledge.incidents.rules.symptoms import find_other_events, find_other_states, find_symptoms

RULES: Final[tuple[Rule, ...]] = (
    relate_objects,
    find_symptoms,
    find_other_states,
    find_other_events,
    find_pod_troubles,
    find_unschedulable,
    find_refusals,
    find_service_faults,
    find_claim_faults,
    find_node_faults,
    find_missing,
    find_job_faults,
    find_scaler_faults,
    find_log_troubles,
    find_dns_faults,
    find_policy_faults,
    find_signals,
)
