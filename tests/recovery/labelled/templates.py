"""What an exchange may know of a payment, and what follows: each template makes registries of any payment it fits, and its label.

Registries are rows of CONTRACTS section 5 made of the payment's own sender, recipient, asset, memo and time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from chains.catalogue import networks
from chains.twins import twins
from tests.recovery.labelled.labels import ASK, CREDIT, REFUSE, SWEEP, WAIT, Expected, comes_before, label
from tests.recovery.labelled.ledger import Registries, Row
from tests.recovery.labelled.payments import Payment, payments

MINE, OTHER = "acct-mine", "acct-other"
DAY = timedelta(days=1)
FAR = "2090-01-01T00:00:00Z"
LONG_AGO = "2009-01-03T00:00:00Z"


@dataclass(frozen=True)
class Case:
    """One labelled case: the payment, the registries, what is asked and by whom, and the label."""

    name: str
    payment: Payment
    registries: Registries
    expected: Expected
    claimant: str | None = MINE
    named_network: str | None = None
    claimed_amount: int | None = None
    settled: bool = False
    """Whether our own books settle it while no node can show anything (H01, H02)."""


Makes = Callable[[Payment], Iterator[Case]]
TEMPLATES: list[tuple[str, Makes]] = []


def template(makes: Makes) -> Makes:
    """Register a template under the name of its function."""
    TEMPLATES.append((makes.__name__.strip("_"), makes))
    return makes


def at(moment: datetime) -> str:
    """A time as registries have it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def paid(p: Payment) -> datetime:
    """When the payment was made."""
    assert p.tx.block is not None
    assert p.tx.block.time is not None
    return p.tx.block.time


def address(p: Payment, where: str | None, account: str = MINE, kind: str = "deposit", **more: str) -> Row:
    """A row of the address book."""
    row = {"network": p.network.slug, "address": str(where), "account": account, "kind": kind, "custody": "key"}
    return row | more


def asset(p: Payment, state: str = "listed", **more: str) -> Row:
    """A row for the payment's asset."""
    return _asset(p, p.leg.contract or "", p.leg.symbol or "TOK") | {"state": state} | more


def _asset(p: Payment, contract: str, symbol: str) -> Row:
    return {"network": p.network.slug, "contract": contract, "symbol": symbol, "decimals": "6", "state": "listed"}


def coin(p: Payment) -> Row:
    """A row for the network's coin."""
    return _asset(p, "", p.network.native.symbol)


def credit(p: Payment, account: str = MINE, **more: str) -> Row:
    """A row of the ledger for the leg."""
    row = {"network": p.network.slug, "hash": p.tx.hash, "position": p.leg.position, "account": account}
    row |= {"contract": p.leg.contract or "", "amount": str(p.leg.amount), "credited_at": at(paid(p) + DAY)}
    return row | more


def withdrawal(p: Payment, reference: str, to: str | None, amount: int, sent_at: datetime, account: str = MINE) -> Row:
    """A row of what was sent out."""
    row = {"network": p.network.slug, "hash": reference, "account": account, "contract": p.leg.contract or ""}
    return row | {"amount": str(amount), "destination": str(to), "sent_at": at(sent_at)}


def platform(p: Payment, where: str | None, kind: str, name: str = "Some House") -> Row:
    """A label."""
    return {"network": p.network.slug, "address": str(where), "platform": name, "kind": kind}


def account(name: str = MINE, state: str = "active", **more: str) -> Row:
    """An account."""
    return {"account": name, "state": state} | more


@dataclass
class Exchange:
    """The registries of the plain case, in which a good deposit was not credited; templates change a part."""

    payment: Payment
    addresses: list[Row] = field(default_factory=list)
    assets: list[Row] = field(default_factory=list)
    credits: list[Row] = field(default_factory=list)
    withdrawals: list[Row] = field(default_factory=list)
    labels: list[Row] = field(default_factory=list)
    accounts: list[Row] = field(default_factory=list)

    def rows(self) -> Registries:
        """All of it."""
        return {
            "addresses": self.addresses, "assets": self.assets, "credits": self.credits, "withdrawals": self.withdrawals,
            "labels": self.labels, "accounts": self.accounts or [account(), account(OTHER)],
        }  # fmt: skip


