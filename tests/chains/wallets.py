"""Wallets with throw-away keys, one for every way to prove an address: what a person's own wallet would answer to a challenge."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import sr25519
from coincurve import PrivateKey, PublicKeyXOnly
from ecdsa import NIST256p, SigningKey as EcdsaKey
from eth_account import Account
from eth_account.messages import encode_defunct
from nacl.signing import SigningKey
from solders.keypair import Keypair as SolanaKeypair
from stellar_sdk import Keypair as StellarKeypair
from xrpl.core import keypairs

from chains import bech32
from chains.algorand.address import encode as algorand_address
from chains.catalogue import network
from chains.encoding import base58_encode, base58check_encode, checksummed, keccak
from chains.families import proving
from chains.ownership import SignedStatement, Statement, Verdict, challenge_text, payload
from chains.polkadot.address import encode as ss58
from chains.proving import NotProven, moment, verdict
from chains.signatures import hash160
from chains.ton import cells
from chains.ton.address import friendly
from chains.tron.address import to_text
from chains.utxo import bip322
from chains.utxo.address import output_script
from chains.utxo.ownership import message_digest

ISSUED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SECP = PrivateKey(hashlib.sha256(b"one").digest())
OTHER_SECP = PrivateKey(hashlib.sha256(b"another").digest())
ED = SigningKey(hashlib.sha256(b"one").digest())
OTHER_ED = SigningKey(hashlib.sha256(b"another").digest())
ED_KEY, OTHER_ED_KEY = bytes(ED.verify_key), bytes(OTHER_ED.verify_key)

V4R2 = (
    "te6cckECFgEAAwQAAgE0AgEAUQAAAAApqaMX5jUkn2s/uvl0KuHQnY9vAbYIL/klbXGQBjKUBQGfMZhAART/APSkE/S88sgLAwIBIAkEBPjygwjXGCDT"
    "H9Mf0x8C+CO78mTtRNDTH9Mf0//0BNFRQ7ryoVFRuvKiBfkBVBBk+RDyo/gAJKTIyx9SQMsfUjDL/1IQ9ADJ7VT4DwHTByHAAJ9sUZMg10qW0wfUAvsA"
    "6DDgIcAB4wAhwALjAAHAA5Ew4w0DpMjLHxLLH8v/CAcGBQAK9ADJ7VQAbIEBCNcY+gDTPzBSJIEBCPRZ8qeCEGRzdHJwdIAYyMsFywJQBc8WUAP6AhPL"
    "assfEss/yXP7AABwgQEI1xj6ANM/yFQgR4EBCPRR8qeCEG5vdGVwdIAYyMsFywJQBs8WUAT6AhTLahLLH8s/yXP7AAIAbtIH+gDU1CL5AAXIygcVy//J"
    "0Hd0gBjIywXLAiLPFlAF+gIUy2sSzMzJc/sAyEAUgQEI9FHypwICAUgTCgIBIAwLAFm9JCtvaiaECAoGuQ+gIYRw1AgIR6STfSmRDOaQPp/5g3gSgBt4"
    "EBSJhxWfMYQCASAODQARuMl+1E0NcLH4AgFYEg8CASAREAAZrx32omhAEGuQ64WPwAAZrc52omhAIGuQ64X/wAA9sp37UTQgQFA1yH0BDACyMoHy//J0"
    "AGBAQj0Cm+hMYALm0AHQ0wMhcbCSXwTgItdJwSCSXwTgAtMfIYIQcGx1Z70ighBkc3RyvbCSXwXgA/pAMCD6RAHIygfL/8nQ7UTQgQFA1yH0BDBcgQEI"
    "9ApvoTGzkl8H4AXTP8glghBwbHVnupI4MOMNA4IQZHN0crqSXwbjDRUUAIpQBIEBCPRZMO1E0IEBQNcgyAHPFvQAye1UAXKwjiOCEGRzdHKDHrFwgBhQ"
    "BcsFUAPPFiP6AhPLassfyz/JgED7AJJfA+IAeAH6APQEMPgnbyIwUAqhIb7y4FCCEHBsdWeDHrFwgBhQBMsFJs8WWPoCGfQAy2kXyx9SYMs/IMmAQPsA"
    "Bru64+A="
)
"""A wallet's first state as a wallet sent it (from a public test of another verifier of ``ton_proof``)."""


