"""The listener's section of the configuration."""

from pathlib import Path

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
