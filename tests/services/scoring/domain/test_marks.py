"""What a mark says becomes the cause that is announced."""

from services.scoring.domain.marks import Cause, CauseKind, Mark, causes_for


def mark(id_: int, agency: str | None, kind: CauseKind = CauseKind.REPORT) -> Mark:
    return Mark(id=id_, agency=agency, cause=Cause(kind=kind))


def test_an_agencys_own_latest_mark_is_its_cause() -> None:
    causes = causes_for(["a"], [mark(1, "a"), mark(3, "a", CauseKind.RETURN), mark(4, None, CauseKind.PLAN)])
    assert causes["a"].kind is CauseKind.RETURN


def test_a_mark_on_the_cluster_is_the_cause_of_those_without_their_own() -> None:
    causes = causes_for(["a", "b"], [mark(1, "a"), mark(2, None, CauseKind.PERIOD)])
    assert (causes["a"].kind, causes["b"].kind) == (CauseKind.REPORT, CauseKind.PERIOD)


def test_another_agencys_report_is_named_where_it_moved_a_score() -> None:
    causes = causes_for(["b"], [mark(1, "a"), mark(2, "c")])
    assert causes["b"] == Cause(kind=CauseKind.CLUSTER, agency="c")


def test_without_marks_the_cluster_itself_is_the_cause() -> None:
    assert causes_for(["a"], [])["a"] == Cause(kind=CauseKind.CLUSTER)