@dataclass(frozen=True)
class Wallet:
    """One address, another of the same kind, and who signs. ``form`` is how the signature is written."""

    slug: str
    method: str
    address: str
    other: str
    sign: Callable[[Statement], SignedStatement]
    form: str = "hex"
    label: str = ""

    @property
    def name(self) -> str:
        """For the reports of tests."""
        return f"{self.slug}-{self.method}{self.label}"

    def statement(self, **changes: Any) -> Statement:
        """A challenge for this address."""
        fields: dict[str, Any] = {
            "address": self.address,
            "case": "R-2026-000123",
            "network": network(self.slug).id,
            "nonce": "b7c1f0e29d5a4c33",
            "issued": ISSUED,
            "expires": ISSUED + timedelta(hours=24),
            "domain": "desk.example.org",
        }
        return Statement(**{**fields, **changes})


def judge(slug: str, text: str, address: str, signed: SignedStatement, **changes: Any) -> Verdict:
    """What the family makes of ``signed`` for ``text``, which need not be a challenge: for the vectors of standards."""
    row = network(slug)
    statement = Wallet(slug, signed.method, address, "", lambda _: signed).statement(**changes)
    try:
        return proving(row.family).check_signature(row, signed.method, statement, text, signed, None)
    except NotProven as problem:
        return verdict(problem.code)


def said(statement: Statement) -> bytes:
    return challenge_text(statement).encode()


def ed(message: bytes) -> bytes:
    return ED.sign(message).signature


def compact(digest: bytes) -> bytes:
    """r and s."""
    return SECP.sign_recoverable(digest, hasher=None)[:64]


def _evm() -> list[Wallet]:
    account, other = Account.from_key(SECP.secret), Account.from_key(OTHER_SECP.secret)
    row = network("ethereum")

    def personal(statement: Statement) -> SignedStatement:
        signature = account.sign_message(encode_defunct(said(statement))).signature
        return SignedStatement("eip191", "0x" + signature.hex().removeprefix("0x"))

    def typed(statement: Statement) -> SignedStatement:
        data = payload(row, "eip712", statement)["typed_data"]
        signature = account.sign_typed_data(full_message=data).signature
        return SignedStatement("eip712", "0x" + signature.hex().removeprefix("0x"))

    return [
        Wallet("ethereum", "eip191", account.address, other.address, personal),
        Wallet("ethereum", "eip712", account.address, other.address, typed),
    ]


def _recoverable(slug: str, header: int, script: Callable[[bytes], str], label: str) -> Wallet:
    """The old form: ``header`` is what stands in front for the first of four keys."""

    def sign(statement: Statement) -> SignedStatement:
        made = SECP.sign_recoverable(message_digest(network(slug), said(statement)), hasher=None)
        text = base64.b64encode(bytes([header + made[64]]) + made[:64]).decode()
        return SignedStatement("bitcoin_message", text)

    address, other = (script(hash160(key.public_key.format())) for key in (SECP, OTHER_SECP))
    return Wallet(slug, "bitcoin_message", address, other, sign, "base64", label)


def _utxo() -> list[Wallet]:
    from chains.utxo import cashaddr
    from chains.utxo.witness import witness_encode

    def base(version: str) -> Callable[[bytes], str]:
        return lambda digest: base58check_encode(bytes.fromhex(version) + digest)

    def nested(digest: bytes) -> str:
        return base58check_encode(b"\x05" + hash160(b"\x00\x14" + digest))

    def witness(hrp: str) -> Callable[[bytes], str]:
        return lambda digest: witness_encode(hrp, 0, digest)

    return [
        _recoverable("bitcoin", 31, base("00"), "-p2pkh"),
        _recoverable("bitcoin", 39, witness("bc"), "-p2wpkh"),
        _recoverable("bitcoin", 31, witness("bc"), "-p2wpkh-electrum"),
        _recoverable("bitcoin", 35, nested, "-p2sh"),
        _recoverable("litecoin", 31, base("30"), "-p2pkh"),
        _recoverable("litecoin", 39, witness("ltc"), "-p2wpkh"),
        _recoverable("dogecoin", 31, base("1e"), ""),
        _recoverable("dash", 31, base("4c"), ""),
        _recoverable("zcash", 31, base("1cb8"), ""),
        _recoverable("bitcoin-cash", 31, lambda digest: cashaddr.encode("bitcoincash", "p2pkh", digest), ""),
        _bip322("bitcoin", witness("bc"), "-p2wpkh"),
        _bip322("litecoin", witness("ltc"), "-p2wpkh"),
        _bip322("bitcoin", nested, "-p2sh"),
        _taproot(),
    ]


