"""Why a witness does not cosign.

    NotCosigned
    ├── RequestMalformed    not a request of this protocol
    ├── OriginUnknown       no key of such a log is known here
    ├── SignatureMissing    none of the known keys of that log signed it
    ├── OldSizeTooLarge     the old size is beyond the checkpoint's own
    ├── SizeConflict        the old size is not the one last cosigned; carries that one
    │   └── RootConflict    same size, other tree: the log signed two histories
    ├── ProofWrong          what was cosigned is not shown to be part of the checkpoint
    └── ClockWrong          the clock is behind the last cosignature

    StateUnusable           the file that remembers is missing, or is another witness's

Texts name neither people nor keys' secrets; they may end in a log.
"""

from __future__ import annotations


class NotCosigned(Exception):
    """The witness does not cosign; the text says why, for whoever asked."""


class RequestMalformed(NotCosigned):
    """Not a request of this protocol."""


class OriginUnknown(NotCosigned):
    """No key of such a log is known here."""


class SignatureMissing(NotCosigned):
    """None of the known keys of that log signed the checkpoint."""


class OldSizeTooLarge(NotCosigned):
    """The old size is beyond the checkpoint's own."""


class SizeConflict(NotCosigned):
    """The old size is not the one last cosigned, which is `size`."""

    def __init__(self, reason: str, size: int) -> None:
        super().__init__(reason)
        self.size = size


class RootConflict(SizeConflict):
    """The checkpoint has the size last cosigned and another root: the log signed two histories."""


class ProofWrong(NotCosigned):
    """What was cosigned is not shown to be part of the checkpoint."""


class ClockWrong(NotCosigned):
    """The clock is behind the last cosignature."""


class StateUnusable(Exception):
    """The file in which a witness remembers is missing, or is another witness's; the text says what to do."""
