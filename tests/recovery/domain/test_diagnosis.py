"""The catalogue of causes: each reached by one case and missed by one near it; what is unknown waits; the order decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chains.surveyed import Survey, Traits
from chains.types import Fee, Status, TransferKind
from recovery.domain.books import Books, Label, LegHistory, Owner, Screened
from recovery.domain.cause_policy import BUILT_IN
from recovery.domain.cause_rows import CODES
from recovery.domain.causes.finding import Says
from recovery.domain.lookalikes import skeleton
from tests.recovery.desk import DEPOSIT, LISTED, OUTSIDE, SENDER, TANK, TOKEN
from tests.recovery.domain.cause_examples import (
    BOOKS,
    BY_REFERENCE,
    COIN,
    ENDED,
    EVM_TWIN,
    EXAMPLES,
    GONE,
    GOOD,
    HASH,
    HOT,
    LATER,
    MEMOS,
    ODD,
    OWNER,
    PAID_AT,
    PROVEN,
    SAW_WAITING,
    SENT,
    SHARED,
    STRANGER,
    Example,
    Facts,
    asset,
    elsewhere,
    history,
    known,
    leg,
    memo,
    on,
    owned,
    paid,
    policy,
    traits,
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.cause}-not-{one.near_cause}")
def test_a_cause_is_found_and_its_neighbour_is_not_taken_for_it(example: Example) -> None:
    found, near = example.case.found(), example.near.found()
    if example.beside:
        assert example.cause in found.findings
        assert example.cause not in (near.cause, *near.findings)
    else:
        assert found.cause == example.cause
    assert near.cause == example.near_cause != example.cause


def test_every_code_of_the_catalogue_has_an_example() -> None:
    assert {one.cause for one in EXAMPLES} | BY_REFERENCE == set(CODES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.cause)
def test_every_answer_says_why_and_the_last_one_decides(example: Example) -> None:
    found = example.case.found()
    assert found.checks
    assert all(check.name and check.why for check in found.checks)
    assert found.outcome
    if found.cause is None:
        assert found.unanswered
        assert found.outcome == ("WT",)


SETTLED: dict[str, tuple[str, ...]] = {
    "A03": ("AM",),
    "A10": ("RJ",),
    "A11": ("AM",),
    "B01": ("AM",),
    "B02": ("AM",),
    "B04": ("CR",),
    "B08": ("RJ",),
    "B16": ("CR",),
    "C01": ("CR",),
    "C03": ("SW", "RF"),
    "D01": ("SW", "RF"),
    "D04": ("RJ",),
    "D09": ("HD",),
    "D13": ("HD",),
    "D15": ("RJ",),
    "E01": ("WT",),
    "F01": ("CR",),
    "G02": ("CR",),
    "G04": ("HD",),
    "G07": ("WT",),
    "H01": ("CL",),
    "H04": ("HD",),
    "H12": ("AM",),
}


@pytest.mark.parametrize(("cause", "outcome"), SETTLED.items())
def test_the_settled_outcomes(cause: str, outcome: tuple[str, ...]) -> None:
    (example,) = (one for one in EXAMPLES if one.cause == cause)
    assert example.case.found().outcome == outcome


class TestUnknownWaits:
    """Nothing is refused because a node was silent."""

    @pytest.mark.parametrize(
        "facts",
        [
            Facts(paid(status=Status.UNKNOWN)),
            Facts(paid(warnings=("test_chain",))),
            elsewhere(replace(STRANGER, warnings=("internal_transfers_not_visible",))),
            Facts(paid(leg(TOKEN)), survey=Survey()),
            Facts(paid(), survey=Survey(moved={"log:0": None})),
            Facts(paid(**GONE), known(sightings=(SAW_WAITING,))),
            Facts(paid(), known(screened=(Screened(SENDER, "unknown", "tool"),))),
        ],
    )
    def test_what_cannot_be_known_has_no_cause(self, facts: Facts) -> None:
        found = facts.found()
        assert (found.cause, found.outcome, found.confidence) == (None, ("WT",), "unknown")
        assert found.unanswered

    def test_the_same_with_an_answer_is_decided(self) -> None:
        assert Facts(paid(warnings=("test_chain",)), known(sandbox=True)).found().cause == "G02"
        assert Facts(paid(warnings=("internal_transfers_not_visible",))).found().cause == "G02"
        assert Facts(paid(**GONE), known(sightings=(SAW_WAITING,), replaced=False)).found().cause == "A03"

    def test_a_refusal_does_not_wait_for_screening(self) -> None:
        silent = known(screened=(Screened(SENDER, "unknown", "tool"),))
        assert Facts(paid(leg(TOKEN, symbol="USDX")), silent).found().cause == "D04"

    def test_own_books_need_no_node(self) -> None:
        unseen = paid(status=Status.UNKNOWN, transfers=(), final=False, block=None)
        assert Facts(unseen, known(credits={"": LegHistory("acct-1", 1_000)})).found().cause == "H01"
        assert Facts(unseen, known(credits={"log:0": LegHistory(refunded=True)})).found().cause == "H02"
        assert Facts(unseen, known(credits={"": LegHistory("acct-2", 1_000)})).found().cause is None

    def test_logs_of_listed_tokens_suffice_where_the_policy_says_so(self) -> None:
        trusting = policy(effect_of_listed="log")
        assert Facts(paid(), survey=Survey(), policy=trusting).found().cause == "G02"
        assert Facts(paid(leg(TOKEN)), survey=Survey(), policy=trusting).found().cause is None


class TestOftenMisread:
    """The causes that people get wrong, named at the end of the catalogue."""

    def test_confirming_is_no_loss(self) -> None:
        assert Facts(paid(final=False)).found().outcome == ("WT",)

    @pytest.mark.parametrize(
        "typed", ["1022 ", "\u200b1022", "１０２２", "memo: 1022", '{"memo":"1022"}', "001022", '"1022"']
    )
    def test_a_mistyped_memo_is_credited_free(self, typed: str) -> None:
        found = memo(typed).found()
        assert (found.cause, found.outcome) == ("B04", ("CR",))
        assert BUILT_IN.causes["B04"].fee == "free"

    def test_a_memo_that_may_mean_two_accounts_is_asked_about(self) -> None:
        two = known(owners=(SHARED, replace(SHARED, memo="01022", account="acct-2")))
        assert memo("001022", books=two).found().cause == "B02"

    def test_a_mistyped_memo_of_somebody_else_is_not_ones_own(self) -> None:
        assert memo("1022 ", books=known(owners=(replace(SHARED, account="acct-2"),))).found().cause == "B08"

    def test_a_returned_withdrawal_is_its_withdrawers(self) -> None:
        back = Facts(paid(leg(sender=OUTSIDE, amount=950)), known(owners=(HOT,), withdrawals=(SENT,)))
        assert back.found().cause == "B16"
        assert replace(back, books=replace(back.books, claimant="acct-2")).found().cause == "B11"

    def test_the_same_address_on_another_network_is_recoverable(self) -> None:
        found = Facts(paid(), known(owners=(EVM_TWIN,))).found()
        assert (found.cause, found.outcome) == ("C01", ("CR",))
        unlisted = Facts(paid(leg(TOKEN)), known(owners=(EVM_TWIN,))).found()
        assert (unlisted.cause, unlisted.outcome, "D01" in unlisted.findings) == ("C01", ("SW", "RF"), True)

    def test_a_contract_of_ours_on_another_network_is_never_just_refused(self) -> None:
        books = known(owners=(replace(EVM_TWIN, custody="contract"),))
        missing = Facts(paid(), books, survey=Survey(moved={"log:0": 1_000}, code={DEPOSIT: False})).found()
        standing = Facts(paid(), books, survey=Survey(moved={"log:0": 1_000}, code={DEPOSIT: True})).found()
        assert missing.conditions == ("contract_not_deployed",)
        assert standing.conditions == ("contract_cannot_send",)
        assert Facts(paid(), books).found().conditions == ("contract_not_deployed",)

    def test_a_second_leg_is_not_credited_because_the_first_was(self) -> None:
        legs = (leg(amount=10), leg(position="log:1", amount=20))
        whole = {one.position: LegHistory("acct-1", 10, LISTED, whole=True) for one in legs}
        found = Facts(paid(*legs), known(legs=whole)).found()
        assert (found.cause, found.leg) == ("F03", "log:1")

    def test_a_sanctioned_payment_is_neither_credited_nor_returned(self) -> None:
        (example,) = (one for one in EXAMPLES if one.cause == "G04")
        found = example.case.found()
        assert (found.outcome, found.findings) == (("HD",), ("G02",))

    def test_dust_that_may_carry_tokens_is_not_swept(self) -> None:
        (example,) = (one for one in EXAMPLES if one.cause == "D13")
        assert example.case.found().conditions[0] == "indexer_required"


class TestPrecedence:
    """Much is true at once; the order of the table decides."""

    ALL = known(
        owners=(replace(OWNER, account="acct-2"), Owner(TANK, "", "hot", "key")),
        claimant_state="frozen",
        legs={"log:0": LegHistory("acct-1", 1_000, LISTED, claimed_before=True, refunded=True, claimed_elsewhere=True)},
    )

    def test_one_truth_after_the_other_is_taken_away(self) -> None:
        tx, books = paid(leg(TOKEN, sender=TANK, symbol="USDX")), self.ALL
        past = books.legs["log:0"]
        order: list[tuple[str, Books]] = [
            ("G08", books),
            ("H02", books := known(**self._with(books, legs={"log:0": replace(past, credited_to=None)}))),
            (
                "H03",
                books := known(**self._with(books, legs={"log:0": replace(past, credited_to=None, refunded=False)})),
            ),
            ("B08", books := known(**self._with(books, legs={"log:0": LegHistory(claimed_elsewhere=True)}))),
            ("B17", books := known(**self._with(books, owners=(OWNER, books.owners[1])))),
            ("H04", books := known(**self._with(books, owners=(OWNER,)))),
            ("D04", books := known(**self._with(books, legs={}))),
        ]
        assert [Facts(tx, one).found().cause for _, one in order] == [cause for cause, _ in order]

    @staticmethod
    def _with(books: Books, **changes: Any) -> dict[str, Any]:
        names = ("owners", "claimant_state", "legs")
        return {name: getattr(books, name) for name in names} | changes

    def test_finality_comes_before_the_books_but_for_what_is_settled(self) -> None:
        assert Facts(paid(final=False), history(refunded=True)).found().cause == "A05"

    def test_a_hold_stops_money_and_nothing_else(self) -> None:
        frozen = known(claimant_state="frozen")
        assert Facts(paid(), frozen).found().cause == "G06"
        assert Facts(paid(leg(amount=0)), frozen).found().cause == "A11"
        assert elsewhere(STRANGER, frozen).found().cause == "B12"

    def test_a_change_of_security_holds_refunds_not_credits(self) -> None:
        fresh = known(security_changed_at=BOOKS.now)
        assert Facts(paid(leg(TOKEN)), fresh).found().cause == "H11"
        assert Facts(paid(), fresh).found().cause == "G02"

    def test_a_credit_waits_for_what_stands_in_its_way(self) -> None:
        books = known(owners=(SHARED,), assets=(replace(asset().assets[0], minimum=2_000), COIN))
        found = memo("1022 ", books=books).found()
        assert (found.cause, found.outcome, found.findings) == ("B04", ("WT",), ("E01",))

    def test_ones_own_open_leg_decides_among_several(self) -> None:
        other = Owner(SENDER, "acct-2", "deposit", "key")
        legs = (
            leg(TOKEN, position="log:1", recipient=SENDER, sender=OUTSIDE),
            leg(TOKEN, position="log:2", sender=OUTSIDE),
            leg(position="log:3", sender=OUTSIDE),
        )
        books = known(owners=(OWNER, other), legs={"log:2": LegHistory("acct-1", 1_000)})
        found = Facts(paid(*legs), books).found()
        assert (found.leg, found.cause) == ("log:3", "F03")
        assert {one.position: one.cause for one in found.legs} == {"log:1": "B08", "log:2": "H01", "log:3": "F03"}


class TestProofs:
    """What is proven is a fact of the books, and the case is judged anew."""

    def test_a_proven_payment_without_memo_is_credited(self) -> None:
        found = memo(None, books=known(owners=(SHARED,), proofs=PROVEN)).found()
        assert (found.cause, found.outcome, found.conditions) == ("B01", ("CR",), ())

    def test_a_payment_to_our_hot_wallet_goes_back_after_two_proofs(self) -> None:
        second = replace(PROVEN[0], method="test_transfer")
        one = Facts(paid(), known(owners=(HOT,), proofs=PROVEN)).found()
        two = Facts(paid(), known(owners=(HOT,), proofs=(*PROVEN, second))).found()
        assert (one.cause, one.outcome[0]) == ("B11", "AM")
        assert (two.cause, two.outcome) == ("B11", ("RF",))

    def test_one_weak_proof_is_not_enough_and_two_of_one_kind_neither(self) -> None:
        weak = replace(PROVEN[0], strength="weak", method="document")
        for proofs in ((weak,), (weak, weak)):
            found = memo(None, books=known(owners=(SHARED,), proofs=proofs)).found()
            assert (found.outcome, found.conditions) == (("AM",), ("memo_owner_proof",))

    def test_a_proof_of_another_address_proves_nothing(self) -> None:
        found = memo(None, books=known(owners=(SHARED,), proofs=(replace(PROVEN[0], address=OUTSIDE),))).found()
        assert found.outcome == ("AM",)


class TestAccountsWithoutAClaimant:
    """Nobody claims: then the state of the owner's account counts."""

    @pytest.mark.parametrize(("state", "cause"), [("frozen", "G06"), ("closed", "B10"), ("active", "G02")])
    def test_the_owners_state(self, state: str, cause: str) -> None:
        books = known(claimant=None, states={"acct-1": state, "acct-2": "frozen"})
        assert Facts(paid(), books).found().cause == cause
        assert Facts(paid(), replace(books, claimant="acct-1")).found().cause == "G02"


