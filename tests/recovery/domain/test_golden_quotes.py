"""Published rules of twelve platforms, each with quotes worked out by hand, right to the base unit.

A row reads: what was found (asset, amount in base units, class of the cause), at which prices, and what the quote says: fee,
network cost and payable amount in base units, what is paid beforehand, or the code of the refusal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from config.starting_points import fee_policies, fee_policy
from recovery.domain.document_check import parse_json
from recovery.domain.fees import FeeFacts, Prices, Ratio, quote_terms, recompute, schedule_from
from recovery.errors import InvalidInput
from recovery.services.fee_documents import check_fee_document

E18 = 10**18
CAUSES = {"memo": "B01", "returned": "B16", "standard": "D02", "extended": "C02", "free": "B04"}
USDT_TRON = ("tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
USDT = ("ethereum", "0xdAC17F958D2ee523a2206206994597C13D831ec7")
TOKEN = ("ethereum", "0x1111111111111111111111111111111111111111")  # of eighteen decimals
XRP, XLM = ("xrpl", None), ("stellar", None)
BTC, BCH, LTC, ETH = ("bitcoin", None), ("bitcoin-cash", None), ("litecoin", None), ("ethereum", None)


def worth(unit: str, numerator: int, denominator: int, decimals: int, native: Ratio | None = None) -> Prices:
    """A whole coin is worth numerator/denominator units of account."""
    return Prices(native, {unit: Ratio(numerator, denominator * 10**decimals)})


DOLLAR = worth("USD", 1, 1, 6)  # a stablecoin of six decimals
DOLLAR_AT_3000 = worth("USD", 1, 1, 6, Ratio(10**9, 3))  # and a coin of eighteen decimals costs 3,000 dollars
HALF_DOLLAR = worth("USD", 1, 2, 6)
WON_1400 = worth("KRW", 1400, 1, 6)


@dataclass(frozen=True)
class Golden:
    """One quote. ``says``: fee, network cost, payable; or the code of a refusal."""

    policy: str
    asset: tuple[str, str | None]
    amount: int
    fee_class: str
    prices: Prices
    says: tuple[int, int, int] | str
    advance: int = 0
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def facts(self) -> FeeFacts:
        """The same as the product would have them."""
        network, contract = self.asset
        values: dict[str, Any] = {"cause": CAUSES[self.fee_class], "network_cost": 0}
        return FeeFacts(
            network=network,
            contract=contract,
            fee_class=self.fee_class,
            gross=self.amount,
            prices=self.prices,
            **values | self.more,
        )


T_250 = worth("USD", 5, 2, 18, Ratio(1, 1200))  # 2.50 dollars, with ether at 3,000
T_300 = worth("USD", 3, 1, 18, Ratio(1, 1000))
T_080 = worth("USD", 4, 5, 18)
T_030 = worth("USD", 3, 10, 18)
T_WON, LTC_WON = worth("KRW", 50, 1, 18), worth("KRW", 120_000, 1, 8)
BTC_60K, ETH_2500 = worth("USD", 60_000, 1, 8), worth("USD", 2_500, 1, 18)
TO_BTC, TO_BCH, TO_LTC, TO_ETC = (
    {"intended": slug} for slug in ("bitcoin", "bitcoin-cash", "litecoin", "ethereum-classic")
)
HOT, D01, GAS = {"cause": "B11", "network_cost": 2 * 10**15}, {"cause": "D01"}, {"network_cost": 4 * 10**15}
QUOTES = [
    # 40 tokens are 100 dollars: nothing
    Golden("coinbase", TOKEN, 40 * E18, "standard", T_250, (0, 0, 40 * E18)),
    # 2,500 dollars: 5 % of 2,400 are 120 dollars, 48 tokens; the network's 0.004 ether are 12 dollars, 4.8 tokens
    Golden("coinbase", TOKEN, 1_000 * E18, "standard", T_250, (48 * E18, 48 * 10**17, 9472 * 10**17), more=GAS),
    # a hair more than 100 dollars: a twentieth of less than two base units
    Golden("coinbase", TOKEN, 33333333333333333335, "standard", T_300, (0, 0, 33333333333333333335)),
    # 36 tokens are 108 dollars: 5 % of 8 are 0.40, 0.1333… tokens, rounded down
    Golden("coinbase", TOKEN, 36 * E18, "extended", T_300, (133333333333333333, 0, 35866666666666666667)),
    # 5 % of 1,000 are the smallest fee
    Golden("btse", USDT_TRON, 1_000_000_000, "standard", DOLLAR, (50_000_000, 0, 950_000_000)),
    Golden("btse", USDT_TRON, 999_999_999, "standard", DOLLAR, "value_below_minimum"),
    # 617.28394505, rounded down
    Golden("btse", USDT_TRON, 12_345_678_901, "memo", DOLLAR, (617_283_945, 0, 11_728_394_956)),
    # 750 dollars: a tenth is less than 100, which are 200 XRP
    Golden("cex_io", XRP, 1_500_000_000, "memo", HALF_DOLLAR, (200_000_000, 0, 1_300_000_000)),
    Golden("cex_io", XRP, 5_000_000_000, "memo", HALF_DOLLAR, (500_000_000, 0, 4_500_000_000)),
    Golden("cex_io", XRP, 200_000_000, "memo", HALF_DOLLAR, "value_below_cost"),
    Golden("cex_io", XRP, 5_000_000_000, "standard", HALF_DOLLAR, "no_fee_rule_matches"),
    # 140,000 won: a tenth is below 30,000, which are 21.428571… USDT
    Golden("korbit", USDT_TRON, 100_000_000, "standard", WON_1400, (21_428_571, 0, 78_571_429)),
    Golden("korbit", USDT_TRON, 500_000_000, "standard", WON_1400, (50_000_000, 0, 450_000_000)),
    # 2,800,000 won: a tenth is above 100,000, which are 71.428571… USDT
    Golden("korbit", USDT_TRON, 2_000_000_000, "memo", WON_1400, (71_428_571, 0, 1_928_571_429)),
    # five times a quarter of an XRP
    Golden("bybit", XRP, 100_000_000, "memo", Prices(), (1_250_000, 0, 98_750_000)),
    Golden("bybit", XRP, 3_750_000, "memo", Prices(), (1_250_000, 0, 2_500_000)),
    Golden("bybit", XRP, 3_749_999, "memo", Prices(), "value_below_cost"),
    # five times 0.02 XLM, of seven decimals
    Golden("bybit", XLM, 100_000_000, "memo", Prices(), (1_000_000, 0, 99_000_000)),
    # 800 dollars; 200 are 250 tokens
    Golden("bybit", TOKEN, 1_000 * E18, "standard", T_080, (250 * E18, 0, 750 * E18)),
    Golden("bybit", TOKEN, 624 * E18, "standard", T_080, "value_below_minimum"),
    # 40 dollars are 80 XRP
    Golden("kucoin", XRP, 100_000_000, "memo", HALF_DOLLAR, (80_000_000, 0, 20_000_000)),
    Golden("kucoin", XRP, 80_000_000, "memo", HALF_DOLLAR, "value_below_cost"),
    Golden("kucoin", USDT_TRON, 100_000_000, "returned", DOLLAR, (40_000_000, 0, 60_000_000)),
    # 80 dollars at 0.30 are 266.666… tokens
    Golden("kucoin", TOKEN, 1_000 * E18, "standard", T_030, (266666666666666666666, 0, 733333333333333333334)),
    Golden("kucoin", USDT_TRON, 1_000_000_000, "extended", DOLLAR, (350_000_000, 0, 650_000_000), more={"named_fee": 35_000}),
    Golden("kucoin", USDT_TRON, 1_000_000_000, "extended", DOLLAR, "fee_is_named_by_hand"),
    Golden("kucoin", USDT_TRON, 1_000_000_000, "extended", DOLLAR, "fee_out_of_bounds", more={"named_fee": 50_001}),
    Golden("kucoin", XRP, 100_000_000, "free", Prices(), (0, 0, 100_000_000)),
    # only what the network costs: twelve drops; 0.002 ether, which are 6 dollars
    Golden("gate", XRP, 100_000_000, "memo", Prices(), (0, 12, 99_999_988), more={"network_cost": 12}),
    Golden("gate", USDT, 500_000_000, "standard", DOLLAR_AT_3000, (0, 6_000_000, 494_000_000), more=HOT),
    Golden("gate", USDT, 500_000_000, "standard", DOLLAR_AT_3000, (0, 0, 500_000_000), advance=100_000_000),
    Golden("kcex", USDT_TRON, 250_000_000, "extended", DOLLAR, (0, 0, 250_000_000), advance=100_000_000),
    Golden("kcex", USDT_TRON, 100_000_001, "memo", DOLLAR, (0, 0, 100_000_001), advance=100_000_000),
    Golden("kcex", USDT_TRON, 100_000_000, "memo", DOLLAR, "value_below_cost"),
    # 1,000 dollars at 60,000 are 0.01666666… BTC
    Golden("bittrex_global", BTC, 5_000_000, "extended", BTC_60K, (0, 0, 5_000_000), advance=1_666_666, more=TO_BCH),
    Golden("bittrex_global", BTC, 5_000_000, "extended", BTC_60K, "fee_has_no_row_for_asset", more=TO_LTC),
    Golden("bittrex_global", ETH, 2 * E18, "extended", ETH_2500, (0, 0, 2 * E18), advance=4 * 10**17, more=TO_ETC),
    Golden("coinexchange", BTC, 100_000_000, "extended", Prices(), (5_000_000, 0, 95_000_000)),
    # 0.05 BTC at 0.008 are 6.25 BCH
    Golden("coinexchange", BCH, 1_000_000_000, "extended", worth("BTC", 8, 1000, 8), (625_000_000, 0, 375_000_000)),
    Golden("coinexchange", BCH, 625_000_000, "extended", worth("BTC", 8, 1000, 8), "value_below_cost"),
    Golden("coinexchange", ETH, 6 * 10**17, "extended", Prices(), (10**17, 0, 5 * 10**17)),
    Golden("coinexchange", ETH, 3 * E18, "extended", Prices(), (3 * 10**17, 0, 27 * 10**17)),
    Golden("coinexchange", ETH, 3 * E18, "extended", Prices(), (5 * 10**17, 0, 25 * 10**17), more=TO_ETC),
    # 0.5 ether at 0.002 are 250 tokens
    Golden("coinexchange", TOKEN, 1_000 * E18, "standard", Prices(Ratio(2, 1000)), (250 * E18, 0, 750 * E18)),
    Golden("upbit", XRP, 100_000_000, "memo", Prices(), (0, 0, 100_000_000)),
    # 100,000 won at 120,000 are 0.83333333… LTC
    Golden("upbit", LTC, 500_000_000, "extended", LTC_WON, (83_333_333, 0, 416_666_667), more=TO_BTC),
    # 200,000 won at 50 are 4,000 tokens
    Golden("upbit", TOKEN, 10_000 * E18, "standard", T_WON, (4_000 * E18, 0, 6_000 * E18), more=D01),
    Golden("zke", USDT_TRON, 80_000_000, "extended", DOLLAR, (50_000_000, 0, 30_000_000)),
    Golden("zke", USDT_TRON, 50_000_000, "extended", DOLLAR, "value_below_cost"),
]  # fmt: skip
WON_1000, BTC_WON = worth("KRW", 1000, 1, 6), worth("KRW", 100_000_000, 1, 8)
BCH_WON, ETH_WON, ETC_WON = worth("KRW", 500_000, 1, 8), worth("KRW", 5_000_000, 1, 18), worth("KRW", 25_000, 1, 18)
ETC, DOGE, DASH = ("ethereum-classic", None), ("dogecoin", None), ("dash", None)
TO_ETH, MEMO_WRONG = {"intended": "ethereum"}, {"cause": "B02", "network_cost": 12}
EDGES = [
    # the network's 0.004 ether are 4.8 tokens: all there is, and one base unit more
    Golden("coinbase", TOKEN, 48 * 10**17, "standard", T_250, "value_below_cost", more=GAS),
    Golden("coinbase", TOKEN, 48 * 10**17 + 1, "standard", T_250, (0, 48 * 10**17, 1), more=GAS),
    Golden("coinbase", TOKEN, 40 * E18, "memo", T_250, "no_fee_rule_matches"),
    Golden("btse", USDT_TRON, 1_000_000_019, "returned", DOLLAR, (50_000_000, 0, 950_000_019)),
    Golden("btse", USDT_TRON, 1_000_000_020, "extended", DOLLAR, (50_000_001, 0, 950_000_019)),
    # a tenth is the smallest fee at 1,000 dollars
    Golden("cex_io", XRP, 1_999_999_990, "memo", HALF_DOLLAR, (200_000_000, 0, 1_799_999_990)),
    Golden("cex_io", XRP, 2_000_000_010, "memo", HALF_DOLLAR, (200_000_001, 0, 1_800_000_009)),
    Golden("cex_io", XRP, 200_000_001, "memo", HALF_DOLLAR, (200_000_000, 0, 1)),
    # a won is a thousandth of a USDT: between 300 and 1,000 USDT the tenth itself
    Golden("korbit", USDT_TRON, 299_999_990, "standard", WON_1000, (30_000_000, 0, 269_999_990)),
    Golden("korbit", USDT_TRON, 300_000_010, "returned", WON_1000, (30_000_001, 0, 270_000_009)),
    Golden("korbit", USDT_TRON, 999_999_990, "extended", WON_1000, (99_999_999, 0, 899_999_991)),
    Golden("korbit", USDT_TRON, 1_000_000_010, "memo", WON_1000, (100_000_000, 0, 900_000_010)),
    Golden("korbit", USDT_TRON, 30_000_000, "memo", WON_1000, "value_below_cost"),
    # two XLM have to be left
    Golden("bybit", XLM, 21_000_000, "memo", Prices(), (1_000_000, 0, 20_000_000)),
    Golden("bybit", XLM, 20_999_999, "memo", Prices(), "value_below_cost"),
    Golden("bybit", TOKEN, 625 * E18, "extended", T_080, (250 * E18, 0, 375 * E18)),
    Golden("bybit", TOKEN, 625 * E18 - 1, "standard", T_080, "value_below_minimum"),
    Golden("bybit", TOKEN, 1_000 * E18, "memo", T_080, "no_fee_rule_matches"),
    Golden("kucoin", USDT_TRON, 40_000_001, "returned", DOLLAR, (40_000_000, 0, 1)),
    Golden("kucoin", USDT_TRON, 40_000_000, "returned", DOLLAR, "value_below_cost"),
    Golden("kucoin", USDT_TRON, 10**9, "extended", DOLLAR, (200_000_000, 0, 800_000_000), more={"named_fee": 20_000}),
    Golden("kucoin", USDT_TRON, 10**9, "extended", DOLLAR, (500_000_000, 0, 500_000_000), more={"named_fee": 50_000}),
    Golden("kucoin", USDT_TRON, 10**9, "extended", DOLLAR, "fee_out_of_bounds", more={"named_fee": 19_999}),
    Golden("gate", XRP, 100_000_000, "memo", Prices(), (0, 12, 99_999_988), more=MEMO_WRONG),
    Golden("gate", XRP, 12, "memo", Prices(), "value_below_cost", more=MEMO_WRONG),
    Golden("gate", USDT, 100_000_001, "returned", DOLLAR, (0, 0, 100_000_001), advance=100_000_000),
    Golden("gate", USDT, 100_000_000, "extended", DOLLAR, "value_below_cost"),
    # 1,000 dollars at 400 are 2.5 BCH
    Golden("bittrex_global", BCH, 250_000_001, "standard", worth("USD", 400, 1, 8), (0, 0, 250_000_001),
           advance=250_000_000, more=TO_BTC),
    Golden("bittrex_global", BCH, 250_000_000, "standard", worth("USD", 400, 1, 8), "value_below_cost", more=TO_BTC),
    Golden("bittrex_global", BTC, 5_000_000, "memo", BTC_60K, "no_fee_rule_matches", more=TO_BCH),
    Golden("coinexchange", BTC, 5_000_001, "memo", Prices(), (5_000_000, 0, 1)),
    Golden("coinexchange", BTC, 5_000_000, "memo", Prices(), "value_below_cost"),
    # 0.05 BTC at 0.002, 0.000002 and 0.0004
    Golden("coinexchange", LTC, 3 * 10**9, "standard", worth("BTC", 2, 1000, 8), (25 * 10**8, 0, 5 * 10**8)),
    Golden("coinexchange", DOGE, 26_000 * 10**8, "standard", worth("BTC", 2, 10**6, 8), (25_000 * 10**8, 0, 10**11)),
    Golden("coinexchange", DASH, 126 * 10**8, "standard", worth("BTC", 4, 10**4, 8), (125 * 10**8, 0, 10**8)),
    Golden("coinexchange", ETH, E18 - 10, "memo", Prices(), (10**17, 0, 9 * 10**17 - 10)),
    Golden("coinexchange", ETH, E18 + 10, "memo", Prices(), (10**17 + 1, 0, 9 * 10**17 + 9)),
    Golden("coinexchange", ETH, 5 * 10**17, "extended", Prices(), "value_below_cost", more=TO_ETC),
    Golden("coinexchange", TOKEN, 250 * E18, "standard", Prices(Ratio(2, 1000)), "value_below_cost"),
    # 100,000 won at 100 million, 120,000, 500,000, 5 million and 25,000
    Golden("upbit", BTC, 10**6, "extended", BTC_WON, (10**5, 0, 9 * 10**5), more=TO_LTC),
    Golden("upbit", BTC, 10**5, "standard", BTC_WON, "value_below_cost", more=TO_BCH),
    Golden("upbit", BTC, 10**5 + 1, "standard", BTC_WON, (10**5, 0, 1), more=TO_BCH),
    Golden("upbit", LTC, 10**8, "standard", LTC_WON, (83_333_333, 0, 16_666_667), more=TO_BCH),
    Golden("upbit", BCH, 10**8, "standard", BCH_WON, (2 * 10**7, 0, 8 * 10**7), more=TO_BTC),
    Golden("upbit", BCH, 10**8, "standard", BCH_WON, (2 * 10**7, 0, 8 * 10**7), more=TO_LTC),
    Golden("upbit", ETH, E18, "extended", ETH_WON, (2 * 10**16, 0, 98 * 10**16), more=TO_ETC),
    Golden("upbit", ETC, 5 * E18, "extended", ETC_WON, (4 * E18, 0, E18), more=TO_ETH),
    Golden("upbit", TOKEN, 10_000 * E18, "standard", T_WON, "fee_has_no_row_for_asset"),
    Golden("upbit", TOKEN, 4_000 * E18, "standard", T_WON, "value_below_cost", more=D01),
    Golden("zke", USDT_TRON, 50_000_001, "extended", DOLLAR, (50_000_000, 0, 1)),
    Golden("zke", USDT_TRON, 80_000_000, "standard", DOLLAR, "no_fee_rule_matches"),
]  # fmt: skip
"""At and on both sides of every bound a document states, and every asset it names."""


@pytest.mark.parametrize("golden", [*QUOTES, *EDGES], ids=lambda one: f"{one.policy}-{one.amount}-{one.fee_class}")
def test_a_published_rule_gives_its_quote(golden: Golden) -> None:
    document = check_fee_document(parse_json(fee_policy(golden.policy)))
    if isinstance(golden.says, str):
        with pytest.raises(InvalidInput, match=golden.says):
            quote_terms(golden.facts, schedule_from(document))
        return
    made = quote_terms(golden.facts, schedule_from(document))
    assert (made.fee, made.network_cost, made.net) == golden.says
    assert made.in_advance == golden.advance
    assert recompute(made.fee_inputs, document) == made


def test_what_is_not_given_back_is_said() -> None:
    kept = {
        name
        for name in fee_policies()
        if not all(rule.refundable for rule in schedule_from(parse_json(fee_policy(name))).rules)
    }
    assert kept == {"btse", "cex_io"}


def test_every_policy_that_comes_along_is_one_and_is_quoted() -> None:
    assert set(fee_policies()) == {golden.policy for golden in QUOTES}
    assert len(fee_policies()) >= 8
    for name in fee_policies():
        document = parse_json(fee_policy(name))
        assert check_fee_document(document) == document, name
        assert document["about"]
        assert sum(golden.policy == name for golden in QUOTES) >= 2, name


def met_by(golden: Golden) -> set[tuple[str, ...]]:
    """What of its document a quote meets."""
    facts, name = golden.facts, golden.policy
    met = {
        (name, "asset", facts.network, facts.contract or ""),
        (name, "pair", facts.network, facts.contract or "", facts.intended or ""),
    }
    if isinstance(golden.says, str):
        return met | {(name, golden.says)}
    made = quote_terms(facts, schedule_from(parse_json(fee_policy(name))))
    steps = {step["code"] for line in made.lines for step in line.explain.get("steps", ())}
    bounds = {(name, made.rule, bound, str(bound in steps)) for bound in ("floor", "cap")}
    return met | bounds | {(name, "rule", made.rule)}


def stated_by(name: str, rule: dict[str, Any]) -> set[tuple[str, ...]]:
    """What a rule of a document says."""
    fee, rows = rule["fee"], rule["fee"].get("rows", ())
    found = {(name, "rule", rule["name"])}
    found |= {(name, "asset", one["network"], one["contract"] or "") for one in rule["match"].get("assets", ())}
    found |= {(name, "pair", row["network"], row["contract"] or "", row.get("intended", "")) for row in rows}
    for part in (fee, *(row["fee"] for row in rows)):
        found |= {
            (name, rule["name"], bound, met) for bound in ("floor", "cap") if bound in part for met in ("True", "False")
        }
    if "minimum_value" in rule:
        found.add((name, "value_below_minimum"))
    if fee["kind"] == "range":
        found.add((name, "fee_out_of_bounds"))
    return found


def test_every_rule_every_asset_and_every_bound_is_quoted() -> None:
    """What a document states and no quote meets could be read wrongly for ever."""
    never = {
        ("btse", "incorrect deposit", "floor", "True")
    }  # 5 % of the smallest deposit it takes are its smallest fee
    rules = ((name, rule) for name in fee_policies() for rule in parse_json(fee_policy(name))["rules"])
    stated = {one for name, rule in rules for one in stated_by(name, rule)}
    assert stated - {one for golden in (*QUOTES, *EDGES) for one in met_by(golden)} == never
