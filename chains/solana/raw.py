"""Instructions as bytes: those of the system, stake, vote, token, token-account and memo programs that touch money.

Layouts: Solana's system and stake programs write their tag as a little-endian u32, the token programs as one byte
(the programs' own interface crates). Instructions of other programs, and those that move nothing, give nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chains.encoding import base58_encode
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


@dataclass
class Reader:
    """Bytes read from the front. Every method raises :class:`NodeMistaken` when they run out."""

    data: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count < 0 or self.at + count > len(self.data):
            raise NodeMistaken("an instruction ends too early")
        piece = self.data[self.at : self.at + count]
        self.at += count
        return piece

    def number(self, size: int) -> int:
        """An unsigned little-endian number of ``size`` bytes."""
        return int.from_bytes(self.take(size), "little")

    def compact(self) -> int:
        """Solana's compact-u16: seven bits a byte, low ones first, at most three bytes."""
        value = 0
        for shift in (0, 7, 14):
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise NodeMistaken("a length that does not end")

    def key(self) -> str:
        """An address."""
        return base58_encode(self.take(32))


def acts(instruction: Instruction) -> tuple[Act, ...]:
    """What a raw instruction does. Raises :class:`NodeMistaken` for bytes its program could not have taken."""
    read = _READERS.get(instruction.program)
    if read is None or instruction.data is None:
        return ()
    act = read(instruction, Reader(instruction.data))
    return () if act is None else (act,)


def _account(instruction: Instruction, number: int) -> str:
    if number >= len(instruction.accounts):
        raise NodeMistaken("an instruction lacks an account")
    return instruction.accounts[number]


def _system(instruction: Instruction, data: Reader) -> Act | None:
    def account(number: int) -> str:
        return _account(instruction, number)

    tag = data.number(4)
    if tag in (0, 2):  # create account, transfer
        return LamportMove(account(0), account(1), data.number(8))
    if tag == 3:  # create account with seed: base, seed, lamports, space, owner
        data.take(32)
        data.take(data.number(8))
        return LamportMove(account(0), account(1), data.number(8))
    if tag == 5:  # withdraw from nonce account
        return LamportMove(account(0), account(1), data.number(8))
    if tag == 11:  # transfer with seed: accounts are source, base, destination
        return LamportMove(account(0), account(2), data.number(8))
    if tag == 13:  # create an account that may have been funded before: accounts are the new one, its funder
        amount = data.number(8)
        return LamportMove(account(1), account(0), amount) if amount else None
    return None


def _stake(instruction: Instruction, data: Reader) -> Act | None:
    def account(number: int) -> str:
        return _account(instruction, number)

    tag = data.number(4)
    if tag in (3, 4, 16, 17):  # split, withdraw, move stake, move lamports
        return LamportMove(account(0), account(1), data.number(8))
    if tag == 7:  # merge: accounts are the one that stays, the one that goes
        return LamportMove(account(1), account(0), None)
    return None


def _vote(instruction: Instruction, data: Reader) -> Act | None:
    if data.number(4) == 3:  # withdraw
        return LamportMove(_account(instruction, 0), _account(instruction, 1), data.number(8))
    return None


def _memo(instruction: Instruction, data: Reader) -> Act | None:
    return Memo(data.data.decode("utf-8", "replace"))


def _token_accounts(instruction: Instruction, data: Reader) -> Act | None:
    """No data, or tag 0, creates; tag 1 creates unless it is there already."""
    if not data.data or data.data[0] in (0, 1):
        return OwnerTold(_account(instruction, 1), _account(instruction, 3), _account(instruction, 2))
    return None


def _token(instruction: Instruction, data: Reader) -> Act | None:
    read = _TOKEN_READERS.get(data.number(1))
    return read(instruction, data) if read else None


def _transfer(instruction: Instruction, data: Reader) -> Act:
    return TokenMove(
        _account(instruction, 0), _account(instruction, 1), data.number(8), withheld=_unstated(instruction.program)
    )


def _transfer_checked(instruction: Instruction, data: Reader) -> Act:
    source, mint, destination = (_account(instruction, number) for number in range(3))
    amount, decimals = data.number(8), data.number(1)
    return TokenMove(source, destination, amount, mint, decimals, _unstated(instruction.program))