class TestCreditedToAnother:
    """What somebody else was credited is not credited a second time, not even to the owner of the address."""

    def test_ones_own_address_and_anothers_credit(self) -> None:
        books = known(legs={"log:0": LegHistory("acct-2", 1_000)})
        assert (Facts(paid(), books).found().cause, Facts(paid(), books).found().outcome) == ("H04", ("HD",))
        assert Facts(paid(), replace(books, claimant="acct-2")).found().cause == "H01"
        assert Facts(paid(), known(legs={"log:0": LegHistory("acct-1:savings", 1_000)})).found().cause == "G08"


class TestFalseJettons:
    """The notice of a false jetton wallet costs its sender a grain of the coin, which is no deposit."""

    def test_the_coin_of_a_false_notice(self) -> None:
        grain = leg(None, 1, kind=TransferKind.INTERNAL)
        assert Facts(paid(grain, warnings=("false_jetton_wallet",))).found().cause == "A10"
        assert Facts(paid(grain)).found().cause == "F01"
        assert (
            Facts(paid(leg(None, 1, kind=TransferKind.NATIVE), warnings=("false_jetton_wallet",))).found().cause
            == "G02"
        )


class TestWhoPaid:
    """A sanctioned payer does not hide behind a contract."""

    def test_who_paid_for_the_transaction_is_looked_up_too(self) -> None:
        fee = Fee("asset", "ETH", 1, "0xpayer")
        routed = replace(paid(), fee=fee)
        books = known(labels={"0xpayer": Label("a list", "sanctioned")})
        assert (Facts(routed, books).found().cause, Facts(paid(), books).found().cause) == ("G04", "G02")


