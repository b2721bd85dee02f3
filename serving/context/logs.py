"""JSON logs, one object a line, in ECS field names, for our own lines and for those of the libraries."""

import logging
from typing import Final

import structlog
from structlog.typing import EventDict, Processor

from processors.knowledge.redaction.masking import mask_secrets

_COMMON: Final[list[Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="@timestamp"),
    structlog.processors.format_exc_info,
    structlog.processors.EventRenamer("message"),
]


# A line of a log may repeat a whole conversation. What stands before a cut may be half of a secret, which no
# pattern knows, so as much as a key in PEM is left out there.
_LONGEST: Final = 16_000
_MAYBE_HALF: Final = 4_000


def mask_event(_: object, __: str, event: EventDict) -> EventDict:
    """Mask the secrets in every text of a log line: errors may repeat what somebody asked or a store said."""
    return {name: _mask_value(value) if isinstance(value, str) else value for name, value in event.items()}


def _mask_value(text: str) -> str:
    if len(text) <= _LONGEST:
        return mask_secrets(text)
    return f"{mask_secrets(text[:_LONGEST])[:-_MAYBE_HALF]}…"


def configure_logs(level: str) -> None:
    """Send all logs to standard error as JSON.

    Args:
        level: The least severe level that is written; requests are DEBUG.
    """
    structlog.configure(
        # What the level leaves out must cost nothing: there is a DEBUG line for every request.
        processors=[
            structlog.stdlib.filter_by_level,
            *_COMMON,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_COMMON,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                mask_event,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Every failed request is told once, by us, with its correlation id.
    logging.getLogger("opensearch").setLevel(logging.CRITICAL)
