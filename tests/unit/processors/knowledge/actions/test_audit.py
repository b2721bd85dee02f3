import pytest

from processors.knowledge.actions.audit import (
    BEGIN,
    AuditError,
    Record,
    compare_copies,
    hash_record,
    make_entry,
    seal_entry,
    verify_records,
)
from tests.support.actions import BOB, NOW, make_restart, propose


def _write_chain() -> list[Record]:
    request = make_restart()
    proposal = propose(request)
    before, records = BEGIN, []
    for seq, event in enumerate(("proposed", "approved", "started", "executed", "verified"), start=1):
        entry = make_entry(event, request, NOW, proposal=proposal, approver=BOB if seq > 1 else None)
        records.append(seal_entry(entry, seq, before))
        before = hash_record(records[-1])
    return records


RECORDS = [record.model_dump(mode="json") for record in _write_chain()]


def test_a_chain_as_it_was_written_is_whole():
    hashes = verify_records(RECORDS)
    assert (len(hashes), hashes[-1]) == (5, hash_record(Record.model_validate(RECORDS[-1])))
    assert verify_records([]) == []


@pytest.mark.parametrize("field", sorted(set(RECORDS[1]) - {"seq", "before"}))
def test_each_field_is_part_of_the_hash(field):
    """Whatever is changed in a record, it is found."""
    other = {
        "at": "2026-11-29T15:00:01Z", "event": "rejected", "key": "0" * 32, "action": "kubernetes.scale",
        "parameters": {}, "proposer": {"user": "mallory", "groups": []}, "approver": None,
        "command": ["true"], "hash": "0" * 64, "dry_run_sha256": "0" * 64, "result": "fine",
        "effect": {"helped": True},
        "reason": "none",
    }  # fmt: skip
    told = [*RECORDS[:1], RECORDS[1] | {field: other[field]}, *RECORDS[2:]]
    with pytest.raises(AuditError):
        verify_records(told)


@pytest.mark.parametrize(
    "told",
    [
        [*RECORDS[:1], *RECORDS[2:]],
        RECORDS[1:],
        [RECORDS[0], RECORDS[2], RECORDS[1], *RECORDS[3:]],
        [*RECORDS[:2], RECORDS[1], *RECORDS[2:]],
        [*RECORDS[:2], "a line", *RECORDS[2:]],
        [*RECORDS[:1], RECORDS[1] | {"seen": True}, *RECORDS[2:]],
        [*RECORDS[:1], RECORDS[1] | {"before": "0" * 64}, *RECORDS[2:]],
    ],
)
def test_what_is_removed_moved_or_put_in_is_found(told):
    with pytest.raises(AuditError):
        verify_records(told)


def test_what_is_cut_off_at_the_end_shows_against_the_other_copy():
    hashes = verify_records(RECORDS)
    assert compare_copies(hashes, hashes) == 0
    assert compare_copies(hashes, hashes[:3]) == 2
    with pytest.raises(AuditError, match="2 records were cut off behind record 3"):
        compare_copies(verify_records(RECORDS[:3]), hashes)


def test_a_copy_that_was_written_anew_shows_against_the_other_one():
    told = RECORDS[:3]
    forged = make_entry("rejected", make_restart(), NOW, approver=BOB)
    told = [*told, seal_entry(forged, 4, verify_records(told)[-1]).model_dump(mode="json")]
    with pytest.raises(AuditError, match="record 4 isn't the same"):
        compare_copies(verify_records(told), verify_records(RECORDS))


def test_secrets_in_parameters_and_results_are_not_kept():
    request = make_restart().model_copy(update={"parameters": {"comment": "password=hunter22-and-more"}})
    entry = make_entry(
        "executed", request, NOW, result="token: hunter22-and-more", reason="password=hunter22-x"
    )
    assert "hunter22" not in entry.model_dump_json()
