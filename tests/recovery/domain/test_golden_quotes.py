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


@pytest.mark.parametrize("golden", QUOTES, ids=lambda one: f"{one.policy}-{one.amount}-{one.fee_class}")
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
