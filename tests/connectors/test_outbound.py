"""What the outbound client asks, and what it refuses: a canary listens on this machine and must hear nothing."""

import asyncio
import itertools
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest

from connectors.addresses import Address, Allowed, Refused, is_public
from connectors.outbound import Limits, Outbound, Request, TooLarge, TooSlow, Unreachable
from tests.conftest import NetworkTouched
from tests.listening import HERE, Heard, here, listening

PUBLIC = IPv4Address("203.0.114.9")

LITERALS = [
    host
    for line in """
127.0.0.1 127.1 127.0.1 127.0.0.1. 2130706433 017700000001 0x7f000001 0x7f.1 0x7f.0x0.0x0.0x1 0177.0.0.1 0177.0.0.01
127.0.0.1.nip.example 0 0.0.0.0 0x0 00000000 127.127.127.127 localhost LOCALHOST localhost. %6cocalhost
%31%32%37.0.0.1 127%2e0%2e0%2e1 127。0。0。1 127．0．0．1 localhost。 ①②⑦.⓪.⓪.① ⓛocalhost 127.0.0.1%00.example.com
127.0.0.1%23.example.com 127.0.0.1%2f.example.com [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1]
[::127.0.0.1] [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::]
[2001:0:4136:e378:8000:63bf:80ff:fffe] [2606:4700::5efe:127.0.0.1] [fe80::1] [fe80::1%25lo]
[::1%25lo] [fec0::1] [fd00:ec2::254]
[ff02::1] 10.0.0.1 172.16.0.1 192.168.0.1 169.254.169.254 0xa9fea9fe 168.63.129.16 100.100.100.200 192.0.0.192
198.18.0.1 224.0.0.1 255.255.255.255 metadata.google.internal
""".splitlines()
    for host in line.split()
]
TRUSTED = ssl.create_default_context()
FORMS = [
    *(f"http://{host}:{{port}}/" for host in LITERALS),
    "http://user:password@127.0.0.1:{port}/",
    "http://help.example@127.0.0.1:{port}/",
    "http://help.example%40127.0.0.1:{port}/",
    "http://help.example\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@help.example/",
    "http://help.example#@127.0.0.1:{port}/",
    "http://help.example:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}:80/",
    "http:127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1:{port}/ http://help.example/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}",
    "https://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_GET",
    "dict://127.0.0.1:{port}/",
    "ws://127.0.0.1:{port}/",
    "file:///etc/hostname",
    "unix:///run/docker.sock",
    "javascript:fetch('http://127.0.0.1:{port}')",
]


@pytest.fixture
async def canary() -> AsyncIterator[Heard]:
    async with listening() as heard:
        yield heard


def test_there_are_at_least_sixty_hostile_forms() -> None:
    assert len(set(FORMS)) >= 60


@pytest.mark.parametrize("form", FORMS)
async def test_a_hostile_address_is_refused_and_the_canary_hears_nothing(form: str, canary: Heard) -> None:
    client = Outbound(ports=[80, 443, canary.port], resolve=here, certificates=TRUSTED)

    with pytest.raises(Refused):
        await client.request(Request("GET", form.replace("{port}", str(canary.port))))

    assert canary.requests == []