def _before(slug: str, statement: Statement) -> tuple[bytes, bytes]:
    script = output_script(network(slug), statement.address)
    assert script is not None
    return script, bip322.spent(script, said(statement))


def _bip322(slug: str, address: Callable[[bytes], str], label: str) -> Wallet:
    key = SECP.public_key.format()

    def sign(statement: Statement) -> SignedStatement:
        before = _before(slug, statement)[1]
        digest = bip322._witness_digest(hash160(key), before, bip322._Spending(0, 0, 0, b"", ()))
        signature = SECP.sign(digest, hasher=None) + b"\x01"
        stack = b"\x02" + bytes([len(signature)]) + signature + b"\x21" + key
        return SignedStatement("bip322", base64.b64encode(stack).decode())

    one, other = (address(hash160(each.public_key.format())) for each in (SECP, OTHER_SECP))
    return Wallet(slug, "bip322", one, other, sign, "base64", label)


def _taproot() -> Wallet:
    from chains.utxo.witness import witness_encode

    def sign(statement: Statement) -> SignedStatement:
        made: list[bytes] = []

        def capture(_key: bytes, digest: bytes, _signature: bytes) -> bool:
            made.append(SECP.sign_schnorr(digest))
            return True

        script, before = _before("bitcoin", statement)
        original, bip322.schnorr = bip322.schnorr, capture
        try:
            bip322._taproot(script, before, bip322._Spending(0, 0, 0, b"", (bytes(64),)))
        finally:
            bip322.schnorr = original
        return SignedStatement("bip322", base64.b64encode(b"\x01\x40" + made[0]).decode())

    keys = [PublicKeyXOnly.from_secret(each.secret).format() for each in (SECP, OTHER_SECP)]
    one, other = (witness_encode("bc", 1, key) for key in keys)
    return Wallet("bitcoin", "bip322", one, other, sign, "base64", "-p2tr")


def _tron() -> list[Wallet]:
    one, other = (
        to_text(b"\x41" + keccak(key.public_key.format(compressed=False)[1:])[-20:]) for key in (SECP, OTHER_SECP)
    )

    def signer(old: bool) -> Callable[[Statement], SignedStatement]:
        def sign(statement: Statement) -> SignedStatement:
            size = b"32" if old else str(len(said(statement))).encode()
            digest = keccak(b"\x19TRON Signed Message:\n" + size + said(statement))
            made = SECP.sign_recoverable(digest, hasher=None)
            return SignedStatement("tron", "0x" + made[:64].hex() + ("1b", "1c")[made[64]])

        return sign

    return [
        Wallet("tron", "tron", one, other, signer(False), label="-v2"),
        Wallet("tron", "tron", one, other, signer(True), label="-v1"),
    ]


def _solana() -> list[Wallet]:
    keypair = SolanaKeypair.from_seed(bytes(ED))
    one, other = str(keypair.pubkey()), base58_encode(OTHER_ED_KEY)

    def signer(around: Callable[[bytes], bytes]) -> Callable[[Statement], SignedStatement]:
        return lambda statement: SignedStatement("solana", str(keypair.sign_message(around(said(statement)))))

    mark = b"\xffsolana offchain\x00"

    def named(text: bytes) -> bytes:
        return mark + bytes(32) + b"\x01\x01" + ED_KEY + len(text).to_bytes(2, "little") + text

    return [
        Wallet("solana", "solana", one, other, signer(lambda text: text), "base58"),
        Wallet(
            "solana",
            "solana",
            one,
            other,
            signer(lambda text: mark + b"\x01" + len(text).to_bytes(2, "little") + text),
            "base58",
            "-envelope",
        ),
        Wallet("solana", "solana", one, other, signer(named), "base58", "-signers"),
    ]


