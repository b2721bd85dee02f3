"""What the DAGs for versions have in common: the fields of their forms, who asks, and what no retry mends.

It holds no DAG: `.airflowignore` names it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException

from processors.versions.names import VERSION

_LONGEST_REASON: Final = 500


def ask_pipeline(description: str) -> Param:
    """Return the field *Pipeline*."""
    return Param("cag", type="string", enum=["cag", "rag"], title="Pipeline", description=description)


def ask_version(description: str, title: str = "Version", *, required: bool = False) -> Param:
    """Return a field for the name of a version.

    Args:
        description: What it is for.
        title: The name of the field.
        required: Whether it may not be left empty.
    """
    pattern = f"^{VERSION}$" if required else f"^({VERSION})?$"
    return Param("", type="string", pattern=pattern, title=title, description=description)


def ask_reason(description: str, *, shortest: int = 0) -> Param:
    """Return the field *Reason*.

    Args:
        description: What it is for.
        shortest: Characters that it needs.
    """
    return Param(
        "",
        type="string",
        minLength=shortest,
        maxLength=_LONGEST_REASON,
        title="Reason",
        description=f"{description} It is kept with the version, with your name.",
    )


def name_asker(dag_run: Any) -> str:
    """Return who triggered a run."""
    return getattr(dag_run, "triggering_user_name", None) or "airflow"


@contextmanager
def failing_for_good() -> Iterator[None]:
    """Fail a task at once where trying again would find the same, or change another version than was seen."""
    try:
        yield
    except ValueError as error:
        raise AirflowFailException(str(error)) from error
