"""Which addresses are open, closed and allowed."""

import ipaddress

import pytest

from connectors.addresses import is_odd_number, is_public, may_call, parse_allow


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.216.34",
        "223.255.255.254",
        "2606:4700::1111",
        "2a00:1450:4001:81b::200e",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ],
)
def test_public_address_is_open(address):
    assert is_public(ipaddress.ip_address(address)) is True


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::7f00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2606:4700::5efe:7f00:1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fec0::1",
        "ff02::1",
        "3fff::1",
    ],
)
def test_inner_address_is_closed(address):
    assert is_public(ipaddress.ip_address(address)) is False


@pytest.mark.parametrize(
    ("host", "odd"),
    [
        ("2130706433", True),
        ("0x7f000001", True),
        ("0x7f.1", True),
        ("0177.0.0.1", True),
        ("127.1", True),
        ("example.0x1", True),
        ("127.0.0.1", False),
        ("hooks.example.com", False),
        ("1password.example", False),
        ("4.example.com", False),
    ],
)
def test_odd_number_is_seen(host, odd):
    assert is_odd_number(host) is odd


@pytest.mark.parametrize(
    ("entry", "host", "port", "address", "covered"),
    [
        ("127.0.0.1:8111", "127.0.0.1", 8111, "127.0.0.1", True),
        ("127.0.0.1:8111", "127.0.0.1", 8112, "127.0.0.1", False),
        ("10.1.0.0/16", "crm.internal", 443, "10.1.2.3", True),
        ("10.1.0.0/16", "crm.internal", 443, "10.2.2.3", False),
        ("10.1.0.0/16:443", "crm.internal", 80, "10.1.2.3", False),
        ("10.1.0.0/16", "crm.internal", 443, "::ffff:10.1.2.3", True),
        ("crm.internal", "CRM.internal.", 443, "10.1.2.3", True),
        ("crm.internal:8443", "crm.internal", 443, "10.1.2.3", False),
        ("crm.internal", "other.internal", 443, "10.1.2.3", False),
        ("[::1]:8111", "::1", 8111, "::1", True),
        ("[fd00::/8]:443", "crm.internal", 443, "fd12::1", True),
        ("fd00::/8", "crm.internal", 443, "fd12::1", True),
    ],
)
def test_allowed_entry_covers_host_network_and_port(entry, host, port, address, covered):
    allow = parse_allow([entry])
    assert may_call(host, port, ipaddress.ip_address(address), allow) is covered


@pytest.mark.parametrize(
    "entry", ["10.0.0.1/8", "a b", "crm:port", "crm:0", "crm:70000", "[::1", "0x7f.1", "http://a"]
)
def test_wrong_entry_is_refused_by_name(entry):
    with pytest.raises(ValueError, match=r".") as caught:
        parse_allow(["127.0.0.1", entry])
    assert repr(entry) in str(caught.value)
