"""Instructions a node has taken apart itself (encoding ``jsonParsed``): the same acts as from their bytes.

Names of kinds and members are those of the node's transaction-status crate. Numbers of lamports come as JSON numbers,
token amounts as decimal strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from chains.errors import NodeMistaken
from chains.solana import programs
from chains.solana.acts import (
    Act,
    Filled,
    Instruction,
    LamportMove,
    Memo,
    Opaque,
    Opened,
    OwnerChanged,
    OwnerTold,
    TokenMove,
)
from chains.solana.address import address

_DIGITS = re.compile(r"[0-9]{1,20}")


def acts(instruction: Instruction) -> tuple[Act, ...]:
    """What a parsed instruction does. Raises :class:`NodeMistaken` when a member is missing or of another kind."""
    if instruction.program in programs.MEMO_PROGRAMS:
        return (Memo(instruction.words),) if instruction.words is not None else ()
    read = _READERS.get((_group(instruction.program), instruction.kind or ""))
    if read is None:
        return ()
    act = read(instruction, _Info(instruction.info or {}))
    return () if act is None else (act,)


def _group(program: str) -> str:
    return programs.TOKEN if program in programs.TOKEN_PROGRAMS else program


def whole(value: object, *, bits: int = 64) -> int:
    """An unsigned number as nodes write them. Raises :class:`NodeMistaken` for anything else."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0 or value >> bits:
        raise NodeMistaken("not a number")
    return value


def amount(value: object) -> int:
    """A token amount: a decimal string of at most 64 bits. Raises :class:`NodeMistaken` for anything else."""
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise NodeMistaken("not an amount")
    return whole(int(value))


class _Info:
    """The members of a parsed instruction."""

    def __init__(self, members: dict[str, Any]) -> None:
        self._members = members

    def key(self, *names: str) -> str:
        """The address under the first of ``names`` that is there."""
        for name in names:
            if name in self._members:
                return address(self._members[name])
        raise NodeMistaken("a parsed instruction lacks an account")

    def mint(self) -> str | None:
        return self.key("mint") if "mint" in self._members else None

    def lamports(self) -> int:
        return whole(self._members.get("lamports"))

    def word(self, name: str) -> object:
        return self._members.get(name)

    def tokens(self, plain: str = "amount", parts: str = "tokenAmount") -> tuple[int, int | None]:
        """Amount and decimals: a bare string, or an object that says both."""
        if plain in self._members and not isinstance(self._members[plain], dict):
            return amount(self._members[plain]), None
        shown = self._members.get(parts)
        if not isinstance(shown, dict):
            raise NodeMistaken("a parsed instruction lacks its amount")
        return amount(shown.get("amount")), whole(shown.get("decimals"), bits=8)


def _lamports(source: str, destination: str) -> Callable[[Instruction, _Info], Act | None]:
    def read(instruction: Instruction, info: _Info) -> Act | None:
        return LamportMove(info.key(source), info.key(destination), info.lamports())

    return read


def _everything(source: str, destination: str) -> Callable[[Instruction, _Info], Act | None]:
    def read(instruction: Instruction, info: _Info) -> Act | None:
        return LamportMove(info.key(source), info.key(destination), None)

    return read


def _prefunded(instruction: Instruction, info: _Info) -> Act | None:
    """Lamports are given only when the account had too few; then the funder is named."""
    lamports = info.lamports()
    return LamportMove(info.key("source", "funder"), info.key("newAccount"), lamports) if lamports else None


def _transfer(instruction: Instruction, info: _Info) -> Act | None:
    tokens, decimals = info.tokens()
    withheld = None if instruction.program == programs.TOKEN_2022 else 0
    return TokenMove(info.key("source"), info.key("destination"), tokens, info.mint(), decimals, withheld)


def _transfer_with_fee(instruction: Instruction, info: _Info) -> Act | None:
    tokens, decimals = info.tokens()
    withheld, _ = info.tokens("fee", "feeAmount")
    return TokenMove(info.key("source"), info.key("destination"), tokens, info.mint(), decimals, withheld)


def _mint_to(instruction: Instruction, info: _Info) -> Act | None:
    tokens, decimals = info.tokens()
    return TokenMove(None, info.key("account"), tokens, info.mint(), decimals)