def _xrpl() -> list[Wallet]:
    wallets = []
    for seed, other, label in (
        ("sEdSKaCy2JT7JaM7v95H9SxkhP9wS2r", "rU6K7V3Po4snVhBBaU29sesqs2qTQJWDw1", "-ed25519"),
        ("sp5fghtJtpUorTwvof1NpDXAzNwf5", "rLUEXYuLiQptky37CqLcm9USQpPiz5rkpD", "-secp256k1"),
    ):
        public, private = keypairs.derive_keypair(seed)

        def sign(statement: Statement, public: str = public, private: str = private) -> SignedStatement:
            return SignedStatement("xrpl", keypairs.sign(said(statement), private), public)

        wallets.append(Wallet("xrpl", "xrpl", keypairs.derive_classic_address(public), other, sign, label=label))
    return wallets


def _stellar() -> list[Wallet]:
    keypair, other = (StellarKeypair.from_raw_ed25519_seed(bytes(key)) for key in (ED, OTHER_ED))

    def sign(statement: Statement) -> SignedStatement:
        signature = keypair.sign_message(said(statement).decode())
        return SignedStatement("sep53", base64.b64encode(signature).decode())

    return [Wallet("stellar", "sep53", keypair.public_key, other.public_key, sign, "base64")]


def ton_state(key: bytes) -> Any:
    """The first state of a wallet of version 4 with this key."""
    reader = cells.opened(cells.from_text(V4R2))
    reader.load_uint(5)
    data = cells.builder().store_uint(0, 32).store_uint(698983191, 32).store_bytes(key).store_bit(0).end_cell()
    return cells.builder().store_bits("00110").store_ref(reader.load_ref()).store_ref(data).end_cell()


def _ton() -> list[Wallet]:
    states = [ton_state(key) for key in (ED_KEY, OTHER_ED_KEY)]
    one, other = (friendly(f"0:{state.hash.hex()}") for state in states)

    def sign(statement: Statement) -> SignedStatement:
        seconds = int(statement.issued.timestamp()) + 60
        host = statement.domain.encode()
        item = b"ton-proof-item-v2/" + bytes(4) + bytes.fromhex(states[0].hash.hex())
        item += len(host).to_bytes(4, "little") + host + seconds.to_bytes(8, "little")
        item += str(payload(network("ton"), "ton_proof", statement)["payload"]).encode()
        digest = hashlib.sha256(b"\xff\xffton-connect" + hashlib.sha256(item).digest()).digest()
        extra = {"timestamp": str(seconds), "state_init": base64.b64encode(states[0].to_boc()).decode()}
        return SignedStatement("ton_proof", base64.b64encode(ed(digest)).decode(), ED_KEY.hex(), extra)

    return [Wallet("ton", "ton_proof", one, other, sign, "base64")]


def _cosmos() -> list[Wallet]:
    def wallet(slug: str, hrp: str) -> Wallet:
        one, other = (bech32.encode(hrp, hash160(key.public_key.format())) for key in (SECP, OTHER_SECP))

        def sign(statement: Statement) -> SignedStatement:
            data = base64.b64encode(said(statement)).decode()
            document = (
                '{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"","msgs":[{"type":'
                f'"sign/MsgSignData","value":{{"data":"{data}","signer":"{one}"}}}}],"sequence":"0"}}'
            )
            signature = compact(hashlib.sha256(document.encode()).digest())
            key = base64.b64encode(SECP.public_key.format()).decode()
            return SignedStatement("adr36", base64.b64encode(signature).decode(), key)

        return Wallet(slug, "adr36", one, other, sign, "base64")

    return [wallet("cosmoshub", "cosmos"), wallet("osmosis", "osmo")]


def _algorand() -> list[Wallet]:
    def plain(statement: Statement) -> SignedStatement:
        return SignedStatement("algorand", base64.b64encode(ed(b"MX" + said(statement))).decode())

    def for_domain(statement: Statement) -> SignedStatement:
        data = base64.b64decode(payload(network("algorand"), "algorand", statement)["data"])
        shown = hashlib.sha256(statement.domain.encode()).digest() + b"\x05" + bytes(4)
        signature = ed(hashlib.sha256(data).digest() + hashlib.sha256(shown).digest())
        extra = {"authenticator_data": base64.b64encode(shown).decode()}
        return SignedStatement("algorand", base64.b64encode(signature).decode(), extra=extra)

    one, other = algorand_address(ED_KEY), algorand_address(OTHER_ED_KEY)
    return [
        Wallet("algorand", "algorand", one, other, plain, "base64"),
        Wallet("algorand", "algorand", one, other, for_domain, "base64", "-arc60"),
    ]


