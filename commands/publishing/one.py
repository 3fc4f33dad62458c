"""Publishing one document to one recipient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ebox_client import EboxClient, File, Published, Recipient, sha256_of
from ebox_client.private_key_jwt import PrivateKeyJwt

from bootstrap.partner import DEMO_APPLICATION, DEMO_MESSAGE_TYPES, Partner
from commands.publishing.items import ItemInvalid
from commands.publishing.rows import moment


@dataclass(frozen=True, slots=True)
class Letter:
    """What the command line says of the message."""

    file: Path = field(repr=False)
    to: str = field(repr=False)
    subject: str = field(repr=False)
    language: str
    title: str | None
    expires: str | None
    message_type: str | None
    application: str | None
    key: str | None

    def message(self, partner: Partner) -> dict[str, Any]:
        """`messageToPublish`. Raises `ItemInvalid` for what is wrong or missing; `OSError` for the file."""
        try:
            recipient = Recipient.of(self.to)
        except ValueError as error:
            raise ItemInvalid(f"--to is not {error}") from None
        message_type, application = self.message_type, self.application
        if partner.is_demo:
            message_type = message_type or DEMO_MESSAGE_TYPES[recipient.ebox_type]
            application = application or DEMO_APPLICATION
        if message_type is None or application is None:
            raise ItemInvalid("name the message type with --type, and your --application")
        message: dict[str, Any] = {
            "recipient": recipient.json(),
            "subject": {self.language: self.subject},
            "messageTypeId": message_type,
            "senderApplicationId": application,
            "isBodyMainContent": False,
            "attachments": [
                {
                    "httpPartName": "upfile1",
                    "isMainContent": True,
                    "digest": {"digestMethod": "sha_256", "digestValue": sha256_of(self.file)},
                }
            ],
        }
        if self.title is not None:
            message["nonSensitiveTitle"] = {self.language: self.title}
        if self.expires is not None:
            message["expirationDate"] = moment(self.expires, "--expires")
        return message


async def publish_one(partner: Partner, letter: Letter) -> Published:
    """Raises what `Letter.message` and the client raise."""
    message = letter.message(partner)
    tokens = PrivateKeyJwt(partner.url, partner.client_id, partner.private_jwk)
    async with EboxClient(partner.url, tokens) as client:
        return await client.publish(message, {"upfile1": File(letter.file)}, idempotency_key=letter.key)


def told(published: Published) -> Iterator[str]:
    """The answer, for a person."""
    yield f"messageId       {published.message_id}"
    yield f"expirationDate  {published.expiration_date.isoformat()}"
    if published.is_replayed:
        yield "It had been published before, under the same key, and was not again."
    if not published.has_digital_user:
        yield (
            "NO_DIGITAL_USER: the recipient has never logged in. The message is in the mailbox all the same; "
            "send paper too where the law asks for it."
        )
