"""The chart of accounts: every account, its name and its kind, written once.

Per asset and network, and per case as a sub-ledger. The numbers say what an account is: 1 what we hold or are owed, 2 what
we owe, 4 what we earn, 5 what we lose or spend, 9 what only clears. A migration opens each of them in the database.
"""

from __future__ import annotations

from dataclasses import dataclass

CUSTODY_DEPOSIT = "1100"
SWEEP_IN_TRANSIT = "1110"
PAYOUT_IN_TRANSIT = "1115"
RECOVERY_WALLET = "1120"
GAS_TANK = "1190"
ADVANCES_RECEIVABLE = "1300"
OWN_FUNDS = "1310"
SUSPENSE = "2100"
USER_PAYABLE = "2110"
FEE_QUOTED = "2120"
UNCLAIMED = "2190"
CUSTOMER_BALANCES = "2200"
OWED_TO_OWN_FUNDS = "2300"
FEE_INCOME = "4100"
NETWORK_COST_INCOME = "4110"
NETWORK_COST = "5100"
BRIDGE_COST = "5110"
LOSS = "5190"
ROUNDING = "9000"
EXCHANGED = "9010"


@dataclass(frozen=True)
class Account:
    """One line of the chart. ``kind``: asset, liability, income, expense or clearing; ``holds``: what stands on it."""

    code: str
    name: str
    kind: str
    holds: str


CHART: tuple[Account, ...] = (
    Account(CUSTODY_DEPOSIT, "custody:deposit_address", "asset", "Coins at a depositor's old deposit address"),
    Account(SWEEP_IN_TRANSIT, "custody:sweep_in_transit", "asset", "Coins between deposit address and recovery wallet"),
    Account(PAYOUT_IN_TRANSIT, "custody:payout_in_transit", "asset", "Refunds signed and not final (a contra account)"),
    Account(RECOVERY_WALLET, "custody:recovery_wallet", "asset", "Coins in the recovery wallet"),
    Account(GAS_TANK, "gas_tank", "asset", "Native coin in the gas tank"),
    Account(
        ADVANCES_RECEIVABLE, "advances_receivable", "asset", "What own funds get back from coins not yet collected"
    ),
    Account(OWN_FUNDS, "own_funds", "asset", "Our own coins in the advance wallet"),
    Account(SUSPENSE, "suspense:unidentified", "liability", "Found, and not known for whom"),
    Account(USER_PAYABLE, "user_payable", "liability", "Owed to the depositor of a case"),
    Account(FEE_QUOTED, "fee_quoted", "liability", "A fee kept back until it is earned"),
    Account(UNCLAIMED, "unclaimed", "liability", "Owed to somebody who cannot be reached"),
    Account(CUSTOMER_BALANCES, "customer_balances", "liability", "Owed by the exchange's own ledger"),
    Account(OWED_TO_OWN_FUNDS, "owed_to_own_funds", "liability", "What custody owes to own funds for an advance"),
    Account(FEE_INCOME, "income:recovery_fee", "income", "Recovery fees earned"),
    Account(NETWORK_COST_INCOME, "income:network_cost", "income", "Network cost passed on to depositors"),
    Account(NETWORK_COST, "cost:network", "expense", "What chains took"),
    Account(BRIDGE_COST, "cost:bridge_and_swap", "expense", "What bridges and swaps took"),
    Account(LOSS, "loss:write_off", "expense", "Written off, and what tokens keep when they move"),
    Account(ROUNDING, "rounding", "clearing", "Remainders of shares"),
    Account(EXCHANGED, "fx_clearing", "clearing", "One asset given for another"),
)

NAMES: dict[str, str] = {account.code: account.name for account in CHART}
"""Account number to its name."""

ZERO_AT_CLOSE = (
    SWEEP_IN_TRANSIT,
    PAYOUT_IN_TRANSIT,
    ADVANCES_RECEIVABLE,
    SUSPENSE,
    USER_PAYABLE,
    FEE_QUOTED,
    OWED_TO_OWN_FUNDS,
)
"""What must be nothing for every asset when a case closes."""

NEVER_OVERDRAWN = (SUSPENSE, USER_PAYABLE)
"""Of these a case can never have given more than it had: nobody is paid more than was owed. The database refuses it."""
