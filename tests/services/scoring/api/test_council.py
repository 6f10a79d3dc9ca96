"""The council's procedure over HTTP: the whole way of a plan that asks for everything, and every step that its rules forbid."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.scoring.domain.acts import first_broken
from services.scoring.store.proposals import acts_after
from shared.messaging import Unavailable
from tests.services.scoring.desk import Desk, names, of_type
from tests.services.scoring.trial import PROCEDURE, closed, opened, plan, published, reopened, submitted, withdrawn

COUNCIL = {"Authorization": "Bearer council"}
STANDING_BODY = {"Authorization": "Bearer standing-body"}
TUESDAY = datetime(2023, 8, 1, 2, tzinfo=UTC)
PAPERS = {"items": ["bien-ban", "to-trinh"]}
RETURN = {"reason": "Hồ sơ chưa đầy đủ", "items": [{"item": "bien-ban", "comment": "Thiếu chữ ký"}]}
SEVEN = [{"member": f"hd-{place}", "ballot": "in-favour"} for place in range(1, 7)] + [{"member": "hd-7", "ballot": "recused", "unit": "a"}]


class Way:
    """The way of one suggestion through the council."""

    def __init__(self, desk: Desk, client: httpx.AsyncClient, proposal: dict[str, Any]) -> None:
        self.desk, self.client, self.proposal = desk, client, proposal
        self.path = f"/v1/proposals/{proposal['proposal']}"

    async def take(self, step: str, body: object = None, headers: dict[str, str] = COUNCIL) -> httpx.Response:
        """Take a step."""
        return await self.client.post(f"{self.path}/{step}", json=body, headers=headers)

    async def done(self, step: str, body: object = None) -> dict[str, Any]:
        """Take a step that is allowed; returns the suggestion as it stands then."""
        answer = await self.take(step, body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refused(self, step: str, body: object = None) -> list[str]:
        """Take a step that is forbidden; returns the codes of all rules that forbid it."""
        before = await self.desk.said_count(), len(await self.desk.rows("SELECT FROM act"))
        answer = await self.take(step, body)
        assert answer.status_code in (409, 422), answer.text
        assert (await self.desk.said_count(), len(await self.desk.rows("SELECT FROM act"))) == before
        return [error["code"] for error in answer.json()["errors"]]

    def decision(self, outcome: str = "granted", **more: str) -> dict[str, object]:
        """A decision on the score that was proposed."""
        return {"outcome": outcome, "score_revision": self.proposal["score_revision"], **more}

    async def until_vote(self) -> None:
        """Dossier in, public heard, time over."""
        await self.done("dossier", PAPERS)
        await self.done("comment-period")
        self.desk.clock.advance(timedelta(days=7))


async def suggested(desk: Desk, client: httpx.AsyncClient, more: str = PROCEDURE) -> Way:
    """A suggestion for a."""
    live = plan(more=more)
    desk.clock.instant = TUESDAY
    await desk.heard(published(1, live), opened(2, of=live))
    await desk.heard(*(submitted(10 + place, agency, 1, str(40 - place), "10") for place, agency in enumerate("abc")))
    [proposal] = of_type(await desk.heard(closed(20, dict.fromkeys("abc", 1))), "award-proposed")
    return Way(desk, client, proposal)


async def test_the_whole_way_is_recorded_and_announced_step_by_step(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    before = await desk.said_count()
    assert (await way.done("return", RETURN))["stage"] == "returned"
    received = await way.done("dossier", PAPERS)
    assert (received["stage"], received["state"], received["dossier"]["items"]) == ("received", "proposed", ["bien-ban", "to-trinh"])
    assert (received["last_return"]["returns"], received["last_return"]["items"][0]["item"]) == (1, "bien-ban")
    comment = (await way.done("comment-period"))["comment"]
    # Three working days from Tuesday 1 August: the 2nd, the 4th, for the 3rd is a day off, and Monday the 7th.
    assert (comment["working_days"], comment["last_day"]) == (3, "2023-08-07")
    assert (await way.done("comments", {"count": 2, "references": ["cv-118"]}))["comment"]["comments"] == 2
    assert (await way.done("comments", {"count": 1}))["comment"]["references"] == ["cv-118"]
    desk.clock.advance(timedelta(days=7))
    vote = (await way.done("vote", {"members": SEVEN}))["vote"]
    assert (vote["members"], vote["in_favour"], vote["recused"], vote["needed"], vote["reached"]) == (7, 6, 1, 6, True)
    assert (await way.done("decision", way.decision()))["stage"] == "granted"
    public = await way.done("publication", {"reference": "1041/QĐ-UBND"})
    assert (public["stage"], public["state"], public["publication"]["reference"]) == ("published", "granted", "1041/QĐ-UBND")
    assert (await way.done("revocation", {"ground": "false-papers", "reason": "x"}))["stage"] == "revoked"
    said = (await desk.said())[before:]
    assert [name for name in names(said) if name != "act-recorded"] == [
        "award-returned", "award-received", "award-comment-opened", "award-voted", "award-decided", "award-published", "award-revoked",
    ]  # fmt: skip
    acts = await acts_after(desk.pool, 0, 100)
    assert first_broken(acts) is None
    assert [link.act.kind for link in acts] == [
        "dossier-returned", "dossier-resubmitted", "comment-opened", "comments-noted", "comments-noted", "vote-taken", "award-decided",
        "award-published", "award-revoked",
    ]  # fmt: skip
    assert len(of_type(said, "act-recorded")) == len(acts)
    assert {link.act.actor for link in acts} == {"council"}


async def test_what_a_vote_tells_the_world_are_figures_and_no_member(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    await way.until_vote()
    await way.done("vote", {"members": SEVEN})
    assert "hd-" not in "".join(str(event.data.model_dump()) for event in await desk.said())
    ballots = (await client.get(f"{way.path}/ballots", headers=COUNCIL)).json()["items"]
    assert [(each["member"], each["ballot"]) for each in ballots][-2:] == [("hd-6", "in-favour"), ("hd-7", "recused")]
    assert (await client.get(f"{way.path}/ballots", headers={"Authorization": "Bearer observer"})).status_code == 403


async def test_a_dossier_that_lacks_papers_is_not_taken_in_and_the_papers_are_named(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    answer = await way.take("dossier", {"items": ["to-trinh"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "dossier-incomplete")
    assert "bien-ban" in answer.json()["detail_en"]
    assert await way.refused("dossier", {"items": ["to-trinh", "bien-ban", "selfie"]}) == ["choice-unknown"]
    assert await way.refused("return", {**RETURN, "items": [{"item": "selfie", "comment": "x"}]}) == ["choice-unknown"]


async def test_nothing_is_granted_before_all_that_the_plan_asks_for(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    assert await way.refused("decision", way.decision()) == ["dossier-missing", "comment-missing", "vote-missing"]
    assert await way.refused("vote", {"members": SEVEN}) == ["dossier-missing", "comment-missing"]
    assert await way.refused("comment-period") == ["dossier-missing"]
    assert await way.refused("comments", {"count": 1}) == ["comment-not-open"]
    await way.done("dossier", PAPERS)
    assert await way.refused("dossier", PAPERS) == ["dossier-held"]
    await way.done("comment-period")
    assert await way.refused("comment-period") == ["comment-opened"]
    assert await way.refused("vote", {"members": SEVEN}) == ["comment-open"]
    assert await way.refused("decision", way.decision()) == ["comment-open", "vote-missing"]


async def test_public_comment_is_over_only_when_its_last_local_day_is(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    await way.done("dossier", PAPERS)
    await way.done("comment-period")
    desk.clock.instant = datetime(2023, 8, 7, 16, 59, 59, tzinfo=UTC)
    assert await way.refused("vote", {"members": SEVEN}) == ["comment-open"]
    desk.clock.instant = datetime(2023, 8, 7, 17, tzinfo=UTC)
    await way.done("vote", {"members": SEVEN})


async def test_five_of_seven_are_not_eighty_per_cent_and_only_a_refusal_is_left(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    await way.until_vote()
    five = [*SEVEN[:5], {"member": "hd-6", "ballot": "absent"}, SEVEN[6]]
    vote = (await way.done("vote", {"members": five}))["vote"]
    assert (vote["in_favour"], vote["needed"], vote["reached"]) == (5, 6, False)
    assert await way.refused("decision", way.decision()) == ["vote-not-reached"]
    assert await way.refused("vote", {"members": SEVEN}) == ["vote-taken"]
    refusal = way.decision("refused", reason_class="votes-not-reached", reason="5/7")
    assert (await way.done("decision", refusal))["stage"] == "refused"


@pytest.mark.parametrize(
    ("ballot", "code"),
    [
        ({"member": "hd-1", "ballot": "against"}, "vote-member-twice"),
        ({"member": "hd-8", "ballot": "in-favour", "unit": "a"}, "vote-on-own-unit"),
        ({"member": "hd-8", "ballot": "absent", "written": True}, "vote-not-in-writing"),
    ],
)
async def test_a_vote_with_a_void_ballot_is_not_taken(desk: Desk, client: httpx.AsyncClient, ballot: dict[str, object], code: str) -> None:
    way = await suggested(desk, client)
    await way.until_vote()
    answer = await way.take("vote", {"members": [*SEVEN[:6], ballot]})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len(await desk.rows("SELECT FROM ballot")) == 0


async def test_a_vote_that_names_fewer_than_all_members_is_no_vote_of_the_council(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    await way.until_vote()
    answer = await way.take("vote", {"members": SEVEN[:5]})  # of these five all agree
    assert (answer.status_code, answer.json()["code"]) == (422, "vote-members-differ")
    assert answer.json()["detail_en"] == "The vote names 5 members; the plan says that the council has 7."
    assert len(await desk.rows("SELECT FROM ballot")) == 0


@pytest.mark.parametrize("member", ["Nguyễn Văn A", "", "a b", "x" * 201])
async def test_a_member_is_named_by_an_opaque_reference_only(desk: Desk, client: httpx.AsyncClient, member: str) -> None:
    way = await suggested(desk, client)
    assert (await way.take("vote", {"members": [{"member": member, "ballot": "in-favour"}]})).status_code == 422


async def test_a_dossier_that_goes_back_ends_the_public_comment(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    await way.until_vote()
    back = await way.done("return", RETURN)
    assert (back["stage"], back["dossier"], back["comment"]) == ("returned", None, None)
    assert await way.refused("return", RETURN) == ["dossier-returned"]
    assert await way.refused("vote", {"members": SEVEN}) == ["dossier-returned"]
    await way.done("dossier", PAPERS)
    assert await way.refused("vote", {"members": SEVEN}) == ["comment-missing"]


async def test_more_references_than_comments_are_refused_whole(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    await way.done("dossier", PAPERS)
    await way.done("comment-period")
    assert await way.refused("comments", {"count": 1, "references": ["a", "b"]}) == ["field-out-of-range"]
    assert (await client.get(way.path, headers=COUNCIL)).json()["comment"]["comments"] == 0


async def test_a_plan_that_asks_for_nothing_keeps_the_short_way_and_knows_no_other_steps(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client, more="")
    for step, body in (("dossier", PAPERS), ("return", RETURN), ("comment-period", None), ("vote", {"members": SEVEN})):
        assert await way.refused(step, body) == ["step-not-asked"]
    assert await way.refused("publication", {}) == ["not-granted"]
    assert (await way.done("decision", way.decision()))["stage"] == "granted"
    for step, again in (("dossier", PAPERS), ("vote", {"members": SEVEN}), ("decision", way.decision())):
        assert await way.refused(step, again) == ["already-decided"]
    await way.done("publication", {})
    assert await way.refused("publication", {}) == ["already-published"]


async def test_no_step_is_taken_on_a_suggestion_that_was_withdrawn(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    await way.until_vote()
    await desk.heard(reopened(30))
    revocation = {"ground": "false-papers", "reason": "x"}
    for step, body in (("dossier", PAPERS), ("vote", {"members": SEVEN}), ("decision", way.decision()), ("revocation", revocation)):
        assert await way.refused(step, body) == ["proposal-withdrawn"]
    assert (await client.get(way.path, headers=COUNCIL)).json()["stage"] == "withdrawn"


async def test_a_suggestion_half_way_through_the_council_does_not_outlive_its_report(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    await way.until_vote()
    await way.done("vote", {"members": SEVEN})
    said = await desk.heard(reopened(30), withdrawn(40, "a", 1))
    assert [(one["proposal"], one["cause"]) for one in of_type(said, "award-withdrawn")] == [(way.proposal["proposal"], "period-reopened")]
    again = of_type(await desk.heard(closed(50, {"a": None, "b": 1, "c": 1})), "award-proposed")
    assert [(one["agency"], one["rank"]) for one in again] == [("b", 1)]
    fresh = Way(desk, client, again[0])
    assert await fresh.refused("vote", {"members": SEVEN}) == ["dossier-missing", "comment-missing"]


async def test_a_granted_award_is_flagged_when_its_report_is_withdrawn_and_stays_as_it_was(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client, more="")
    await way.done("decision", way.decision())
    await way.done("publication", {})
    await desk.heard(reopened(30), withdrawn(40, "a", 1))
    await desk.heard(closed(50, {"a": None, "b": 1, "c": 1}))
    kept = (await client.get(way.path, headers=COUNCIL)).json()
    assert (kept["stage"], kept["total"], kept["flagged_at"] is None) == ("published", way.proposal["total"], False)
    assert (await way.done("revocation", {"ground": "false-papers", "reason": "x"}))["state"] == "revoked"


async def test_who_may_take_which_step(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    observer, elsewhere = {"Authorization": "Bearer observer"}, {"Authorization": "Bearer elsewhere"}
    steps = {
        "dossier": PAPERS,
        "return": RETURN,
        "comment-period": None,
        "comments": {"count": 1},
        "vote": {"members": SEVEN},
        "publication": {},
    }
    for step, body in steps.items():
        assert (await way.take(step, body, observer)).status_code == 403
        assert (await way.take(step, body, elsewhere)).status_code == 404
    assert (await way.take("vote", {"members": SEVEN}, STANDING_BODY)).status_code == 403
    assert (await way.take("dossier", PAPERS, STANDING_BODY)).status_code == 200


async def test_two_steps_at_once_are_taken_one_after_the_other(desk: Desk, client: httpx.AsyncClient) -> None:
    way = await suggested(desk, client)
    answers = await asyncio.gather(*(way.take("dossier", PAPERS) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert names(await desk.said()).count("award-received") == 1


async def test_a_step_that_dies_half_way_leaves_nothing(desk: Desk, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    way = await suggested(desk, client)
    before = await desk.said_count()

    async def die(*_: object) -> None:
        raise Unavailable("the database went away")

    with monkeypatch.context() as patched:
        patched.setattr("services.scoring.api.acting.record", die)
        assert (await way.take("dossier", PAPERS)).status_code == 503
    assert (await client.get(way.path, headers=COUNCIL)).json()["stage"] == "suggested"
    assert (await desk.rows("SELECT FROM dossier"), await desk.rows("SELECT FROM act"), await desk.said_count()) == ([], [], before)
    await way.done("dossier", PAPERS)
