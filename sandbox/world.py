"""Makes the sample world on a local chain: contracts, deposits, registries and sign-ins.

    python -m sandbox.world --node URL --out DIR [--signer-home DIR] [--load]

Run again it keeps what stands and adds one fresh deposit that is still confirming. When the chain has been lost since,
everything on it is made anew, with the same keys and the same sign-ins.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount

from sandbox.cast import ACCOUNTS, CUSTODY_KEYS, DEPOSITORS, OUTSIDE_KEYS, WALLETS, coin_key, deposit_key, draw_sign_ins
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
from sandbox.registries import utc, write_registries
from sandbox.rpc import Rpc, RpcError
from sandbox.wallets import fund, keyring

LOCAL_CHAIN = 31337
_FUNDS = {"gas_tank": 100 * ETHER, "recovery_wallet": 10 * ETHER, "hot": 50 * ETHER}
_OUTSIDE_FUNDS = 100 * ETHER
VERSION = 2
"""Of the form of ``world.json``."""


class WrongChain(Exception):
    """The node serves another chain than the local one; throw-away keys have no business there."""


def prepare(rpc: Rpc, out: Path, signer_home: Path) -> tuple[dict[str, Any], str]:
    """The sample world and a line that says what was done. Raises :class:`WrongChain` and :class:`RpcError`."""
    chain_id = rpc.wait_until_answering(30)
    if chain_id != LOCAL_CHAIN:
        raise WrongChain(f"the node serves chain {chain_id}, the sample world is made on {LOCAL_CHAIN} only")
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
    scene = Scene(rpc, chain_id, custody, outside, world["contracts"])
    world["deposits"].append(make_confirming(scene))
    write_json(out / "world.json", world)
    return world, done


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
    if any(rpc.receipt(deposit["hash"]) is None for deposit in world["deposits"]):
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
    deposits = make_deposits(Scene(rpc, chain_id, custody, outside, contracts))
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
        world, done = prepare(rpc, out, signer_home)
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
