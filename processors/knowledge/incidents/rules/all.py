"""All rules, in no order that matters."""

from typing import Final

from processors.knowledge.incidents.finding import Rule
from processors.knowledge.incidents.relations import relate_objects
from processors.knowledge.incidents.rules.pods import find_pod_troubles
from processors.knowledge.incidents.rules.scheduling import find_unschedulable
from processors.knowledge.incidents.rules.symptoms import find_symptoms

RULES: Final[tuple[Rule, ...]] = (relate_objects, find_symptoms, find_pod_troubles, find_unschedulable)
