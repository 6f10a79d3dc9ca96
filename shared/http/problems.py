"""Every error over HTTP is a problem (RFC 9457) with a stable code, the place, and how to mend it, in Vietnamese and English.

The first fault gives code, status and title; `errors` lists all of them. Nothing of our insides is ever told.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from shared.http.codes import CATALOGUE, Fault, entry, fault
from shared.http.languages import Language, language_of
from shared.http.validation import faults_of_request
from shared.messaging.errors import Rejected, is_transient
from shared.tracing import current_trace_id

__all__ = ["Fault", "Problem", "ProblemDocument", "fault", "install", "problem_of", "response_to"]

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
CODE_BY_STATUS = {
    404: "not-found",
    405: "method-not-allowed",
    408: "request-timeout",
    413: "body-too-large",
    415: "content-type-unsupported",
    429: "too-many-requests",
    503: "unavailable",
}


class ProblemError(BaseModel):
    """One thing that is wrong."""

    code: str = Field(description="Stable code.", examples=["criterion-unknown"])
    pointer: str = Field(description="JSON pointer into the body; empty for the whole of it.", examples=["/values/disbursement"])
    detail_vi: str
    detail_en: str
    mend_vi: str = Field(description="How to mend it, in Vietnamese.")
    mend_en: str = Field(description="How to mend it, in English.")


class ProblemDocument(BaseModel):
    """A problem as it is sent (RFC 9457). `title`, `detail` and `mend` are in the language that Accept-Language prefers."""

    type: str = Field(examples=["/errors/criterion-unknown"])
    title: str
    status: int
    code: str = Field(description="Stable code of the first error.", examples=["criterion-unknown"])
    detail: str
    mend: str
    title_vi: str
    title_en: str
    detail_vi: str
    detail_en: str
    mend_vi: str
    mend_en: str
    instance: str = Field(description="Path of the request.")
    trace_id: str | None = Field(description="Tell it to the operator.")
    errors: list[ProblemError] = Field(description="All that is wrong, not only the first.")


class Problem(Exception):
    """An answer that is an error: `Problem("period-unknown", pointer="/period", period="2031")`, or several faults by `Problem.of`."""

    def __init__(self, code: str, *, pointer: str = "", headers: Mapping[str, str] | None = None, **facts: object) -> None:
        self.faults: tuple[Fault, ...] = (fault(code, pointer, **facts),)
        self.headers = dict(headers or {})
        super().__init__(self.faults[0].detail_en)

    @classmethod
    def of(cls, faults: Sequence[Fault], headers: Mapping[str, str] | None = None) -> "Problem":
        """Several faults in one answer; the first gives the code and the status."""
        problem = cls(faults[0].code, headers=headers)
        problem.faults = tuple(faults)
        return problem

    @property
    def code(self) -> str:
        """The code of the first fault."""
        return self.faults[0].code

    @property
    def status(self) -> int:
        """The HTTP status of the first fault."""
        return self.faults[0].status


def document_of(problem: Problem, *, instance: str, language: Language) -> ProblemDocument:
    """Write the problem down as it is sent."""
    first, known = problem.faults[0], entry(problem.code)
    vietnamese = language is Language.VIETNAMESE
    return ProblemDocument(
        type=f"/errors/{problem.code}",
        title=known.title_vi if vietnamese else known.title_en,
        status=problem.status,
        code=problem.code,
        detail=first.detail_vi if vietnamese else first.detail_en,
        mend=first.mend_vi if vietnamese else first.mend_en,
        title_vi=known.title_vi,
        title_en=known.title_en,
        detail_vi=first.detail_vi,
        detail_en=first.detail_en,
        mend_vi=first.mend_vi,
        mend_en=first.mend_en,
        instance=instance,
        trace_id=current_trace_id(),
        errors=[_error_of(each) for each in problem.faults],
    )


def _error_of(each: Fault) -> ProblemError:
    return ProblemError(
        code=each.code,
        pointer=each.pointer,
        detail_vi=each.detail_vi,
        detail_en=each.detail_en,
        mend_vi=each.mend_vi,
        mend_en=each.mend_en,
    )


def response_to(problem: Problem, *, instance: str, accept_language: str | None) -> Response:
    """Answer with the problem in the preferred language."""
    language = language_of(accept_language)
    content = document_of(problem, instance=instance, language=language).model_dump(mode="json")
    headers = {"content-language": language, "vary": "accept-language", **problem.headers}
    return JSONResponse(content, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def problem_of(error: Exception, *, method: str = "") -> Problem | None:
    """Translate what went wrong into a problem; None where it is a fault of ours that nobody foresaw."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return Problem.of(faults_of_request(error))
        case HTTPException():
            code = CODE_BY_STATUS.get(error.status_code, "internal" if error.status_code >= 500 else "request-invalid")
            return Problem(code, headers=error.headers, method=method)
        case Rejected() if error.code in CATALOGUE:
            return Problem(error.code)
        case _ if is_transient(error):
            return Problem("unavailable", headers={"retry-after": str(RETRY_SECONDS)})
        case _:
            return None


def install(app: FastAPI) -> None:
    """Let every foreseen error of the application answer as a problem; the gate answers for the unforeseen."""
    for kind in (Problem, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    problem = problem_of(error, method=request.method) or Problem("internal")
    return response_to(problem, instance=request.url.path, accept_language=request.headers.get("accept-language"))


def _schema() -> dict[str, Any]:
    """Write the schema in one piece: inside an OpenAPI document nothing can be pointed to in `$defs` of its own."""
    schema = ProblemDocument.model_json_schema()
    schema["properties"]["errors"]["items"] = schema.pop("$defs")[ProblemError.__name__]
    return schema


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {"description": "Problem (RFC 9457)", "content": {MEDIA_TYPE: {"schema": _schema()}}}
}
