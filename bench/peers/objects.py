"""Raw `put_object` from sixteen threads: `python -m bench.peers.objects`.

Reads `{"endpoint", "accessKey", "secretKey", "bucket", "document", "threads", "seconds"}` as JSON on standard
input, `document` being the path of what to put; prints a `Tally` as JSON. Every object has a name and bytes
of its own.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import urllib3
from minio import Minio

from bench.load.plan import DISTINCT, Tally


class _Putter:
    def __init__(self, settings: dict[str, Any]) -> None:
        self._threads: int = settings["threads"]
        self._seconds: float = settings["seconds"]
        self._bucket: str = settings["bucket"]
        self._document = Path(settings["document"]).read_bytes()
        self._client = Minio(
            endpoint=settings["endpoint"],
            access_key=settings["accessKey"],
            secret_key=settings["secretKey"],
            secure=False,
            http_client=urllib3.PoolManager(
                maxsize=self._threads, timeout=urllib3.Timeout(total=30), retries=False
            ),
        )

    def run(self) -> Tally:
        began = time.perf_counter()
        self._deadline = began + self._seconds
        with ThreadPoolExecutor(self._threads) as pool:
            done = list(pool.map(lambda _: self._put_many(), range(self._threads)))
        elapsed = time.perf_counter() - began
        within = sorted(seconds for seconds_of, _ in done for seconds in seconds_of)
        return Tally(
            rate=len(within) / self._seconds,
            seconds=elapsed,
            acknowledged=sum(count for _, count in done),
            errors=0,
            error_sample="",
            p50_ms=1000 * within[len(within) // 2],
            p99_ms=1000 * within[int(len(within) * 0.99)],
            cpu_seconds=time.process_time(),
        )

    def _put_many(self) -> tuple[list[float], int]:
        within: list[float] = []
        count = 0
        while (began := time.perf_counter()) < self._deadline:
            content = self._document.replace(DISTINCT, uuid4().bytes)
            self._client.put_object(
                bucket_name=self._bucket, object_name=str(uuid4()), data=BytesIO(content), length=len(content)
            )
            count += 1
            now = time.perf_counter()
            if now < self._deadline:
                within.append(now - began)
        return within, count


if __name__ == "__main__":
    print(json.dumps(asdict(_Putter(json.load(sys.stdin)).run())))
