"""The service from outside: voting, asking, refusing; the site beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from panel.readers import ReaderStore
from panel.readers.limits import HOUR_S, READERS_PER_ADDRESS
from panel.readers.service import make_app
from panel.records import Community
from panel.settings import PublicationSettings, ReadersSettings, Settings, SiteSettings

from .conftest import Clock

HERE = "http://localhost:8000"
FROM_SITE = {"Origin": HERE}
JSON = {"Accept": "application/json"}
A_FILE = b"--x\r\nContent-Disposition: form-data; name=tool; filename=a\r\n\r\nz\r\n--x--\r\n"
TEXT = "; charset=utf-8"
Make = Callable[..., TestClient]


class _Form(HTMLParser):
    """Collects a page's hidden fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.action = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"] or ""
        if tag == "input":
            self.fields[given["name"] or ""] = given["value"] or ""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    for name in ("aider", "zed"):
        (folder / "tools" / name).mkdir(parents=True)
        (folder / "tools" / name / "index.html").write_text(f"<h1>{name}</h1>")
    (folder / "index.html").write_text("<h1>Home</h1>")
    (folder / "404.html").write_text("<h1>Nothing here</h1>")
    for name in ("feed.xml", "feed.json", "site.webmanifest", "strange.bin", "style.css", "feed.atom", ".hidden"):
        (folder / name).write_text("x")
    return folder


@pytest.fixture
def client_for(store: ReaderStore, site: Path) -> Iterator[Make]:
    """Make clients of a service: its settings by section, a base address, its site."""
    with ExitStack() as stack:

        def make(base: str = HERE, site: Path | None = site, mail: Any = None, **sections: Any) -> TestClient:
            settings = Settings(site=SiteSettings(name="The <Desk>"), **sections)
            app = make_app(store, settings, site=site, open_mail=mail)
            # Entered, so that the service starts and stops as under a server.
            return stack.enter_context(TestClient(app, base_url=base, follow_redirects=False, client=("1.2.3.4", 5)))

        yield make


@pytest.fixture
def client(client_for: Make) -> TestClient:
    return client_for()


def vote_by_script(client: TestClient, tool: str, call: str, **headers: str) -> Any:
    csrf = client.get("/vote/session").json()["csrf"]
    return client.post(
        "/vote", data={"tool": tool, "call": call, "csrf": csrf}, headers={**FROM_SITE, **JSON, **headers}
    )


def test_a_form_of_the_site_is_asked_about_and_then_counted(client: TestClient, store: ReaderStore) -> None:
    asked = client.post("/vote", data={"tool": "aider", "call": "ship"}, headers=FROM_SITE)
    assert asked.status_code == 200 and store.counts() == {}
    form = _Form(asked.text)
    assert form.action == "/vote" and {"tool": "aider", "call": "ship"}.items() <= form.fields.items()
    thanked = client.post(form.action, data=form.fields, headers=FROM_SITE)
    assert thanked.status_code == 200 and f'href="{HERE}/tools/aider/"' in thanked.text
    assert "there is 1 now" in thanked.text
    assert store.counts() == {"aider": Community(ships=1, votes=1)}


def test_the_question_s_cookie_is_out_of_scripts_reach(client_for: Make) -> None:
    given = client_for().get("/vote?tool=aider&call=ship").headers["set-cookie"]
    assert re.match(r"panel_reader=[^;]{60,80}; HttpOnly; Max-Age=34560000; Path=/; SameSite=lax$", given)
    secure = client_for("https://p.example", publication=PublicationSettings(base_url="https://p.example/"))
    given = secure.get("/vote?tool=aider&call=ship").headers["set-cookie"]
    assert given.startswith("__Host-panel_reader=") and "; Secure" in given and "Domain" not in given


def test_a_script_votes_and_changes_its_vote(client: TestClient, store: ReaderStore) -> None:
    answer = vote_by_script(client, "aider", "ship")
    assert answer.json() == {"tool": "aider", "call": "ship", "ships": 1, "votes": 1, "shown": False}
    assert vote_by_script(client, "aider", "skip").json()["ships"] == 0
    assert vote_by_script(client, "zed", "skip").status_code == 200
    assert store.counts() == {"aider": Community(ships=0, votes=1), "zed": Community(ships=0, votes=1)}
    counts = client.get("/votes.json").json()
    assert counts["tools"]["aider"] == {"ships": 0, "votes": 1, "shown": False}