def exchange(p: Payment, **parts: list[Row]) -> Exchange:
    """The plain case, with some registries of another content."""
    known = {"addresses": [address(p, p.leg.recipient)], "assets": listed(p)}
    return Exchange(p, **(known | parts))


def listed(p: Payment) -> list[Row]:
    """The payment's asset and the network's coin."""
    return [asset(p)] if p.leg.contract is None else [asset(p), coin(p)]


def unlisted(p: Payment) -> list[Row]:
    """Another asset only: the network is run, this one is not listed."""
    return [_asset(p, "", "XQZ")] if p.leg.contract is not None else []


def other_coin(p: Payment) -> list[Row]:
    """The address stands in the book and no asset is listed at all."""
    return []


def normal(p: Payment, cause: str | None = None, outcome: tuple[str, ...] | None = None, *also: str) -> Expected:
    """The label of a cause for this payment, whose own cause comes first where it decides before."""
    cause = cause or p.plain
    if p.over is None or not comes_before(p.over, cause):
        return label(cause, _on_an_ended_chain(p, outcome or label(cause).outcome), *also)
    if p.over == "C08":
        return label("C08")
    return label(p.over, outcome or label(cause).outcome)


def _on_an_ended_chain(p: Payment, outcome: tuple[str, ...]) -> tuple[str, ...]:
    """Nothing is credited that no chain keeps any more: it is claimed where the chain went."""
    return SWEEP if p.network.retired and outcome == CREDIT else outcome


def odd(p: Payment) -> Expected:
    """The label of an asset that is not listed: the payment's own cause first, which then sweeps."""
    return label(p.over, SWEEP) if p.over else label(p.odd)


@template
def listed_uncredited(p: Payment) -> Iterator[Case]:
    yield Case("by its owner", p, exchange(p).rows(), normal(p))
    yield Case("by nobody", p, exchange(p).rows(), normal(p), claimant=None)
    yield Case("claimed more", p, exchange(p).rows(), _with(normal(p), "E05"), claimed_amount=p.leg.amount + 1)
    elsewhere = "ethereum" if p.network.slug != "ethereum" else "bsc"
    yield Case("another network named", p, exchange(p).rows(), _with(normal(p), "A02"), named_network=elsewhere)


def _with(expected: Expected, *findings: str) -> Expected:
    return Expected(expected.cause, expected.outcome, (*expected.findings, *findings), expected.conditions)


@template
def asset_not_listed(p: Payment) -> Iterator[Case]:
    yield Case("by its owner", p, exchange(p, assets=unlisted(p)).rows(), odd(p))
    if p.leg.contract is not None:
        delisted = exchange(p, assets=[asset(p, "delisted"), coin(p)]).rows()
        yield Case("delisted", p, delisted, normal(p, "D02"))
        superseded = exchange(p, assets=[asset(p, "superseded"), coin(p)]).rows()
        yield Case("superseded", p, superseded, normal(p, "D03"))


@template
def look_alike(p: Payment) -> Iterator[Case]:
    if p.leg.contract is None or p.leg.symbol is None:
        return
    known = [_asset(p, "", p.leg.symbol)]
    yield Case("symbol of a listed one", p, exchange(p, assets=known).rows(), normal(p, "D04"))


@template
def credited(p: Payment) -> Iterator[Case]:
    mine = exchange(p, credits=[credit(p)]).rows()
    yield Case("to the claimant", p, mine, label("H01"), settled=True)
    yield Case("and nobody asks", p, mine, label("H01"), claimant=None, settled=True)
    if not p.siblings:
        whole = exchange(p, credits=[credit(p, position="")]).rows()
        yield Case("as a whole", p, whole, label("H01"), settled=True)
    part = exchange(p, credits=[credit(p, f"{MINE}:earn")]).rows()
    yield Case("to a product", p, part, label("G08"))
    if p.leg.contract is not None:
        turned = exchange(p, credits=[credit(p, contract="")]).rows()
        yield Case("as another asset", p, turned, label("G08"), settled=True)
    own = exchange(p, addresses=[address(p, p.leg.recipient, OTHER)], credits=[credit(p, OTHER)]).rows()
    yield Case("to its owner, asked by another", p, own, label("B03"))
    yield Case("to its owner, who asks", p, own, label("H01"), claimant=OTHER, settled=True)
    gone = exchange(p, assets=unlisted(p), credits=[credit(p)]).rows()
    yield Case("and not listed any more", p, gone, label("H01"), settled=True)


