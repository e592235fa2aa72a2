"""Publishing cards, and their pages."""

import dataclasses
import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from lms.db import db
from lms.errors import InvalidState, NotFound
from lms.library.models import RuleCard
from lms.library.queries import as_card, find_current_card, list_current_cards, list_versions
from lms.library.services import publish_card, retire_card
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.unit.library.test_cards import CARD

LATER = NOON + dt.timedelta(days=1)
PLATFORM = dataclasses.replace(
    CARD,
    key="plat-reply",
    kind="platform",
    title="回复时限",
    title_en="Reply time",
    source="规则中心",
    clause="",
    confidence="B",
)


def publish(card, version=1, now=NOON, origin="files"):
    return publish_card(card, version=version, origin=origin, now=now)


@pytest.mark.usefixtures("session")
def test_versions_follow_each_other():
    first = publish(CARD)
    assert publish(CARD, now=LATER) is first
    second = publish(dataclasses.replace(CARD, rule="新的"), now=LATER)
    assert (second.version, first.superseded_at) == (2, LATER)
    assert find_current_card(CARD.key) is second
    assert [row.version for row in list_versions(CARD.key)] == [2, 1]
    assert as_card(first) == CARD


@pytest.mark.usefixtures("session")
def test_the_authors_number_counts_when_it_is_higher():
    assert publish(CARD, version=3).version == 3
    assert publish(dataclasses.replace(CARD, rule="新的"), version=7).version == 7
    assert publish(dataclasses.replace(CARD, rule="再新"), version=7).version == 8


@pytest.mark.usefixtures("session")
def test_a_retired_card_stays_readable_and_comes_back_as_a_new_version():
    row = publish(CARD)
    retire_card(row, now=NOON)
    retire_card(row, now=LATER)
    assert row.superseded_at == NOON
    assert find_current_card(CARD.key) is None
    assert list_current_cards() == []
    assert publish(CARD, now=LATER).version == 2


@pytest.mark.usefixtures("session")
def test_files_and_browser_do_not_overwrite_each_other():
    publish(CARD, origin="app")
    with pytest.raises(InvalidState, match="card_of_other_origin"):
        publish(CARD, origin="files")


@pytest.mark.usefixtures("session")
def test_an_unknown_card():
    with pytest.raises(NotFound):
        list_versions("nowhere")


@pytest.fixture
def client(app, sign_in):
    with app.app_context():
        publish(CARD)
        publish(dataclasses.replace(CARD, rule="开票不加税点"), now=LATER)
        publish(PLATFORM)
        db.session.commit()
        number = make_person().id
    return sign_in(number)


def text(response):
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_the_list_its_search_and_filters(client):
    def found(query=""):
        page = text(client.get(f"/library{query}"))
        return {title for title in ("发票有求必开", "回复时限") if title in page}

    assert found() == {"发票有求必开", "回复时限"}
    assert found("?q=税点") == {"发票有求必开"}
    assert found("?q=电子商务法 十四条") == {"发票有求必开"}
    assert found("?q=reply") == {"回复时限"}
    assert found("?q=税点 规则中心") == set()
    assert found("?kind=law") == {"发票有求必开"}
    assert found("?kind=nonsense") == {"发票有求必开", "回复时限"}
    assert found("?state=unverified") == {"回复时限"}
    assert "没有找到规则卡" in text(client.get("/library?q=没有这张"))
    assert "待核" in text(client.get("/library?kind=platform"))


def test_a_card_with_its_history(client):
    page = text(client.get("/library/cards/ecl-14"))
    assert "开票不加税点" in page
    assert "核对于 2026-07-17" in page
    assert "不是法律意见" in page
    assert "version=1" in page
    old = text(client.get("/library/cards/ecl-14?version=1"))
    assert "要开发票" in old
    assert "这是旧版" in old


def test_an_unverified_card_warns(client):
    assert "不能当定论去答" in text(client.get("/library/cards/plat-reply"))


def test_a_retired_card_says_so(app, client):
    with app.app_context():
        retire_card(db.session.query(RuleCard).filter_by(key="plat-reply").one(), now=LATER)
        db.session.commit()
    assert "这张卡已经停用" in text(client.get("/library/cards/plat-reply"))
    assert "回复时限" not in text(client.get("/library"))


def test_the_download(client):
    response = client.get("/library?format=xlsx&kind=law")
    sheet = load_workbook(BytesIO(response.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in rows] == ["编号", "ecl-14"]
    assert rows[1][5] == "开票不加税点"


def test_unknown_cards_and_strangers(app, client):
    assert client.get("/library/cards/nowhere").status_code == 404
    assert app.test_client().get("/library").status_code == 302
