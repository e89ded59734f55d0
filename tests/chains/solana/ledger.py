"""A Solana of the tests: LiteSVM runs transactions, and a node tells of them the way Solana's nodes do (encoding ``json``)."""

from __future__ import annotations

import re
import time
from typing import Any

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, TransferParams, create_account, transfer
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

from chains.encoding import base58_encode
from chains.solana import programs
from tests.chains.scene import Answers, RpcRefusal, json_rpc
from tests.chains.solana.node import GENESIS

TOKEN = Pubkey.from_string(programs.TOKEN)
TOKEN_2022 = Pubkey.from_string(programs.TOKEN_2022)
TOKEN_ACCOUNTS = Pubkey.from_string(programs.TOKEN_ACCOUNTS)
SYSTEM = Pubkey.from_string(programs.SYSTEM)
WRAPPED_SOL = Pubkey.from_string(programs.WRAPPED_SOL)


def instruction(program: Pubkey, data: bytes, *accounts: tuple[Pubkey, str]) -> Instruction:
    """An instruction; the letters of an account: ``s`` signs, ``w`` is written to."""
    return Instruction(program, data, [AccountMeta(key, "s" in how, "w" in how) for key, how in accounts])


def associated(owner: Pubkey, mint: Pubkey, program: Pubkey = TOKEN) -> Pubkey:
    """The associated token account."""
    return Pubkey.find_program_address([bytes(owner), bytes(program), bytes(mint)], TOKEN_ACCOUNTS)[0]


def open_account(payer: Pubkey, owner: Pubkey, mint: Pubkey, program: Pubkey = TOKEN) -> Instruction:
    """Opens the associated account."""
    keys = [(payer, "sw"), (associated(owner, mint, program), "w"), (owner, ""), (mint, "")]
    return instruction(TOKEN_ACCOUNTS, b"\0", *keys, (SYSTEM, ""), (program, ""))


def u64(number: int) -> bytes:
    """Eight bytes."""
    return number.to_bytes(8, "little")


