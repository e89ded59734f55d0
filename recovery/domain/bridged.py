"""Tokens that well-known bridges made of coins whose own contract on the network is another one, by network and contract.

Public facts, from the issuers' own pages on which of their tokens are native and which are bridged.
"""

from __future__ import annotations

BRIDGED: frozenset[tuple[str, str]] = frozenset(
    {
        ("arbitrum", "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"),  # USDC.e
        ("avalanche", "0xA7D7079b0FEaD91F3e65f86E8915Cb59c1a4C664"),  # USDC.e
        ("avalanche", "0xc7198437980c041c805A1EDcbA50c1Ce5db95118"),  # USDT.e
        ("avalanche", "0xd586E7F844cEa2F87f50152665BCbc2C279D8d70"),  # DAI.e
        ("base", "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA"),  # USDbC
        ("optimism", "0x7F5c764cBc14f9669B88837ca1490cCa17c31607"),  # USDC.e
        ("polygon", "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174"),  # USDC.e
    }
)


def is_bridged(network: str, contract: str) -> bool:
    """Whether the contract is one of the bridged ones."""
    return (network, contract) in BRIDGED
