"""Constants of chains against what they are made from: a misspelt one agrees with itself everywhere else.

Each is computed here from its preimage (a signature, a scheme, a name, the header of the first block) or from what another
library holds; none is imported from the code under test to make its own expectation.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct

import base58
import pytest
from bip_utils import Base58Decoder
from eth_utils import keccak
from solders.pubkey import Pubkey

from chains.algorand.address import ZERO
from chains.bech32 import encode
from chains.catalogue import networks
from chains.evm import facts, ledger, marks, moves, signed, tokens, traces, trial
from chains.hedera import decode as hedera
from chains.solana import programs
from chains.ton import bodies, wallets
from chains.tron import sweep as tron_sweep, tokens as tron

ROWS = networks()

# Version, merkle root, time, bits and nonce of first blocks, as the founding source of each coin has them.
BITCOIN = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
LITECOIN = "97ddfbbae6be97fd6cdf3e7ca13232a3afff2353e29badfab7f73011edd4ced9"
DOGECOIN = "5b2a3f53f605d62c53e62932dac6925e3d74afa5a4b459745c36d42d0ed26a69"
FIRST_BLOCKS = [
    ("bitcoin", False, BITCOIN, 1231006505, 0x1D00FFFF, 2083236893),
    ("bitcoin", True, BITCOIN, 1296688602, 0x207FFFFF, 2),
    ("bitcoin-cash", False, BITCOIN, 1231006505, 0x1D00FFFF, 2083236893),
    ("bitcoin-cash", True, BITCOIN, 1296688602, 0x207FFFFF, 2),
    ("litecoin", False, LITECOIN, 1317972665, 0x1E0FFFF0, 2084524493),
    ("litecoin", True, LITECOIN, 1296688602, 0x207FFFFF, 0),
    ("dogecoin", False, DOGECOIN, 1386325540, 0x1E0FFFF0, 99943),
    ("dogecoin", True, DOGECOIN, 1296688602, 0x207FFFFF, 2),
]


@pytest.mark.parametrize(("slug", "regtest", "root", "time", "bits", "nonce"), FIRST_BLOCKS)
def test_first_blocks(slug: str, regtest: bool, root: str, time: int, bits: int, nonce: int) -> None:
    header = struct.pack("<I32s32sIII", 1, bytes(32), bytes.fromhex(root)[::-1], time, bits, nonce)
    digest = hashlib.sha256(hashlib.sha256(header).digest()).digest()[::-1].hex()
    params = ROWS[slug].params
    assert (params["regtest"] if regtest else params)["genesis"] == digest
    if slug != "bitcoin-cash":
        assert ROWS[slug].id == f"bip122:{ROWS[slug].params['genesis'][:32]}"


@pytest.mark.parametrize(
    ("constant", "signature"),
    [
        (tokens.TRANSFER, "Transfer(address,address,uint256)"),
        (marks.EXECUTION_FAILURE, "ExecutionFailure(bytes32,uint256)"),
        (marks.USER_OPERATION, "UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)"),
        (marks.RELAYS[0], "relayMessage(uint256,address,address,uint256,uint256,bytes)"),
        (marks.RELAYS[1], "relayMessage(address,address,uint256,uint256,bytes)"),
        (tokens.TRANSFER_SINGLE, "TransferSingle(address,address,address,uint256,uint256)"),
        (tokens.TRANSFER_BATCH, "TransferBatch(address,address,address,uint256[],uint256[])"),
        (tron.TRANSFER, "Transfer(address,address,uint256)"),
        (tron.TRANSFER_SINGLE, "TransferSingle(address,address,address,uint256,uint256)"),
        (tron.TRANSFER_BATCH, "TransferBatch(address,address,address,uint256[],uint256[])"),
        (hedera._TRANSFER, "Transfer(address,address,uint256)"),
        (ledger.MINT, "Mint(address,uint256)"),
        (tron._TRANSFER_CALL, "transfer(address,uint256)"),
        (tron._TRANSFER_FROM_CALL, "transferFrom(address,address,uint256)"),
        (tron_sweep._SELECTOR, "transfer(address,uint256)"),
        (bytes.fromhex(trial.TRANSFER), "transfer(address,uint256)"),
        (bytes.fromhex(trial.BALANCE_OF), "balanceOf(address)"),
        (bytes.fromhex(moves.L1_FEE_UPPER_BOUND), "getL1FeeUpperBound(uint256)"),
        (bytes.fromhex(moves.L1_FEE), "getL1Fee(bytes)"),
        (bytes.fromhex(facts.SYMBOL[2:]), "symbol()"),
        (bytes.fromhex(facts.DECIMALS[2:]), "decimals()"),
        (traces._REVERT_STRING, "Error(string)"),
        (traces._PANIC, "Panic(uint256)"),
    ],
)
def test_topics_and_selectors(constant: bytes, signature: str) -> None:
    assert len(constant) in (4, 32)
    assert constant == keccak(text=signature)[: len(constant)]


@pytest.mark.parametrize(
    ("constant", "scheme"),
    [
        (
            bodies.JETTON_TRANSFER,
            (
                "transfer query_id:uint64 amount:VarUInteger 16 destination:MsgAddress response_destination:MsgAddress "
                "custom_payload:Maybe ^Cell forward_ton_amount:VarUInteger 16 forward_payload:Either Cell ^Cell"
            ),
        ),
        (
            bodies.JETTON_INTERNAL_TRANSFER,
            (
                "internal_transfer query_id:uint64 amount:VarUInteger 16 from:MsgAddress response_address:MsgAddress "
                "forward_ton_amount:VarUInteger 16 forward_payload:Either Cell ^Cell"
            ),
        ),
        (
            bodies.JETTON_BURN_NOTIFICATION,
            "burn_notification query_id:uint64 amount:VarUInteger 16 sender:MsgAddress response_destination:MsgAddress",
        ),
        (
            bodies.ITEM_TRANSFER,
            (
                "transfer query_id:uint64 new_owner:MsgAddress response_destination:MsgAddress custom_payload:Maybe ^Cell "
                "forward_amount:VarUInteger 16 forward_payload:Either Cell ^Cell"
            ),
        ),
    ],
)
def test_operations_of_ton_are_checksums_of_their_schemes(constant: int, scheme: str) -> None:
    assert constant == binascii.crc32(f"{scheme} = InternalMsgBody".encode()) & 0x7FFFFFFF


def test_signed_messages_of_ton_begin_with_the_word() -> None:
    assert int.from_bytes(b"sign", "big") == wallets.SIGNED


def test_the_newer_token_program_derives_its_native_mint() -> None:
    """The seed is the program's own; all other ids of programs are vanity keys and can only be compared."""
    mint, bump = Pubkey.find_program_address([b"native-mint"], Pubkey.from_string(programs.TOKEN_2022))
    assert {programs.WRAPPED_SOL, str(mint)} == programs.NATIVE_MINTS
    assert bump == 255
    assert all(len(base58.b58decode(program)) == 32 for program in programs.NO_RECIPIENTS | {programs.INCINERATOR})


