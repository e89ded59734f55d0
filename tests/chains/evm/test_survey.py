"""Surveys of the EVM family, each trait from a scripted node: yes, no, unknown, and answers that are meant to deceive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from chains.catalogue import network
from chains.probes import is_contract, questions, selector
from chains.survey import SurveyOrder, survey_again
from chains.surveyed import Survey, Traits
from chains.types import Block, Status, Transaction, Transfer, TransferKind
from tests.chains.replay import Played
from tests.chains.scene import RpcRefusal, json_rpc

ROW = network("ethereum")
TOKEN = "0xdAC17F958D2ee523a2206206994597C13D831ec7"
HOLDER = "0x06eFdBFf2a14a7c8E15944D1F4A48F9F95F663A4"
OTHER = "0x765DE816845861e75A25fCA122bb6898B8B1282a"
TARGET = "0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4"
HASH, FOREIGN, BLOCK = "0x" + "11" * 32, "0x" + "22" * 32, "0x" + "33" * 32
HEIGHT, AMOUNT = 1_000, 500
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
REVERTED = RpcRefusal(3, "execution reverted")
PRUNED = RpcRefusal(-32000, "missing trie node 53c1 (path ) state is not available")
PROXY = bytes.fromhex("36") + b"\xf4"


def word(value: int | str) -> str:
    return f"{value:064x}" if isinstance(value, int) else value.removeprefix("0x").lower().rjust(64, "0")


YES, NO, SOMEBODY = "0x" + word(1), "0x" + word(0), "0x" + word(OTHER)


def leg(position: str = "log:3", amount: int = AMOUNT, **changed: Any) -> Transfer:
    asset = f"{ROW.id}/erc20:{TOKEN}"
    return replace(Transfer(position, TransferKind.TOKEN, asset, TOKEN, OTHER, HOLDER, amount), **changed)


def log(index: int, sender: str, recipient: str, amount: int, reference: str = HASH) -> dict[str, Any]:
    return {
        "address": TOKEN,
        "topics": [TRANSFER, "0x" + word(sender), "0x" + word(recipient)],
        "data": "0x" + word(amount),
        "logIndex": hex(index),
        "transactionHash": reference,
        "blockHash": BLOCK,
    }


@dataclass
class Chain:
    """What the scripted node says; an exception is raised, everything else is the result."""

    before: Any = "0x" + word(7)
    after: Any = "0x" + word(7 + AMOUNT)
    now: Any = "0x" + word(7 + AMOUNT)
    logs: Any = field(default_factory=lambda: [log(3, OTHER, HOLDER, AMOUNT)])
    code: Any = "0x" + PROXY.hex()
    transfer: Any = YES
    arrived: int | None = AMOUNT
    functions: Mapping[str, Any] = field(default_factory=dict)
    elsewhere: Mapping[str, Any] = field(default_factory=dict)
    slot: Any = NO
    behind: Any = "0x"
    untold: Any = REVERTED
    asked: list[str] = field(default_factory=list)

    def result(self, method: str, params: Any) -> Any:
        said = self._said(method, params)
        if isinstance(said, Exception):
            raise said
        return said

    def _said(self, method: str, params: Any) -> Any:
        match method:
            case "eth_chainId":
                return "0x1"
            case "eth_getCode":
                return {HOLDER: "0x", OTHER: "0x", TARGET: self.behind}.get(params[0], self.code)
            case "eth_getLogs":
                return self.logs
            case "eth_getStorageAt":
                return self.slot
            case "eth_simulateV1":
                return RpcRefusal() if self.arrived is None else _simulated(self.arrived)
            case "eth_call":
                functions = self.elsewhere if params[0]["to"].lower() == OTHER.lower() else self.functions
                return self._call(functions, params[0]["data"].removeprefix("0x"), params[1])
        return RpcRefusal()

    def _call(self, functions: Mapping[str, Any], data: str, block: str) -> Any:
        states = {hex(HEIGHT - 1): self.before, hex(HEIGHT): self.after, "latest": self.now}
        if data[:8] in ("70a08231", "00fdd58e", "6352211e"):
            return states[block]
        if data[:8] in ("a9059cbb", "23b872dd", "f242432a"):
            return self.transfer
        self.asked.append(data[:8])
        known = {selector(signature): said for signature, said in functions.items()}
        return known.get(data[:8], self.untold)


def _simulated(arrived: int) -> Any:
    return [{"calls": [{"returnData": NO}, {"returnData": YES}, {"returnData": "0x" + word(arrived)}]}]


def look(chain: Chain, *legs: Transfer, others: tuple[Transfer, ...] = (), addresses: tuple[str, ...] = ()) -> Survey:
    legs = legs or (leg(),)
    transaction = Transaction(
        ROW.slug, ROW.id, HASH, Status.SUCCEEDED, True, 100, 64, Block(HEIGHT, BLOCK, None), None, (*legs, *others)
    )
    return survey_again(ROW, SurveyOrder(transaction, legs, addresses), [Played(json_rpc(chain.result))])


def traits(**functions: Any) -> Traits:
    """Of a contract with these functions, the spelling of arguments left out."""
    names = {name.split("(")[0]: name for name in _signatures()}
    return look(Chain(functions={names[name]: said for name, said in functions.items()})).traits[TOKEN]


def _signatures() -> list[str]:
    return [one.signature for one in questions(None, HOLDER[2:])]


def moved(chain: Chain, *legs: Transfer, others: tuple[Transfer, ...] = ()) -> list[int | None]:
    return list(look(chain, *legs, others=others).moved.values())


def test_what_arrived() -> None:
    assert moved(Chain()) == [AMOUNT]
    assert moved(Chain(after="0x" + word(7))) == [0]
    assert moved(Chain(after="0x" + word(7 + 450))) == [450]
    assert moved(Chain(after="0x" + word(3))) == [0]
    assert moved(Chain(after="0x" + word(7 + 2 * AMOUNT))) == [AMOUNT]  # the rest came from elsewhere


@pytest.mark.parametrize("said", [PRUNED, None, "0x", "0x1", 7, RpcRefusal(-32601), {"balance": 1}])
def test_a_node_without_that_history_proves_nothing(said: Any) -> None:
    """Also not with an empty answer from a contract that tells balances now."""
    found = look(Chain(after=said))
    assert list(found.moved.values()) == [None]
    assert "balances_not_visible" in found.notes
    assert found.traits[TOKEN].transfer_works is True


def test_a_contract_that_never_tells_balances_moved_nothing() -> None:
    for said in (REVERTED, "0x"):
        assert moved(Chain(before=said, after=said, now=said)) == [0]


def test_others_in_the_block_are_taken_out() -> None:
    own = log(3, OTHER, HOLDER, AMOUNT)
    swept = Chain(after="0x" + word(7), logs=[own, log(9, HOLDER, OTHER, AMOUNT, FOREIGN)])
    assert moved(swept) == [AMOUNT]
    helped = Chain(after="0x" + word(7 + AMOUNT), logs=[own, log(9, OTHER, HOLDER, AMOUNT, FOREIGN)])
    assert moved(helped) == [0]


@pytest.mark.parametrize("logs", [RpcRefusal(), None, [], "0x", [{}], [log(3, OTHER, HOLDER, AMOUNT, FOREIGN)]])
def test_without_the_blocks_logs_the_balances_decide(logs: Any) -> None:
    found = look(Chain(logs=logs))
    assert list(found.moved.values()) == [AMOUNT]
    assert "block_logs_not_visible" in found.notes


def test_several_legs_to_one_recipient() -> None:
    two = (leg("log:3", 300), leg("log:4", 200))
    logs = [log(3, OTHER, HOLDER, 300), log(4, OTHER, HOLDER, 200)]
    assert moved(Chain(logs=logs), *two) == [300, 200]
    assert moved(Chain(logs=logs, after="0x" + word(7)), *two) == [0, 0]
    assert moved(Chain(logs=logs, after="0x" + word(7 + 450)), *two) == [None, None]
    alike = (leg("log:3", 250), leg("log:4", 250))
    assert moved(Chain(after="0x" + word(7 + 450)), *alike) == [225, 225]


def test_what_the_transaction_took_away_again() -> None:
    away = leg("log:5", 100, sender=HOLDER, recipient=OTHER)
    assert moved(Chain(after="0x" + word(7 + AMOUNT - 100)), others=(away,)) == [AMOUNT]
    assert moved(Chain(after="0x" + word(7 + 350)), others=(away,)) == [450]


def test_collectibles() -> None:
    single = leg(kind=TransferKind.NFT, asset=f"{ROW.id}/erc721:{TOKEN}", amount=1, token_id="9")
    assert moved(Chain(after="0x" + word(HOLDER)), single) == [1]
    assert moved(Chain(after=SOMEBODY), single) == [0]
    assert moved(Chain(after=REVERTED), single) == [0]
    assert moved(Chain(after="0x"), single) == [None]
    assert moved(Chain(after=PRUNED), single) == [None]
    away = replace(single, position="log:4", sender=HOLDER, recipient=OTHER)
    assert moved(Chain(after=SOMEBODY), single, others=(away,)) == [None]
    several = leg(kind=TransferKind.NFT, asset=f"{ROW.id}/erc1155:{TOKEN}", token_id="9")
    assert moved(Chain(), several) == [AMOUNT]
    assert moved(Chain(after=PRUNED), several) == [None]
    assert look(Chain(), several).traits[TOKEN].fungible is False


def test_code() -> None:
    found = look(Chain(), addresses=(OTHER, TOKEN, "no address"))
    assert found.code == {OTHER: False, TOKEN: True, HOLDER: False}
    assert look(Chain(code=PRUNED)).code[TOKEN] is None
    assert not is_contract(bytes.fromhex("ef0100") + bytes(20))
    gone = look(Chain(code="0x"))
    assert (gone.code[TOKEN], gone.traits[TOKEN]) == (False, Traits(exists=False))


@pytest.mark.parametrize(
    ("trait", "yes", "no", "answer_of_yes"),
    [
        ("paused", {"paused": YES}, {"paused": NO}, True),
        ("holder_blocked", {"isBlacklisted": YES}, {"isBlacklisted": NO}, True),
        ("holder_blocked", {"getBlackListStatus": YES, "isBlackListed": YES}, {"getBlackListStatus": NO}, True),
        ("holder_blocked", {"isFrozen": YES}, {"isFrozen": NO}, True),
        ("holder_blocked", {"isBlocked": YES, "frozen": NO}, {"isBlocked": NO, "frozen": NO}, True),
        ("rebasing", {"sharesOf": NO}, {}, True),
        ("rebasing", {"scaledTotalSupply": YES}, {}, True),
        ("rebasing", {"rebasingCreditsPerToken": YES}, {}, True),
        ("bridged", {"l1Token": SOMEBODY}, {"l1Token": NO}, True),
        ("bridged", {"REMOTE_TOKEN": SOMEBODY}, {}, True),
        ("bridged", {"l1Address": SOMEBODY}, {"l1Address": "0x"}, True),
        ("bridged", {"mpc": SOMEBODY}, {}, True),
        ("bridged", {"DEPOSITOR_ROLE": YES, "getDomainSeperator": YES}, {"DEPOSITOR_ROLE": YES}, True),
        ("receipt_for", {"asset": SOMEBODY, "convertToAssets": YES}, {"asset": SOMEBODY}, "erc4626"),
        (
            "receipt_for",
            {"token0": SOMEBODY, "token1": SOMEBODY, "getReserves": "0x" + word(5) * 3},
            {"token0": SOMEBODY, "getReserves": YES},
            "pair",
        ),
        ("receipt_for", {"UNDERLYING_ASSET_ADDRESS": SOMEBODY}, {"UNDERLYING_ASSET_ADDRESS": NO}, "aave"),
        ("receipt_for", {"get_virtual_price": YES, "coins": SOMEBODY}, {"get_virtual_price": YES}, "curve"),
        ("fungible", {"decimals": "0x" + word(18)}, {"supportsInterface": YES, "decimals": NO}, True),
    ],
)
def test_traits(trait: str, yes: dict[str, Any], no: dict[str, Any], answer_of_yes: Any) -> None:
    assert getattr(traits(**yes), trait) == answer_of_yes
    assert getattr(traits(**no), trait) in (False, None)
    assert getattr(traits(**dict.fromkeys(yes, PRUNED)), trait) is None
    assert getattr(traits(**dict.fromkeys(yes, "0x01")), trait) in (False, None)


def test_a_word_that_is_no_truth_value_says_nothing() -> None:
    found = look(Chain(functions={"paused()": "0x" + word(2)}, transfer=PRUNED))
    assert found.traits[TOKEN].paused is None


def test_the_minter_of_a_pool_is_asked() -> None:
    """Of an older Curve token the pool answers, and any other minter does not."""
    minted = {"minter()": SOMEBODY}
    pool = {"get_virtual_price()": YES, "coins(uint256)": SOMEBODY}
    assert look(Chain(functions=minted, elsewhere=pool)).traits[TOKEN].receipt_for == "curve"
    assert look(Chain(functions=minted)).traits[TOKEN].receipt_for is None
    assert look(Chain(functions=minted, elsewhere=dict.fromkeys(pool, PRUNED))).traits[TOKEN].receipt_for is None


def test_only_what_the_code_has_is_asked_of_a_contract_that_answers_itself() -> None:
    own = bytes.fromhex("63a9059cbb") + bytes.fromhex("63" + selector("paused()"))
    asked = [one.signature for one in questions(own, HOLDER[2:])]
    assert asked == ["thereIsNoFunctionOfThisName(address)", "paused()"]
    assert len(questions(own + b"\xf4", HOLDER[2:])) == len(questions(None, HOLDER[2:]))
    assert questions(own + b"\x60\xf4", HOLDER[2:]) == questions(own, HOLDER[2:])  # pushed, not executed


def test_a_proxy_is_asked_what_the_code_behind_it_has() -> None:
    paused = bytes.fromhex("63a9059cbb63" + selector("paused()"))
    seen = Chain(slot="0x" + word(TARGET), behind="0x" + paused.hex(), functions={"paused()": YES})
    assert look(seen).traits[TOKEN].paused is True
    assert len(seen.asked) == 2
    for behind in (PRUNED, "0x", "0x36", None, 7):
        unseen = replace(seen, behind=behind, asked=[])
        assert look(unseen).traits[TOKEN].paused is True
        assert len(unseen.asked) > 40
    for slot in (PRUNED, "0x", "0x" + "ff" * 32, None):
        assert look(replace(seen, slot=slot)).traits[TOKEN].paused is True


@pytest.mark.parametrize(
    ("chain", "works", "returns", "fee"),
    [
        (Chain(), True, "true", False),
        (Chain(transfer="0x"), True, "nothing", False),
        (Chain(transfer=NO), True, "false", False),  # says no and moves: as one of the largest does elsewhere
        (Chain(transfer=NO, arrived=None), False, "false", False),
        (Chain(transfer=NO, arrived=0), False, "false", False),
        (Chain(arrived=0), False, "true", False),
        (Chain(arrived=AMOUNT - 5), True, "true", True),
        (Chain(arrived=None), True, "true", False),
        (Chain(arrived=None, after="0x" + word(7 + 450)), True, "true", True),
        (Chain(arrived=None, after=PRUNED), True, "true", None),
        (Chain(transfer=REVERTED), False, None, False),
        (Chain(transfer=PRUNED), None, None, False),
        (Chain(transfer="0x" + word(5), arrived=None), None, None, False),
        (Chain(now=NO), None, None, False),  # nothing is there to try with
    ],
)
def test_a_trial(chain: Chain, works: bool | None, returns: str | None, fee: bool | None) -> None:
    found = look(chain).traits[TOKEN]
    assert (found.transfer_works, found.returns, found.takes_fee) == (works, returns, fee)


def test_rounding_of_a_rebasing_token_is_no_fee() -> None:
    chain = Chain(arrived=AMOUNT - 1, after="0x" + word(6 + AMOUNT), functions={"sharesOf(address)": YES})
    found = look(chain)
    assert list(found.moved.values()) == [AMOUNT - 1]
    assert (found.traits[TOKEN].rebasing, found.traits[TOKEN].takes_fee) == (True, None)


def test_wrapped_native() -> None:
    assert look(Chain()).traits[TOKEN].wrapped_native is False
    wrapped = leg(contract=ROW.params["wrapped_native"])
    assert look(Chain(code=PRUNED), wrapped).traits[ROW.params["wrapped_native"]].wrapped_native is True


def test_who_says_yes_to_everything_is_believed_in_nothing() -> None:
    found = look(Chain(untold=YES, arrived=None)).traits[TOKEN]
    assert found == Traits(exists=True, transfer_works=True, returns="true", takes_fee=False, wrapped_native=False)


def test_another_chain_tells_nothing() -> None:
    chain = Chain()
    play = Played(json_rpc(lambda method, params: "0x5" if method == "eth_chainId" else chain.result(method, params)))
    transaction = Transaction(ROW.slug, ROW.id, HASH, Status.SUCCEEDED, True, 1, 1, Block(HEIGHT, BLOCK, None))
    assert survey_again(ROW, SurveyOrder(transaction, (leg(),)), [play]) == Survey(notes=("node_mistaken:played",))


def test_native_legs_and_pending_transactions_need_no_look() -> None:
    assert look(Chain(), leg(contract=None, kind=TransferKind.NATIVE)).moved == {}


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["0x", YES, NO, SOMEBODY, "0x" + "ff" * 64]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_it_answers_nothing_is_raised(data: st.DataObject) -> None:
    def result(method: str, params: Any) -> Any:
        return "0x1" if method == "eth_chainId" else data.draw(anything)

    transaction = Transaction(
        ROW.slug, ROW.id, HASH, Status.SUCCEEDED, True, 1, 1, Block(HEIGHT, BLOCK, None), None, (leg(),)
    )
    found = survey_again(ROW, SurveyOrder(transaction, (leg(),), (OTHER,)), [Played(json_rpc(result))])
    assert isinstance(found, Survey)
