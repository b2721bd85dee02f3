"""What one DAG tells another. It holds no DAG: `.airflowignore` names it."""

from typing import Final

from airflow.sdk import Asset

EVIDENCE: Final = Asset("runlore-evidence")
"""The live version was given something that may begin, change or end an incident."""
