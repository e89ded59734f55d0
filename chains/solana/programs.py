"""Addresses of Solana's own programs, as far as this family has to know them."""

from __future__ import annotations

SYSTEM = "11111111111111111111111111111111"
TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"
TOKEN_ACCOUNTS = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"
STAKE = "Stake11111111111111111111111111111111111111"
VOTE = "Vote111111111111111111111111111111111111111"
MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"
OLD_MEMO = "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"
COMPUTE_BUDGET = "ComputeBudget111111111111111111111111111111"

WRAPPED_SOL = "So11111111111111111111111111111111111111112"
"""The mint of SOL held as a token."""

NATIVE_MINTS = frozenset({WRAPPED_SOL, "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP"})
"""The mints of SOL held as a token, of the older and of the newer token program. Their tokens are the lamports themselves."""

INCINERATOR = "1nc1nerator11111111111111111111111111111111"
"""Lamports sent here are destroyed."""

TOKEN_PROGRAMS = frozenset({TOKEN, TOKEN_2022})
MEMO_PROGRAMS = frozenset({MEMO, OLD_MEMO})

NO_RECIPIENTS = frozenset(
    {
        SYSTEM,
        TOKEN,
        TOKEN_2022,
        TOKEN_ACCOUNTS,
        STAKE,
        VOTE,
        MEMO,
        OLD_MEMO,
        COMPUTE_BUDGET,
        "BPFLoaderUpgradeab1e11111111111111111111111",
        "BPFLoader2111111111111111111111111111111111",
        "BPFLoader1111111111111111111111111111111111",
        "LoaderV411111111111111111111111111111111111",
        "NativeLoader1111111111111111111111111111111",
        "AddressLookupTab1e1111111111111111111111111",
        "Config1111111111111111111111111111111111111",
        "StakeConfig11111111111111111111111111111111",
        "Ed25519SigVerify111111111111111111111111111",
        "KeccakSecp256k11111111111111111111111111111",
        "Secp256r1SigVerify1111111111111111111111111",
        "metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s",
    }
)
"""Programs: nobody holds a key for them, and what is sent to them is lost."""

SYSVARS = "Sysvar"
"""Addresses of the runtime's own accounts begin like this."""