class TestOwnersInTime:
    """The owner at the time of the payment decides."""

    def test_who_owned_it_then_is_credited_and_who_owns_it_now_is_not(self) -> None:
        books = known(owners=(ENDED, LATER))
        then, since = Facts(paid(), books), Facts(paid(), replace(books, claimant="acct-2"))
        assert (then.found().cause, then.found().outcome) == ("H09", ("CR",))
        assert (since.found().cause, since.found().outcome) == ("H09", ("RJ",))
        assert replace(then, books=replace(books, claimant="acct-3")).found().cause == "B08"

    @pytest.mark.parametrize("claimant", ["acct-1", "acct-2", None])
    def test_between_two_owners_it_is_nobodys_until_somebody_proves_it(self, claimant: str | None) -> None:
        ended = replace(OWNER, valid_until=PAID_AT - timedelta(days=1))
        found = Facts(paid(), known(owners=(ended, LATER), claimant=claimant)).found()
        assert (found.cause, found.outcome) == ("H12", ("AM",))
        assert Facts(paid(), known(owners=(ended, LATER), claimant="acct-3")).found().cause == "B08"

    def test_retired_and_given_back_to_the_same_owner_is_still_theirs(self) -> None:
        ended = replace(OWNER, valid_until=PAID_AT - timedelta(days=1))
        books = known(owners=(ended, replace(LATER, account="acct-1")))
        assert Facts(paid(), books).found().cause == "B09"

    def test_a_contract_that_an_account_was_given_is_its_deposit_address(self) -> None:
        given = replace(OWNER, kind="contract", custody="contract")
        assert Facts(paid(), known(owners=(given,))).found().cause == "G02"
        assert Facts(paid(), known(owners=(given,), claimant="acct-2")).found().cause == "B08"
        assert Facts(paid(), known(owners=(replace(given, account=""),))).found().cause == "H05"

    def test_anothers_address_where_it_was_credited(self) -> None:
        books = known(claimant="acct-2", legs={"log:0": LegHistory("acct-1", 1_000)})
        assert (Facts(paid(), books).found().cause, Facts(paid(), known(claimant="acct-2")).found().cause) == (
            "B03",
            "B08",
        )

    def test_a_retired_address_in_the_archive_names_what_must_be_prepared(self) -> None:
        books = owned(valid_until=PAID_AT - timedelta(days=1), custody="archived")
        found = Facts(paid(leg(TOKEN)), books).found()
        assert (found.cause, found.outcome) == ("B09", ("SW", "RF"))
        assert found.conditions == ("retired_address_key_archive",)
        credited = Facts(paid(), books).found()
        assert (credited.outcome, credited.conditions) == (("CR",), ("retired_address_key_archive",))