def test_the_share_is_shown_from_enough_votes_on(client_for: Make) -> None:
    client = client_for(publication=PublicationSettings(votes_shown_from=1))
    form = _Form(client.get("/vote?tool=aider&call=skip").text)
    assert "So far 0 % ship, 0 of 1 readers" in client.post("/vote", data=form.fields, headers=FROM_SITE).text
    assert vote_by_script(client, "aider", "ship").json()["shown"] is True


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Origin": "null"}, {"Origin": "https://evil.example"}, {"Origin": "http://localhost:3000"},
        {"Origin": "https://localhost:8000"}, {"Origin": "http://localhost:8000.evil.example"}, {"Origin": ""},
        {"Referer": "https://evil.example/http://localhost:8000/"}, {"Referer": "nonsense"},
        {"Origin": "https://evil.example", "Referer": HERE}, {"Origin": "http://localhost:8000@evil.example"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["/vote", "/subscribe"])
def test_a_form_from_elsewhere_is_refused(
    client: TestClient, store: ReaderStore, headers: dict[str, str], place: str
) -> None:
    form = _Form(client.get("/vote?tool=aider&call=ship").text)
    answer = client.post(place, data={**form.fields, "email": "ada@x.example"}, headers=headers)
    assert answer.status_code == 403 and store.counts() == {} and store.subscribers() == ()


def test_an_old_browser_s_referrer_is_enough(client: TestClient, store: ReaderStore) -> None:
    form = _Form(client.get("/vote?tool=aider&call=ship").text)
    assert client.post("/vote", data=form.fields, headers={"Referer": f"{HERE}/tools/aider/"}).status_code == 200
    assert len(store.counts()) == 1


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:8000@evil", "", "[::1", "p.example:81"]
)
def test_another_host_is_not_answered(client_for: Make, host: str) -> None:
    client = client_for(publication=PublicationSettings(base_url="http://p.example/"))
    for place in ("/", "/votes.json", "/vote?tool=aider&call=ship"):
        answer = client.get(place, headers={"Host": host})
        assert answer.status_code == 421 and "aider" not in answer.text
    for known in ("p.example", "P.example:80", "localhost", "127.0.0.1:9000", "[::1]:8000"):
        assert client.get("/votes.json", headers={"Host": known}).status_code == 200, known


def test_a_vote_without_its_reader_s_token_is_asked_about_again(client: TestClient, store: ReaderStore) -> None:
    mine = client.get("/vote/session").json()["csrf"]
    other_reader = store.tokens.csrf(b"o" * 16, store.now())
    for csrf in ("", "x", other_reader, mine[:-1], "\u202e", "'; DROP TABLE votes"):
        vote = {"tool": "aider", "call": "ship", "csrf": csrf}
        assert "button" in client.post("/vote", data=vote, headers=FROM_SITE).text
        assert client.post("/vote", data=vote, headers={**FROM_SITE, **JSON}).status_code == 403
    assert store.counts() == {}


def test_a_forged_cookie_is_nobody_s(client: TestClient, store: ReaderStore) -> None:
    forged = "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    client.cookies.set("panel_reader", forged)
    csrf = store.tokens.csrf(bytes(16), store.now())
    answer = client.post("/vote", data={"tool": "aider", "call": "ship", "csrf": csrf}, headers={**FROM_SITE, **JSON})
    assert answer.status_code == 403 and store.counts() == {}


@pytest.mark.parametrize(
    "tool", ["nobody", "../aider", "aider/", "AIDER", "", "a\u202eb", "aider\0", "' OR 1=1", "x" * 81]
)
def test_only_tools_of_the_site_are_voted_on(client: TestClient, store: ReaderStore, tool: str) -> None:
    assert vote_by_script(client, tool, "ship").status_code == 404
    assert client.get("/vote", params={"tool": tool, "call": "ship"}).status_code == 404
    assert store.counts() == {}


