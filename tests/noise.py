"""Bytes without a pattern, and yet the same in every run."""

from __future__ import annotations

from hashlib import shake_256


def noise(size: int, seed: int = 0) -> bytes:
    """`size` bytes that do not compress; others for another `seed`."""
    return shake_256(seed.to_bytes(8, "big")).digest(size)