@pytest.mark.parametrize("form", FORMS)
async def test_a_redirect_to_a_hostile_address_is_refused(form: str, canary: Heard) -> None:
    target = form.replace("{port}", str(canary.port))

    async def redirect(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n".encode())

    async with listening(redirect) as front:
        client = Outbound([f"front.example:{front.port}"], [80, 443, canary.port], resolve=here, certificates=TRUSTED)
        with pytest.raises((Refused, Unreachable)):
            await client.request(Request("GET", f"http://front.example:{front.port}/"))

    assert 1 <= len(front.requests) <= 4  # a target without a host is a path of the front itself
    assert canary.requests == []


async def test_a_name_is_looked_up_once_and_the_request_goes_where_it_led(canary: Heard) -> None:
    answers = itertools.cycle([PUBLIC, HERE])
    looked_up: list[Address] = []

    async def flip(host: str, port: int) -> Sequence[Address]:
        looked_up.append(next(answers))
        return looked_up[-1:]

    client = Outbound(ports=[canary.port], resolve=flip, certificates=TRUSTED)

    for _ in range(50):
        with pytest.raises((NetworkTouched, ExceptionGroup)) as touched:
            await client.request(Request("GET", f"http://flip.example:{canary.port}/"))
        assert str(PUBLIC) in repr(touched.value)
        with pytest.raises(Refused):
            await client.request(Request("GET", f"http://flip.example:{canary.port}/"))

    assert looked_up == [PUBLIC, HERE] * 50
    assert canary.requests == []


async def test_a_name_with_one_address_inside_is_refused_whole(canary: Heard) -> None:
    async def both(host: str, port: int) -> Sequence[Address]:
        return [PUBLIC, HERE]

    with pytest.raises(Refused, match=r"'127\.0\.0\.1' is no address of the open internet"):
        await Outbound(ports=[canary.port], resolve=both, certificates=TRUSTED).request(
            Request("GET", f"http://a.example:{canary.port}/")
        )

    assert canary.requests == []


async def test_a_host_that_the_operator_named_is_asked_at_its_port_only(canary: Heard) -> None:
    client = Outbound([f"intranet.example:{canary.port}"], resolve=here, certificates=TRUSTED)

    answer = await client.request(
        Request("POST", f"http://Intranet.Example.:{canary.port}/in?a=1", {"X-Own": "yes"}, b"{}")
    )
    with pytest.raises(Refused, match="DESKHAND_ALLOWED_HOSTS"):
        await client.request(Request("GET", f"http://intranet.example:{canary.port + 1}/"))
    with pytest.raises(Refused, match="DESKHAND_ALLOWED_HOSTS"):
        await client.request(Request("GET", f"http://other.example:{canary.port}/"))

    assert (answer.status, answer.body) == (200, b"ok")
    (heard,) = canary.requests
    assert heard.startswith("POST /in?a=1 HTTP/1.1\r\n")
    assert f"host: intranet.example.:{canary.port}\r\n" in heard.lower()
    assert "X-Own: yes" in heard


async def test_proxies_and_passwords_of_the_environment_are_not_used(
    canary: Heard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with listening() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        (tmp_path / ".netrc").write_text("machine intranet.example login me password secret\n")
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        client = Outbound([f"intranet.example:{canary.port}"], resolve=here, certificates=TRUSTED)
        await client.request(Request("GET", f"http://intranet.example:{canary.port}/"))

    assert proxy.requests == []
    assert "authorization" not in canary.requests[0].lower()


async def test_at_most_three_redirects_are_followed_and_another_host_sees_no_secret() -> None:
    async def on_and_on(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 307 Away\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n")

    async with listening(on_and_on) as circle, listening() as end:

        async def away(_: str, writer: asyncio.StreamWriter) -> None:
            location = f"http://end.example:{end.port}/"
            writer.write(f"HTTP/1.1 303 Away\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode())

        async with listening(away) as start:
            places = [f"{name}.example:{heard.port}" for name, heard in zip("abc", (circle, start, end), strict=True)]
            client = Outbound([*places, f"end.example:{end.port}"], resolve=here, certificates=TRUSTED)
            secret = {"Authorization": "Bearer secret", "Accept": "text/plain"}
            with pytest.raises(Refused, match="3 redirects are followed"):
                await client.request(Request("GET", f"http://{places[0]}/"))
            reached = await client.request(Request("POST", f"http://{places[1]}/", secret, b"body"))
            kept = await client.request(Request("POST", f"http://{places[1]}/", secret, b"body", redirects=0))

    assert len(circle.requests) == 4
    assert (reached.url, reached.status, kept.status) == (f"http://end.example:{end.port}/", 200, 303)
    (last,) = end.requests
    assert last.startswith("GET / ")
    assert "Bearer" not in last
    assert "text/plain" in last


async def test_an_answer_that_drips_or_never_ends_is_cut() -> None:
    async def drip(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _dot in range(50):
            writer.write(b".")
            await asyncio.sleep(0.02)

    async def flood(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(200_000))

    limits = Limits(total_s=0.4, body=100_000)
    async with listening(drip) as slow, listening(flood) as large:
        client = Outbound(
            [f"a.example:{slow.port}", f"a.example:{large.port}"], limits=limits, resolve=here, certificates=TRUSTED
        )
        with pytest.raises(TooSlow, match=r"within 0\.4 seconds"):
            await client.request(Request("GET", f"http://a.example:{slow.port}/"))
        with pytest.raises(TooLarge, match="100,000 bytes"):
            await client.request(Request("GET", f"http://a.example:{large.port}/"))


async def test_what_speaks_no_http_or_is_not_there_is_unreachable() -> None:
    async def mumble(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ready\r\n")

    async def unknown(host: str, port: int) -> Sequence[Address]:
        raise OSError("no such name")

    async with listening(mumble) as mail:
        client = Outbound([f"a.example:{mail.port}", "a.example:1"], resolve=here, certificates=TRUSTED)
        for closed_or_mail in (mail.port, 1):
            with pytest.raises(Unreachable):
                await client.request(Request("GET", f"http://a.example:{closed_or_mail}/"))
    with pytest.raises(Unreachable, match="cannot be found"):
        await Outbound(resolve=unknown, certificates=TRUSTED).request(Request("GET", "http://nowhere.example/"))


async def test_the_first_address_that_takes_a_connection_is_asked(canary: Heard) -> None:
    async def several(host: str, port: int) -> Sequence[Address]:
        return [ip_address("127.0.0.77"), ip_address("::1"), HERE]

    client = Outbound([f"a.example:{canary.port}"], resolve=several, certificates=TRUSTED)

    assert (await client.request(Request("GET", f"http://a.example:{canary.port}/"))).status == 200


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of `good.example`, signed by itself, with its key."""
    made = tmp_path / "both.pem"
    wanted = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=good.example"
    wanted += " -addext subjectAltName=DNS:good.example"
    try:
        subprocess.run(
            [*wanted.split(), "-keyout", made, "-out", tmp_path / "own.pem"], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate with")
    made.write_text(made.read_text() + (tmp_path / "own.pem").read_text())
    return made


async def test_a_certificate_must_be_trusted_and_of_the_name_that_was_asked(certificate: Path) -> None:
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate.parent / "own.pem"))

    async with listening(certificates=serving) as heard:
        named = [f"{name}.example:{heard.port}" for name in ("good", "bad")]
        knowing = Outbound(named, resolve=here, certificates=trusting)
        good = await knowing.request(Request("GET", f"https://{named[0]}/"))
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            await knowing.request(Request("GET", f"https://{named[1]}/"))
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            await Outbound(named, resolve=here).request(Request("GET", f"https://{named[0]}/"))

    assert good.status == 200


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "203.0.114.9", "2606:4700::1111", "64:ff9b::808:808", "2606:4700::5efe:808:808"]
)
def test_an_address_of_the_open_internet_may_be_asked(address: str) -> None:
    assert is_public(ip_address(address))


def test_an_address_that_nobody_named_must_be_encrypted_where_that_is_wanted() -> None:
    client = Outbound(["intranet.example"])

    client.check("https://hooks.example.com/in", secure=True)
    client.check("http://intranet.example/in", secure=True)
    with pytest.raises(Refused, match="is not encrypted"):
        client.check("http://hooks.example.com/in", secure=True)


@pytest.mark.parametrize("entry", ["", "http://a.example", "a.example/path", "me@a.example", "a.example:port", ":80"])
def test_an_allowed_host_that_is_none_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Allowed.of([entry])
