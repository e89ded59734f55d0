"""Sending notices to owners by e-mail, where a mail server is configured; else they only stand on the case's page."""

from __future__ import annotations

import smtplib
import uuid
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from config.settings import Settings
from recovery.domain.destination_texts import NOTICES
from recovery.jobs.crash import crash_point
from recovery.jobs.work import Work
from recovery.models import Notice
from recovery.services import notices

SECONDS = 20.0


def send(work: Work) -> None:
    """Hand one notice to the mail server; it may arrive twice after a crash, and never not at all."""
    notice_id = uuid.UUID(work.data["notice"])
    with work.database.reading() as session:
        notice = session.get_one(Notice, notice_id)
        due = notice.sent_at is None and bool(work.settings.smtp_url)
        message = message_of(notice, work.settings) if due else None
    crash_point("notice:before_send")
    if message is not None:
        hand_over(work.settings.smtp_url, message)
    crash_point("notice:after_send")
    with work.finishing() as session:
        if message is not None:
            notices.sent(session, notice_id)


def message_of(notice: Notice, settings: Settings) -> EmailMessage:
    """The notice as an e-mail. The link is the only secret in it, and good for one thing."""
    subject, text = NOTICES[notice.kind]
    link = f"{settings.base_url}/notices/{notices.token_of(settings.secret_key, notice.id)}"
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = settings.mail_from
    message["To"] = notice.email
    message["Message-ID"] = f"<{notice.id}@{settings.host.partition(':')[0]}>"
    message.set_content(text % {**notice.data, "link": link})
    return message


def hand_over(url: str, message: EmailMessage) -> None:
    """Give the message to the server of ``smtp://`` or ``smtps://``; a plain connection is encrypted where the server can.

    Raises OSError and smtplib.SMTPException; the job comes back.
    """
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname or "localhost", parts.port or 0, timeout=SECONDS) as server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
