"""All scripted faults by name."""

from typing import Final

from evaluation.benchmarks.diagnosis import faults_calls, faults_places, faults_pods
from evaluation.benchmarks.diagnosis.fault import Act

FAULTS: Final[dict[str, Act]] = {
    act.__name__: act for module in (faults_pods, faults_places, faults_calls) for act in module.ACTS
}