def cose(address: bytes, text: bytes, *, key: SigningKey = ED, hashed: bool = False) -> SignedStatement:
    """What ``signData`` gives."""
    protected = cbor2.dumps({1: -8, "address": address})
    shown = hashlib.blake2b(text, digest_size=28).digest() if hashed else text
    signature = key.sign(cbor2.dumps(["Signature1", protected, b"", shown])).signature
    whole = cbor2.dumps([protected, {"hashed": hashed}, shown, signature])
    public = cbor2.dumps({1: 1, 3: -8, -1: 6, -2: bytes(key.verify_key)})
    return SignedStatement("cip8", whole.hex(), public.hex())


def cardano_address(payment: bytes, stake: bytes | None = None, form: int | None = None) -> bytes:
    """Header and hashes of an address of the main network."""
    parts = [hashlib.blake2b(key, digest_size=28).digest() for key in (payment, stake) if key is not None]
    kind = form if form is not None else (0 if stake else 6)
    return bytes([kind << 4 | 1]) + b"".join(parts)


def _cardano() -> list[Wallet]:
    one, other = cardano_address(ED_KEY, OTHER_ED_KEY), cardano_address(OTHER_ED_KEY, ED_KEY)
    bare = cardano_address(ED_KEY)
    return [
        Wallet(
            "cardano",
            "cip8",
            bech32.encode("addr", address),
            bech32.encode("addr", other),
            lambda statement, address=address, hashed=hashed: cose(address, said(statement), hashed=hashed),
            "hex",
            label,
        )
        for address, hashed, label in ((one, False, "-base"), (bare, True, "-enterprise-hashed"))
    ]


def _polkadot() -> list[Wallet]:
    pair = sr25519.pair_from_seed(hashlib.sha256(b"one").digest())
    hashed = [hashlib.blake2b(key.public_key.format(), digest_size=32).digest() for key in (SECP, OTHER_SECP)]

    def wrapped(statement: Statement) -> bytes:
        return b"<Bytes>" + said(statement) + b"</Bytes>"

    def ecdsa(statement: Statement) -> str:
        return SECP.sign_recoverable(hashlib.blake2b(wrapped(statement), digest_size=32).digest(), hasher=None).hex()

    def wallet(key: bytes, other: bytes, made: Callable[[Statement], str], label: str) -> Wallet:
        return Wallet(
            "polkadot",
            "polkadot",
            ss58(0, key),
            ss58(0, other),
            lambda statement: SignedStatement("polkadot", "0x" + made(statement)),
            label=label,
        )

    return [
        wallet(pair[0], ED_KEY, lambda statement: sr25519.sign(pair, wrapped(statement)).hex(), "-sr25519"),
        wallet(pair[0], ED_KEY, lambda statement: "01" + sr25519.sign(pair, wrapped(statement)).hex(), "-sr25519-kind"),
        wallet(ED_KEY, pair[0], lambda statement: ed(wrapped(statement)).hex(), "-ed25519"),
        wallet(ED_KEY, pair[0], lambda statement: "00" + ed(said(statement)).hex(), "-ed25519-bare"),
        wallet(hashed[0], hashed[1], ecdsa, "-ecdsa"),
        wallet(hashed[0], hashed[1], lambda statement: "02" + ecdsa(statement), "-ecdsa-kind"),
    ]


def _near() -> list[Wallet]:
    def sign(statement: Statement, callback: str | None = None) -> SignedStatement:
        asked = payload(network("near"), "nep413", statement)
        parts = [asked["message"].encode(), asked["recipient"].encode()]
        message, recipient = (len(part).to_bytes(4, "little") + part for part in parts)
        option = b"\x00"
        if callback:
            option = b"\x01" + len(callback).to_bytes(4, "little") + callback.encode()
        tag = (2147484061).to_bytes(4, "little")
        whole = tag + message + base64.b64decode(asked["nonce"]) + recipient + option
        signature = base64.b64encode(ed(hashlib.sha256(whole).digest())).decode()
        extra = {"callback_url": callback} if callback else {}
        return SignedStatement("nep413", signature, f"ed25519:{base58_encode(ED_KEY)}", extra)

    def web(statement: Statement) -> SignedStatement:
        return sign(statement, "https://desk.example.org/back")

    return [
        Wallet("near", "nep413", ED_KEY.hex(), OTHER_ED_KEY.hex(), sign, "base64"),
        Wallet("near", "nep413", ED_KEY.hex(), OTHER_ED_KEY.hex(), web, "base64", "-callback"),
    ]


