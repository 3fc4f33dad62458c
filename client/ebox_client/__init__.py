"""A client for partner organisations: publish into mailboxes, and look after what was published.

`EboxClient` is the whole of it; see the package's README. `ebox_client.private_key_jwt` gets access tokens,
and needs the extra of that name.
"""

from ebox_client.answers import KeptDocument, Published
from ebox_client.client import EboxClient
from ebox_client.documents import File, sha256_of
from ebox_client.errors import (
    EboxError,
    Issue,
    NotAuthenticated,
    Problem,
    Refused,
    Unavailable,
    UnexpectedAnswer,
)
from ebox_client.messages import (
    Attachment,
    Attention,
    BatchItem,
    BusinessData,
    Message,
    Payment,
    Recipient,
    Sender,
    Texts,
)
from ebox_client.retrying import Retries
from ebox_client.statuses import MessageReference, MessageStatus
from ebox_client.tokens import CachedTokens, GivenToken, TokenSource

__all__ = [
    "Attachment",
    "Attention",
    "BatchItem",
    "BusinessData",
    "CachedTokens",
    "EboxClient",
    "EboxError",
    "File",
    "GivenToken",
    "Issue",
    "KeptDocument",
    "Message",
    "MessageReference",
    "MessageStatus",
    "NotAuthenticated",
    "Payment",
    "Problem",
    "Published",
    "Recipient",
    "Refused",
    "Retries",
    "Sender",
    "Texts",
    "TokenSource",
    "Unavailable",
    "UnexpectedAnswer",
    "sha256_of",
]
