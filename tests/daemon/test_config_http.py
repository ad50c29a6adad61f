"""The listener's section of the configuration."""

from pathlib import Path

import pytest

from tests.daemon.test_config import GOOD, faults, loaded


def test_trusted_proxies_are_networks(tmp_path: Path) -> None:
    """What names the client in the log is a network, or a fault at its key."""
    before, rest = GOOD.split("[companies.demo]\n", 1)

    def with_networks(networks: str) -> str:
        return f"{before}[http]\ntrusted_proxies = {networks}\n[companies.demo]\n{rest}"

    read = loaded(tmp_path, with_networks('["10.0.0.0/8", "2001:db8::/32"]'))
    assert [str(network) for network in read.http.trusted_proxies] == ["10.0.0.0/8", "2001:db8::/32"]
    (found,) = faults(tmp_path, with_networks('["proxy"]'))
    assert found.startswith("http.trusted_proxies")


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("https://bridge.example.com/", "https://bridge.example.com"),
        ("http://127.0.0.1:8099", "http://127.0.0.1:8099"),
        ("http://bridge.example.com", None),
        ("bridge.example.com", None),
    ],
)
def test_a_public_address_is_https(tmp_path: Path, address: str, read: str | None) -> None:
    """Or this machine itself; without its closing slash."""
    before, rest = GOOD.split("[companies.demo]\n", 1)
    text = f'{before}[http]\npublic_address = "{address}"\n[companies.demo]\n{rest}'
    if read is None:
        (found,) = faults(tmp_path, text)
        assert found.startswith("http.public_address")
    else:
        assert loaded(tmp_path, text).http.public_address == read
