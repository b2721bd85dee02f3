"""What Alertmanager's webhook sends, version 4, as far as it is read here."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCK: Final = TypeAdapter(AwareDatetime)


def _require_later(moment: datetime) -> datetime:
    """Refuse what no clock has said, and what can't be told in another time zone."""
    if moment < _EARLIEST:
        raise ValueError("must be later than 2000")
    return moment


# Bodies are read strictly, and JSON has no times: this is the one string that stands for something else.
_Moment: TypeAlias = Annotated[
    AwareDatetime, BeforeValidator(_CLOCK.validate_python), AfterValidator(_require_later)
]


class Alert(BaseModel):
    """One alert of a message."""

    model_config = ConfigDict(frozen=True)

    status: Literal["firing", "resolved"]
    labels: dict[str, str] = Field(examples=[{"alertname": "PaymentErrorsHigh", "namespace": "shop"}])
    annotations: dict[str, str] = {}
    starts_at: _Moment = Field(alias="startsAt")
    generator_url: str = Field("", alias="generatorURL", max_length=20_000)
    fingerprint: str = Field(min_length=1, max_length=100)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.labels.get("alertname", "")


class AlertMessage(BaseModel):
    """One message: alerts that were grouped."""

    model_config = ConfigDict(frozen=True)

    version: Literal["4"] = "4"
    group_key: str = Field(alias="groupKey", min_length=1, max_length=20_000)
    alerts: list[Alert]


def identify(group_key: str, alert: Alert) -> str:
    """Return by which an alert is known from when it begins to fire until it begins anew.

    Alertmanager tells of an alert again as long as it fires, from each of its replicas, and when an answer
    got lost; all of that has the same identity.

    Args:
        group_key: Of the message.
        alert: One of its alerts.

    Example:
        >>> told = {"status": "firing", "labels": {}, "startsAt": "2026-11-30T10:00:00Z", "fingerprint": "a"}
        >>> later = told | {"startsAt": "2026-11-30T12:00:00+01:00"}
        >>> first, second = Alert.model_validate(told), Alert.model_validate(later)
        >>> identify("{}", first) == identify("{}", first), identify("{}", first) == identify("{}", second)
        (True, False)
    """
    began = alert.starts_at.astimezone(UTC).isoformat()
    named = json.dumps([group_key, alert.fingerprint, began])
    return hashlib.sha256(named.encode()).hexdigest()[:32]
