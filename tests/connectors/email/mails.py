"""Mails as programs of customers make them, to be read by what is under test."""

from email.message import EmailMessage
from email.policy import SMTP

ANNA = "Anna Bauer <anna@customer.example>"


def mail(text: str = "How do I reset it?", sender: str = ANNA, subject: str = "Reset", **headers: str) -> EmailMessage:
    """Return a plain mail to the desk; a header is given by its name with underscores."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, "help@shop.example", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def bounce(of: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Return what a mail server writes that could not deliver the mail of a Message-ID."""
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: help@shop.example\r\nReturn-Path: <>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <bounce.1@mx.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI am sorry to inform you.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; anna@customer.example\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{of}>\r\n--b--\r\n"
    ).encode()
