from datetime import date

import pytest

from desk import attachments
from desk.desk import Desk
from desk.editing import Edit
from desk.errors import (
    AttachmentRefused,
    CustomerRefused,
    UnknownAttachment,
    UnknownCustomer,
    UnknownMessage,
    UnknownTicket,
)
from desk.workspace import Workspace
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, MessageId
from domain.triage import Priority
from tests.desk.decisions import NOW
from tests.desk.workspace.conftest import ANNA, Ask

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        ("Grüße,\nCleo".encode(), "text/plain"),
        (b"<script>alert(1)</script>", "text/plain"),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, media_type: str) -> None:
    assert attachments.sniff(content) == media_type


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 zip", b"MZ\x90\x00 exe", b"\x00\x01", "é".encode("latin-1")])
def test_what_is_none_of_the_kinds_is_refused(content: bytes) -> None:
    with pytest.raises(AttachmentRefused, match="is not taken"):
        attachments.sniff(content)


@pytest.mark.parametrize(
    ("name", "media_type", "cleaned"),
    [
        ("photo.png", "image/png", "photo.png"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\temp\\bill.pdf", "application/pdf", "bill.pdf"),
        ("bill.pdf.exe", "application/pdf", "bill.pdf.exe.pdf"),
        ("page.html", "text/plain", "page.html.txt"),
        ("bill\u202efdp.exe", "application/pdf", "billfdp.exe.pdf"),
        ('a"b\r\nc.log', "text/plain", "a_bc.log"),
        (".", "image/png", "file.png"),
        ("", "image/gif", "file.gif"),
        ("x" * 400 + ".JPEG", "image/jpeg", "x" * 115 + ".JPEG"),
    ],
)
def test_a_name_is_safe_on_any_system_and_fits_the_kind(name: str, media_type: str, cleaned: str) -> None:
    assert attachments.clean(name, media_type) == cleaned


async def test_a_file_stands_with_its_message_and_goes_where_it_goes(
    desk: Desk, workspace: Workspace, ask: Ask
) -> None:
    first, second = await ask("My parcel is late."), await ask("Look!")
    message = (await desk.messages(second))[0].id

    kept = await workspace.attach(DEFAULT_BRAND, second, "photo.png", PNG, NOW, message)
    loose = await workspace.attach(DEFAULT_BRAND, second, "log.txt", b"It broke.", NOW)
    await workspace.merge(DEFAULT_BRAND, second, first, ANNA, NOW)

    assert [file.id for file in (await workspace.open(DEFAULT_BRAND, first)).attachments] == sorted((kept.id, loose.id))
    found, content = await workspace.attachment(DEFAULT_BRAND, first, kept.id)
    assert (found.name, found.media_type, found.size, content) == ("photo.png", "image/png", len(PNG), PNG)


async def test_no_ticket_has_more_than_twenty_files(workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Look!")
    for _ in range(attachments.MOST):
        await workspace.attach(DEFAULT_BRAND, ticket, "photo.png", PNG, NOW)

    with pytest.raises(AttachmentRefused, match="no ticket has more"):
        await workspace.attach(DEFAULT_BRAND, ticket, "photo.png", PNG, NOW)
    with pytest.raises(AttachmentRefused, match="10,000,001 bytes"):
        await workspace.attach(DEFAULT_BRAND, ticket, "long.txt", b"a" * (attachments.LARGEST + 1), NOW)


async def test_files_of_other_brands_and_tickets_are_unknown(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    ticket, another = await ask("Look!"), await ask("And here!", customer="c2")
    file = await workspace.attach(DEFAULT_BRAND, ticket, "photo.png", PNG, NOW)

    for brand, where in ((BrandId("other"), ticket), (DEFAULT_BRAND, another)):
        with pytest.raises(UnknownAttachment):
            await workspace.attachment(brand, where, file.id)
    with pytest.raises(UnknownTicket):
        await workspace.attach(BrandId("other"), ticket, "photo.png", PNG, NOW)
    with pytest.raises(UnknownMessage):
        await workspace.attach(
            DEFAULT_BRAND, another, "photo.png", PNG, NOW, MessageId((await desk.messages(ticket))[0].id)
        )


async def test_what_is_told_of_a_customer_stays_and_what_is_not_told_too(workspace: Workspace) -> None:
    cleo = CustomerId("c9")

    await workspace.describe(DEFAULT_BRAND, cleo, {"name": "Cleo", "renews_on": date(2026, 9, 1)}, NOW)
    known = await workspace.describe(DEFAULT_BRAND, cleo, {"time_zone": "Europe/Berlin", "name": None}, NOW)

    assert (known.name, known.renews_on, known.time_zone) == (None, date(2026, 9, 1), "Europe/Berlin")
    assert await workspace.customer(DEFAULT_BRAND, cleo) == known
    with pytest.raises(UnknownCustomer):
        await workspace.customer(BrandId("other"), cleo)


async def test_a_time_zone_and_a_tier_must_be_known(workspace: Workspace) -> None:
    for zone in ("Mars/Olympus", "../etc", ""):
        with pytest.raises(CustomerRefused, match="no time zone"):
            await workspace.describe(DEFAULT_BRAND, CustomerId("c9"), {"time_zone": zone}, NOW)
    with pytest.raises(CustomerRefused, match="no tier 'gold'"):
        await workspace.describe(DEFAULT_BRAND, CustomerId("c9"), {"tier": "gold"}, NOW)


async def test_the_priority_of_a_known_ticket_outlives_its_customers_profile(workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Hello?")
    await workspace.edit(DEFAULT_BRAND, ticket, Edit(priority=Priority.P1), ANNA, NOW)

    await workspace.describe(DEFAULT_BRAND, CustomerId("c1"), {"tier": None, "name": "Cleo"}, NOW)

    opened = await workspace.open(DEFAULT_BRAND, ticket)
    assert (opened.ticket.priority, opened.customer and opened.customer.name) == (Priority.P1, "Cleo")
