"""Why a text is no address that can receive: one sentence a reason of ``check_address``, for whoever typed it."""

from __future__ import annotations

from recovery.domain.marking import mark

_NO_ADDRESS = mark("This is not an address of this network. Please copy it again from your wallet.")
_MISTYPED = mark("A character of this address is mistyped. Please copy it again from your wallet.")
_NO_KEY = mark(
    "Nobody can hold the key to this address: coins sent to it would be lost. Please copy yours again from your wallet."
)
_INCOMPLETE = mark("A part of this address is missing or doubled. Please copy it again from your wallet.")
_UNKNOWN_KIND = mark("We do not know this kind of address. Please give another address of your wallet.")
_NO_ACCOUNT = mark(
    "This is not the address of an account that can receive coins. Please copy yours again from your wallet."
)
_PUBLIC_KEY = mark("This is a public key, not an address. Please copy the address from your wallet.")
_DAMAGED = mark("A part of this address is damaged and cannot be read. Please copy it again from your wallet.")

REASONS: dict[str, str] = {
    "bad_characters": _MISTYPED,
    "bad_checksum": mark(
        "A character of this address is mistyped: its check sum does not fit. Please copy it again from your wallet."
    ),
    "bad_encoding": _DAMAGED,
    "bad_padding": _MISTYPED,
    "bad_prefix": _NO_ADDRESS,
    "bad_unified_address": _DAMAGED,
    "bad_witness_length": _INCOMPLETE,
    "bad_witness_version": _UNKNOWN_KIND,
    "empty": mark("Please fill this in."),
    "evm_form": mark("An address beginning with 0x belongs to another network. On this one addresses begin with T."),
    "federation_address": mark(
        "This is a name that stands for an account. Please give the account itself, which begins with G."
    ),
    "has_entrypoint": mark(
        "This names a function of a contract. Please give the address alone, without the percent sign and what "
        "follows it."
    ),
    "is_a_key": mark(
        "This is a key, not an address. Never show a secret key to anybody, not even to us: if this is one, "
        "please move your coins to a new wallet."
    ),
    "is_public_key": _PUBLIC_KEY,
    "is_signature": mark("This is a transaction, not an address. Please copy the address from your wallet."),
    "mixed_case": _MISTYPED,
    "mweb_not_supported": mark(
        "We cannot send to addresses of the hidden part of this network. Please give an ordinary address."
    ),
    "not_a_key": _NO_KEY,
    "not_an_account": _NO_ACCOUNT,
    "not_an_address": _NO_ADDRESS,
    "not_base58": _NO_ADDRESS,
    "not_base64_address": _NO_ADDRESS,
    "not_hex_address": _NO_ADDRESS,
    "not_on_curve": _NO_KEY,
    "program_address": mark(
        "Nobody holds a key for this address: coins sent to it would be lost. Please give an address of your own "
        "wallet."
    ),
    "public_key": _PUBLIC_KEY,
    "reward_address": mark(
        "This address takes staking rewards only. Please give an address of your wallet for receiving."
    ),
    "rollup_cannot_receive": mark(
        "This is the address of a rollup, to which coins cannot simply be sent. Please give an address of your "
        "own wallet."
    ),
    "shielded_not_supported": mark(
        "We cannot send to shielded addresses. Please give a transparent address of your wallet."
    ),
    "test_network": mark("This address belongs to a test network. Please give one on the same network as the deposit."),
    "token_contract": mark("This is the address of a token, not of a wallet. Please give your own address."),
    "too_long": mark("This is too long for an address."),
    "top_level_name": mark("The ending of this account's name is missing, for example .near."),
    "unknown_address_type": _UNKNOWN_KIND,
    "unknown_flags": _UNKNOWN_KIND,
    "unknown_type": _UNKNOWN_KIND,
    "unknown_workchain": mark(
        "This address lies in a part of the network that we cannot send to. Please give an ordinary address of "
        "your wallet."
    ),
    "wrong_encoding": _MISTYPED,
    "wrong_format": _NO_ADDRESS,
    "wrong_length": _INCOMPLETE,
    "wrong_network": mark(
        "This address belongs to another network than the deposit. Please give one on the same network."
    ),
    "wrong_prefix": _NO_ACCOUNT,
    "wrong_tag": mark("The tag inside this address cannot be read. Please copy it again from your wallet."),
    "zero_address": mark(
        "Coins sent to this address would be lost for ever. Please give an address of your own wallet."
    ),
}
