"""Makes the sample world on a local chain: contracts, deposits, registries and sign-ins.

    python -m sandbox.world --node URL [--second-node URL] [--ledger URL] --out DIR [--signer-home DIR] [--load]

Run again it keeps what stands and adds one fresh deposit that is still confirming. When the chain has been lost since,
everything on it is made anew, with the same keys and the same sign-ins.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount

from sandbox.cast import (
    ACCOUNTS,
    CUSTODY_KEYS,
    DEPOSITORS,
    ISSUER,
    MEMO_NETWORK,
    NETWORK,
    OUTSIDE_KEYS,
    SECOND_NETWORK,
    WALLETS,
    coin_key,
    deposit_key,
    draw_sign_ins,
)
from sandbox.deposits import (
    CONFIRMED_DEPTH,
    ETHER,
    TOKENS,
    Scene,
    deploy_contracts,
    make_confirming,
    make_deposits,
    mine,
)
from sandbox.files import read_json, write_json
from sandbox.load import LoadFailed, Product, installed_command, load
from sandbox.misread import deploy_second, make_misread, make_wrong_network
from sandbox.registries import utc, write_registries
from sandbox.rpc import Rpc, RpcError
from sandbox.wallets import fund, keyring

LOCAL_CHAIN, SECOND_CHAIN = 31337, 31338
_FUNDS = {"gas_tank": 100 * ETHER, "recovery_wallet": 10 * ETHER, "hot": 50 * ETHER}
_OUTSIDE_FUNDS = 100 * ETHER
VERSION = 4
"""Of the form of ``world.json``."""


class WrongChain(Exception):
    """The node serves another chain than the local one; throw-away keys have no business there."""


@dataclass(frozen=True)
class Elsewhere:
    """The world's other networks, each of them there or not: URLs of a second chain and of the sample ledger."""

    second: str = ""
    ledger: str = ""


def prepare(rpc: Rpc, out: Path, signer_home: Path, elsewhere: Elsewhere = Elsewhere()) -> tuple[dict[str, Any], str]:
    """The sample world and a line that says what was done. Raises :class:`WrongChain` and :class:`RpcError`."""
    chain_id = _answering(rpc, LOCAL_CHAIN)
    custody = keyring(signer_home / "keys.json", CUSTODY_KEYS)
    outside = keyring(out / "outside_wallets.json", OUTSIDE_KEYS)
    world = read_json(out / "world.json")
    lost = _what_is_lost(rpc, world, custody, outside) if world else None
    if world is None or lost:
        world = _build(rpc, chain_id, custody, outside, world)
        done = f"Sample world made anew: {lost}." if lost else "Sample world made."
    else:
        _let_confirm(rpc, world)
        done = "Sample world kept; one fresh deposit is confirming."
    world["node"] = rpc.url
    if elsewhere.second:
        _look_after_second(world, elsewhere.second, custody, outside)
    if elsewhere.ledger:
        _look_after_ledger(world, elsewhere.ledger, out, signer_home)
    scene = Scene(rpc, chain_id, custody, outside, world["contracts"])
    world["deposits"].append(make_confirming(scene))
    write_json(out / "world.json", world)
    return world, done


def _answering(rpc: Rpc, wanted: int) -> int:
    """The chain id of a node that answers. Raises :class:`WrongChain`."""
    chain_id = rpc.wait_until_answering(30)
    if chain_id != wanted:
        raise WrongChain(f"the node serves chain {chain_id}, the sample world is made on {wanted} only")
    return chain_id


def _look_after_second(
    world: dict[str, Any], url: str, custody: Mapping[str, LocalAccount], outside: Mapping[str, LocalAccount]
) -> None:
    """The deposits on the second chain, made anew when it does not have them."""
    rpc = Rpc(url)
    try:
        chain_id = _answering(rpc, SECOND_CHAIN)
        world["second_node"] = url
        here = _on(world, SECOND_NETWORK)
        if here and all(rpc.receipt(deposit["hash"]) for deposit in here):
            return
        for name in (ISSUER, *DEPOSITORS):
            fund(rpc, outside[name].address, ETHER)
        world["second_contracts"] = deploy_second(Scene(rpc, chain_id, custody, outside, {}))
        made = make_wrong_network(Scene(rpc, chain_id, custody, outside, world["second_contracts"]))
    finally:
        rpc.close()
    _replace(world, SECOND_NETWORK, made)


def _look_after_ledger(world: dict[str, Any], url: str, out: Path, signer_home: Path) -> None:
    """The deposits on the sample ledger, made anew when it does not have them."""
    from sandbox.mistyped import EXCHANGE, LedgerNode, ledger_keys, make_mistyped  # its library takes a second to load

    node = LedgerNode(url)
    try:
        node.wait_until_answering(30)
        world["ledger"] = url
        here = _on(world, MEMO_NETWORK)
        if here and all(node.knows(deposit["hash"]) for deposit in here):
            return
        exchange = ledger_keys(signer_home / "ledger_keys.json", [EXCHANGE])[EXCHANGE]
        made = make_mistyped(node, exchange, ledger_keys(out / "ledger_wallets.json", DEPOSITORS))
    finally:
        node.close()
    world["shared_address"] = exchange.public_key
    _replace(world, MEMO_NETWORK, made)


