"""What the registries' pages say: their names, columns and words, and why a row is refused."""

from __future__ import annotations

from recovery.domain.marking import mark

REGISTRIES: dict[str, tuple[str, str]] = {
    "accounts": (mark("Accounts"), mark("Customer accounts, as far as a case must know them.")),
    "addresses": (mark("Address book"), mark("Every address of ours, whose it is, and since when.")),
    "assets": (mark("Assets"), mark("What we list, listed once, or list no more.")),
    "credits": (mark("Credits"), mark("Deposits that were credited already.")),
    "withdrawals": (mark("Withdrawals"), mark("What was sent out to customers.")),
    "labels": (mark("Platform labels"), mark("Whose the addresses of others are: platforms, bridges, contracts.")),
    "prices": (mark("Prices"), mark("What an asset was worth, as somebody observed it. Only ever added to.")),
}
"""Kind → (name, what it is)."""

COLUMNS: dict[str, str] = {
    "account": mark("Account"),
    "address": mark("Address"),
    "amount": mark("Amount (base units)"),
    "contract": mark("Contract"),
    "credited_at": mark("Credited at"),
    "custody": mark("Custody"),
    "decimals": mark("Decimals"),
    "denominator": mark("Denominator"),
    "deposits_from": mark("Deposits from"),
    "destination": mark("Destination"),
    "factory": mark("Factory"),
    "hash": mark("Hash"),
    "kind": mark("Kind"),
    "label": mark("Label"),
    "locale": mark("Language"),
    "memo": mark("Memo"),
    "minimum": mark("Minimum (base units)"),
    "network": mark("Network"),
    "numerator": mark("Numerator"),
    "observed_at": mark("Observed at"),
    "platform": mark("Platform"),
    "position": mark("Position"),
    "quote_contract": mark("Price in (contract)"),
    "salt": mark("Salt"),
    "security_changed_at": mark("Security changed at"),
    "sent_at": mark("Sent at"),
    "source": mark("Source"),
    "state": mark("State"),
    "superseded_by": mark("Superseded by"),
    "symbol": mark("Symbol"),
    "valid_from": mark("Valid from"),
    "valid_until": mark("Valid until"),
}

HINTS: dict[str, str] = {
    "contract": mark("Empty for the network's own coin."),
    "deposits_from": mark("UTC, for example 2024-01-31T12:00:00Z. Empty: since ever."),
    "memo": mark("Exactly as deposits carry it."),
    "minimum": mark("Empty: none."),
    "position": mark("Empty: the whole transaction."),
    "quote_contract": mark("Empty: the network's own coin."),
    "salt": mark("0x and up to 64 hex digits, or a number."),
    "valid_from": mark("UTC, for example 2024-01-31T12:00:00Z. Empty: since ever."),
    "valid_until": mark("UTC; the first moment it is no longer valid. Empty: without end."),
    "credited_at": mark("UTC, for example 2024-01-31T12:00:00Z."),
    "observed_at": mark("UTC, for example 2024-01-31T12:00:00Z."),
    "security_changed_at": mark("UTC, for example 2024-01-31T12:00:00Z."),
    "sent_at": mark("UTC, for example 2024-01-31T12:00:00Z."),
}
"""Column → what to write into it."""

WORDS: dict[str, str] = {
    "active": mark("active"),
    "archived": mark("archived"),
    "bridge": mark("bridge"),
    "closed": mark("closed"),
    "cold": mark("cold wallet"),
    "contract": mark("contract"),
    "delisted": mark("delisted"),
    "deposit": mark("deposit address"),
    "frozen": mark("frozen"),
    "gas_tank": mark("gas tank"),
    "hot": mark("hot wallet"),
    "key": mark("single key"),
    "listed": mark("listed"),
    "multisig": mark("several keys"),
    "platform": mark("platform"),
    "sanctioned": mark("sanctioned"),
    "shared": mark("shared, told apart by memo"),
    "superseded": mark("superseded"),
    "suspended": mark("suspended"),
    "third_party": mark("held by a third party"),
}
"""Values of columns that have few."""

VALIDITY: dict[str, str] = {
    "now": mark("valid now"),
    "past": mark("was valid"),
    "future": mark("not yet valid"),
}

CHANGES: dict[str, str] = {"added": mark("Added"), "changed": mark("Changed"), "removed": mark("Removed")}

ROW_REFUSALS: dict[str, str] = {
    "bad_checksum": mark("A character is mistyped: the check sum does not fit."),
    "before_valid_from": mark("This must be later than the time it is valid from."),
    "control_character": mark("There is an invisible control character in it."),
    "hidden_character": mark("There is an invisible character in it."),
    "memo_conflict": mark("The address carries another memo inside."),
    "no_such_asset": mark("This is no asset of this network."),
    "not_a_chain": mark("This is no chain id."),
    "not_a_hash": mark("This is no transaction hash of this network."),
    "not_a_salt": mark("This is neither 0x with up to 64 hex digits nor a number."),
    "not_a_text": mark("This must be a text."),
    "not_a_time": mark("Please give a time like 2024-01-31T12:00:00Z."),
    "not_a_token": mark("This is no token."),
    "not_an_amount": mark("This is not a whole number of base units."),
    "not_decimals": mark("This is not a number of decimal places."),
    "not_one_of": mark("Please choose one of: %(value)s"),
    "overlaps_row_of_another_account": mark(
        "At a time both are valid, the same address and memo belong to another account."
    ),
    "same_key_as_row": mark("This names the same thing as row %(value)s."),
    "too_long": mark("This is too long."),
    "unknown_network": mark("We do not know this network."),
    "wrong_number_of_cells": mark("The row has not as many cells as the header."),
}
"""Why a row is refused: the code behind the column, less what follows a colon."""

DETAILS: dict[str, str] = {
    "row_refused": mark("The row was refused."),
    "row_changed_meanwhile": mark("The row was changed since you opened it. Please look at its present state."),
    "row_is_there": mark("There is such a row already. Please change that one."),
    "not_a_token_list": mark("The file is no token list in strict JSON."),
    "only_assets_have_token_lists": mark("Only assets are written and read as token lists."),
    "too_many_for_a_token_list": mark("More tokens are listed than a token list may hold."),
    "file_too_large": mark("The file is too large."),
    "file_is_missing": mark("Please choose a file."),
    "replace_needs_csv": mark("A token list never removes anything: it knows only some networks."),
    "state_is_for_token_lists": mark("A CSV says the state of each asset itself."),
    "unknown_state": mark("There is no such state."),
    "has_no_networks": mark("This registry is not divided by networks."),
    "has_no_validity": mark("The rows of this registry are not valid for a time."),
    "upload_is_gone": mark("This file was taken already, or it was too long ago. Please send it again."),
    **ROW_REFUSALS,
}
"""Detail codes of the registries, among them the codes of single cells."""