@template
def one_of_several(p: Payment) -> Iterator[Case]:
    if len(p.siblings) != 1 or not p.plain.startswith(("G", "F")):
        return
    sibling = p.siblings[0]
    row = credit(p, position=sibling.position, contract=sibling.contract or "", amount=str(sibling.amount))
    known = exchange(p, credits=[row]).rows()
    yield Case("the other leg was credited", p, known, normal(p, "F03"), settled=True)


@template
def whose(p: Payment) -> Iterator[Case]:
    others = exchange(p, addresses=[address(p, p.leg.recipient, OTHER)]).rows()
    yield Case("another customer's", p, others, label("B08"))
    yield Case("another customer's, nobody asks", p, others, normal(p), claimant=None)
    strange = exchange(p, addresses=[], assets=listed(p)).rows()
    yield Case("not ours", p, strange, _elsewhere(p, "B12"))
    free = exchange(p, addresses=[address(p, p.leg.recipient, "")]).rows()
    yield Case("nobody's deposit address", p, free, label("H12"))


def _elsewhere(p: Payment, cause: str) -> Expected:
    """Of what came to no address of ours; unknown where inner movements are not shown."""
    return label(None if p.blind else cause)


@template
def over_time(p: Payment) -> Iterator[Case]:
    before, after = at(paid(p) - DAY), at(paid(p) + DAY)
    to = p.leg.recipient
    retired = [address(p, to, valid_until=before)]
    yield Case("retired", p, exchange(p, addresses=retired).rows(), normal(p, "B09"))
    yield Case("retired, not listed", p, exchange(p, addresses=retired, assets=unlisted(p)).rows(), _retired_odd(p))
    passed = [address(p, to, valid_until=after), address(p, to, OTHER, valid_from=after)]
    yield Case("given on, the owner of then asks", p, exchange(p, addresses=passed).rows(), normal(p, "H09"))
    yield Case(
        "given on, the later one asks", p, exchange(p, addresses=passed).rows(), label("H09", REFUSE), claimant=OTHER
    )
    yield Case(
        "given on, a stranger asks", p, exchange(p, addresses=passed).rows(), label("B08"), claimant="acct-third"
    )
    late = [address(p, to, valid_from=after)]
    yield Case("not yet owned", p, exchange(p, addresses=late).rows(), label("H12"))
    between = [address(p, to, OTHER, valid_until=before), address(p, to, valid_from=after)]
    yield Case("between two owners", p, exchange(p, addresses=between).rows(), label("H12"))


def _retired_odd(p: Payment) -> Expected:
    """A retired address and an asset that is not listed."""
    return label(p.over if p.over in ("E04", "B07") else "B09", SWEEP)


@template
def wallets_of_our_own(p: Payment) -> Iterator[Case]:
    if p.over == "E04":
        return
    for kind, cause in (("hot", "B11"), ("gas_tank", "B11"), ("cold", "H05"), ("contract", "H05")):
        known = exchange(p, addresses=[address(p, p.leg.recipient, "", kind)]).rows()
        yield Case(kind, p, known, label(cause, None, *(("H05",) if cause == "B11" else ())))
        yield Case(f"{kind}, nobody asks", p, known, label("B11"), claimant=None)


@template
def our_own_moves(p: Payment) -> Iterator[Case]:
    sender, to = p.leg.sender, p.leg.recipient
    if sender is None:
        return
    sweep = [address(p, sender), address(p, to, "", "hot")]
    yield Case("sweep", p, exchange(p, addresses=sweep).rows(), label("B17"))
    top_up = [address(p, sender, "", "gas_tank"), address(p, to)]
    yield Case("top-up", p, exchange(p, addresses=top_up).rows(), label("B17"))
    moved = [address(p, sender, "", "hot"), address(p, to, "", "cold")]
    yield Case("between our wallets", p, exchange(p, addresses=moved).rows(), label("B17"), claimant=None)
    yield Case("between our wallets, a customer asks", p, exchange(p, addresses=moved).rows(), label("B17"))


