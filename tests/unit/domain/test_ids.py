"""Derived ids are fixed for ever: these vectors may never change."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from domain import ids

PUBLICATION = UUID("b5efc3d8-0000-5000-8000-000000000001")
MAILBOX = UUID("b5efc3d8-0000-4000-8000-000000000002")


def test_vectors() -> None:
    assert UUID("6f1d4e0c-3b0a-5a52-9d0e-2c6a1f7e8b94") == ids.NAMESPACE
    assert ids.publication_id("0206731645", "demo.pensions", "key-1") == UUID(VECTORS["publication"])
    assert ids.message_id(PUBLICATION, MAILBOX) == UUID(VECTORS["message"])
    assert ids.broadcast_id(PUBLICATION) == UUID(VECTORS["broadcast"])
    assert ids.document_id("0206731645", "key-1") == UUID(VECTORS["document"])
    assert ids.reply_id(PUBLICATION, "key-1") == UUID(VECTORS["reply"])
    assert ids.notification_id(PUBLICATION, "new_document") == UUID(VECTORS["notification"])
    assert ids.sender_id("0206731645") == UUID(VECTORS["sender"])
    assert ids.site_id("demo-site") == UUID(VECTORS["site"])
    assert ids.auditor_id("demo-auditor-1") == UUID(VECTORS["auditor"])
    assert ids.enterprise_id("0884303369") == UUID(VECTORS["enterprise"])
    assert ids.horizon_id(datetime(2027, 1, 1, tzinfo=UTC)) == UUID(VECTORS["retention"])
    assert ids.audit_log_id() == UUID(VECTORS["audit log"])


def test_parts_do_not_run_into_each_other() -> None:
    assert ids.publication_id("a", "bc", "d") != ids.publication_id("ab", "c", "d")


def test_new_ids_are_version_7_and_in_order_of_time() -> None:
    first = ids.new_id()
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    milliseconds = first.int >> 80
    assert 0 <= (ids.new_id().int >> 80) - milliseconds < 60_000
    assert len({ids.new_id() for _ in range(10_000)}) == 10_000


VECTORS = {
    "publication": "30458d41-51ec-5338-b771-c4fdcef87779",
    "message": "31c079c5-9d66-5606-a09d-20c138c80088",
    "broadcast": "f5c06386-d059-5858-ab7c-4cdba0535606",
    "document": "46dfc6db-d5fb-5fc6-a075-4d67ed7f09ad",
    "reply": "fe602dfd-0f3a-5984-afe7-ff5b5c73a184",
    "notification": "5888be18-6b7e-56f4-9153-56988ee4da1b",
    "sender": "c8aa588a-c430-5615-a44b-4a866d1da36e",
    "site": "821bec3c-ac0f-54c5-bd94-683ba4cc61ef",
    "auditor": "f4ce9e27-486a-570d-a276-c2b56976a468",
    "enterprise": "9aebeca7-929c-555b-a176-c54b8d0882f0",
    "audit log": "0b76a683-25ed-5c91-aaa2-0cd14878f9d0",
    "retention": "e8ba29b4-510c-548f-a5ed-cae6e71789f4",
}