def _on(world: Mapping[str, Any], network: str) -> list[dict[str, Any]]:
    return [deposit for deposit in world["deposits"] if deposit["network"] == network]


def _replace(world: dict[str, Any], network: str, made: list[dict[str, Any]]) -> None:
    world["deposits"] = [deposit for deposit in world["deposits"] if deposit["network"] != network] + made


def _what_is_lost(
    rpc: Rpc,
    world: Mapping[str, Any],
    custody: Mapping[str, LocalAccount],
    outside: Mapping[str, LocalAccount],
) -> str | None:
    """Why the world on file cannot be the one on the chain, or ``None`` when it is."""
    if world["version"] != VERSION:
        return "an older version of this program made it"
    if world["wallets"] != _addresses(custody, WALLETS) or world["outside_wallets"] != _addresses(outside, DEPOSITORS):
        return "the keys are not those it was made with"
    if any(rpc.code(address) in ("0x", "") for address in world["contracts"].values()):
        return "the chain no longer has its contracts"
    if any(rpc.receipt(deposit["hash"]) is None for deposit in _on(world, NETWORK)):
        return "the chain no longer has its deposits"
    return None


def _build(
    rpc: Rpc,
    chain_id: int,
    custody: Mapping[str, LocalAccount],
    outside: Mapping[str, LocalAccount],
    before: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Everything on the chain but the confirming deposit. Sign-ins of the world ``before`` stay: people know them."""
    for name, amount in _FUNDS.items():
        fund(rpc, custody[name].address, amount)
    for account in outside.values():
        fund(rpc, account.address, _OUTSIDE_FUNDS)
    contracts = deploy_contracts(rpc, chain_id, outside["issuer"])
    scene = Scene(rpc, chain_id, custody, outside, contracts)
    misread, withdrawals = make_misread(scene)
    deposits = make_deposits(scene) + misread
    return {
        "version": VERSION,
        "node": rpc.url,
        "chain_id": chain_id,
        "made_at": utc(datetime.now(UTC)),
        "contracts": contracts,
        "tokens": [asdict(token) | {"contract": contracts[token.symbol]} for token in TOKENS],
        "wallets": _addresses(custody, WALLETS),
        "deposit_addresses": {account: custody[deposit_key(account)].address for account in ACCOUNTS},
        "coin_addresses": {account: custody[coin_key(account)].address for account in DEPOSITORS},
        "outside_wallets": _addresses(outside, DEPOSITORS),
        "sign_ins": before["sign_ins"] if before else draw_sign_ins(),
        "withdrawals": withdrawals,
        "deposits": deposits,
    }


def _let_confirm(rpc: Rpc, world: dict[str, Any]) -> None:
    """Blocks enough for the last run's confirming deposits to be final, and their names set right."""
    mine(rpc, CONFIRMED_DEPTH)
    for deposit in world["deposits"]:
        if deposit["kind"] == "confirming":
            deposit["kind"] = "uncredited_listed"
            deposit["explain"] = (
                "Sample Dollar that was confirming when an earlier run made it, and was never credited."
            )


def _addresses(keys: Mapping[str, LocalAccount], names: tuple[str, ...]) -> dict[str, str]:
    return {name: keys[name].address for name in names}


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.world", description="Makes the sample world.")
    parser.add_argument("--node", required=True, help="URL of a local development chain")
    parser.add_argument("--second-node", default="", metavar="URL", help="another such chain, for the wrong network")
    parser.add_argument("--ledger", default="", metavar="URL", help="the sample ledger, for memos")
    parser.add_argument("--out", required=True, type=Path, help="folder for world.json and the registry files")
    parser.add_argument("--signer-home", type=Path, help="the signer's folder (default: signer beside --out)")
    parser.add_argument("--load", action="store_true", help="load it into the product by the recovery command")
    parser.add_argument("--load-again", action="store_true", help="load everything, whatever was loaded before")
    parser.add_argument("--product-dir", type=Path, help="folder in which the recovery command is run")
    parser.add_argument("--recovery", type=shlex.split, help="the recovery command (default: the installed one)")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """The command; exit status 0 when the world stands, 1 with one line on standard error when it does not."""
    given = _arguments(argv)
    out = given.out.resolve()
    signer_home = (given.signer_home or out.parent / "signer").resolve()
    rpc = Rpc(given.node)
    try:
        world, done = prepare(rpc, out, signer_home, Elsewhere(given.second_node, given.ledger))
        registries = write_registries(out, world)
        if given.load or given.load_again:
            notes = out / "loaded.json"
            if given.load_again:
                notes.unlink(missing_ok=True)
            product = Product(tuple(given.recovery or installed_command()), given.product_dir)
            load(product, world, registries, notes, signer_home / "token")
            done += " Loaded into the product."
    except (RpcError, WrongChain, LoadFailed) as error:
        print(f"sample world: {error}", file=sys.stderr)
        return 1
    finally:
        rpc.close()
    print(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