class Chain:
    """One LiteSVM and what a node tells of the transactions run on it."""

    def __init__(self) -> None:
        self.svm = LiteSVM().with_lamports(10**18)
        self.told: dict[str, dict[str, Any]] = {}
        self.sent: list[str] = []
        self.payer = Keypair()
        self.svm.airdrop(self.payer.pubkey(), 10**12)
        data = b"\0" * 36 + bytes(8) + b"\x09\x01" + b"\0" * 36
        self.svm.set_account(WRAPPED_SOL, Account(10**9, data, TOKEN))

    def run(self, *instructions: Instruction, signers: tuple[Keypair, ...] = ()) -> str:
        """Signs, runs and records; the signature."""
        message = Message.new_with_blockhash(list(instructions), self.payer.pubkey(), self.svm.latest_blockhash())
        return self.send(Transaction([self.payer, *signers], message, self.svm.latest_blockhash()))

    def send(self, transaction: Transaction) -> str:
        """Runs and records a signed transaction."""
        message = transaction.message
        keys = list(message.account_keys)
        before = [self._seen(key) for key in keys]
        done = self.svm.send_transaction(transaction)
        after = [self._seen(key) for key in keys]
        failed = isinstance(done, FailedTransactionMetadata)
        meta = done.meta() if failed else done
        signature = str(transaction.signatures[0])
        self.told[signature] = {
            "slot": self.svm.get_clock().slot + 1000,
            "blockTime": int(time.time()),
            "version": "legacy",
            "meta": {
                "err": _error(done.err()) if failed else None,
                "fee": meta.fee(),
                "preBalances": [lamports for lamports, _ in before],
                "postBalances": [lamports for lamports, _ in after],
                "preTokenBalances": self._tokens(before),
                "postTokenBalances": self._tokens(after),
                "innerInstructions": _inner(meta.inner_instructions()),
                "loadedAddresses": {"writable": [], "readonly": []},
            },
            "transaction": {
                "signatures": [str(one) for one in transaction.signatures],
                "message": {
                    "accountKeys": [str(key) for key in keys],
                    "instructions": [_row(one) for one in message.instructions],
                    "recentBlockhash": str(message.recent_blockhash),
                },
            },
        }
        self.sent.append(signature)
        self.svm.expire_blockhash()
        return signature

    def _seen(self, key: Pubkey) -> tuple[int, Account | None]:
        account = self.svm.get_account(key)
        return (0, None) if account is None else (account.lamports, account)

    def _tokens(self, side: list[tuple[int, Account | None]]) -> list[dict[str, Any]]:
        rows = []
        for number, (_, account) in enumerate(side):
            if account is None or account.owner not in (TOKEN, TOKEN_2022) or len(account.data) < 165:
                continue
            if len(account.data) > 165 and account.data[165] != 2:
                continue
            mint = Pubkey.from_bytes(account.data[:32])
            amount = str(int.from_bytes(account.data[64:72], "little"))
            found = self.svm.get_account(mint)
            assert found is not None
            parts = {"amount": amount, "decimals": found.data[44], "uiAmount": None, "uiAmountString": amount}
            owner = base58_encode(account.data[32:64])
            row = {"accountIndex": number, "mint": str(mint), "owner": owner, "programId": str(account.owner)}
            rows.append({**row, "uiTokenAmount": parts})
        return rows

    def mint(self, *, decimals: int = 6, fee: int | None = None) -> tuple[Pubkey, Pubkey]:
        """A new mint and its program: the newer one when ``fee`` (hundredths of a percent) is given."""
        mint, program = Keypair(), TOKEN if fee is None else TOKEN_2022
        owner = self.payer.pubkey()
        room = 82 if fee is None else 278
        lamports = self.svm.minimum_balance_for_rent_exemption(room)
        params = CreateAccountParams(
            from_pubkey=owner, to_pubkey=mint.pubkey(), lamports=lamports, space=room, owner=program
        )
        steps = [create_account(params)]
        if fee is not None:
            data = b"\x1a\0" + (b"\x01" + bytes(owner)) * 2 + fee.to_bytes(2, "little") + u64(10**18)
            steps.append(instruction(program, data, (mint.pubkey(), "w")))
        steps.append(instruction(program, bytes([20, decimals]) + bytes(owner) + b"\0", (mint.pubkey(), "w")))
        self.run(*steps, signers=(mint,))
        return mint.pubkey(), program

    def give(self, mint: Pubkey, program: Pubkey, owner: Pubkey, amount: int) -> str:
        """Opens ``owner``'s account and mints ``amount`` into it."""
        account = associated(owner, mint, program)
        keys = [(mint, "w"), (account, "w"), (self.payer.pubkey(), "s")]
        opening = open_account(self.payer.pubkey(), owner, mint, program)
        return self.run(opening, instruction(program, b"\x07" + u64(amount), *keys))

    def node(self) -> Answers:
        """A node of this chain."""
        return json_rpc(lambda method, params: getattr(self, _name(method))(params))

    def _get_transaction(self, params: Any) -> Any:
        return self.told.get(params[0])

    def _get_signature_statuses(self, params: Any) -> Any:
        answer = self.told.get(params[0][0])
        row = answer and {"slot": answer["slot"], "confirmations": None, "err": answer["meta"]["err"]}
        return {"context": {"slot": 2000}, "value": [row and {**row, "confirmationStatus": "finalized"}]}

    def _get_slot(self, params: Any) -> int:
        return self.svm.get_clock().slot + 1100

    def _get_genesis_hash(self, params: Any) -> str:
        return GENESIS

    def _get_first_available_block(self, params: Any) -> int:
        return 0

    def _get_health(self, params: Any) -> str:
        return "ok"

    def _get_block_time(self, params: Any) -> int:
        return int(time.time())

    def _get_latest_blockhash(self, params: Any) -> Any:
        value = {"blockhash": str(self.svm.latest_blockhash()), "lastValidBlockHeight": 900}
        return {"context": {"slot": 1}, "value": value}

    def _get_balance(self, params: Any) -> Any:
        return {"context": {"slot": 1}, "value": self.svm.get_balance(Pubkey.from_string(params[0])) or 0}

    def _get_minimum_balance_for_rent_exemption(self, params: Any) -> int:
        return self.svm.minimum_balance_for_rent_exemption(params[0])

    def _get_recent_prioritization_fees(self, params: Any) -> Any:
        return [{"slot": 1, "prioritizationFee": price} for price in (0, 900, 10**12)]

    def _get_account_info(self, params: Any) -> Any:
        key = Pubkey.from_string(params[0])
        return {"context": {"slot": 1}, "value": self._account(key)}

    def _get_token_accounts_by_owner(self, params: Any) -> Any:
        owner, mint = Pubkey.from_string(params[0]), Pubkey.from_string(params[1]["mint"])
        found = self.svm.get_account(mint)
        if found is None:
            raise RpcRefusal(-32602, "Invalid param: could not find mint")
        key = associated(owner, mint, found.owner)
        account = self._account(key)
        return {"context": {"slot": 1}, "value": [{"pubkey": str(key), "account": account}] if account else []}

    def _account(self, key: Pubkey) -> Any:
        lamports, account = self._seen(key)
        if account is None or not lamports:
            return None
        row = {"lamports": lamports, "owner": str(account.owner), "executable": False, "data": ["", "base64"]}
        if account.owner not in (TOKEN, TOKEN_2022):
            return row
        if len(account.data) == 82 or (len(account.data) > 165 and account.data[165] == 1):
            info: dict[str, Any] = {"decimals": account.data[44], "isInitialized": True, "extensions": []}
            if len(account.data) > 166:
                rate = int.from_bytes(account.data[276:278], "little")
                fee = {"epoch": 0, "maximumFee": 10**18, "transferFeeBasisPoints": rate}
                state = {"olderTransferFee": fee, "newerTransferFee": fee, "withheldAmount": 0}
                info["extensions"] = [{"extension": "transferFeeConfig", "state": state}]
            return row | {"data": {"parsed": {"type": "mint", "info": info}, "program": "spl-token", "space": 82}}
        amount = {"amount": str(int.from_bytes(account.data[64:72], "little")), "decimals": 6}
        mint, owner = base58_encode(account.data[:32]), base58_encode(account.data[32:64])
        info = {"mint": mint, "owner": owner, "state": "initialized", "tokenAmount": amount}
        return row | {"data": {"parsed": {"type": "account", "info": info}, "program": "spl-token", "space": 165}}


def pay(source: Pubkey, destination: Pubkey, lamports: int) -> Instruction:
    """A transfer of SOL."""
    return transfer(TransferParams(from_pubkey=source, to_pubkey=destination, lamports=lamports))


def _name(method: str) -> str:
    return "_" + re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", method)


def _row(one: Any) -> dict[str, Any]:
    accounts = list(bytes(one.accounts))
    return {"programIdIndex": one.program_id_index, "accounts": accounts, "data": base58_encode(bytes(one.data))}


def _inner(groups: Any) -> list[dict[str, Any]]:
    return [
        {"index": number, "instructions": [_row(one.instruction()) for one in group]}
        for number, group in enumerate(groups)
        if group
    ]


def _error(error: Any) -> Any:
    return {"InstructionError": [error.index, {"Custom": getattr(error.err, "code", 1)}]}
