"""Actions: the cluster that they are done to, who may, and how long everybody waits."""

from pathlib import Path

from pydantic import Field

from processors.settings.group import SettingsGroup, variables


class Actions(SettingsGroup, alias_generator=variables("RUNLORE_ACTIONS_")):
    """What is done on request, by the DAG `actions`."""

    secret_file: Path | None = Field(
        None, description="File with the secret that signs requests; empty: nothing can be asked for."
    )
    policy_file: Path | None = Field(
        None, description="YAML file that says who may propose and approve what; empty: no changes."
    )
    kubeconfig: str = Field(
        "", description="kubeconfig file of the account that acts for people; empty: no cluster."
    )
    alertmanager_url: str = Field("", description="Alertmanager that silences are made in; empty: none.")
    airflow_user: str = Field(
        "", description="User of Airflow who triggers actions and answers approvals by link; empty: none."
    )
    expires_seconds: int = Field(
        900, ge=60, le=86_400, description="How long a proposal can be approved and run."
    )
    wait_seconds: int = Field(
        30, ge=1, le=300, description="How long an answer waits for what a read-only action says."
    )

    def read_secret(self) -> str:
        """Return the secret that signs requests, empty where none is set.

        Raises:
            ValueError: The file holds none that is long enough.
        """
        if self.secret_file is None:
            return ""
        secret = self.secret_file.read_text().strip() if self.secret_file.is_file() else ""
        if len(secret) < _SHORTEST:
            raise ValueError(
                f"RUNLORE_ACTIONS_SECRET_FILE: {self.secret_file} must hold {_SHORTEST} characters"
            )
        return secret


_SHORTEST = 32