def _burn(instruction: Instruction, info: _Info) -> Act | None:
    tokens, decimals = info.tokens()
    return TokenMove(info.key("account"), None, tokens, info.mint(), decimals)


def _open(instruction: Instruction, info: _Info) -> Act | None:
    return Opened(info.key("account"), info.key("mint"), info.key("owner"))


def _told(instruction: Instruction, info: _Info) -> Act | None:
    return OwnerTold(info.key("account"), info.key("mint"), info.key("wallet"))


def _set_authority(instruction: Instruction, info: _Info) -> Act | None:
    if info.word("authorityType") == "accountOwner" and info.word("newAuthority") is not None:
        return OwnerChanged(info.key("account"), info.key("newAuthority"))
    return None


def _filled(name: str) -> Callable[[Instruction, _Info], Act | None]:
    return lambda instruction, info: Filled(info.key(name))


def _opaque(warning: str) -> Callable[[Instruction, _Info], Act | None]:
    return lambda instruction, info: Opaque(warning)


_HIDDEN = _opaque("confidential_transfer_not_visible")
_UNREAD = _opaque("token_instruction_not_read")

_READERS: dict[tuple[str, str], Callable[[Instruction, _Info], Act | None]] = {
    (programs.SYSTEM, "transfer"): _lamports("source", "destination"),
    (programs.SYSTEM, "transferWithSeed"): _lamports("source", "destination"),
    (programs.SYSTEM, "createAccount"): _lamports("source", "newAccount"),
    (programs.SYSTEM, "createAccountWithSeed"): _lamports("source", "newAccount"),
    (programs.SYSTEM, "createAccountAllowPrefund"): _prefunded,
    (programs.SYSTEM, "withdrawFromNonce"): _lamports("nonceAccount", "destination"),
    (programs.STAKE, "withdraw"): _lamports("stakeAccount", "destination"),
    (programs.STAKE, "split"): _lamports("stakeAccount", "newSplitAccount"),
    (programs.STAKE, "merge"): _everything("source", "destination"),
    (programs.STAKE, "moveStake"): _lamports("source", "destination"),
    (programs.STAKE, "moveLamports"): _lamports("source", "destination"),
    (programs.VOTE, "withdraw"): _lamports("voteAccount", "destination"),
    (programs.TOKEN, "transfer"): _transfer,
    (programs.TOKEN, "transferChecked"): _transfer,
    (programs.TOKEN, "transferCheckedWithFee"): _transfer_with_fee,
    (programs.TOKEN, "mintTo"): _mint_to,
    (programs.TOKEN, "mintToChecked"): _mint_to,
    (programs.TOKEN, "burn"): _burn,
    (programs.TOKEN, "burnChecked"): _burn,
    (programs.TOKEN, "closeAccount"): _everything("account", "destination"),
    (programs.TOKEN, "initializeAccount"): _open,
    (programs.TOKEN, "initializeAccount2"): _open,
    (programs.TOKEN, "initializeAccount3"): _open,
    (programs.TOKEN, "setAuthority"): _set_authority,
    (programs.TOKEN, "syncNative"): _filled("account"),
    (programs.TOKEN, "withdrawWithheldTokensFromMint"): _filled("feeRecipient"),
    (programs.TOKEN, "withdrawWithheldTokensFromAccounts"): _filled("feeRecipient"),
    (programs.TOKEN, "depositConfidentialTransfer"): _HIDDEN,
    (programs.TOKEN, "withdrawConfidentialTransfer"): _HIDDEN,
    (programs.TOKEN, "confidentialTransfer"): _HIDDEN,
    (programs.TOKEN, "confidentialTransferWithFee"): _HIDDEN,
    (programs.TOKEN, "confidentialTransferWithSplitProofs"): _HIDDEN,
    (programs.TOKEN, "confidentialMint"): _HIDDEN,
    (programs.TOKEN, "confidentialBurn"): _HIDDEN,
    (programs.TOKEN, "withdrawExcessLamports"): _UNREAD,
    (programs.TOKEN, "unwrapLamports"): _UNREAD,
    (programs.TOKEN, "batch"): _UNREAD,
    (programs.TOKEN_ACCOUNTS, "create"): _told,
    (programs.TOKEN_ACCOUNTS, "createIdempotent"): _told,
}