@template
def withdrawals_of_ours(p: Payment) -> Iterator[Case]:
    sender, to = p.leg.sender, p.leg.recipient
    if sender is None:
        return
    row = withdrawal(p, p.tx.hash, to, p.leg.amount, paid(p))
    hot = address(p, sender, "", "hot")
    known = exchange(p, addresses=[hot], withdrawals=[row]).rows()
    yield Case("to the outside", p, known, label("H07"))
    yield Case("to the outside, nobody asks", p, known, label("H07"), claimant=None)
    inside = exchange(p, addresses=[hot, address(p, to, OTHER)], withdrawals=[row]).rows()
    yield Case("to another customer, who asks", p, inside, normal(p), claimant=OTHER)
    yield Case("to another customer, the sender asks", p, inside, label("H07"))
    own = exchange(p, addresses=[hot, address(p, to)], withdrawals=[row]).rows()
    yield Case("to one's own deposit address", p, own, normal(p))


@template
def returned(p: Payment) -> Iterator[Case]:
    if p.leg.sender is None or p.over == "E04":
        return
    earlier = str(p.network.params["sample_tx"])
    before = paid(p) - 3 * DAY
    hot = [address(p, p.leg.recipient, "", "hot")]

    def sent(*rows: Row, **more: list[Row]) -> Registries:
        return exchange(p, addresses=hot, withdrawals=list(rows), **more).rows()

    one = withdrawal(p, earlier, p.leg.sender, p.leg.amount, before)
    yield Case("by the same address", p, sent(one), normal(p, "B16"))
    late = withdrawal(p, earlier, p.leg.sender, p.leg.amount, paid(p) - 40 * DAY)
    yield Case("too late", p, sent(late), label("B11"))
    large = withdrawal(p, earlier, p.leg.sender, p.leg.amount * 2, before)
    yield Case("too little", p, sent(large), label("B11"))
    both = sent(one, withdrawal(p, earlier, p.leg.sender, p.leg.amount, before, OTHER))
    yield Case("of two customers", p, both, label("B11"))
    yield Case(
        "of another customer", p, sent(withdrawal(p, earlier, p.leg.sender, p.leg.amount, before, OTHER)), label("B11")
    )


@template
def amounts(p: Payment) -> Iterator[Case]:
    def least(amount: int) -> Registries:
        known = [asset(p, minimum=str(amount)), *([coin(p)] if p.leg.contract else [])]
        return exchange(p, assets=known).rows()

    yield Case("below the least", p, least(p.leg.amount + 1), normal(p, "E01"))
    yield Case("exactly the least", p, least(p.leg.amount), normal(p))


@template
def state_of_the_platform(p: Payment) -> Iterator[Case]:
    rest = [coin(p)] if p.leg.contract else []
    shut = exchange(p, assets=[asset(p, "suspended"), *rest]).rows()
    yield Case("suspended", p, shut, _waiting(p, "G01"))
    soon = exchange(p, assets=[asset(p, deposits_from=FAR), *rest]).rows()
    yield Case("not open yet", p, soon, _waiting(p, "G07"))
    opened = exchange(p, assets=[asset(p, deposits_from=at(paid(p) + timedelta(minutes=1))), *rest]).rows()
    if paid(p).year < 2026 or p.network.family == "evm":
        yield Case("opened since", p, opened, normal(p))


def _waiting(p: Payment, code: str) -> Expected:
    """The cause of the payment's own delivery comes first; the credit waits all the same."""
    if p.over == "C08":
        return label("C08")
    cause = p.over or (p.plain if p.plain != "G02" else code)
    return label(cause, WAIT, *((code,) if cause != code else ()))