def test_a_network_of_solana_is_named_by_its_first_block() -> None:
    row = ROWS["solana"]
    assert row.id == f"solana:{row.params['genesis'][:32]}"
    assert len(base58.b58decode(row.params["genesis"])) == 32


def test_a_network_of_tezos_is_named_by_the_hash_of_its_first_block() -> None:
    first = Base58Decoder.CheckDecode("BLockGenesisGenesisGenesisGenesisGenesisf79b5d1CoW2")[2:]
    short = hashlib.blake2b(first, digest_size=32).digest()[:4]
    assert ROWS["tezos"].params["chain_id"] == base58.b58encode_check(bytes([87, 82, 0]) + short).decode()


def test_the_account_of_nobody_on_algorand() -> None:
    check = hashlib.new("sha512_256", bytes(32)).digest()[-4:]
    assert base64.b32encode(bytes(32) + check).decode().rstrip("=") == ZERO
    row = ROWS["algorand"]
    assert row.id == f"algorand:{row.params['genesis_hash'][:32]}"
    assert len(base64.b64decode(row.params["genesis_hash"], validate=True)) == 32


@pytest.mark.parametrize("slug", ["cosmoshub", "osmosis"])
def test_module_accounts_are_hashes_of_names(slug: str) -> None:
    row = ROWS[slug]
    account = hashlib.sha256(b"distribution").digest()[:20]
    known = {
        "cosmoshub": "cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl",
        "osmosis": "osmo1jv65s3grqf6v6jl3dp4t6c9t9rk99cd80yhvld",
    }
    assert encode(row.params["hrp"], account) == known[slug]


def test_half_of_the_order_of_the_curve() -> None:
    order = 2**256 - 0x14551231950B75FC4402DA1732FC9BEBF
    assert order // 2 == signed._HALF_ORDER


def test_names_cut_from_first_blocks() -> None:
    assert ROWS["tron"].id == f"tron:0x{ROWS['tron'].params['genesis'][-8:]}"
    assert ROWS["polkadot"].id == f"polkadot:{ROWS['polkadot'].params['genesis'][2:34]}"