def test_without_a_site_any_slug_is_a_tool(client_for: Make) -> None:
    client = client_for(site=None)
    assert vote_by_script(client, "nobody", "ship").status_code == 200
    assert vote_by_script(client, "No Body", "ship").status_code == 404


@pytest.mark.parametrize("call", ["", "SHIP", "maybe", "<script>"])
def test_only_ship_and_skip_are_votes(client: TestClient, call: str) -> None:
    assert vote_by_script(client, "aider", call).status_code == 400


def test_votes_of_one_network_address_are_limited(client_for: Make, clock: Clock) -> None:
    client = client_for(readers=ReadersSettings(votes_per_hour=2))
    answers = [vote_by_script(client, "aider", "ship") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= HOUR_S
    clock.at += HOUR_S
    assert vote_by_script(client, "aider", "ship").status_code == 200


def test_throwing_the_cookie_away_stuffs_no_box(client: TestClient, store: ReaderStore) -> None:
    for _ in range(READERS_PER_ADDRESS + 3):
        client.cookies.clear()
        vote_by_script(client, "aider", "ship")
    assert store.counts()["aider"].votes == READERS_PER_ADDRESS


def test_behind_a_proxy_the_last_forwarded_address_counts(client_for: Make, store: ReaderStore) -> None:
    behind = client_for(readers=ReadersSettings(votes_per_hour=1, behind_proxy=True))
    assert vote_by_script(behind, "aider", "ship", **{"X-Forwarded-For": "9.9.9.9, 5.5.5.5"}).status_code == 200
    assert vote_by_script(behind, "aider", "ship", **{"X-Forwarded-For": "8.8.8.8, 5.5.5.5"}).status_code == 429
    assert vote_by_script(behind, "aider", "ship", **{"X-Forwarded-For": "9.9.9.9, 5.5.5.6"}).status_code == 200
    before = client_for(readers=ReadersSettings(votes_per_hour=1))
    assert vote_by_script(before, "aider", "ship", **{"X-Forwarded-For": "7.7.7.7"}).status_code == 200
    assert vote_by_script(before, "aider", "ship", **{"X-Forwarded-For": "7.7.7.8"}).status_code == 429


def test_a_site_elsewhere_keeps_its_readers_apart_and_known(client_for: Make, store: ReaderStore) -> None:
    """A browser sends no Lax cookie with another site's form, but does where that form leads to."""
    client = client_for(
        "https://votes.example",
        publication=PublicationSettings(base_url="https://reviews.example/"),
        readers=ReadersSettings(url="https://votes.example/desk"),
    )
    from_site = {"Origin": "https://reviews.example"}
    led = client.post("/desk/vote", data={"tool": "aider", "call": "ship"}, headers=from_site)
    assert led.status_code == 303 and "set-cookie" not in led.headers
    assert led.headers["location"] == "/desk/vote?tool=aider&call=ship"
    form = _Form(client.get(led.headers["location"]).text)
    own = {"Origin": "https://votes.example"}
    assert form.action == "/desk/vote"
    assert client.post(form.action, data=form.fields, headers=own).status_code == 200
    again = _Form(client.get(led.headers["location"].replace("ship", "skip")).text)
    client.post(again.action, data=again.fields, headers=own)
    assert store.counts() == {"aider": Community(ships=0, votes=1)}


def test_only_the_site_s_scripts_may_read_across(client_for: Make) -> None:
    client = client_for(
        "https://votes.example",
        publication=PublicationSettings(base_url="https://reviews.example/"),
        readers=ReadersSettings(url="https://votes.example"),
    )
    for place in ("/vote/session", "/votes.json"):
        shared = client.get(place, headers={"Origin": "https://reviews.example"}).headers
        assert shared["access-control-allow-origin"] == "https://reviews.example"
        assert shared["access-control-allow-credentials"] == "true" and "Origin" in shared["vary"]
        for origin in ("https://evil.example", "null", "http://reviews.example"):
            assert "access-control-allow-origin" not in client.get(place, headers={"Origin": origin}).headers
    voted = vote_by_script(client, "aider", "ship", Origin="https://reviews.example")
    assert voted.status_code == 200


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"tool=aider&" + b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"tool=aider&tool=zed&call=ship", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % n for n in range(50)), "application/x-www-form-urlencoded", 400),
        (b'{"tool": "aider", "call": "ship"}', "application/json", 415),
        (A_FILE, "multipart/form-data; boundary=x", 400),
        (b"nonsense", "multipart/form-data; boundary=x", 400),
        (b"nonsense", "multipart/form-data", 400),
        (b"\xff\xfe%00%ff=&%", "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 400),
    ],
)  # fmt: skip
def test_a_hostile_body_is_refused_in_peace(client: TestClient, content: bytes, kind: str, status: int) -> None:
    answer = client.post("/vote", content=content, headers={**FROM_SITE, "Content-Type": kind})
    assert answer.status_code == status and "Traceback" not in answer.text


