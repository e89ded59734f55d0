"""What several nodes tell beyond a transaction becomes one survey; and the families whose ledger keeps assets itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from chains import survey as surveys
from chains.catalogue import network, networks
from chains.probes import selector
from chains.solana.survey import WORMHOLE_MINTER
from chains.survey import Surveyed, SurveyOrder, agree, survey, survey_again
from chains.survey_json import survey_from_json, survey_to_json
from chains.surveyed import Survey, Traits
from chains.tron.address import to_bytes
from chains.types import Block, Node, Status, Transaction, Transfer, TransferKind
from tests.chains.replay import Played, replayed
from tests.chains.scene import Answers, Asked, RpcRefusal, Told, json_rpc

GOOD = Survey({"log:1": 5}, {"a": True}, {"t": Traits(exists=True, paused=False)}, {"x": "y"}, ("some_note",))
maybe = st.none() | st.booleans()
surveyed = st.builds(
    Survey,
    moved=st.dictionaries(st.text(), st.none() | st.integers(0, 2**256)),
    code=st.dictionaries(st.text(), maybe),
    traits=st.dictionaries(
        st.text(), st.builds(Traits, *[maybe] * 5, returns=st.none() | st.text(), receipt_for=st.none() | st.text())
    ),
    holders=st.dictionaries(st.text(), st.none() | st.text()),
    notes=st.lists(st.text()).map(tuple),
)


@given(surveyed)
def test_as_json_and_back(told: Survey) -> None:
    assert survey_from_json(json.loads(json.dumps(survey_to_json(told)))) == told


@pytest.mark.parametrize("broken", [{}, {**survey_to_json(GOOD), "moved": {"log:1": "x"}}])
def test_what_is_no_survey_is_refused(broken: Mapping[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        survey_from_json(broken)
    with pytest.raises(ValueError, match="no such traits"):
        survey_from_json({**survey_to_json(GOOD), "traits": {"t": {"kind": 1}}})


@given(surveyed)
def test_one_node_decides_alone_and_two_must_agree(told: Survey) -> None:
    told = replace(told, notes=())
    assert agree(["a"], [told]) == told
    assert agree(["a", "b"], [told, told]) == told
    alone = agree(["a", "b"], [told, "node_unavailable"])
    assert set(alone.moved.values()) | set(alone.code.values()) <= {None}
    assert set(alone.traits.values()) <= {Traits()}
    assert alone.holders == {}
    assert alone.notes == ("node_unavailable:b",)


def test_of_three_most_decide_each_fact_by_itself() -> None:
    liar = Survey({"log:1": 0}, {"a": False}, {"t": Traits(exists=True, paused=True)}, {"x": "z", "q": "r"})
    unsure = replace(GOOD, moved={"log:1": None}, notes=("balances_not_visible",))
    found = agree(["a", "b", "c"], [GOOD, liar, GOOD])
    assert (found.moved, found.code, found.traits, found.holders) == (GOOD.moved, GOOD.code, GOOD.traits, GOOD.holders)
    assert found.notes == ("some_note", "nodes_disagree")
    found = agree(["a", "b", "c"], [GOOD, liar, unsure])
    assert (found.moved, found.code, found.traits) == ({"log:1": None}, GOOD.code, GOOD.traits)
    assert agree(["a", "b", "c"], [GOOD, GOOD, unsure]).notes == ("some_note",)  # one that cannot see does not matter
    assert agree(["a", "b", "c"], [unsure, GOOD, "node_mistaken"]).moved == {"log:1": None}


def transaction(row: str, *legs: Transfer) -> Transaction:
    net = network(row)
    block = Block(1_000, "", None)
    return Transaction(net.slug, net.id, "h", Status.SUCCEEDED, True, 10, 1, block, None, legs)


def leg(contract: str | None, recipient: str, amount: int = 5, **changed: Any) -> Transfer:
    kind = TransferKind.NATIVE if contract is None else TransferKind.TOKEN
    return replace(Transfer("op:0", kind, "asset", contract, None, recipient, amount), **changed)


def look(row: str, answers: Answers, *legs: Transfer, addresses: tuple[str, ...] = ()) -> Survey:
    return survey_again(network(row), SurveyOrder(transaction(row, *legs), legs, addresses), [Played(answers)])


def test_nothing_is_asked_where_nothing_is_to_be_asked() -> None:
    bitcoin = leg(None, network("bitcoin").params["sample_address"])
    order = SurveyOrder(transaction("bitcoin", bitcoin), (bitcoin,))
    assert survey(network("bitcoin"), [], order) == Surveyed(Survey(notes=("not_surveyed",)))
    order = SurveyOrder(transaction("ethereum"), ())
    assert survey(network("ethereum"), [Node("a", "http://127.0.0.1:9")], order) == Surveyed(Survey())
    order = SurveyOrder(transaction("ethereum"), (), ("0x",))
    assert survey(network("ethereum"), [], order).survey.notes == ("no_node",)


def test_over_http_the_exchange_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    paid = leg(None, network("solana").params["sample_address"])
    order = SurveyOrder(transaction("solana", paid), (paid,))
    with replayed(_solana()) as one, replayed(_solana(), interface="sidecar") as other:
        found = survey(network("solana"), [one], order)
        assert found.survey.code == {paid.recipient: False}
        assert [answer.node for answer in found.answers] == [one.label]
        assert b"result" in found.answers[0].body
        assert survey(network("solana"), [one, other], order).survey.notes[0] == f"unknown_interface:{other.label}"


def test_the_slow_are_left_behind_once_enough_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading
    import time

    held = threading.Event()

    def heard(module: Any, net: Any, talk: Any, order: Any) -> Survey:
        if talk.node.label == "slow":
            held.wait(20)
        return GOOD

    monkeypatch.setattr(surveys, "_heard", heard)
    nodes = [Node(label, f"http://{label}.invalid") for label in ("a", "b", "slow")]
    began = time.monotonic()
    order = SurveyOrder(transaction("ethereum"), (), ("0x",))
    found = survey(network("ethereum"), nodes, order, timeout=15).survey
    held.set()
    assert time.monotonic() - began < 5
    assert (found.moved, found.traits) == (GOOD.moved, GOOD.traits)


SOLANA_HOLDER = network("solana").params["sample_address"]
MINT = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
OWNER = "7oPa2PHQdZmjSPqvpZN7MQxnC7Dcf3uL4oLqknGLk2S3"
TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"


def _mint(program: str = TOKEN_PROGRAM, **info: Any) -> dict[str, Any]:
    body = {"decimals": 6, "supply": "1000000", "mintAuthority": OWNER, "freezeAuthority": OWNER} | info
    return {"owner": program, "executable": False, "data": {"parsed": {"type": "mint", "info": body}}}


def _account(state: str = "initialized", owner: str = OWNER) -> dict[str, Any]:
    info = {"mint": MINT, "owner": owner, "state": state, "tokenAmount": {"amount": "5"}}
    return {"owner": TOKEN_PROGRAM, "executable": False, "data": {"parsed": {"type": "account", "info": info}}}


def _solana(
    accounts: Mapping[str, Any] | None = None, held: Any = (), epoch: int = 100, genesis: str | None = None
) -> Answers:
    def result(method: str, params: Any) -> Any:
        match method:
            case "getGenesisHash":
                return genesis or network("solana").params["genesis"]
            case "getEpochInfo":
                return {"epoch": epoch}
            case "getAccountInfo":
                found = (accounts or {}).get(params[0])
                if isinstance(found, Exception):
                    raise found
                return {"context": {"slot": 1}, "value": found}
            case "getTokenAccountsByOwner":
                return {"context": {"slot": 1}, "value": [{"pubkey": OWNER, "account": row} for row in held]}
        raise RpcRefusal

    return json_rpc(result)


def _of_mint(row: Any, **others: Any) -> Traits:
    return look("solana", _solana({MINT: row}, **others), leg(MINT, SOLANA_HOLDER)).traits[MINT]


def _fee(older: int, newer: int, since: int = 50) -> dict[str, Any]:
    state = {
        "olderTransferFee": {"epoch": 1, "transferFeeBasisPoints": older},
        "newerTransferFee": {"epoch": since, "transferFeeBasisPoints": newer},
    }
    return _mint(TOKEN_2022, extensions=[{"extension": "transferFeeConfig", "state": state}])


def test_solana_mints() -> None:
    plain = Traits(exists=True, fungible=True, paused=False, takes_fee=False, rebasing=False, wrapped_native=False)
    assert _of_mint(_mint()) == plain
    assert _of_mint(_mint(), held=[_account()]) == replace(plain, holder_blocked=False)
    frozen = _of_mint(_mint(), held=[_account("frozen")])
    assert (frozen.holder_blocked, frozen.transfer_works) == (True, False)
    assert _of_mint(_mint(decimals=0, supply="1")).fungible is False
    assert _of_mint(_mint(mintAuthority=WORMHOLE_MINTER)).bridged is True
    for said, paused in ((True, True), (False, False), ("yes", None)):
        row = _mint(TOKEN_2022, extensions=[{"extension": "pausableConfig", "state": {"paused": said}}])
        assert _of_mint(row).paused is paused
    stays = _of_mint(_mint(TOKEN_2022, extensions=[{"extension": "nonTransferable"}]))
    assert stays.transfer_works is False
    assert _of_mint(None) == Traits(exists=False)
    assert _of_mint(RpcRefusal()) == Traits()
    for strange in ({"owner": 5}, _mint(OWNER), _mint(extensions=7), _mint(decimals=0, supply="much"), ["x"]):
        assert _of_mint(strange).exists is None


def test_solana_fees_by_epoch() -> None:
    assert _of_mint(_fee(0, 0)).takes_fee is False
    assert _of_mint(_fee(10, 10)).takes_fee is True
    assert _of_mint(_fee(0, 10, since=100)).takes_fee is True
    assert _of_mint(_fee(0, 10, since=101)).takes_fee is False
    assert _of_mint(_fee(10, 0, since=101)).takes_fee is True


def test_solana_a_token_account_used_as_an_owner() -> None:
    paid = leg(MINT, SOLANA_HOLDER)
    found = look(
        "solana",
        _solana({SOLANA_HOLDER: _account(), OWNER: {"owner": OWNER, "executable": True}}),
        paid,
        addresses=(OWNER,),
    )
    assert found.holders == {SOLANA_HOLDER: OWNER}
    assert found.code == {SOLANA_HOLDER: False, OWNER: True}
    assert look("solana", _solana({SOLANA_HOLDER: _account(owner="none")}), paid).holders == {SOLANA_HOLDER: None}
    unseen = look("solana", _solana({SOLANA_HOLDER: RpcRefusal()}), paid)
    assert (unseen.holders, unseen.code, unseen.notes) == ({}, {SOLANA_HOLDER: None}, ("accounts_not_visible",))
    assert look("solana", _solana(genesis=OWNER), paid) == Survey(notes=("node_mistaken:played",))


TRON_HOLDER, USDT = "TLa2f6VPqDgRE67v1736s7bJ8Ray5wYjU7", network("tron").params["sample_address"]


def _tron(
    functions: Mapping[str, Any] | None = None, *, code: Any = "3660f4", genesis: str | None = None, logs: Any = None
) -> Answers:
    """``functions`` by signature: hexadecimal, or a whole answer."""

    def answer(asked: Asked) -> Told:
        if asked.path.endswith("getblockbynum"):
            return Told({"blockID": genesis or network("tron").params["genesis"]})
        if asked.path.endswith("getcontract"):
            mine = asked.body["value"] == to_bytes(USDT).hex()
            return Told({"contract_address": asked.body["value"], "bytecode": code} if mine and code else {})
        if asked.path.endswith("triggerconstantcontract"):
            said = (functions or {}).get(asked.body["function_selector"])
            if isinstance(said, dict | Told):
                return said if isinstance(said, Told) else Told(said)
            if said is None:
                words = b"REVERT opcode executed".hex()
                return Told({"result": {"result": True, "message": words}, "constant_result": [""]})
            shown = (
                {"logs": logs} if logs is not None and asked.body["function_selector"].startswith("transfer") else {}
            )
            return Told({"result": {"result": True}, "constant_result": [said], **shown})
        return Told({}, status=404)

    return answer


WORD: Callable[[int], str] = "{:064x}".format
BUSY = {"result": {"result": True, "message": b"Already Time Out".hex()}, "constant_result": [""]}


def _of_token(**others: Any) -> Traits:
    functions = {"decimals()": WORD(6), "balanceOf(address)": WORD(9), "transfer(address,uint256)": WORD(0)}
    functions |= others.pop("functions", {})
    return look("tron", _tron(functions, **others), leg(USDT, TRON_HOLDER)).traits[USDT]


def test_tron_tokens() -> None:
    found = look("tron", _tron({"decimals()": WORD(6)}), leg(USDT, TRON_HOLDER), addresses=(USDT,))
    assert found.code == {USDT: True, TRON_HOLDER: False}
    assert found.moved == {"op:0": None}
    assert found.notes == ("balances_not_visible",)
    said = {"isBlackListed(address)": WORD(1), "paused()": WORD(0)}
    blocked = _of_token(functions=said)
    assert (blocked.holder_blocked, blocked.paused, blocked.fungible, blocked.rebasing) == (True, False, True, False)
    assert _of_token(functions=dict.fromkeys(said, BUSY)).holder_blocked is None
    assert _of_token(functions={"thereIsNoFunctionOfThisName(address)": WORD(1)} | said).holder_blocked is None
    assert look("tron", _tron(code=None), leg(USDT, TRON_HOLDER)).traits[USDT] == Traits(exists=False)
    assert look("tron", _tron(genesis="0" * 64), leg(USDT, TRON_HOLDER)).notes == ("node_mistaken:played",)
    native = look("tron", _tron(), leg(network("tron").params["wrapped_native"], TRON_HOLDER))
    assert native.traits[network("tron").params["wrapped_native"]].exists is False


def test_tron_a_trial_that_says_false() -> None:
    """The commonest token answers false to what it does: its own logs of the trial tell."""
    from chains.tron.survey import NOBODY

    transfer = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    topics = [transfer, to_bytes(TRON_HOLDER)[1:].hex().zfill(64), NOBODY[1:].hex().zfill(64)]
    moved = {"address": to_bytes(USDT)[1:].hex(), "topics": topics, "data": WORD(5)}
    told = _of_token(logs=[moved])
    assert (told.transfer_works, told.returns, told.takes_fee) == (True, "false", False)
    assert _of_token(logs=[moved | {"data": WORD(4)}]).takes_fee is True
    assert _of_token(logs=[]).transfer_works is False
    assert _of_token().transfer_works is None
    assert _of_token(logs=["x"]).transfer_works is None
    true = {"transfer(address,uint256)": WORD(1)}
    assert _of_token(functions=true).transfer_works is True
    assert _of_token(functions={"transfer(address,uint256)": BUSY}).transfer_works is None
    assert _of_token(functions={"transfer(address,uint256)": Told({"Error": "x"})}).transfer_works is None
    assert _of_token(functions={"balanceOf(address)": WORD(0)} | true).transfer_works is None
    refused = look("tron", _tron({"balanceOf(address)": WORD(9)}), leg(USDT, TRON_HOLDER)).traits[USDT]
    assert refused.transfer_works is False


XRPL_HOLDER, ISSUER = "rMQ98K56yXJbDGv49ZSmW51sLn94Xe1mu1", "rhub8VRN55s94qWKDv6jmDy1pUykJzF3wq"
USD, MPT = f"USD:{ISSUER}", "05EECEBE97A7D635DE2393068691A015FED5A89AD203F5AA"


def _xrpl(entries: Mapping[str, Any], network_id: int = 0) -> Answers:
    def answer(asked: Asked) -> Told:
        method, wanted = asked.body["method"], asked.body["params"][0]
        if method == "server_info":
            return Told(
                {"result": {"info": {"network_id": network_id, "validated_ledger": {"seq": 9}}, "status": "success"}}
            )
        name = next((key for key in wanted if key in ("mpt_issuance", "mptoken")), method)
        found = entries.get(name, {"error": "entryNotFound", "status": "error"})
        return Told({"result": found})

    return answer


def _of_issue(contract: str, **entries: Any) -> Traits:
    return look("xrpl", _xrpl(entries), leg(contract, XRPL_HOLDER)).traits[contract]


def _lines(**line: Any) -> dict[str, Any]:
    return {
        "lines": [
            {"account": ISSUER, "currency": "EUR", "freeze_peer": True},
            {"account": ISSUER, "currency": "USD", **line},
        ]
    }


def test_xrpl_issuers() -> None:
    account = {"account_data": {"Flags": 0}}
    plain = Traits(True, True, False, False, None, None, None, False, None, None, False)
    assert _of_issue(USD, account_info=account, account_lines=_lines()) == plain
    everything = _of_issue(USD, account_info={"account_data": {"Flags": 0x00400000}}, account_lines=_lines())
    assert (everything.paused, everything.holder_blocked, everything.transfer_works) == (True, False, False)
    mine = _of_issue(USD, account_info=account, account_lines=_lines(freeze_peer=True))
    assert (mine.paused, mine.holder_blocked, mine.transfer_works) == (False, True, False)
    own_doing = _of_issue(USD, account_info=account, account_lines=_lines(freeze=True))
    assert own_doing.holder_blocked is False
    assert _of_issue(USD).exists is False
    for strange in ({"error": "noNetwork"}, {"account_data": []}, {"account_data": {"Flags": "x"}}):
        assert _of_issue(USD, account_info=strange, account_lines=strange).exists is None
    unseen = look("xrpl", _xrpl({"account_info": {"error": "tooBusy"}}), leg(USD, XRPL_HOLDER))
    assert (unseen.notes, unseen.code) == (("issuer_not_visible",), {XRPL_HOLDER: False})
    assert look("xrpl", _xrpl({}, network_id=1), leg(USD, XRPL_HOLDER)).notes == ("node_mistaken:played",)


def test_xrpl_multi_purpose_tokens() -> None:
    free, locked = {"node": {"Flags": 0x20}}, {"node": {"Flags": 0x21}}
    held = {"node": {"Flags": 0}}
    assert _of_issue(MPT, mpt_issuance=free, mptoken=held).transfer_works is None
    assert _of_issue(MPT, mpt_issuance=locked, mptoken=held).paused is True
    assert _of_issue(MPT, mpt_issuance=free, mptoken=locked).holder_blocked is True
    assert _of_issue(MPT, mpt_issuance={"node": {}}, mptoken=held).transfer_works is False  # bound to its issuer
    assert _of_issue(MPT).exists is False


STELLAR_HOLDER = "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"
STELLAR_ASSET = "USDC:GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"


def _stellar(authorized: Any = True, *, records: Any = None, lines: Any = None, **flags: bool) -> Answers:
    code, _, issuer = STELLAR_ASSET.partition(":")
    named = {"asset_code": code, "asset_issuer": issuer}

    def answer(asked: Asked) -> Told:
        if asked.path == "/":
            return Told({"network_passphrase": network("stellar").params["passphrase"]})
        if asked.path.startswith("/assets"):
            return Told({"_embedded": {"records": [{**named, "flags": flags}] if records is None else records}})
        return Told({"balances": [{**named, "is_authorized": authorized}] if lines is None else lines})

    return answer


def test_stellar_assets() -> None:
    found = look("stellar", _stellar(), leg(STELLAR_ASSET, STELLAR_HOLDER))
    traits = found.traits[STELLAR_ASSET]
    assert (traits.exists, traits.holder_blocked, traits.transfer_works, found.notes) == (True, False, None, ())
    assert found.code == {STELLAR_HOLDER: False}
    watched = look(
        "stellar", _stellar(auth_revocable=True, auth_clawback_enabled=True), leg(STELLAR_ASSET, STELLAR_HOLDER)
    )
    assert watched.notes == ("issuer_can_freeze", "issuer_can_claw_back")
    blocked = look("stellar", _stellar(authorized=False), leg(STELLAR_ASSET, STELLAR_HOLDER)).traits[STELLAR_ASSET]
    assert (blocked.holder_blocked, blocked.transfer_works) == (True, False)
    for unclear in (_stellar(authorized="yes"), _stellar(lines=[]), _stellar(lines=7)):
        assert look("stellar", unclear, leg(STELLAR_ASSET, STELLAR_HOLDER)).traits[STELLAR_ASSET].holder_blocked is None
    assert (
        look("stellar", _stellar(records=[]), leg(STELLAR_ASSET, STELLAR_HOLDER)).traits[STELLAR_ASSET].exists is False
    )
    unseen = look("stellar", _stellar(records=[{"asset_code": "X"}]), leg(STELLAR_ASSET, STELLAR_HOLDER))
    assert (unseen.traits[STELLAR_ASSET].exists, unseen.notes) == (None, ("issuer_not_visible",))
    contract = "CCW67TSZV3SSS2HXMBQ5JFGCKJNXKZM7UQUWUZPUTHXSTZLEO7SJMI75"
    own = look("stellar", _stellar(), leg(contract, contract))
    assert (own.moved, own.code, own.traits) == ({"op:0": None}, {contract: True}, {contract: Traits()})


ALGORAND_HOLDER = network("algorand").params["sample_address"]


def _algorand(frozen: Any = False, *, asset: Any = None, node: bool = False, genesis: str | None = None) -> Answers:
    row = {"index": 31566704, "params": {"total": 10**15, "decimals": 6}} if asset is None else asset
    holding = {"asset-id": 31566704, "is-frozen": frozen, "amount": 5}

    def answer(asked: Asked) -> Told:
        if asked.path.startswith("/v2/blocks"):
            return Told({"round": 1_000, "genesis-id": genesis or network("algorand").params["genesis_id"]})
        if asked.path.startswith("/v2/assets"):
            return Told(row if node else {"asset": row, "current-round": 5})
        if "?asset-id=" in asked.path:
            return Told({}, status=404) if node else Told({"assets": [holding]})
        return Told({"asset-holding": holding}) if node else Told({}, status=404)

    return answer


@pytest.mark.parametrize("node", [False, True])
def test_algorand_assets(node: bool) -> None:
    def traits(*args: Any, **others: Any) -> Traits:
        found = look("algorand", _algorand(*args, node=node, **others), leg("31566704", ALGORAND_HOLDER))
        return found.traits["31566704"]

    assert (traits().exists, traits().fungible, traits().holder_blocked, traits().transfer_works) == (
        True,
        True,
        False,
        None,
    )
    assert (traits(True).holder_blocked, traits(True).transfer_works) == (True, False)
    assert traits("x").holder_blocked is None
    assert traits(asset={"index": 31566704, "params": {"total": 1}}).fungible is False
    assert traits(asset={"index": 31566704, "deleted": True}).exists is False
    assert traits(asset={"index": 5}).exists is None
    other = look("algorand", _algorand(genesis="testnet-v1.0"), leg("31566704", ALGORAND_HOLDER))
    assert other.notes == ("node_mistaken:played",)


SURVEYORS = ("ethereum", "tron", "solana", "xrpl", "stellar", "algorand")
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("row", SURVEYORS)
@given(st.data())
def test_whatever_is_answered_nothing_is_raised_or_claimed(row: str, data: st.DataObject) -> None:
    contracts = {"ethereum": "0xdAC17F958D2ee523a2206206994597C13D831ec7", "tron": USDT, "solana": MINT, "xrpl": USD}
    contracts |= {"stellar": STELLAR_ASSET, "algorand": "31566704"}
    paid = leg(contracts[row], network(row).params["sample_address"])
    found = look(row, lambda asked: Told(data.draw(anything), status=data.draw(st.sampled_from([200, 404]))), paid)
    assert set(found.moved.values()) <= {None}


def test_every_wrapped_coin_is_a_token_of_its_network() -> None:
    from chains.asset import check_asset

    rows = [row for row in networks().values() if "wrapped_native" in row.params]
    assert len(rows) >= 14
    assert all(check_asset(row, row.params["wrapped_native"]) == row.params["wrapped_native"] for row in rows)


def test_selectors_are_those_of_the_signatures() -> None:
    assert selector("transfer(address,uint256)") == "a9059cbb"
    assert selector("supportsInterface(bytes4)") == "01ffc9a7"
