"""Which words in a reply are a receipt, which leave something for the desk to read, and which are no receipt."""

import time

import pytest

from hoatoc.rollout import receiptwords
from hoatoc.rollout.receiptwords import Words

NAME, TITLE = "Ủy ban nhân dân xã Hòa Thuận", "Công điện 13-CĐ/BCĐ ngày 23/11/2021"
RECEIPT, BOTH, MESSAGE = Words(True, False), Words(True, True), Words(False, True)

YES = [
    "Đã nhận", "đã nhận.", "  ĐÃ NHẬN!", "“Đã nhận”", "Đã nhận;", "Đã nhận./.", "Đã  nhận", "\u00a0Đã\u00a0nhận\u00a0",
    "\ufeffĐã nhận", "\u200bĐã nhận", "Đa\u0303 nhâ\u0323n", "da nhan", "Da nhan cong dien", "đã tiếp nhận",
    "Đã nhận ạ", "Đã nhận được rồi ạ", "Đã nhận nhé", "ok đã nhận", "Dạ em đã nhận rồi ạ", "Rõ", "Đã rõ ạ", "Rõ!",
    "Đã nhận, cảm ơn", "Đã nhận. Trân trọng cảm ơn quý cơ quan!", "Xin xác nhận đã nhận được văn bản",
    "Đã nhận công điện", "Đã nhận đủ nội dung công điện hỏa tốc số 13-CĐ/BCĐ ngày 23/11/2021",
    "Dạ UBND xã Hòa Thuận đã nhận được công điện ạ", "Đơn vị đã nhận",
    "Xã Hòa Thuận đã nhận được", "UBND xã Hoà Thuận đã nhận văn bản.", "Uỷ ban xã Hòa Thuận đã nhận",
    "Đã nhận và sẽ triển khai thực hiện nghiêm túc", "Đã nhận. Sẽ triển khai ngay.",
    "Kính gửi: Văn phòng Tỉnh ủy,\nUBND xã Hòa Thuận đã nhận công điện.\nTrân trọng,\nNguyễn Văn An\n"
    "Phó Chánh Văn phòng\nĐT: 0297 386 2222\nan@hoa-thuan.example",
    "Chào anh chị,\nĐã nhận.\n\nTM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nTrần Thị B",
    "Đã nhận\n-- \nThư này chỉ dành cho người nhận, không phát tán.", "Đã nhận\nSent from my iPhone",
    "Đã nhận\nĐã gửi từ iPhone của tôi", "Đã nhận.\n> Chưa nhận thì sao?", "đã tiếp nhận\nKý tên",
]  # fmt: skip
#: They have it, and say what somebody has to read.
ALSO = [
    "Đã nhận. Xin lùi hạn.", "Đã nhận, xin lùi hạn đến 17 giờ ngày 25/11/2021", "Đã nhận; gửi kèm kế hoạch",
    "ĐÃ NHẬN. XIN LÙI HẠN.", "da nhan. xin lui han", "Đã nhận\nPhòng em xin lùi hạn", "Đã nhận. Gấp anh ạ",
    "Đã nhận. Xin ý kiến chỉ đạo", "Đã nhận.\nTrân trọng\nNguyễn Văn An\nTái bút: đề nghị gửi thêm phụ lục",
    "Đã nhận. Việc này của Sở Y tế", "Đã nhận.\nXin Hỗ Trợ Khẩn Cấp Nhân Lực", "Đã nhận\nGửi từ Zalo: xin lùi hạn",
    "Đã nhận\nSent from my iPhone\n\nXin lùi hạn",
]  # fmt: skip
NO = [
    "Chưa nhận", "Chưa nhận được", "Không nhận được", "nhận", "Đã nhận?", "Đã nhận chưa?", "Bên em đã nhận đâu",
    "Đã nhận nhưng không mở được tệp", "Đã nhận. Không mở được tệp", "Đã nhận\nTệp bị lỗi", "Đã nhận nhầm",
    "Chúng tôi đã nhận được nhưng không mở được", "Đã nhận thiếu phụ lục", "Đã nhận công văn số 99-CV/TU",
    "Sở Y tế đã nhận", "Xã Hòa Thuận hỏi các xã khác đã nhận", "Khi nào đã nhận", "Sẽ xác nhận đã nhận sau",
    "Đã nhận và chuyển Sở Y tế", "Chua nhan", "da nhan nhung khong mo duoc", "Nhờ Sở báo giúp. Đã nhận.",
    "Đã nhận Hỏi: mẫu số 2 ở đâu", "Được", "OK", "Rõ ràng là thiếu", "Xin cảm ơn", "Kính gửi Sở Y tế",
    "Kính gửi Văn phòng xin phép vắng họp\nĐã nhận công điện",
]  # fmt: skip


def read(body: str) -> Words:
    return receiptwords.read(body, name=NAME, title=TITLE)


@pytest.mark.parametrize("body", YES)
def test_words_that_can_mean_nothing_else_are_a_receipt(body: str) -> None:
    assert read(body) == RECEIPT


@pytest.mark.parametrize("body", ALSO)
def test_what_follows_a_receipt_waits_for_the_desk(body: str) -> None:
    assert read(body) == BOTH


@pytest.mark.parametrize("body", NO)
def test_whatever_leaves_a_doubt_is_no_receipt(body: str) -> None:
    assert not read(body).received


@pytest.mark.parametrize(
    "body", ["Đã nhận. " + "@" * 9900 + " x", "Đã nhận " + "." * 9900 + "x", "Đã nhận. tel" + "-" * 9900 + "x"]
)
def test_a_hostile_mail_is_read_in_no_time(body: str) -> None:
    started = time.thread_time()
    read(body)
    assert time.thread_time() - started < 0.25  # what grows with the square of the length takes a second


@pytest.mark.parametrize("body", ["", " \n", "> đã nhận", "\ufeff"])
def test_a_mail_without_words_says_nothing(body: str) -> None:
    assert read(body) == Words(False, False)
