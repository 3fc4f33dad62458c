"""Mails that came back, as mail servers of several kinds write them."""

from __future__ import annotations


def _crlf(text: str) -> bytes:
    return text.lstrip("\n").replace("\n", "\r\n").encode()


POSTFIX_FAILED = _crlf("""
From: MAILER-DAEMON@mail.example.test (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: back@bounces.test
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F1C2A.1772357400/mail.example.test"

This is a MIME-encapsulated message.

--4F1C2A.1772357400/mail.example.test
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.example.test. The mail could not be delivered.

--4F1C2A.1772357400/mail.example.test
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.test
X-Postfix-Queue-ID: 4F1C2A
Arrival-Date: Sun,  1 Mar 2026 10:30:00 +0100 (CET)

Final-Recipient: rfc822; an@example.test
Original-Recipient: rfc822;an@example.test
Action: failed
Status: 5.1.1
Diagnostic-Code: X-Postfix; unknown user: "an@example.test"

--4F1C2A.1772357400/mail.example.test
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: eBox <no-reply@ebox.example>
To: an@example.test

--4F1C2A.1772357400/mail.example.test--
""")

POSTFIX_DELAYED = POSTFIX_FAILED.replace(
    b"Action: failed\r\nStatus: 5.1.1", b"Action: delayed\r\nStatus: 4.4.1"
)

EXCHANGE = _crlf("""
From: <postmaster@example.test>
Subject: Undeliverable: Nieuw document in uw eBox
MIME-Version: 1.0
Content-Type: multipart/report; report-type="delivery-status"; boundary="_5d2b-4a"

--_5d2b-4a
Content-Type: multipart/alternative; boundary="_inner"

--_inner
Content-Type: text/html; charset="us-ascii"

<p>Your message to an@example.test couldn't be delivered.</p>

--_inner--

--_5d2b-4a
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.prod.example.test
Received-From-MTA: dns;mail.ebox.example

Final-Recipient: rfc822;an@example.test
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: an@example.test

--_5d2b-4a
Content-Type: message/rfc822

Subject: Nieuw document in uw eBox

Goedendag,

--_5d2b-4a--
""")

EXIM = _crlf("""
From: Mail Delivery System <Mailer-Daemon@example.test>
Subject: Mail delivery failed: returning message to sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=1772357400-eximdsn-804289383

--1772357400-eximdsn-804289383
Content-type: text/plain; charset=us-ascii

A message that you sent could not be delivered to one or more of its recipients.

--1772357400-eximdsn-804289383
Content-type: message/delivery-status

Reporting-MTA: dns; example.test

Action: failed
Final-Recipient: rfc822;an@example.test
Status: 5.0.0
Remote-MTA: dns; mx.example.test
Diagnostic-Code: smtp; 550-5.1.1 The account that you tried to reach does not exist.
 550 5.1.1 Please check the address.

--1772357400-eximdsn-804289383
Content-type: text/rfc822-headers

Subject: Nieuw document in uw eBox

--1772357400-eximdsn-804289383--
""")

QMAIL = _crlf("""
From: MAILER-DAEMON@example.test
Subject: failure notice

Hi. This is the qmail-send program at example.test.
I'm afraid I wasn't able to deliver your message to the following addresses.

<an@example.test>:
Sorry, no mailbox here by that name. (#5.1.1)
""")

MIXED_UP = POSTFIX_FAILED.replace(b"boundary=", b"boundary*=a; boundary*0=")
"""Python's parser raises `TypeError` for such a header."""

TWO_RECIPIENTS = POSTFIX_FAILED.replace(
    b"Final-Recipient: rfc822; an@",
    b"Final-Recipient: rfc822; copy@example.test\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
    b"Final-Recipient: rfc822; an@",
)


def nested(depth: int, size: int) -> bytes:
    """Multiparts within one another, so many octets of them."""
    parts = "".join(
        f'Content-Type: multipart/report; boundary="{level}"\n\n--{level}\n' for level in range(depth)
    )
    begun = _crlf(parts)
    return begun + b"\r\n" * ((size - len(begun)) // 2)


def returning(octets: int) -> bytes:
    """A report that returns the whole of a mail: so many octets of text, and as many of other parts."""
    text, parts = b"Goedendag,\r\n", b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    body = text * (octets // len(text)) + parts * (octets // len(parts))
    headers = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    return POSTFIX_FAILED.replace(b"text/rfc822-headers\r\n\r\n", b"message/rfc822\r\n\r\n" + headers + body)
