"""What is staged holds no secret, and no text that can't be written."""

from processors.knowledge import topics
from processors.pipelines.rag.ingest import mask_record
from tests.support.stages import make_record


def test_staged_records_hold_no_text_that_can_t_be_written() -> None:
    record = make_record(topics.LOGS, '{"a": "\\ud83d", "password": "hunter22"}', key="\ud83d")
    record["headers"] = {"h": "\x00", "X-Api-Key": "A1b2C3d4E5f6"}
    masked = mask_record(record)
    assert f"{masked['key']}{masked['headers']}{masked['value']}".encode()
    assert "hunter22" not in (masked["value"] or "")
    assert "A1b2C3d4E5f6" not in masked["headers"]["X-Api-Key"], "a header's name says what it holds"
