"""What each operation of the catalogue does, by its name."""

from collections.abc import Mapping
from typing import Final

from processors.pipelines.actions.cluster.changing import CHANGING
from processors.pipelines.actions.cluster.manifests import APPLY_MANIFEST
from processors.pipelines.actions.cluster.pods import DELETE_POD
from processors.pipelines.actions.cluster.reading import READING
from processors.pipelines.actions.indices import INDEX_ROLLBACK
from processors.pipelines.actions.models import MODELS
from processors.pipelines.actions.monitoring import MONITORING
from processors.pipelines.actions.operation import Operation
from processors.pipelines.actions.platform import PLATFORM

OPERATIONS: Final[Mapping[str, Operation]] = {
    **READING,
    **CHANGING,
    "delete_pod": DELETE_POD,
    "apply": APPLY_MANIFEST,
    **MONITORING,
    **PLATFORM,
    **MODELS,
    "index_rollback": INDEX_ROLLBACK,
}
