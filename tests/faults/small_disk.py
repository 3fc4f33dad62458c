"""A file system of its own in a file, small enough to be filled: a disk that is full for some seconds."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.process import ServerError, find_program, run_tool

_MEBIBYTE = 1024 * 1024
_TOOL_SECONDS = 30.0
_SMALLEST_BALLAST = 4096


class SmallDisk:
    """An ext4 file system of `mebibytes`, mounted at `mount_point`. Mounting takes root's rights.

    Nothing is reserved for root, so that what runs as root meets a full disk as everybody does.
    """

    def __init__(self, image: Path, mount_point: Path, mebibytes: int) -> None:
        self._image = image
        self.mount_point = mount_point
        self._size = mebibytes * _MEBIBYTE
        self._ballast = mount_point / "ballast"
        self._is_mounted = False

    def start(self) -> Self:
        """Make and mount it; returns itself. Raises `ServerError` where mounting is not allowed."""
        with self._image.open("wb") as image:
            image.truncate(self._size)
        self.mount_point.mkdir(parents=True, exist_ok=True)
        self._tool("mkfs.ext4", "e2fsprogs", "-q", "-m", "0", str(self._image))
        try:
            self._tool("mount", "mount", "-o", "loop", str(self._image), str(self.mount_point))
        except ServerError as error:
            raise ServerError(
                f"a disk that can be filled is a loop mount, for which one must be root: {error}"
            ) from error
        self._is_mounted = True
        self.mount_point.chmod(0o755)
        return self

    def stop(self) -> None:
        """Unmount and delete it; whatever uses it must have ended. May be called twice."""
        if self._is_mounted:
            self._tool("umount", "mount", str(self.mount_point))
            self._is_mounted = False
        self._image.unlink(missing_ok=True)

    def fill(self) -> None:
        """Leave not a block free."""
        descriptor = os.open(self._ballast, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            piece = self._size
            while piece >= _SMALLEST_BALLAST:
                try:
                    os.posix_fallocate(descriptor, os.fstat(descriptor).st_size, piece)
                except OSError:
                    piece //= 2
        finally:
            os.close(descriptor)

    def free(self) -> None:
        """Give back what `fill` took."""
        self._ballast.unlink(missing_ok=True)

    @property
    def free_bytes(self) -> int:
        """What is left for anybody."""
        state = os.statvfs(self.mount_point)
        return state.f_bavail * state.f_frsize

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _tool(self, name: str, package: str, *arguments: str) -> None:
        run_tool([find_program(name, package), *arguments], within=_TOOL_SECONDS)
