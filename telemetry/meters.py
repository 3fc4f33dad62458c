"""Every meter there is, with its unit and the values that its labels may take.

Counters only grow; what an operator sees as a rate is made by Prometheus. A label takes its values from a
short list in the code (route templates, event topics, states), so that no caller can make new series.

With several API processes on one port the client library keeps the values in files that all of them read:
the mode of a gauge says how those of several processes become one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

_QUICK_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW_SECONDS: Final = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

# A second series for each one, which nothing here asks for.
disable_created_metrics()  # type: ignore[no-untyped-call] # the library's has no annotations

REQUEST_SECONDS = Histogram(
    "ebox_http_request_duration_seconds",
    "From a request's head to the end of its answer, by route template and class of status.",
    ("method", "route", "status"),
    buckets=_QUICK_SECONDS,
)
REQUESTS_IN_FLIGHT = Gauge("ebox_http_requests_in_flight", "Requests in hand.", multiprocess_mode="livesum")
REFUSALS = Counter(
    "ebox_http_refusals_total",
    "Requests that were refused, by reason: the code of an input's issue, else the kind of problem.",
    ("method", "route", "reason"),
)

APPEND_SECONDS = Histogram(
    "ebox_event_store_append_duration_seconds",
    "One batch of events, from its first try to its commit or its failure.",
    buckets=_QUICK_SECONDS,
)
BATCH_EVENTS = Histogram(
    "ebox_event_store_batch_events",
    "Events in a batch.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
QUEUED_EVENTS = Gauge(
    "ebox_event_store_queued_events", "Events that wait to be appended.", multiprocess_mode="livesum"
)
EVENTS = Counter("ebox_events_appended_total", "Events that were committed, by topic.", ("topic",))
APPEND_FAILURES = Counter(
    "ebox_event_store_append_failures_total",
    "Commands that were not appended: conflict, busy, unavailable, outcome_unknown, failed.",
    ("reason",),
)
HEAD = Gauge(
    "ebox_event_store_position", "Position of the last event, when last looked.", multiprocess_mode="max"
)
FOLLOWER_RECONNECTS = Counter(
    "ebox_follower_reconnects_total", "How often a follower of the log lost its database."
)

PAGE_SECONDS = Histogram(
    "ebox_projection_page_duration_seconds",
    "One page of events, from its decoding to the commit of all read models.",
    buckets=_SLOW_SECONDS,
)
PROJECTED_EVENTS = Counter("ebox_projection_events_total", "Events that the projector took in.")
PROJECTION_PAUSES = Counter(
    "ebox_projection_pauses_total", "How often the projector had to begin again where it was."
)
MODEL_POSITION = Gauge(
    "ebox_projection_position", "How far a read model is.", ("model",), multiprocess_mode="livemax"
)
MODEL_LAG_POSITIONS = Gauge(
    "ebox_projection_lag_positions",
    "How many positions a read model is behind the log.",
    ("model",),
    multiprocess_mode="livemin",
)
MODEL_LAG_SECONDS = Gauge(
    "ebox_projection_lag_seconds",
    "For how long a read model has been behind something that was in the log.",
    ("model",),
    multiprocess_mode="livemin",
)

NOTIFICATION_ATTEMPTS = Counter(
    "ebox_notification_attempts_total",
    "What came of handing a mail over: sent, temporary_failure, failed, or relay_unavailable.",
    ("outcome",),
)
RETURNED_MAILS = Counter(
    "ebox_returned_mails_total",
    "Mails that came back to a return path of ours: bounced, delayed, unreadable, or unknown.",
    ("outcome",),
)
OUTBOX_ROWS = Gauge(
    "ebox_outbox_rows", "Notifications in the outbox, by state.", ("state",), multiprocess_mode="livemax"
)
OUTBOX_WAITING_SECONDS = Gauge(
    "ebox_outbox_waiting_seconds",
    "How long the longest waiting notification has been due.",
    multiprocess_mode="livemax",
)
RELAY_PAUSED = Gauge(
    "ebox_relay_paused",
    "1 while the SMTP relay does not serve us and mails wait.",
    multiprocess_mode="livemax",
)

WEBHOOK_ATTEMPTS = Counter(
    "ebox_webhook_attempts_total",
    "What came of posting an event to a webhook: delivered, failed (it is tried again), or dead.",
    ("outcome",),
)
WEBHOOK_ROWS = Gauge(
    "ebox_webhook_deliveries",
    "Deliveries to webhooks, by state: waiting or dead.",
    ("state",),
    multiprocess_mode="livemax",
)
WEBHOOK_WAITING_SECONDS = Gauge(
    "ebox_webhook_waiting_seconds",
    "For how long the event that waits longest for a webhook has been waiting.",
    multiprocess_mode="livemax",
)

KEY_STORE_SECONDS = Histogram(
    "ebox_key_store_duration_seconds",
    "One use of the key store's database; what is in memory is not asked for there.",
    ("operation",),
    buckets=_QUICK_SECONDS,
)
KEY_STORE_FAILURES = Counter(
    "ebox_key_store_failures_total", "Uses of the key store that it did not answer.", ("operation",)
)

OBJECT_SECONDS = Histogram(
    "ebox_object_store_duration_seconds",
    "One operation on the object store: check, delete, list, prepare, put, read.",
    ("operation",),
    buckets=_SLOW_SECONDS,
)
OBJECT_FAILURES = Counter(
    "ebox_object_store_failures_total", "Operations on the object store that failed.", ("operation",)
)
DOCUMENT_BYTES = Counter(
    "ebox_document_bytes_total", "Bytes of encrypted documents, stored or read.", ("direction",)
)

INSPECTION_SECONDS = Histogram(
    "ebox_inspection_duration_seconds",
    "Inspection of one upload, waiting for a worker included.",
    buckets=_SLOW_SECONDS,
)
INSPECTION_REFUSALS = Counter(
    "ebox_inspection_refusals_total", "Uploads that inspection did not accept, by reason.", ("reason",)
)

AUDIT_LEAVES = Gauge(
    "ebox_audit_log_leaves", "Leaves of the audit log that are sequenced.", multiprocess_mode="max"
)
AUDIT_CHECKPOINT_TIME = Gauge(
    "ebox_audit_log_checkpoint_timestamp_seconds",
    "When the newest checkpoint of the audit log was published, in seconds since 1970.",
    multiprocess_mode="max",
)
AUDIT_LAG_SECONDS = Gauge(
    "ebox_audit_log_lag_seconds",
    "How long an event has waited that no checkpoint of the audit log covers yet. 0 at the head.",
    multiprocess_mode="livemin",
)
AUDIT_REFUSALS = Counter(
    "ebox_audit_log_refusals_total",
    "How often the audit log would not sign, since that would contradict what it signed before.",
)

LEADER = Gauge(
    "ebox_leader",
    "1 where this process does a work that must be single.",
    ("role",),
    multiprocess_mode="livemax",
)
DEPENDENCY_UP = Gauge(
    "ebox_dependency_up",
    "1 where a part that this process depends on answered when last asked.",
    ("dependency",),
    multiprocess_mode="livemin",
)
DISK_FREE_BYTES = Gauge(
    "ebox_disk_free_bytes",
    "Room on the disk of EBOX_DATA_DIR, where large uploads wait.",
    multiprocess_mode="livemin",
)


@contextmanager
def timed(seconds: Histogram, failures: Counter) -> Iterator[None]:
    """Measure a block, and count it as a failure where it raises."""
    began = perf_counter()
    try:
        yield
    except BaseException:
        failures.inc()
        raise
    finally:
        seconds.observe(perf_counter() - began)
