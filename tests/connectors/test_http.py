"""The outbound client against real sockets: where it goes, and what it refuses to read."""

import datetime
import gzip
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.addresses import parse_allow
from connectors.errors import DeliveryError
from connectors.http import Limits, OutboundClient, read_address


def client_that_finds(*addresses: str, allow: tuple[str, ...] = (), tls=None):
    calls = []

    def lookup(host: str, port: int) -> list[str]:
        calls.append(host)
        return list(addresses)

    client = OutboundClient(allow=parse_allow(allow), lookup=lookup, tls=tls)
    return client, calls


def test_request_returns_answer(outbound, receiver):
    receiver.answer(201, b'{"ok":true}', X_Trace="7")
    response = outbound.request("POST", receiver.url("/in?x=1"), content=b"{}")
    assert (response.code, response.body, response.was_cut) == (201, b'{"ok":true}', False)
    assert response.headers["x-trace"] == "7"
    assert receiver.requests[0]["path"] == "/in?x=1"
    assert receiver.requests[0]["content"] == b"{}"
    assert receiver.requests[0]["headers"]["host"] == receiver.place


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.7/",
    ],
)
def test_private_address_is_refused(address):
    with pytest.raises(DeliveryError) as caught:
        OutboundClient().request("GET", address)
    assert caught.value.permanent is True
    assert "private network" in caught.value.message


def test_name_with_one_private_address_is_refused():
    client, _ = client_that_finds("93.184.216.34", "127.0.0.1")
    with pytest.raises(DeliveryError, match="private network"):
        client.request("GET", "https://rebind.example.com/")


def test_connection_goes_to_the_checked_address_only(receiver):
    # A name server that changes its mind after the check finds nobody asking again.
    port = receiver.server_address[1]
    client, calls = client_that_finds("127.0.0.1", allow=("hooks.example.com",))
    response = client.request("GET", f"http://hooks.example.com:{port}/")
    assert response.code == 200
    assert calls == ["hooks.example.com"]
    assert receiver.requests[0]["headers"]["host"] == f"hooks.example.com:{port}"
    client.close()


def test_plain_http_is_refused_unless_allowed():
    client, _ = client_that_finds("93.184.216.34")
    with pytest.raises(DeliveryError, match="Write https"):
        client.request("GET", "http://hooks.example.com/")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://example.com/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("https:///path", "https://"),
        ("https://user:secret@example.com/", "user name or password"),
        ("https://2130706433/", "2130706433"),
        ("https://0x7f.1/", "0x7f.1"),
        ("https://0177.0.0.1/", "cannot be read"),
        ("https://example.com:0/", "port 0"),
        ("https://example.com:99999/", "port 99999"),
        ("https://exa mple.com/", "cannot exist"),
        ("no address", "https://"),
        ("https://[::1%25eth0]/", "cannot exist"),
    ],
)
def test_wrong_address_is_refused_with_what_to_write(address, words):
    with pytest.raises(DeliveryError) as caught:
        read_address(address)
    assert caught.value.permanent is True
    assert words in caught.value.message


def test_redirect_is_not_followed(outbound, receiver):
    receiver.answer(302, Location="http://169.254.169.254/")
    assert outbound.request("GET", receiver.url()).code == 302
    assert len(receiver.requests) == 1


def test_proxy_of_the_environment_is_not_used(outbound, receiver, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert outbound.request("GET", receiver.url()).code == 200


def test_long_answer_is_refused_or_cut(outbound, receiver):
    receiver.answer(200, b"x" * 5000)
    with pytest.raises(DeliveryError, match="larger than 2 KiB"):
        outbound.request("GET", receiver.url(), limits=Limits(size=2048, cut=False))
    response = outbound.request("GET", receiver.url(), limits=Limits(size=2048))
    assert (len(response.body), response.was_cut) == (2048, True)


def test_packed_answer_is_limited_after_unpacking(outbound, receiver):
    receiver.answer(200, gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
    with pytest.raises(DeliveryError, match="larger than 1,024 KiB"):
        outbound.request("GET", receiver.url(), limits=Limits(size=1024 * 1024, cut=False))


def test_packed_answer_is_unpacked(outbound, receiver):
    receiver.answer(200, gzip.compress(b"hello"), Content_Encoding="gzip")
    assert outbound.request("GET", receiver.url()).body == b"hello"


def test_unknown_packing_is_refused(outbound, receiver):
    receiver.answer(200, b"??", Content_Encoding="br")
    with pytest.raises(DeliveryError, match="packed as 'br'"):
        outbound.request("GET", receiver.url())


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_dripping_answer_ends_at_the_time_limit(outbound, raw_server, start):
    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(start)
        for _ in range(60):
            connection.sendall(b"x")
            time.sleep(0.05)

    started = time.monotonic()
    with pytest.raises(DeliveryError) as caught:
        outbound.request("GET", f"http://{raw_server(drip)}/", limits=Limits(seconds=0.4))
    assert caught.value.permanent is False
    assert time.monotonic() - started < 2


def test_broken_answer_may_be_tried_again(outbound, raw_server):
    def break_off(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    with pytest.raises(DeliveryError, match="broke before") as caught:
        outbound.request("GET", f"http://{raw_server(break_off)}/")
    assert caught.value.permanent is False


def test_closed_port_may_be_tried_again(outbound):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DeliveryError, match="does not accept connections") as caught:
        outbound.request("GET", f"http://127.0.0.1:{port}/")
    assert caught.value.permanent is False


def test_unknown_name_may_be_tried_again():
    def lookup(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(DeliveryError, match="was not found") as caught:
        OutboundClient(lookup=lookup).request("GET", "https://nowhere.example/")
    assert caught.value.permanent is False


def test_slow_name_server_ends_at_the_time_limit():
    waiting = threading.Event()

    def lookup(host: str, port: int) -> list[str]:
        waiting.wait(5)
        return []

    started = time.monotonic()
    with pytest.raises(DeliveryError, match="was not found"):
        OutboundClient(lookup=lookup).request(
            "GET", "https://slow.example/", limits=Limits(seconds=0.2)
        )
    waiting.set()
    assert time.monotonic() - started < 2


def test_certificate_is_checked_against_the_name(tmp_path):
    server_context, trusted = _certificates("hooks.example.com", tmp_path)
    names: list[str | None] = []
    server_context.sni_callback = lambda _socket, name, _context: names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def serve() -> None:
        for _ in range(2):
            try:
                plain, _ = listener.accept()
                with server_context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            except OSError:
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client, _ = client_that_finds("127.0.0.1", allow=("127.0.0.1",), tls=trusted)
    assert client.request("GET", f"https://hooks.example.com:{port}/").code == 204
    with pytest.raises(DeliveryError, match="certificate"):
        client.request("GET", f"https://other.example.com:{port}/")
    thread.join(5)
    listener.close()
    client.close()
    assert names == ["hooks.example.com", "other.example.com"]


def _certificates(name: str, folder) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    path = folder / "server.pem"
    path.write_bytes(
        pem
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())


def test_connection_is_used_again(outbound, receiver):
    for _ in range(3):
        outbound.request("GET", receiver.url())
    assert len(receiver.requests) == 3
    assert len({request["from"] for request in receiver.requests}) == 1