@template
def accounts(p: Payment) -> Iterator[Case]:
    frozen = [account(state="frozen")]
    yield Case("frozen", p, exchange(p, accounts=frozen).rows(), label("G06", None, p.over or p.plain))
    yield Case("frozen, not listed", p, exchange(p, accounts=frozen, assets=unlisted(p)).rows(), label("G06"))
    closed = exchange(p, accounts=[account(state="closed")]).rows()
    yield Case("closed", p, closed, label("C08") if p.over == "C08" else label("B10", None, p.over or p.plain))
    changed = [account(security_changed_at=at(_now() - timedelta(hours=5)))]
    yield Case("changed lately, a credit", p, exchange(p, accounts=changed).rows(), _after_change(p))
    unknown = exchange(p, accounts=changed, assets=unlisted(p)).rows()
    yield Case("changed lately, a refund", p, unknown, label("H11", None, p.over or p.odd))
    rested = [account(security_changed_at=at(_now() - timedelta(hours=80)))]
    yield Case("changed long ago, a refund", p, exchange(p, accounts=rested, assets=unlisted(p)).rows(), odd(p))


def _after_change(p: Payment) -> Expected:
    return label("H11", None, "C08") if p.over == "C08" else normal(p)


def _now() -> datetime:
    return datetime.now(UTC)


@template
def screening(p: Payment) -> Iterator[Case]:
    if p.leg.sender is None:
        return
    bad = [platform(p, p.leg.sender, "sanctioned", "A List")]
    yield Case("sanctioned sender", p, exchange(p, labels=bad).rows(), label("G04"))
    yield Case("sanctioned, not listed", p, exchange(p, labels=bad, assets=unlisted(p)).rows(), label("G04"))
    yield Case("sanctioned, not ours", p, exchange(p, labels=bad, addresses=[]).rows(), _elsewhere(p, "B12"))
    yield Case(
        "sanctioned, credited", p, exchange(p, labels=bad, credits=[credit(p)]).rows(), label("H01"), settled=True
    )
    others = exchange(p, labels=bad, addresses=[address(p, p.leg.recipient, OTHER)]).rows()
    yield Case("sanctioned, another customer's", p, others, label("B08"))


@template
def labels_of_others(p: Payment) -> Iterator[Case]:
    for kind, cause in (("platform", "H08"), ("bridge", "A12"), ("contract", "B14")):
        known = exchange(p, addresses=[], labels=[platform(p, p.leg.recipient, kind)]).rows()
        yield Case(kind, p, known, _elsewhere(p, cause))


@template
def memos(p: Payment) -> Iterator[Case]:
    if p.network.memo == "none":
        yield Case("shared without memos", p, shared(p, MINE, "").rows(), label("H05"))
        yield Case("shared without memos, nobody asks", p, shared(p, MINE, "").rows(), label("B11"), claimant=None)
        return
    if p.leg.memo is None:
        yield Case("missing", p, shared(p, MINE, "777").rows(), _unnamed(p, "B01"))
        return
    inside = p.leg.contract is not None and p.network.family in ("ton", "solana", "near")
    right = normal(p, "B06") if inside else normal(p)
    yield Case("right", p, shared(p, MINE, p.leg.memo).rows(), right)
    yield Case("unknown", p, shared(p, MINE, "999888777").rows(), _unnamed(p, "B02"))
    others = shared(p, OTHER, p.leg.memo)
    yield Case("of another", p, others.rows(), label("B08"))
    others.credits = [credit(p, OTHER)]
    yield Case("of another, credited there", p, others.rows(), label("B03"))
    number = "".join(letter for letter in p.leg.memo if letter.isdigit())
    typed = number if number != p.leg.memo else f"00{number}"
    yield Case("mistyped", p, shared(p, MINE, typed).rows(), normal(p, "B04"))
    two = shared(p, MINE, f"0{number}")
    two.addresses.append(address(p, p.leg.recipient, OTHER, "shared", memo=f"000{number}"))
    yield Case("could be two", p, two.rows(), _unnamed(p, "B02"))
    many = shared(p, MINE, p.leg.memo)
    many.addresses += [address(p, p.leg.recipient, OTHER, "shared", memo=f"5{number}{n}") for n in range(3)]
    yield Case("right among others", p, many.rows(), right)


