"""One key, many networks: the addresses a deposit may have gone to by mistake."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from chains.address import check_address
from chains.catalogue import networks
from chains.twins import Twin, twins, valid_on
from chains.types import Network

ROWS = [row for row in networks().values() if not row.sandbox]
EVM = {row.slug for row in ROWS if row.family == "evm"}
KEY_HASH = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
"""The hash of the key whose secret is one, of BIP-173's examples."""


def of(slug: str, address: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for twin in twins(networks()[slug], address):
        found.setdefault(twin.network, set()).add(twin.address)
    return found


def test_an_account_of_an_evm_network_has_twins_on_all_of_them_and_on_tron_and_hedera() -> None:
    seen = of("ethereum", "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c")
    assert seen.keys() == EVM - {"ethereum"} | {"tron", "hedera"}
    assert seen["bsc"] == seen["hedera"] == {"0xa614f803B6FD780986A42c78Ec9c7f77e6DeD13C"}
    assert seen["tron"] == {"TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"}
    back = of("tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
    assert back.keys() == EVM | {"hedera"}
    assert back["ethereum"] == seen["bsc"]


def test_a_number_of_hedera_shows_no_key_and_is_no_alias() -> None:
    assert of("hedera", "0.0.98") == of("hedera", "0x0000000000000000000000000000000000000062") == {}
    assert "hedera" not in of("ethereum", "0x0000000000000000000000000000000000000062")
    assert "tron" in of("hedera", "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c")


def test_a_key_hash_is_one_in_its_old_and_its_witness_form() -> None:
    old, witness = (
        of("bitcoin", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"),
        of("bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    )
    assert old == witness
    assert old == {
        "litecoin": {"LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ", "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"},
        "dogecoin": {"DFpN6QqFfUm3gKNaxN6tNcab1FArL9cZLE"},
        "bitcoin-cash": {"bitcoincash:qp63uahgrxged4z5jswyt5dn5v3lzsem6cy4spdc2h"},
        "dash": {"XmN7PQYWKn5MJFna5fRYgP6mxT2F7xpekE"},
        "zcash": {"t1UYsZVJkLPeMjxEtACvSxfWuNmddpWfxzs"},
    }


def test_a_script_hash_has_twins_and_those_of_witnesses_only_where_there_are_any() -> None:
    assert of("bitcoin", "3P14159f73E4gFr7JterCCQh9QjiTjiZrG").keys() == {
        "litecoin",
        "dogecoin",
        "bitcoin-cash",
        "dash",
        "zcash",
    }
    taproot = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
    assert of("bitcoin", taproot).keys() == {"litecoin"}
    assert of("bitcoin", "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3").keys() == {"litecoin"}


def test_networks_of_the_cosmos_kind_share_keys_but_not_contracts() -> None:
    seen = of("cosmoshub", "cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl")
    assert seen["osmosis"] == {"osmo1jv65s3grqf6v6jl3dp4t6c9t9rk99cd80yhvld"}
    assert seen.keys() == {"osmosis", "bnb-beacon"}
    assert of("bnb-beacon", next(iter(seen["bnb-beacon"])))["cosmoshub"] == {
        "cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl"
    }


@pytest.mark.parametrize("slug", ["solana", "near", "aptos", "algorand", "stellar", "xrpl", "ton", "cardano", "tezos"])
def test_wallets_that_share_no_keys_have_no_twins(slug: str) -> None:
    assert of(slug, str(networks()[slug].params["sample_address"])) == {}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_what_is_no_address_has_no_twins(row: Network) -> None:
    for text in ("", "nonsense", "x" * 2000):
        assert twins(row, text) == ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
def test_twins_are_addresses_and_each_the_others_twin(row: Network) -> None:
    address = str(row.params["sample_address"])
    own = check_address(row, address).normalised
    for twin in twins(row, address):
        other = networks()[twin.network]
        assert check_address(other, twin.address).normalised == twin.address
        back = twins(other, twin.address)
        assert Twin(row.slug, own or "") in back


@given(st.binary(min_size=20, max_size=20).filter(lambda data: any(data[:12])))
def test_any_account_comes_back_from_its_twins(data: bytes) -> None:
    address = "0x" + data.hex()
    (tron,) = of("ethereum", address)["tron"]
    assert {text.lower() for text in of("tron", tron)["ethereum"]} == {address}


def test_an_address_names_the_networks_it_is_of() -> None:
    assert valid_on("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t") == ("tron",)
    assert set(valid_on("1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")) == {"bitcoin", "bitcoin-cash"}
    assert set(valid_on("0xdAC17F958D2ee523a2206206994597C13D831ec7")) >= EVM
    assert valid_on("nonsense!") == ()