class TestPrivacy:
    """Whose an address is does not show."""

    STRANGERS = replace(OWNER, account="acct-2")

    @pytest.mark.parametrize(
        ("told", "of_nobody"),
        [
            (
                known(owners=(STRANGERS,), legs={"log:0": LegHistory(claimed_elsewhere=True)}),
                known(owners=(STRANGERS,)),
            ),
            (known(owners=(STRANGERS, Owner(SENDER, "", "hot", "key"))), known(owners=(STRANGERS,))),
            (known(owners=(HOT, Owner(SENDER, "acct-2", "deposit", "key"))), known(owners=(HOT,))),
        ],
    )
    def test_a_strangers_deposit_looks_like_any_other(self, told: Books, of_nobody: Books) -> None:
        assert Facts(paid(), told).found().cause == Facts(paid(), of_nobody).found().cause

    @pytest.mark.parametrize("account", ["acct-1", "acct-2"])
    def test_our_own_move_is_told_to_whom_it_concerns(self, account: str) -> None:
        emptied = known(owners=(HOT, Owner(SENDER, "acct-1", "deposit", "key")), claimant=account)
        assert Facts(paid(), emptied).found().cause == ("B17" if account == "acct-1" else "B11")

    @pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.cause)
    def test_no_other_account_is_named(self, example: Example) -> None:
        assert "acct-2" not in repr(replace(example.case.found()))
        assert "acct-2" not in repr(example.near.found())