def shared(p: Payment, account_: str, memo: str) -> Exchange:
    """An address that many share."""
    return exchange(p, addresses=[address(p, p.leg.recipient, account_, "shared", memo=memo)])


def _unnamed(p: Payment, cause: str) -> Expected:
    return normal(p, cause, ASK)


@template
def other_networks(p: Payment) -> Iterator[Case]:
    found: dict[str, str] = {}
    for twin in twins(p.network, str(p.leg.recipient)):
        found.setdefault(twin.network, twin.address)
    by_family = {"evm": ("ethereum", "bsc", "tron"), "tron": ("ethereum",)}
    wanted = by_family.get(
        p.network.family, ("bitcoin", "dash", "dogecoin") if p.network.family == "utxo" else tuple(found)
    )
    for slug in wanted:
        if slug in found:
            yield from _twin_cases(p, slug, found[slug])


def _twin_cases(p: Payment, slug: str, there: str) -> Iterator[Case]:
    row = {"network": slug, "address": there, "account": MINE, "kind": "deposit", "custody": "key"}
    evm_like = p.network.family in ("evm", "tron")
    cause = "C01" if p.network.family == "evm" and slug != "tron" else "C07" if evm_like else None
    if cause is None:
        cause = "C06" if p.network.family != "utxo" else "C04"
        if p.network.family == "utxo" and "hrp" not in p.network.params and "hrp" in networks()[slug].params:
            cause = "C05"  # the payments of these scenes go to scripts, which may be a witness wallet's there
    yield Case(f"of {slug}", p, exchange(p, addresses=[row]).rows(), normal(p, cause, CREDIT if evm_like else SWEEP))
    odd_one = exchange(
        p, addresses=[row], assets=unlisted(p) or [_asset(p, _some_contract(p), "XQZ")] if evm_like else []
    ).rows()
    yield Case(f"of {slug}, not listed", p, odd_one, normal(p, cause, SWEEP))
    yield Case(f"of {slug}, another's", p, exchange(p, addresses=[row | {"account": OTHER}]).rows(), label("B08"))
    if evm_like:
        held = exchange(p, addresses=[row | {"custody": "contract"}]).rows()
        yield Case(f"a contract of {slug}", p, held, normal(p, "C03"))
    if evm_like and slug != "tron" and p.network.family == "evm":
        yield Case(f"of {slug}, not run", p, exchange(p, addresses=[row], assets=[]).rows(), normal(p, "C02"))


def _some_contract(p: Payment) -> str:
    """A contract of the network that the payment has nothing to do with."""
    return str(p.network.params["sample_address"])


@template
def poisoned(p: Payment) -> Iterator[Case]:
    if p.network.family != "evm" or p.blind or p.leg.recipient is None:
        return
    to = p.leg.recipient.lower()
    own = exchange(p, addresses=[address(p, f"{to[:8]}{'7' * 28}{to[-6:]}")]).rows()
    yield Case("looks like one's own", p, own, label("B13"))


def cases_of(p: Payment) -> Iterator[Case]:
    """Every case of one payment."""
    for name, makes in TEMPLATES:
        for case in makes(p):
            yield replace(case, name=f"{name}, {case.name}")


SHARES = {"evm": 2}
"""How many payments of a family each case is tried on; of the others one."""


def chosen(everything: bool) -> list[Case]:
    """The cases of a run: ``everything``, or each kind of case on some payments of each family, every payment its share."""
    found: list[Case] = []
    families: dict[str, list[Payment]] = {}
    for p in payments():
        families.setdefault(p.network.family, []).append(p)
    for family, members in families.items():
        kinds: dict[str, list[Case]] = {}
        for p in members:
            for case in cases_of(p):
                kinds.setdefault(case.name, []).append(replace(case, name=f"{p.name}: {case.name}"))
        for number, fitting in enumerate(kinds.values()):
            if not everything and (number + len(found)) % 2 and family not in SHARES:
                continue
            share = len(fitting) if everything else min(len(fitting), SHARES.get(family, 1))
            found += [fitting[(number * share + n) % len(fitting)] for n in range(share)]
    return found
