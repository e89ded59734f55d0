"""The identity of an asset: what people and registries write becomes what decoders write, or is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from chains import bech32
from chains.asset import LONGEST, check_asset
from chains.catalogue import networks
from chains.types import Network
from tests.chains.scene import Scene
from tests.chains.test_conformance import ROWS, having, told

PLACE = (
    '{"interior":[{"globalConsensus":{"ethereum":{"chainId":"1"}}},'
    '{"accountKey20":{"key":"0xdac17f958d2ee523a2206206994597c13d831ec7","network":null}}],"parents":"2"}'
)
TETHER = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
JETTON = "EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs"
ISSUER = "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"
RIPPLE_ISSUER = "rMxCKbEDwqr76QuheSUMdEGf4B9xJ8m5De"
RLUSD = "524C555344000000000000000000000000000000"
POLICY = "29d222ce763455e3d7a09a665ce554f00ac89d2e99a1a83d267170c6"
ATOM = "27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2"
CW20 = bech32.encode("osmo", bytes(range(32)))
CATEGORY = "b38a33f750f84c5c169a6f23cb873e6e79605021585d4f3408789689ed87f366"

SPELLINGS = [
    ("ethereum", TETHER, TETHER),
    ("bsc", TETHER.lower(), TETHER),
    ("ethereum", TETHER[2:].upper(), TETHER),
    ("tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    ("tron", "41a614f803b6fd780986a42c78ec9c7f77e6ded13c", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    ("tron", "TRC10:1002000", "trc10:1002000"),
    ("solana", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"),
    ("solana", "So11111111111111111111111111111111111111112", "So11111111111111111111111111111111111111112"),
    ("xrpl", f"RLUSD:{RIPPLE_ISSUER}", f"{RLUSD}:{RIPPLE_ISSUER}"),
    ("xrpl", f"{RLUSD.lower()}.{RIPPLE_ISSUER}", f"{RLUSD}:{RIPPLE_ISSUER}"),
    ("xrpl", f"USD/{RIPPLE_ISSUER}", f"USD:{RIPPLE_ISSUER}"),
    ("xrpl", f"0000000000000000000000005553440000000000:{RIPPLE_ISSUER}", f"USD:{RIPPLE_ISSUER}"),
    ("xrpl", "00000a1b" + "ab" * 20, "00000A1B" + "AB" * 20),
    ("stellar", f"USDC:{ISSUER}", f"USDC:{ISSUER}"),
    ("stellar", f"USDC-{ISSUER}", f"USDC:{ISSUER}"),
    ("ton", JETTON, JETTON),
    ("ton", "0:b113a994b5024a16719f69139328eb759596c38a25f59028b146fecdc3621dfe", JETTON),
    ("cosmoshub", f"IBC/{ATOM.lower()}", f"ibc/{ATOM}"),
    ("osmosis", "factory/osmo1z6r6qdknhgsc0zeracktgpcxf43j6sekq07nw8sxduc9lg0qjjlqfu25e3/alloyed/allBTC",
     "factory/osmo1z6r6qdknhgsc0zeracktgpcxf43j6sekq07nw8sxduc9lg0qjjlqfu25e3/alloyed/allBTC"),
    ("osmosis", CW20.upper(), CW20),
    ("algorand", "031566704", "31566704"),
    ("cardano", f"{POLICY}.4d494e".upper(), f"{POLICY}.4d494e"),
    ("cardano", f"{POLICY}4d494e", f"{POLICY}.4d494e"),
    ("cardano", f"{POLICY}.", f"{POLICY}."),
    ("polkadot", "1984", "1984"),
    ("polkadot", "pool:12", "pool:12"),
    ("polkadot", PLACE, PLACE.replace(',"network":null', "")),
    ("polkadot", '{"parents": 0, "interior": {"X2": [{"PalletInstance": 50}, {"GeneralIndex": "1,337"}]}}', "1337"),
    ("near", "usdt.tether-token.near", "usdt.tether-token.near"),
    ("near", "Wrap.Near", "wrap.near"),
    ("near", "17208628f84f5d6ad33f0da3bbbeb27ffcb398eac501a31bd6ad2011e36133a1",
     "17208628f84f5d6ad33f0da3bbbeb27ffcb398eac501a31bd6ad2011e36133a1"),
    ("aptos", "0xF22BEDE237a07e121b56d91a491eb7bcdfd1f5907926a9e58338f964a01b17fa::asset::USDC",
     "0xf22bede237a07e121b56d91a491eb7bcdfd1f5907926a9e58338f964a01b17fa::asset::USDC"),
    ("aptos", "0x05::lp::LP<0x0001::aptos_coin::AptosCoin,0x02::a::B>", "0x5::lp::LP<0x1::aptos_coin::AptosCoin, 0x2::a::B>"),
    ("aptos", "0xBAE207659DB88BEA0CBEAD6DA0ED00AAC12EDCDDA169E591CD41C94180B46F3B",
     "0xbae207659db88bea0cbead6da0ed00aac12edcdda169e591cd41c94180b46f3b"),
    ("tezos", "KT1PWx2mnDueood7fEmfbBDKx1D9BAnnXitn", "KT1PWx2mnDueood7fEmfbBDKx1D9BAnnXitn"),
    ("tezos", "KT1XnTn74bUtxHfDtBmm2bGZAQfhPbvKWR8o:00", "KT1XnTn74bUtxHfDtBmm2bGZAQfhPbvKWR8o:0"),
    ("hedera", "0.0.456858", "0.0.456858"),
    ("hedera", "0x000000000000000000000000000000000006f89a", "0.0.456858"),
    ("bnb-beacon", "busd-bd1", "BUSD-BD1"),
    ("bitcoin-cash", CATEGORY.upper(), CATEGORY),
]  # fmt: skip

REFUSED = [
    ("ethereum", "0xdac17F958D2ee523a2206206994597C13D831ec7"),
    ("ethereum", "0x" + "0" * 40),
    ("ethereum", "USDT"),
    ("celo", "0x471EcE3750Da237f93B8E339c536989b8978a438"),
    ("polygon", "0x0000000000000000000000000000000000001010"),
    ("tron", "TRX"),
    ("tron", TETHER),
    ("tron", "trc10:"),
    ("solana", "11111111111111111111111111111111"),
    ("xrpl", f"XRP:{RIPPLE_ISSUER}"),
    ("xrpl", "USD:rMxCKbEDwqr76QuheSUMdEGf4B9xJ8m5Df"),
    ("stellar", "XLM"),
    ("stellar", f"USDC:{ISSUER[:-1]}A"),
    ("stellar", ISSUER),
    ("cosmoshub", "uatom"),
    ("cosmoshub", "ibc/1234"),
    ("osmosis", "osmo1g8qypve6l95xmhgc0fddaecerffymsl7kn9muw2sqaqu2lmj2jjqhvskt7"),
    ("osmosis", "osmo1jv65s3grqf6v6jl3dp4t6c9t9rk99cd80yhvld"),
    ("osmosis", "cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl"),
    ("algorand", "0"),
    ("algorand", str(2**64)),
    ("cardano", f"{POLICY}.4d4"),
    ("cardano", "lovelace"),
    ("polkadot", '{"parents":1,"interior":"Here"}'),
    ("polkadot", "{" * 500),
    ("polkadot", "DOT"),
    ("near", "system"),
    ("near", "wrap.testnet"),
    ("aptos", "0x1::aptos_coin::AptosCoin"),
    ("aptos", "0xa"),
    ("aptos", "0x0::coin"[:3]),
    ("tezos", "tz1foWxaV3VQyWqFbWTERS6YDJjPT6C7jPp8"),
    ("tezos", "KT1XnTn74bUtxHfDtBmm2bGZAQfhPbvKWR8o:x"),
    ("hedera", TETHER),
    ("bnb-beacon", "BNB"),
    ("bitcoin", CATEGORY),
    ("litecoin", "LTC"),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "text", "identity"), SPELLINGS)
def test_a_spelling_becomes_the_identity(slug: str, text: str, identity: str) -> None:
    assert check_asset(networks()[slug], f" {text}\n") == identity
    assert check_asset(networks()[slug], identity) == identity


@pytest.mark.parametrize(("slug", "text"), REFUSED)
def test_what_names_no_asset_is_refused(slug: str, text: str) -> None:
    assert check_asset(networks()[slug], text) is None


def test_every_family_knows_the_spelling_of_some_asset() -> None:
    assert {networks()[slug].family for slug, _, _ in SPELLINGS} == {row.family for row in ROWS}


@pytest.mark.parametrize(("row", "one"), list(having()))
def test_what_a_decoder_writes_is_its_own_identity(row: Network, one: Scene) -> None:
    for leg in told(row, one).transfers:
        if leg.contract is not None:
            assert check_asset(row, leg.contract) == leg.contract


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.slug)
@given(text=st.one_of(st.text(max_size=80), st.text("0123456789abcdefx:./-{}<>\"' ", max_size=120)))
def test_any_text_is_taken_or_refused_and_never_raises(row: Network, text: str) -> None:
    seen = check_asset(row, text)
    assert seen is None or check_asset(row, seen) == seen


def test_what_is_too_long_or_empty_is_refused() -> None:
    for row in ROWS:
        assert check_asset(row, "") is None
        assert check_asset(row, " ") is None
        assert check_asset(row, "1" * (LONGEST + 1)) is None


def test_a_location_is_one_however_it_was_written() -> None:
    place = json.loads(PLACE)
    as_told = {"parents": place["parents"], "interior": {"X2": place["interior"]}}
    assert check_asset(networks()["polkadot"], json.dumps(as_told)) == check_asset(networks()["polkadot"], PLACE)
