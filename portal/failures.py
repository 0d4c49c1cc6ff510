"""What a person sees when something cannot be done. A link that does not open always gets the same answer."""

from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from hoatoc.errors import NotFound, TokenError
from portal.csrf import ForeignForm
from portal.front import Front
from portal.officer import NotYours, SignInNeeded
from portal.pacing import TooOften, address_of
from portal.pages import Pages
from portal.security import HEADERS
from portal.signin import HOME, way_in

#: What tells htmx to put an answer above the form that was sent, which keeps what was typed, and not in its place.
_ABOVE = {"HX-Retarget": "main", "HX-Reselect": "main > *", "HX-Reswap": "afterbegin show:window:top"}
#: What is typed is kept by itself, and says in a line of its own how that went.
_DRAFTS = "/nhap"


def install(app: FastAPI, pages: Pages) -> None:
    """Give `app` a page for each failure."""
    _behind_links(app, pages)
    _of_the_desk(app, pages)

    async def broken(request: Request, _error: Exception) -> Response:
        say = pages.language.say
        says = say("hệ thống gặp lỗi, việc vừa rồi chưa được ghi nhận")
        response = _failure(pages, request, 500, says, say("thử lại sau ít phút; nếu vẫn vậy, gọi cho văn phòng"))
        # This answer is made outside all middleware.
        response.headers.update(HEADERS)
        return response

    app.add_exception_handler(Exception, broken)


def _behind_links(app: FastAPI, pages: Pages) -> None:
    say = pages.language.say

    async def no_such_link(request: Request, error: Exception) -> Response:
        if _is_desk(request):
            return _failure(pages, request, 404, say("không có trang này"), say("mở lại bảng theo dõi"))
        front: Front = request.app.state.front
        try:
            front.pace.wrong_link(address_of(request))
        except TooOften:
            return await too_often(request, error)
        return pages.page("no_such_link", status=404)

    async def too_often(request: Request, _error: Exception) -> Response:
        answer = _failure(pages, request, 429, say("thử quá nhiều lần trong một lúc"), say("chờ vài phút rồi thử lại"))
        answer.headers["Retry-After"] = "60"
        return answer

    async def not_found(request: Request, error: Exception) -> Response:
        hint = error.hint if isinstance(error, NotFound) else ""
        return _failure(pages, request, 404, say(str(error)), say(hint) if hint else "")

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        if status == 404:
            return await no_such_link(request, error)
        says = say("nội dung gửi quá lớn") if status == 413 else say("không làm được việc này")
        hint = say("quay lại trang trước") if _is_desk(request) else say("mở lại liên kết trong thư")
        return _failure(pages, request, status, says, hint)

    app.add_exception_handler(TokenError, no_such_link)
    app.add_exception_handler(RequestValidationError, no_such_link)
    app.add_exception_handler(TooOften, too_often)
    app.add_exception_handler(NotFound, not_found)
    app.add_exception_handler(HTTPException, refused)


def _of_the_desk(app: FastAPI, pages: Pages) -> None:
    say = pages.language.say

    async def sign_in(request: Request, _error: Exception) -> Response:
        if "hx-request" in request.headers and request.method == "GET":
            # htmx does not see a redirect, only where it led; what it asked for is a part of a page.
            here = urlsplit(request.headers.get("hx-current-url", ""))
            asked = f"{here.path}?{here.query}" if here.query else here.path
            return Response(status_code=401, headers={"HX-Redirect": way_in(asked or HOME)})
        if request.method == "GET":
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(way_in(request.url.path + query), status_code=303)
        return _failure(
            pages, request, 401, say("phiên đăng nhập đã hết, việc vừa rồi chưa được ghi nhận"),
            say("mở trang đăng nhập ở một thẻ khác, rồi quay lại đây và gửi lại"),
        )  # fmt: skip

    async def not_yours(request: Request, _error: Exception) -> Response:
        says = say("tài khoản này không được làm việc đó")
        return _failure(pages, request, 403, says, say("nhờ văn phòng, hoặc người quản trị đổi vai trò"))

    async def foreign_form(request: Request, _error: Exception) -> Response:
        says = say("biểu mẫu này không phải của phiên đăng nhập đang mở")
        return _failure(pages, request, 403, says, say("mở lại trang rồi làm lại"))

    app.add_exception_handler(SignInNeeded, sign_in)
    app.add_exception_handler(NotYours, not_yours)
    app.add_exception_handler(ForeignForm, foreign_form)


def _is_desk(request: Request) -> bool:
    return request.url.path == HOME or request.url.path.startswith(f"{HOME}/")


def _failure(pages: Pages, request: Request, status: int, says: str, hint: str) -> Response:
    back = HOME if _is_desk(request) else ""
    answer = pages.page("failure", status=status, says=says, hint=hint, back=back)
    if "hx-request" in request.headers and request.method == "POST" and not request.url.path.endswith(_DRAFTS):
        answer.headers.update(_ABOVE)
    return answer