class TestAssets:
    """What a token says of itself makes nothing of it."""

    def test_a_look_alike_does_not_become_a_bridged_coin_by_saying_so(self) -> None:
        assert Facts(paid(leg(TOKEN, symbol="USDX")), survey=traits(bridged=True)).found().cause == "D04"

    def test_what_arrived_is_what_counts(self) -> None:
        found = Facts(paid(leg(TOKEN)), survey=Survey(moved={"log:0": 990})).found()
        assert [(one.position, one.amount) for one in found.legs] == [("log:0", 990)]

    def test_a_listed_token_that_keeps_a_part_is_credited_with_what_arrived(self) -> None:
        found = Facts(paid(), survey=Survey(moved={"log:0": 990})).found()
        assert (found.cause, found.outcome) == ("D06", ("CR",))

    def test_a_token_that_refuses_transfers_needs_its_issuer(self) -> None:
        stuck = Survey(moved={"log:0": 1_000}, traits={TOKEN: Traits(exists=True, transfer_works=False)})
        found = Facts(paid(leg(TOKEN)), survey=stuck).found()
        assert (found.cause, found.conditions) == ("D08", ("issuer_cooperation",))

    def test_a_verdict_is_only_likely_while_the_token_was_not_probed(self) -> None:
        assert ODD.found().confidence == "likely"
        assert Facts(paid(leg(TOKEN)), survey=traits()).found().confidence == "certain"
        assert GOOD.found().confidence == "certain"

    @pytest.mark.parametrize("mode", [("accumulate", ("WT",)), ("credit", ("CR",)), ("refuse", ("RJ",))])
    def test_what_is_below_the_least_is_policy(self, mode: tuple[str, tuple[str, ...]]) -> None:
        found = Facts(paid(), asset(minimum=1_001), policy=policy(below_minimum=mode[0])).found()
        assert (found.cause, found.outcome) == ("E01", mode[1])

    @pytest.mark.parametrize("symbol", ["usdt", "USDТ", "ＵＳＤＴ", "U$DT", "USD₮", "U.S.D.T", "USDT\u200b"])
    def test_symbols_that_look_alike_are_alike(self, symbol: str) -> None:
        assert skeleton(symbol) == skeleton("USDT")

    @pytest.mark.parametrize("symbol", ["USDC", "USD", "TUSD", ""])
    def test_other_symbols_are_not(self, symbol: str) -> None:
        assert skeleton(symbol) != skeleton("USDT")


