"""What can go wrong with backups. No text holds personal data.

domain.errors.DomainError… are those of the stores.
BackupError
├── NotABackup      the folder holds no (finished) backup, or another's
├── Damaged         a file is not what the manifest says
├── OtherRelease    it was made by a release with other tables
└── NotEmpty        there is something already where it should be restored to
"""

from __future__ import annotations


class BackupError(Exception):
    """The backup or the restore cannot go on; the text says what to do."""


class NotABackup(BackupError):
    """The folder holds no finished backup, or not the one it should."""


class Damaged(BackupError):
    """A file of the backup was altered, cut or lost."""


class OtherRelease(BackupError):
    """The backup's tables are another release's."""


class NotEmpty(BackupError):
    """A store to be restored into holds something."""
