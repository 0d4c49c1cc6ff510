"""What a person sees when something cannot be done. A link that does not open always gets the same answer."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from hoatoc.errors import NotFound, TokenError
from portal.pages import Pages
from portal.security import HEADERS


def install(app: FastAPI, pages: Pages) -> None:
    """Give `app` a page for each failure."""

    async def no_such_link(_request: Request, _error: Exception) -> Response:
        return pages.page("no_such_link", status=404)

    async def not_found(_request: Request, error: Exception) -> Response:
        hint = error.hint if isinstance(error, NotFound) else ""
        return _failure(pages, 404, pages.language.say(str(error)), pages.language.say(hint) if hint else "")

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        if status == 404:
            return await no_such_link(request, error)
        say = pages.language.say
        says = say("nội dung gửi quá lớn") if status == 413 else say("không làm được việc này")
        return _failure(pages, status, says, say("mở lại liên kết trong thư"))

    async def broken(_request: Request, _error: Exception) -> Response:
        says = pages.language.say("hệ thống gặp lỗi, việc vừa rồi chưa được ghi nhận")
        response = _failure(pages, 500, says, pages.language.say("thử lại sau ít phút; nếu vẫn vậy, gọi cho văn phòng"))
        # This answer is made outside all middleware.
        response.headers.update(HEADERS)
        return response

    app.add_exception_handler(TokenError, no_such_link)
    app.add_exception_handler(RequestValidationError, no_such_link)
    app.add_exception_handler(NotFound, not_found)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, broken)


def _failure(pages: Pages, status: int, says: str, hint: str) -> Response:
    return pages.page("failure", status=status, says=says, hint=hint)
