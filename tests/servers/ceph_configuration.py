"""The `ceph.conf` of a one-disk cluster that starts within seconds and answers without added delays."""

from __future__ import annotations

from pathlib import Path

from tests.servers.ports import LOOPBACK

_DISK_BYTES = 8 * 1024**3  # a sparse file: it takes what is written to it
_CACHE_BYTES = 128 * 1024**2


def ceph_configuration(directory: Path, cluster_id: str, *, monitor_port: int, gateway_port: int) -> str:
    """The text of the configuration file.

    Args:
        directory: holds every file of the cluster.
        cluster_id: the UUID of the cluster (`fsid`).
        monitor_port: where the monitor listens.
        gateway_port: where S3 is served.
    """
    sections = (
        {"fsid": cluster_id},
        _network(monitor_port),
        _files(directory),
        _POOLS_OF_ONE_DISK,
        _SPEED,
        _gateway(gateway_port),
    )
    lines = [f"{name} = {value}" for section in sections for name, value in section.items()]
    return "\n".join(["[global]", *lines, ""])


def _network(monitor_port: int) -> dict[str, str]:
    return {
        "mon host": f"[v2:{LOOPBACK}:{monitor_port}]",
        "public addr": LOOPBACK,
        "cluster addr": LOOPBACK,
        # No keys between the daemons, which only loopback reaches; without keys the monitor's clients must
        # not ask for an encrypted connection, which is their default
        "auth cluster required": "none",
        "auth service required": "none",
        "auth client required": "none",
        "ms mon client mode": "crc",
    }


def _files(directory: Path) -> dict[str, str]:
    return {
        "run dir": str(directory / "run"),
        "crash dir": str(directory / "run"),
        "keyring": str(directory / "keyring"),
        "mon data": str(directory / "mon"),
        "osd data": str(directory / "osd"),
        "rgw data": str(directory / "rgw"),
        "admin socket": "",
        "pid file": "",
        "log to file": "false",
        "log to stderr": "true",
        "mon cluster log to file": "false",
    }


_POOLS_OF_ONE_DISK = {
    "osd pool default size": "1",
    "osd pool default min size": "1",
    "osd pool default pg num": "1",
    "osd pool default pgp num": "1",
    "osd pool default pg autoscale mode": "off",
    "osd crush chooseleaf type": "0",
    "osd crush update on start": "false",
    "mon allow pool size one": "true",
    "mon max pg per osd": "1000",
}

_SPEED = {
    # The monitor waits this long, in seconds, to gather changes; with one monitor there is nothing to gather
    "paxos propose interval": "0.01",
    "paxos min wait": "0.01",
    "osd objectstore": "bluestore",
    "bluestore block size": str(_DISK_BYTES),
    "bluestore cache size": str(_CACHE_BYTES),
    "bluestore cache autotune": "false",
    "bluestore fsck on mkfs": "false",
    # Each close of the disk waits for one such poll, in milliseconds, and a first start closes it a dozen
    # times
    "bdev aio poll ms": "10",
    # How often, in seconds, a client asks whether the disk that it waits for has come up: 5 by default
    "objecter tick interval": "0.1",
    "debug rocksdb": "0/0",
    "debug ms": "0/0",
}


def _gateway(port: int) -> dict[str, str]:
    return {
        # Without tcp_nodelay every answer waits for the client's delayed acknowledgement: 40 ms
        "rgw frontends": f"beast endpoint={LOOPBACK}:{port} tcp_nodelay=1",
        "rgw enable apis": "s3",
        "rgw thread pool size": "64",
        "rgw run sync thread": "false",
        "rgw dynamic resharding": "false",
        # Deleted objects give their space back after seconds instead of hours, for long benchmarks
        "rgw gc obj min wait": "30",
        "rgw gc processor period": "30",
        "debug rgw": "0/0",
    }
