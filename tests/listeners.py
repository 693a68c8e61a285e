"""What may listen where a database is expected."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Talk = Callable[[socket.socket], None]

# A MySQL server's first words: it has TLS.
_MYSQL_GREETING = (
    b"\x0a8.0.36\0"
    + struct.pack("<I8sxHBHHB10x13s", 7, b"saltsalt", 0x8A00, 45, 2, 0x0008, 21, b"saltsaltsalt\0")
    + b"mysql_native_password\0"
)


@contextmanager
def listening(talk: bytes | Talk | None = None) -> Iterator[int]:
    """The port of something that says `talk` to whoever connects; without it, it accepts and is silent."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        kept: list[socket.socket] = []
        speak = talk if callable(talk) else lambda connection: connection.sendall(talk or b"")
        threading.Thread(target=_serve, args=(server, speak, kept), daemon=True).start()
        try:
            yield int(server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for connection in kept:
                connection.close()


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def postgres_with_tls(directory: Path) -> Talk:
    """It offers TLS, with a certificate that nobody vouches for, and hangs up after that."""

    def talk(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        _shake_hands(connection, directory)

    return talk


def mysql_with_tls(directory: Path) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.sendall(struct.pack("<I", len(_MYSQL_GREETING)) + _MYSQL_GREETING)
        connection.recv(36)
        _shake_hands(connection, directory)

    return talk


def _shake_hands(connection: socket.socket, directory: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(directory))
    with suppress(OSError), context.wrap_socket(connection, server_side=True) as encrypted:
        encrypted.recv(100)


def _certificate(directory: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "db.example.org")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("db.example.org")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = directory / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def _serve(server: socket.socket, talk: Talk, kept: list[socket.socket]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            kept.append(connection)
            with suppress(OSError):
                talk(connection)