SHARED_ROWS = tuple(
    Owner(DEPOSIT, account, "shared", "key", tag) for account, tag in (("", ""), ("acct-2", "7"), ("acct-1", "0"))
)


@pytest.mark.parametrize(
    ("tag", "claimant", "cause"),
    [
        ("0", "acct-1", "G02"),  # a tag of nought is a tag
        ("7", "acct-1", "B08"),
        ("7", "acct-2", "G02"),
        (None, "acct-1", "B01"),
        ("", "acct-1", "B01"),
        ("70", "acct-1", "B02"),
        ("00", "acct-1", "B04"),
    ],
)
def test_of_a_shared_address_only_the_memo_tells_whose_it_is(tag: str | None, claimant: str, cause: str) -> None:
    found = Facts(paid(leg(memo=tag)), known(owners=SHARED_ROWS, claimant=claimant), MEMOS).found()
    assert found.cause == cause
    assert len(found.legs) == 1


def test_the_trace_ends_with_the_question_that_decided() -> None:
    found = ODD.found()
    named = {check.name: check.answer for check in found.checks}
    assert named["not_listed"] is Says.YES
    assert list(named.values()).count(Says.YES) == 1


OUR_WITHDRAWAL = replace(SENT, hash=HASH, destination=OUTSIDE)
TO_A_CUSTOMER = replace(OUR_WITHDRAWAL, destination=DEPOSIT)
FROM_OUR_TANK = Owner(SENDER, "", "hot", "key")


@pytest.mark.parametrize(
    ("books", "claimant", "cause"),
    [
        # the change of a withdrawal comes back to a wallet of ours, and it is still the customer's withdrawal
        ({"owners": (HOT, FROM_OUR_TANK), "withdrawals": (OUR_WITHDRAWAL,)}, "acct-1", "H07"),
        ({"owners": (HOT, FROM_OUR_TANK), "withdrawals": (OUR_WITHDRAWAL,)}, None, "H07"),
        # paid out to another customer: a deposit of theirs, a withdrawal to whoever sent it
        (
            {"owners": (replace(OWNER, account="acct-2"), FROM_OUR_TANK), "withdrawals": (TO_A_CUSTOMER,)},
            "acct-2",
            "G02",
        ),
        (
            {"owners": (replace(OWNER, account="acct-2"), FROM_OUR_TANK), "withdrawals": (TO_A_CUSTOMER,)},
            "acct-1",
            "H07",
        ),
        ({"owners": (OWNER, FROM_OUR_TANK), "withdrawals": (TO_A_CUSTOMER,)}, "acct-1", "G02"),
        # between wallets of our own there is nobody whose address would be told
        ({"owners": (HOT, FROM_OUR_TANK)}, "acct-1", "B17"),
        ({"owners": (HOT, replace(FROM_OUR_TANK, account="acct-2", kind="deposit"))}, "acct-1", "B11"),
    ],
)
def test_withdrawals_of_ours(books: dict[str, Any], claimant: str | None, cause: str) -> None:
    assert Facts(paid(), known(claimant=claimant, **books)).found().cause == cause


@pytest.mark.parametrize("warning", ["reorganised", "conflicted"])
def test_one_node_of_several_alone_overturns_nothing(warning: str) -> None:
    found = Facts(paid(status=Status.UNKNOWN, final=False, block=None, warnings=(warning,))).found()
    assert (found.cause, found.outcome) == (None, ("WT",))


def test_nothing_is_credited_on_a_chain_that_has_ended() -> None:
    ended = replace(OWNER, valid_until=PAID_AT - timedelta(days=9))
    found = on("bnb-beacon", leg(None), books=known(owners=(ended,))).found()
    assert (found.cause, found.outcome) == ("B09", ("SW", "RF"))
    assert "retired_chain_claim" in found.conditions
