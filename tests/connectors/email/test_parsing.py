"""Mails of every making, as the desk gets to know them."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email import charsets, parsing
from connectors.email.parsing import Address
from desk import loops
from tests.connectors.email.mails import bounce, mail

ENDS = "text/plain; charset="
GREETINGS = {
    "utf-8": "Grüße, 你好, ¿qué tal?",
    "iso-8859-1": "Größe und “Preis” – 10 €".replace("“", "'").replace("”", "'").replace("–", "-").replace("€", "EUR"),
    "cp1252": "Größe und „Preis“ – 10 €",
    "iso-8859-15": "Größe: 10 €",
    "gb2312": "我的订单在哪里",
    "shift_jis": "注文はどこですか",
    "iso-2022-jp": "注文はどこですか",
    "koi8-r": "Где мой заказ",
    "utf-16": "Where is my order",
    "utf-7": "Größe",
}
PIECES = [
    b"From: =?utf-8?B?w4Q=?= <a@b.example>\r\n",
    b"Subject: =?x-bad?Q?=C3?= =?utf-8?b?!!?=\r\n",
    b"From:\xe4\xf6 <x@y>\r\n",
    b"From: <\r\n",
    b'Reply-To: "a\r\n',
    b"Message-ID: \xff\r\n",
    b"Message-ID: <a\r\n b@c>\r\n",
    b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"Content-Type: multipart/alternative; boundary*0*=utf-8''x; boundary*1=y\r\n",
    b"Content-Type: text/html; charset=utf-16\r\n",
    b"Content-Type: text/plain; charset=idna\r\n",
    b"Content-Type: text/plain; charset*0*=x''%; charset*=a'b'c\r\n",
    b'Content-Type: text/plain; charset="\xe4"; format=flowed\r\n',
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: message/delivery-status\r\n",
    b"Content-Type: \xe4; name=\xe4\r\n",
    b"Content-Disposition: attachment; filename*=utf-8''%e2%82\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"begin 644 x\n#",
    b"Auto-Submitted: \xff\r\n",
    b"\r\n",
    b"--x\r\n",
    b"--x--\r\n",
    b"\xff\xfe\x00\x80",
    b"<div><blockquote type=cite>a</blockquote><h1>b",
    b"hello\r\n",
    b"On 3 May 2026, X wrote:\r\n> a\r\n",
]


def html(page: str, **headers: str) -> bytes:
    made = mail("", **headers)
    made.set_content(page, subtype="html")
    return made.as_bytes()


def test_a_plain_mail_is_read() -> None:
    made = mail(
        "How do I reset it?\n\n-- \nAnna\n",
        subject="Re: AW: Reset",
        Message_ID="<2@c.example>",
        In_Reply_To="<1@shop.example>",
        References="<0@c.example> <1@shop.example>",
    )

    read = parsing.parse(made.as_bytes())

    assert (read.id, read.references) == ("2@c.example", ("1@shop.example", "0@c.example"))
    assert read.sender == Address("anna@customer.example", "Anna Bauer")
    assert (read.subject, read.text) == ("Reset", "How do I reset it?")
    assert (read.headers, read.files, read.bounce) == ({}, (), None)


@pytest.mark.parametrize("charset", GREETINGS)
@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_every_charset_is_read(charset: str, encoding: str) -> None:
    import base64

    body = GREETINGS[charset].encode(charset)
    sent = base64.encodebytes(body) if encoding == "base64" else body
    head = f"From: a@b.example\r\nContent-Type: {ENDS}{charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"

    assert parsing.parse(head.encode() + sent).text == GREETINGS[charset]


@pytest.mark.parametrize("claimed", ["us-ascii", "iso-8859-1", "x-unknown", "no such thing", "idna", "undefined", ""])
def test_utf_8_that_claims_to_be_something_else_is_read_as_what_it_is(claimed: str) -> None:
    raw = f"From: a@b.example\r\nContent-Type: {ENDS}{claimed}\r\n\r\nGrüße".encode()

    assert parsing.parse(raw).text == "Grüße"


def test_encoded_words_are_read_even_where_they_cut_a_letter_in_two() -> None:
    assert charsets.words("=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?= an =?iso-8859-1?Q?M=FCller?=") == "Grüße an Müller"


def test_html_alone_becomes_text_without_quotes_and_signature() -> None:
    page = (
        "<html><head><style>p {}</style></head><body><h1>Help!</h1><p>It <b>fails</b>.</p><ul><li>one</li></ul>"
        '<div class="gmail_signature">Anna</div><div class="gmail_quote">Which?</div></body></html>'
    )

    assert parsing.parse(html(page)).text == "## Help!\n\nIt **fails**.\n\n- one"


def test_the_plain_one_of_two_texts_is_read_unless_it_says_nothing() -> None:
    both, stub = mail("It fails."), mail("Enable HTML.")
    both.add_alternative("<p>It <b>fails</b>.</p>", subtype="html")
    stub.add_alternative(f"<p>{'My order never arrived. ' * 20}</p>", subtype="html")

    assert parsing.parse(both.as_bytes()).text == "It fails."
    assert parsing.parse(stub.as_bytes()).text.startswith("My order never arrived.")


def test_files_come_with_their_names_and_enclosed_mails_too() -> None:
    made = mail("See the picture.")
    made.add_attachment(b"\x89PNG...", maintype="image", subtype="png", filename="Größe.png")
    enclosed = EmailMessage(policy=SMTP)
    enclosed["Subject"] = "Before"
    enclosed.set_content("Earlier.")
    made.add_attachment(enclosed)

    read = parsing.parse(made.as_bytes())

    assert read.text == "See the picture."
    assert [(file.name, file.content[:4]) for file in read.files] == [("Größe.png", b"\x89PNG"), ("file", b"Subj")]


def test_flowed_lines_are_put_together() -> None:
    raw = b"From: a@b.example\r\nContent-Type: text/plain; format=flowed\r\n\r\nIt is \r\nbroken.\r\n\r\n-- \r\nAnna"

    assert parsing.parse(raw).text == "It is broken."


def test_a_form_that_sends_for_others_names_who_is_answered() -> None:
    by_form = mail(sender="Shop <no-reply@shop.example>", Reply_To="Anna <Anna@Customer.example>")
    by_person = mail(sender="Ben <ben@b.example>", Reply_To="stranger@elsewhere.example")

    assert parsing.parse(by_form.as_bytes()).sender == Address("anna@customer.example", "Anna")
    assert parsing.parse(by_person.as_bytes()).sender == Address("ben@b.example", "Ben")


@pytest.mark.parametrize(
    "made",
    [
        mail(Auto_Submitted="auto-replied"),
        mail(Precedence="bulk"),
        mail(X_Auto_Response_Suppress="All"),
        mail(List_Id="<news.shop.example>"),
        mail(Return_Path="<>"),
        mail(subject="Automatic reply: Reset"),
        mail(subject="Abwesenheitsnotiz: Reset"),
        mail(subject="Respuesta automática: Reset"),
        mail(subject="Réponse automatique : Reset"),
        mail(subject="Resposta automática: Reset"),
        mail(sender="undisclosed"),
    ],
    ids=lambda made: made["Subject"],
)
def test_what_a_machine_wrote_is_told_from_its_head(made: EmailMessage) -> None:
    assert loops.headed(parsing.parse(made.as_bytes()).headers) == "headers"


def test_what_a_person_wrote_is_not() -> None:
    assert (
        loops.headed(parsing.parse(mail(Auto_Submitted="no", Return_Path="<a@b.example>").as_bytes()).headers) is None
    )


def test_a_mail_that_came_back_names_the_mail_the_recipient_and_why() -> None:
    read = parsing.parse(bounce("msg_1@shop.example")).bounce

    assert read is not None
    assert (read.mails, read.permanent) == (("msg_1@shop.example",), True)
    assert (read.recipient, read.reason) == ("anna@customer.example", "smtp; 550 no such user")


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "4.2.2")])
def test_a_mail_that_is_only_late_has_not_come_back(action: str, status: str) -> None:
    read = parsing.parse(bounce("msg_1@shop.example", action, status)).bounce

    assert read is not None
    assert not read.permanent


def test_a_report_in_words_only_is_one_too() -> None:
    made = mail(
        "Sorry.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <msg_1@shop.example>\nSubject: x\n",
        sender="MAILER-DAEMON@mx.example",
        subject="failure notice",
    )

    read = parsing.parse(made.as_bytes()).bounce

    assert read is not None
    assert (read.mails, read.permanent) == (("msg_1@shop.example",), True)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), max_size=40).map(b"".join))
def test_nothing_makes_reading_fail(raw: bytes) -> None:
    read = parsing.parse(raw)

    told = [read.id, read.subject, read.text, *read.references, *read.headers.values()]
    told += [file.name for file in read.files]
    assert read.id
    assert not any("\0" in words for words in told)
    assert "".join(told).encode()


def test_parts_within_parts_without_end_are_read_as_text() -> None:
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(3000)
    )

    read = parsing.parse(b"From: a@b.example\r\nSubject: Hello\r\n" + parts + b"\r\nPlease help me.")

    assert read.sender == Address("a@b.example")
    assert read.text.endswith("Please help me.")


def test_a_mail_without_an_id_is_known_by_its_bytes() -> None:
    raw = mail().as_bytes()

    assert parsing.parse(raw).id == parsing.parse(raw).id != parsing.parse(raw + b"!").id