def _aptos() -> list[Wallet]:
    def older(key: bytes) -> str:
        return "0x" + hashlib.sha3_256(key + b"\x00").hexdigest()

    def single(key: bytes) -> str:
        return "0x" + hashlib.sha3_256(b"\x00\x20" + key + b"\x02").hexdigest()

    def short(statement: Statement) -> SignedStatement:
        text = f"APTOS\nmessage: {challenge_text(statement)}\nnonce: {statement.nonce}"
        return SignedStatement("aptos", "0x" + ed(text.encode()).hex(), "0x" + ED_KEY.hex())

    def full(statement: Statement) -> SignedStatement:
        head = f"APTOS\naddress: {single(ED_KEY)}\napplication: https://{statement.domain}\nchainId: 1\n"
        text = f"{head}message: {challenge_text(statement)}\nnonce: {statement.nonce}"
        return SignedStatement("aptos", ed(text.encode()).hex(), ED_KEY.hex(), {"full_message": text})

    return [
        Wallet("aptos", "aptos", older(ED_KEY), older(OTHER_ED_KEY), short),
        Wallet("aptos", "aptos", single(ED_KEY), single(OTHER_ED_KEY), full, label="-full"),
    ]


def tezos_text(front: str, content: bytes) -> str:
    return base58check_encode(bytes.fromhex(front) + content)


def _tezos() -> list[Wallet]:
    p256, other_p256 = (EcdsaKey.from_string(key.secret, curve=NIST256p) for key in (SECP, OTHER_SECP))
    fronts = {"ed25519": ("06a19f", "0d0f25d9", "09f5cd8612"), "secp256k1": ("06a1a1", "03fee256", "0d7365133f")}
    fronts["p256"] = ("06a1a4", "03b28b7f", "36f02c34")
    keys = {
        "ed25519": (ED_KEY, OTHER_ED_KEY, ed),
        "secp256k1": (SECP.public_key.format(), OTHER_SECP.public_key.format(), compact),
        "p256": (
            p256.verifying_key.to_string("compressed"),
            other_p256.verifying_key.to_string("compressed"),
            lambda digest: p256.sign_digest_deterministic(digest, hashfunc=hashlib.sha256),
        ),
    }

    def wallet(curve: str) -> Wallet:
        key, other, make = keys[curve]
        account, public, front = fronts[curve]
        one, two = (tezos_text(account, hashlib.blake2b(each, digest_size=20).digest()) for each in (key, other))

        def sign(statement: Statement) -> SignedStatement:
            text = f"Tezos Signed Message: {statement.domain} {moment(statement.issued)} {challenge_text(statement)}"
            whole = b"\x05\x01" + len(text).to_bytes(4) + text.encode()
            digest = hashlib.blake2b(whole, digest_size=32).digest()
            return SignedStatement("tezos", tezos_text(front, make(digest)), tezos_text(public, key))

        return Wallet("tezos", "tezos", one, two, sign, f"tezos:{front}", f"-{curve}")

    return [wallet(curve) for curve in keys]


def _hedera() -> list[Wallet]:
    one, other = (checksummed(keccak(key.public_key.format(compressed=False)[1:])[-20:]) for key in (SECP, OTHER_SECP))

    def sign(statement: Statement) -> SignedStatement:
        text = said(statement)
        digest = keccak(b"\x19Hedera Signed Message:\n" + str(len(text)).encode() + text)
        return SignedStatement("hip820", compact(digest).hex())

    return [Wallet("hedera", "hip820", one, other, sign)]


WALLETS: list[Wallet] = [
    *_evm(),
    *_utxo(),
    *_tron(),
    *_solana(),
    *_xrpl(),
    *_stellar(),
    *_ton(),
    *_cosmos(),
    *_algorand(),
    *_cardano(),
    *_polkadot(),
    *_near(),
    *_aptos(),
    *_tezos(),
    *_hedera(),
]