def _unstated(program: str) -> int | None:
    """Mints of the newer token program may keep a fee of a transfer which the instruction does not state."""
    return None if program == programs.TOKEN_2022 else 0


def _mint_to(instruction: Instruction, data: Reader) -> Act:
    return TokenMove(None, _account(instruction, 1), data.number(8), _account(instruction, 0))


def _mint_to_checked(instruction: Instruction, data: Reader) -> Act:
    return TokenMove(None, _account(instruction, 1), data.number(8), _account(instruction, 0), data.number(1))


def _burn(instruction: Instruction, data: Reader) -> Act:
    return TokenMove(_account(instruction, 0), None, data.number(8), _account(instruction, 1))


def _burn_checked(instruction: Instruction, data: Reader) -> Act:
    return TokenMove(_account(instruction, 0), None, data.number(8), _account(instruction, 1), data.number(1))


def _close(instruction: Instruction, data: Reader) -> Act:
    return LamportMove(_account(instruction, 0), _account(instruction, 1), None)


def _open_with_owner(instruction: Instruction, data: Reader) -> Act:
    return Opened(_account(instruction, 0), _account(instruction, 1), data.key())


def _open(instruction: Instruction, data: Reader) -> Act:
    return Opened(_account(instruction, 0), _account(instruction, 1), _account(instruction, 2))


def _sync_native(instruction: Instruction, data: Reader) -> Act:
    return Filled(_account(instruction, 0))


def _set_authority(instruction: Instruction, data: Reader) -> Act | None:
    """Authority type 2 is the owner of a token account; the new one follows an option byte."""
    if data.number(1) == 2 and data.number(1) == 1:
        return OwnerChanged(_account(instruction, 0), data.key())
    return None


def _transfer_fee(instruction: Instruction, data: Reader) -> Act | None:
    """The transfer-fee extension: 1 transfers with a stated fee, 2 and 3 hand collected fees to an account."""
    tag = data.number(1)
    if tag == 1:
        source, mint, destination = (_account(instruction, number) for number in range(3))
        amount, decimals, withheld = data.number(8), data.number(1), data.number(8)
        return TokenMove(source, destination, amount, mint, decimals, withheld)
    if tag in (2, 3):
        return Filled(_account(instruction, 1))
    return None


def _confidential(instruction: Instruction, data: Reader) -> Act | None:
    """5 deposit, 6 withdraw, 7 transfer, 13 transfer with fee; the rest configures accounts."""
    return Opaque("confidential_transfer_not_visible") if data.number(1) in (5, 6, 7, 13) else None


def _confidential_mint(instruction: Instruction, data: Reader) -> Act | None:
    """3 mint, 4 burn."""
    return Opaque("confidential_transfer_not_visible") if data.number(1) in (3, 4) else None


def _permissioned_burn(instruction: Instruction, data: Reader) -> Act | None:
    """1 and 2 burn; 0 configures the mint."""
    return Opaque("token_instruction_not_read") if data.number(1) in (1, 2) else None


def _unread(instruction: Instruction, data: Reader) -> Act:
    return Opaque("token_instruction_not_read")


_TOKEN_READERS: dict[int, Callable[[Instruction, Reader], Act | None]] = {
    1: _open,
    3: _transfer,
    6: _set_authority,
    7: _mint_to,
    8: _burn,
    9: _close,
    12: _transfer_checked,
    14: _mint_to_checked,
    15: _burn_checked,
    16: _open_with_owner,
    17: _sync_native,
    18: _open_with_owner,
    26: _transfer_fee,
    27: _confidential,
    38: _unread,  # withdraw excess lamports
    42: _confidential_mint,
    45: _unread,  # unwrap lamports
    46: _permissioned_burn,
    255: _unread,  # several instructions in one
}

_READERS: dict[str, Callable[[Instruction, Reader], Act | None]] = {
    programs.SYSTEM: _system,
    programs.STAKE: _stake,
    programs.VOTE: _vote,
    programs.TOKEN: _token,
    programs.TOKEN_2022: _token,
    programs.TOKEN_ACCOUNTS: _token_accounts,
    programs.MEMO: _memo,
    programs.OLD_MEMO: _memo,
}
