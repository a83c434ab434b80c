"""Mail as a channel of its own: IMAP in, SMTP out.

Whatever arrives is read without ever failing: a mail that follows no standard is still somebody who asks. Reading is
pure (`parsing` and what it is made of); `mailbox` and `sending` alone speak with servers, `intake` with the desk.
"""