def test_a_body_that_never_says_its_length_is_cut_off(client: TestClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/vote", content=(b"x" * 1000 for _ in range(100)), headers={**FROM_SITE, **form})
    assert answer.status_code == 413


def test_every_answer_is_safe_to_show(client: TestClient) -> None:
    for place in (
        "/",
        "/votes.json",
        "/vote?tool=aider&call=ship",
        "/nothing",
        "/vote?tool=<script>",
        "/confirm?token=x",
    ):
        headers = client.get(place).headers
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
    page = client.get("/vote?tool=aider&call=ship")
    assert "The &lt;Desk&gt;" in page.text and "script" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "style-src 'sha256-" in page.headers["content-security-policy"]


def test_a_failure_tells_nothing_of_itself(
    store: ReaderStore, site: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("a secret of /etc")

    app = make_app(store, Settings(), site=site)
    monkeypatch.setattr(store, "counts", fail)
    answer = TestClient(app, base_url=HERE, raise_server_exceptions=False).get("/votes.json", headers=JSON)
    assert answer.status_code == 503 and answer.json()["error"] == "Not now" and "secret" not in answer.text
    assert "secret" not in caplog.text


def test_a_store_that_cannot_write_takes_no_vote(client: TestClient, store: ReaderStore) -> None:
    csrf = client.get("/vote/session").json()["csrf"]
    store.submit(lambda db: db.execute("PRAGMA query_only = ON")).result()
    vote = {"tool": "aider", "call": "ship", "csrf": csrf}
    assert client.post("/vote", data=vote, headers={**FROM_SITE, **JSON}).status_code == 503
    assert store.counts() == {}


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/", f"text/html{TEXT}"), ("/tools/aider/", f"text/html{TEXT}"), ("/feed.xml", "application/xml"),
        ("/feed.atom", "application/atom+xml"), ("/feed.json", "application/json"), ("/style.css", f"text/css{TEXT}"),
        ("/site.webmanifest", "application/manifest+json"), ("/strange.bin", "application/octet-stream"),
    ],
)  # fmt: skip
def test_the_site_is_served_with_its_types(client: TestClient, place: str, kind: str) -> None:
    answer = client.get(place)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert client.get(place, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "place", ["/nothing", "/tools/nobody/", "/.hidden", "/%2e%2e/readers/secret", "/..%2freaders/secret", "/%00"]
)
def test_what_is_not_on_the_site_is_not_served(client: TestClient, place: str) -> None:
    answer = client.get(place)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")


def test_the_service_can_leave_the_site_to_another(store: ReaderStore, site: Path) -> None:
    client = TestClient(make_app(store, Settings(), site=site, serve_site=False), base_url=HERE)
    assert client.get("/").status_code == 404 and client.get("/tools/aider/").status_code == 404
    assert vote_by_script(client, "aider", "ship").status_code == 200
    assert vote_by_script(client, "nobody", "ship").status_code == 404


def test_a_site_that_is_published_later_is_there(store: ReaderStore, tmp_path: Path) -> None:
    client = TestClient(make_app(store, Settings(), site=tmp_path / "later"), base_url=HERE)
    assert client.get("/").status_code == 404
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "index.html").write_text("Home")
    assert client.get("/").text == "Home"
