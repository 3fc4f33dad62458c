"""Why the audit log does not go on.

SequencerError
├── Refused      going on would contradict what was signed: a person has to look. The text says what to do
└── Interrupted  another sequencer was here, or the published files were changed under this one: begin anew
"""

from __future__ import annotations


class SequencerError(Exception):
    """Anything below."""


class Refused(SequencerError):
    """Nothing is signed until a person has mended it."""


class Interrupted(SequencerError):
    """Nothing was written; what is there has to be looked at anew."""
