"""Publishing a PDF of 100 KiB, beside putting the same bytes into the same S3 server and no more.

Every document differs. Ours is streamed in, hashed, inspected, encrypted, put, and then the event committed;
after the last round the bucket holds exactly one object for each message.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from minio import Minio

from bench.contenders import HttpContender, checkpoint
from bench.documents import KIB, distinct_pdf
from bench.failure import BenchmarkFailed
from bench.figures import Figures, load_figures
from bench.installation import Installation
from bench.load.run import tally_of
from bench.measurement import Goal, Outcome
from bench.rounds import Contender, take_turns
from bench.scenarios.publish import publication_plan
from bench.servers import Servers, servers

DOCUMENT_BYTES = 100 * KIB
THREADS = 16
SECONDS = 5.0

RAW = "put_object"
OURS = "eBox publish PDF"
_OUR_BUCKET = "documents"


def publish_pdf(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    outcome = Outcome("publish-pdf", rounds, [Goal(OURS, at_least=0.6, relative_to=RAW)])
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        document = distinct_pdf(DOCUMENT_BYTES)
        ebox = Installation(on.folder, on.postgres, on.ceph.create_bucket(_OUR_BUCKET))
        ebox.migrate()
        api = stack.enter_context(ebox.api())
        published = ebox.events("message.published")
        contenders: list[Contender] = [
            _RawPuts(on, document),
            HttpContender(OURS, lambda: publication_plan(on, ebox, document), published, pid=api.pid),
        ]
        take_turns(outcome, contenders, seconds=SECONDS, before_turn=checkpoint(on.postgres.admin_url))
        if (objects := _object_count(on, _OUR_BUCKET)) != published():
            raise BenchmarkFailed(f"{published()} messages, but {objects} objects")
        return outcome, on.described()


@dataclass(slots=True)
class _RawPuts:
    """Sixteen threads with one minio client, in a process of their own."""

    on: Servers
    document: bytes
    name: str = RAW
    bucket: str = "raw"

    def __post_init__(self) -> None:
        self.on.ceph.create_bucket(self.bucket)
        self._path().write_bytes(self.document)

    def measure(self, seconds: float) -> Figures:
        """One turn."""
        before = _object_count(self.on, self.bucket)
        settings = {
            "endpoint": self.on.ceph.endpoint,
            "accessKey": self.on.ceph.access_key,
            "secretKey": self.on.ceph.secret_key,
            "bucket": self.bucket,
            "document": str(self._path()),
            "threads": THREADS,
            "seconds": seconds,
        }
        tally = tally_of("bench.peers.objects", settings, seconds)
        if (added := _object_count(self.on, self.bucket) - before) != tally.acknowledged:
            raise BenchmarkFailed(f"{self.name}: {tally.acknowledged} acknowledged, but {added} objects")
        return load_figures(self.name, tally)

    def _path(self) -> Path:
        return self.on.folder / "document.pdf"


def _object_count(on: Servers, bucket: str) -> int:
    client = Minio(
        endpoint=on.ceph.endpoint,
        access_key=on.ceph.access_key,
        secret_key=on.ceph.secret_key,
        secure=False,
    )
    return sum(1 for _ in client.list_objects(bucket_name=bucket, recursive=True))
