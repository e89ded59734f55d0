"""The job that looks at prices: what open cases need is asked for, kept, and quotes follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.prices import PriceSource
from config.settings import Settings
from recovery.jobs import prices
from recovery.jobs.work import lease
from recovery.models import AssetPrice, Job, Quote, RecoveryCase
from tests.recovery.desk import NETWORK, TOKEN, Desk, find

SETTINGS = Settings(database_url="", redis_url="", home=Path(), secret_key="test", sandbox=True)


def look(desk: Desk, settings: Settings) -> None:
    """Run the job once, as a worker would."""
    prices.plan_look(desk.database)
    (work,) = lease(desk.database, settings, prices.JOB_ID)
    prices.look(work)


def test_sources_are_asked_about_what_open_cases_need(desk: Desk, tmp_path: Path) -> None:
    ref = desk.quoted()
    path = tmp_path / "prices.csv"
    path.write_text(f"network,contract,reference,price,source\n{NETWORK.slug},{TOKEN},native,0.9,desk\n")
    source = PriceSource("file", "file", path=path)
    look(desk, replace(SETTINGS, price_sources=(source, PriceSource("gone", "file", path=tmp_path / "gone.csv"))))
    with desk.database.reading() as session:
        (row,) = session.scalars(select(AssetPrice).where(AssetPrice.via == "source"))
        assert (row.source, row.numerator, row.denominator, row.reference) == ("file:desk", 9, 10, "native")
        job = session.get_one(Job, prices.JOB_ID)
        assert (job.state, job.attempts) == ("due", 0)
        query = select(Quote.state).where(Quote.case_id == find(session, ref).id)
        assert list(session.scalars(query)) == ["offered"]  # two sources that far apart are no price: the quote stays


def test_without_sources_only_quotes_are_seen_to(desk: Desk) -> None:
    look(desk, SETTINGS)
    with desk.database.reading() as session:
        assert len(session.scalars(select(AssetPrice).where(AssetPrice.via == "source")).all()) == 1


def test_every_open_quote_has_its_turn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than one look sees to: the next look goes on where the last one ended, and then begins anew."""
    desk.quoted(), desk.quoted()
    with desk.database.reading() as session:
        refs = set(session.scalars(select(RecoveryCase.ref).where(RecoveryCase.state == "quoted")))
    most = len(refs) - 1
    monkeypatch.setattr(prices, "MOST_QUOTES", most)
    seen: list[str] = []

    def looked_at(_session: Session, case: RecoveryCase) -> bool:
        seen.append(case.ref)
        return False

    monkeypatch.setattr(prices.quotes, "follow_market", looked_at)
    for _ in range(3):
        look(desk, SETTINGS)
    assert len(seen) == most + 1 + most
    assert (set(seen[: most + 1]), seen[most + 1 :]) == (refs, seen[:most])
