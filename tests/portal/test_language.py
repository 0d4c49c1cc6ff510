"""Vietnamese first, English by setting."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from sqlalchemy import select
from starlette.testclient import TestClient

import portal
from hoatoc.ledger.schema import Duty, DutyKind
from hoatoc.settings import ROOT
from portal.app import create_app
from portal.language import LOCALE, Language
from portal.pages import TEMPLATES
from tests.portal.officers import signed_in
from tests.portal.place import DUE, FIGURES, SIGNED, Place

#: Said by the core or handed on as data, so that extraction does not see them.
HANDED_ON = {
    "chưa điền họ và tên", "dài quá 120 ký tự", "không có kỳ báo cáo này", "chưa có báo cáo của ngày này",
    "mở lại liên kết trong thư để xem các kỳ phải báo cáo", "mở lại liên kết trong thư để nộp báo cáo",
    "chưa điền", 'chưa điền; không phát sinh thì ghi "0"', "không nhận số âm",
    "ghi số nguyên, không có phần thập phân (dấu phẩy)",
    'ghi số nguyên, ví dụ 3884 hoặc 3.884; không có thì ghi "0"',
    "Báo kết quả", "Nộp danh sách", "Chưa ghi kết quả.", "ghi số, ngày văn bản hoặc kết quả đã làm",
    "Đơn vị không phải làm việc này nữa.", "không có việc này", "mở lại liên kết trong thư để xem các việc phải làm",
    "không có chỉ tiêu này", "tổng số phải lớn hơn 0", "lớn hơn tổng số", "số quá lớn", "chưa có danh sách này",
    "đơn vị không có việc xin phép này", "không có đề nghị này", "Đề nghị chưa đủ.",
    "ngày đi đã qua; xin phép trước khi đi", "ngày về trước ngày đi", "Chưa ghi lý do không đồng ý.",
    "ghi lý do không đồng ý", "Ý kiến quá dài.", "Đề nghị này đã được trả lời hoặc không còn hiệu lực.",
    "Không tìm thấy người có thẩm quyền trong danh bạ; liên hệ văn phòng.",
    "văn bản này không gửi tới người trả lời xin phép", "chưa ban hành văn bản này", "mở lại bảng theo dõi",
    "ghi ngày, ví dụ 24/11/2021", "Chưa chọn Đồng ý hoặc Không đồng ý.", "Chưa nhận được trả lời.",
    "Chưa nhận được danh sách.", "chưa chọn tệp", "đã đánh dấu không có ai mà tệp có người",
    "tệp không có dòng nào; nếu không có ai thì đánh dấu ô “không có ai”", "Tên các cột chưa đúng mẫu.",
    "thiếu cột này", "mẫu không có cột này; bỏ cột đi", "cột này có hai lần",
    "tệp lớn quá 1 MB; chia danh sách hoặc bỏ hình ảnh, định dạng", "tệp trống; dòng đầu phải là tên các cột của mẫu",
    "tệp bung ra quá lớn; chép danh sách sang mẫu trống rồi gửi lại",
    "không đọc được tệp; gửi tệp XLSX hoặc CSV (UTF-8) theo mẫu",
    "tệp không phải XLSX, cũng không phải CSV ghi bằng UTF-8", "triển khai", "tiếp nối", "thực hiện theo", "gửi kèm",
    "thay thế",
    "chậm",
    "chưa báo cáo",
    "không liên lạc được",
    "chưa nhận được tệp; chọn lại tệp",
    "đơn vị đã gửi quá nhiều tệp; liên hệ văn phòng",
    "tệp lớn quá 3 MB",
    "chỉ nhận tệp PDF, PNG, JPG, DOCX, XLSX",
    "ghi lý do; lý do được lưu cùng quyết định",
    "thời điểm mở lại phải sau lúc này và sau giờ khóa của kỳ",
    "chọn giờ muộn hơn",
    "đơn vị không phải báo cáo kỳ này",
    "không cần mở lại",
    "chưa chọn thời điểm mở lại",
    "mã không dùng được", "gửi Authorization: Bearer <mã>; xin mã mới nếu mã đã hết hạn hoặc bị thu hồi",
    "Nội dung gửi chưa đúng.", "xem openapi.json", "năm từ 2000 đến 2999",
    "chọn ngày và giờ",
    "Chưa phân công được.", "chưa điền họ và tên người nhận việc", "ghi một địa chỉ thư, ví dụ an.nv@soyte.example",
    "chưa điền địa chỉ thư", "chọn ít nhất một việc",
    "Đơn vị đã phân công quá nhiều lần trong 24 giờ qua; liên hệ văn phòng.", "không có phân công này",
    "việc này không phân công cho người mở liên kết", "mở lại liên kết trong thư để xem các việc được phân công",
    "chỉ văn thư hoặc lãnh đạo đơn vị làm được việc này", "ghi lý do trả lại",
    "Việc này đã xong hoặc không còn phải làm, không trả lại được.", "Chưa trả lại được.",
    "Chưa gửi được đề nghị gia hạn.", "chọn thời điểm sau hạn đang có và sau lúc này", "ghi lý do xin gia hạn",
    "Việc này không còn phải làm, không cần gia hạn.", "ghi ngày và giờ, ví dụ 25/11/2021 16:00",
    "Chưa chọn việc nào.", "Chưa chọn cách giải quyết.", "Chưa ghi việc đã triển khai.", "ghi việc đã triển khai",
    "Chưa ghi nội dung giải trình.", "ghi lý do chậm và việc đã khắc phục", "Đơn vị không phải giải trình nữa.",
    "Chưa ghi nhận.", "không có việc nào phải báo đã triển khai", "không có yêu cầu giải trình này",
    "Báo đã triển khai", "xem lại tình hình mới rồi làm lại", "hạn mới phải ở sau lúc này", "chọn thời điểm khác",
    "chưa ghi lý do", "lý do được gửi cho đơn vị và lưu trong lịch sử", "đơn vị ấy đang giữ việc này",
    "chọn đơn vị khác", "đơn vị ấy đã có việc này của mình",
    # Accounts, and the ways into them.
    "mật khẩu quá ngắn", "dùng ít nhất 12 ký tự, ví dụ vài từ không liên quan với nhau", "mật khẩu quá dài",
    "rút còn dưới 200 ký tự", "mật khẩu dễ đoán", "không dùng tên đăng nhập, không lặp một vài ký tự",
    "tên đăng nhập không dùng được", "chữ thường không dấu, số, . _ - @", "chưa ghi họ và tên, hoặc dài quá 120 ký tự",
    "ghi họ và tên người dùng tài khoản", "đã có tài khoản này", "chọn tên đăng nhập khác", "tài khoản đã khóa",
    "mở lại tài khoản trước", "chưa chọn vai trò", "chọn một vai trò trong danh sách",
    "không tự khóa hay đổi vai trò của chính mình", "nhờ một người quản trị khác", "không có tài khoản này",
    "chọn trong danh sách", "hai lần nhập mật khẩu mới không giống nhau", "nhập lại", "nhập sai nhiều lần",
    "chờ vài phút rồi thử lại", "mật khẩu cũ không đúng", "quên thì nhờ người quản trị gửi liên kết đăng nhập",
    "không có nơi nhận này", "không hỏi được hệ thống đăng nhập của tỉnh", "thử lại sau, hoặc đăng nhập bằng mật khẩu",
    "lời xác nhận của đăng nhập của tỉnh không tin được", "hệ thống đăng nhập của tỉnh xưng tên khác",
    "hệ thống của tỉnh không cho đăng nhập", "thử lại, hoặc hỏi người quản trị",
    "lượt đăng nhập này không bắt đầu ở trình duyệt này", "đăng nhập lại từ đầu", "lượt đăng nhập này đã quá 10 phút",
    "tỉnh đã xác nhận, nhưng ở đây chưa có tài khoản cho người này", "nhờ người quản trị thêm tài khoản",
    "ở đây chưa dùng đăng nhập của tỉnh", "đăng nhập bằng mật khẩu",
    "chọn kết quả cuộc gọi", "ghi số đã gọi", "ghi họ và tên người nghe máy",
    "chỉ ghi nhận thay khi đã nói chuyện với đơn vị", "danh bạ không có đơn vị này",
    "mở lại bảng theo dõi rồi chọn đơn vị", "văn bản này không gửi tới đơn vị ấy", "mở lại trang của văn bản",
    "lý do được gửi cho các đơn vị và lưu trong lịch sử", "chưa chọn văn bản thay thế",
    "ban hành văn bản mới trước, rồi chọn ở đây", "chưa chọn hạn mới",
    "văn bản không còn ở tình trạng làm được việc này", "không có thư này", "Ghi chú dài quá 1000 ký tự.",
}  # fmt: skip
#: The same, of issuing and of the directory.
ISSUING = {
    "không có cơ quan này", "mở lại trang Ban hành", "trang Ban hành nêu từng lỗi và cách sửa",
    "không có lần chạy thử này", "mở lại trang kế hoạch", "không có đơn vị này trong danh bạ", "mở lại trang Danh bạ",
    "không còn bản xem trước này", "tải tệp lên lại", "chưa diễn tập nội dung này",
    "mở trang kế hoạch và bấm Diễn tập", "ghi ngày của văn bản", "ghi trích yếu",
    "ghi số và ký hiệu, ví dụ 13-CV/BCĐ", "chọn ít nhất một nhóm hoặc một đơn vị", "ghi số giờ, từ 1 đến 240",
    "ghi ngày báo cáo đầu tiên", "ghi mỗi dòng một chỉ tiêu, từ 1 đến 60 dòng", "chọn biểu mẫu",
    "ghi ngày và giờ phải xong", "trích nhiều nhất 25 tiếng, phần nêu việc phải làm", "ghi ngày, hoặc để trống",
    "ghi giờ chốt, ví dụ 16:00", "văn bản này đã có tệp trong thư mục", "ghi tên đơn vị", "chọn hệ",
    "ghi loại, ví dụ: sở", "ghi chức danh", "ghi một địa chỉ, không dấu", "chọn vai", "giá trị không dùng được",
    "hai chức vụ cùng vai phải có mã khác nhau", "người đề nghị không tự duyệt được",
    "nhờ lãnh đạo hoặc một cán bộ khác của văn phòng duyệt", "người đề nghị cần biết phải sửa gì", "đúng hẹn",
    "sai số liệu lần đầu", "phải nhắc", "phải đôn đốc", "hôm sau mới làm", "không trả lời", "hộp thư hỏng",
}  # fmt: skip
VIETNAMESE = "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"


def extracted() -> set[str]:
    keywords = {"say": None, "count": None, "gettext": None}
    found: set[str] = set()
    methods = {Path(portal.__file__).parent: "python", TEMPLATES: "jinja2.ext:babel_extract"}
    for folder, method in methods.items():
        options = {"**": {"trimmed": "true", "silent": "false"}}
        found |= {
            message if isinstance(message, str) else message[0]
            for _, _, message, _, _ in extract_from_dir(
                folder, [("**.py" if method == "python" else "**.html", method)],
                {"**.html": options["**"]}, keywords=keywords,
            )
        }  # fmt: skip
    return found


def test_the_english_catalogue_has_every_message_and_no_other() -> None:
    with (LOCALE / "en" / "LC_MESSAGES" / "portal.po").open("rb") as file:
        catalogue = read_po(file)
    said = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id}
    assert said == extracted() | HANDED_ON | ISSUING
    untranslated = [message.id for message in catalogue if not message.string or "" in (*message.string,)]
    assert untranslated == []


def test_what_the_core_says_is_still_said_so() -> None:
    source = "".join(path.read_text() for path in (ROOT / "hoatoc").rglob("*.py"))
    source += "".join(path.read_text() for path in (ROOT / "portal").rglob("*.py"))
    assert [message for message in HANDED_ON if message not in source] == []


def test_an_english_portal_speaks_english(place: Place) -> None:
    unit = place.link("Sở Y tế")
    with TestClient(create_app(place.ledger, place.links, "en")) as client:
        assert '<html lang="en">' in client.get(unit).text
        assert "Not acknowledged yet, 1 day left" in client.get(unit).text.replace("not ack", "Not ack")
        refused = client.post(f"{unit}/bao-cao/2021-11-24", data={})
        assert "your name is missing" in refused.text
        assert "not filled in; if there was none, write" in refused.text
        client.post(f"{unit}/bao-cao/2021-11-24", data=FIGURES | SIGNED)
        receipt = client.get(f"{unit}/bien-nhan/2021-11-24").text
        assert "<b>3,884</b>" in receipt
        assert "16:00 on 23/11/2021" in receipt
        missing = client.get("/v/forged").text
        assert not set(missing.split("<title>")[1].casefold()) & set(VIETNAMESE)


def test_the_summary_of_an_english_portal_is_in_english(place: Place) -> None:
    unit = place.link("Sở Y tế")
    with TestClient(create_app(place.ledger, place.links, "en"), follow_redirects=False) as client:
        client.post(f"{unit}/bao-cao/2021-11-24", data=FIGURES | SIGNED)
        place.at(DUE + timedelta(hours=1))
        desk = signed_in(client, place.ledger)
        summary = "/ban/vb/1/tong-hop/2021-11-24"
        page = desk.get(summary).text
        for said in ("1 on time, 68 not reported", "1 of 69 units", "Reporting rate 1.4%", "DHIS2", "3,884",
                     "Symbol, for example BC/VPTU"):  # fmt: skip
            assert said in page, said
        with place.ledger.read() as session:
            owed = session.scalar(
                select(Duty.id).where(Duty.kind == DutyKind.REPORT, Duty.slot.startswith("2021-11-24"))
            )
        refused = desk.post(f"{summary}/mien", data={"don-vi": str(owed), "ly-do": " "}).text
        assert "give a reason; it is kept with the decision" in refused
        columns = re.search(r"<table class=\"sums\">.*?</thead>", page, re.DOTALL)
        assert columns is not None
        assert not set(columns[0].casefold()) & set(VIETNAMESE)


@pytest.mark.parametrize(
    ("span", "vietnamese", "english"),
    [
        (timedelta(seconds=59), "dưới 1 phút", "less than a minute"),
        (timedelta(minutes=1), "1 phút", "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 phút", "59 minutes"),
        (timedelta(hours=1), "1 giờ", "1 hour"),
        (timedelta(hours=23, minutes=59), "23 giờ", "23 hours"),
        (timedelta(days=1), "1 ngày", "1 day"),
        (timedelta(days=1, hours=5), "1 ngày 5 giờ", "1 day 5 hours"),
        (timedelta(days=3, hours=5), "3 ngày", "3 days"),
    ],
)
def test_a_span_is_said_as_one_who_waits_would(span: timedelta, vietnamese: str, english: str) -> None:
    assert (Language("vi").span(span), Language("en").span(span)) == (vietnamese, english)
