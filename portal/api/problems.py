"""What the API answers when something cannot be done: RFC 9457 problems, in the words of the pages."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from hoatoc.errors import ChangedMeanwhile, HoatocError, InvalidTransition, NotFound, SubmissionRefused, TokenError
from portal.front import Front
from portal.pacing import TooOften, address_of

MEDIA = "application/problem+json"


class Problem(BaseModel):
    """A problem (RFC 9457): what is wrong, and the way out."""

    type: str = Field("about:blank", description="Always about:blank: `status` says what kind of problem it is.")
    title: str = Field(description="The name of the status, in English.")
    status: int = Field(description="The status of the answer.")
    detail: str = Field(description="What is wrong, in the language of the installation.")
    hint: str = Field("", description="The way out, '' where none is known.")
    problems: dict[str, str] = Field({}, description="What is wrong by field; '' is the whole.")
    warnings: dict[str, str] = Field(
        {}, description="Figures that are only unusual, by field: with an `explanation` they are taken in."
    )


#: For every endpoint, in the document.
ANSWERS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "401: the token opens nothing; 404: there is no such thing, or it is not yours; 409: changed "
        "meanwhile; 413: too large; 422: see `problems` and `warnings`; 429: too often, see `Retry-After`.",
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}  # fmt: skip
_STATUS: dict[type[HoatocError], int] = {
    NotFound: 404, SubmissionRefused: 422, ChangedMeanwhile: 409, InvalidTransition: 409,
}  # fmt: skip
_NO_TOKEN = ("mã không dùng được", "gửi Authorization: Bearer <mã>; xin mã mới nếu mã đã hết hạn hoặc bị thu hồi")


def install(app: FastAPI) -> None:
    """Give `app` an answer for each failure."""
    app.add_exception_handler(TokenError, _no_token)
    app.add_exception_handler(TooOften, _too_often)
    app.add_exception_handler(HoatocError, _refused)
    app.add_exception_handler(RequestValidationError, _unread)
    app.add_exception_handler(HTTPException, _other)
    app.add_exception_handler(Exception, _broken)


async def _no_token(request: Request, error: Exception) -> JSONResponse:
    front: Front = request.app.state.front
    try:
        front.pace.wrong_link(address_of(request))
    except TooOften:
        return await _too_often(request, error)
    answer = _answer(request, 401, *_NO_TOKEN)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


async def _too_often(request: Request, _error: Exception) -> JSONResponse:
    answer = _answer(request, 429, "thử quá nhiều lần trong một lúc", "chờ vài phút rồi thử lại")
    answer.headers["Retry-After"] = "60"
    return answer


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HoatocError)
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 422)
    if isinstance(error, SubmissionRefused):
        return _answer(request, status, str(error), error.hint, problems=error.problems, warnings=error.warnings)
    return _answer(request, status, str(error), error.hint)


async def _unread(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = {".".join(map(str, each["loc"][1:])): str(each["msg"]) for each in error.errors()}
    if any(each["loc"][0] == "path" for each in error.errors()):
        return _answer(request, 404, "không có trang này")
    return _answer(request, 422, "Nội dung gửi chưa đúng.", "xem openapi.json", problems=wrong)


async def _other(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    says = {404: "không có trang này", 413: "nội dung gửi quá lớn"}
    answer = _answer(request, error.status_code, says.get(error.status_code, "không làm được việc này"))
    answer.headers.update(error.headers or {})
    return answer


async def _broken(request: Request, _error: Exception) -> JSONResponse:
    says = "hệ thống gặp lỗi, việc vừa rồi chưa được ghi nhận"
    return _answer(request, 500, says, "thử lại sau ít phút; nếu vẫn vậy, gọi cho văn phòng")


def _answer(
    request: Request, status: int, detail: str, hint: str = "", *, problems: dict[str, str] | None = None,
    warnings: dict[str, str] | None = None,
) -> JSONResponse:  # fmt: skip
    say = request.app.state.front.language.say
    said = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=say(detail), hint=say(hint) if hint else "",
        problems={_written(field): _written(say(wrong)) for field, wrong in (problems or {}).items()},
        warnings={field: say(odd) for field, odd in (warnings or {}).items()},
    )  # fmt: skip
    return JSONResponse(said.model_dump(), status_code=status, media_type=MEDIA)


def _written(said: str) -> str:
    """Names come from outside, and half of a surrogate pair, which JSON can say, cannot be written down."""
    return said.encode("utf-8", "backslashreplace").decode("utf-8")
