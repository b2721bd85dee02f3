"""What the DAGs `backup` and `restore` have in common: the field with a back-up's name.

It holds no DAG: `.airflowignore` names it.
"""

from airflow.sdk import Param

from processors.pipelines.backup.record import NAME


def ask_backup(description: str) -> Param:
    """Return the field *Back-up*."""
    return Param("", type="string", pattern=f"^({NAME})?$", title="Back-up", description=description)
