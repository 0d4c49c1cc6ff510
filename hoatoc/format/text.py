"""The text part of a directive file: what the signed document says, and null where it is silent."""

import datetime as dt
from enum import StrEnum
from typing import Literal

from pydantic import Field

from hoatoc.format.model import Clause, Model, Words
from hoatoc.format.timing import Timing
from hoatoc.format.units import Tree


class Urgency(StrEnum):
    """Degrees of urgency (Nghị định 30/2020/NĐ-CP, Phụ lục I; edXML priorities 0–3)."""

    NORMAL = "thường"
    URGENT = "khẩn"
    VERY_URGENT = "thượng khẩn"
    FLASH = "hỏa tốc"


class ObligationKind(StrEnum):
    """What an obligation asks for."""

    STANDING_RULE = "standing_rule"  #: Quy tắc ứng xử thường trực; counted in the report, never a duty.
    ONE_OFF_DEADLINE = "one_off_deadline"  #: Việc một lần.
    RECURRING_REPORT = "recurring_report"  #: Báo cáo định kỳ.
    RECURRING_ACTIVITY = "recurring_activity"  #: Hoạt động lặp lại; counted in the report.
    COVERAGE_TARGET = "coverage_target"  #: Chỉ tiêu độ phủ: a series toward a target.
    PERMISSION_APPROVAL = "permission_approval"  #: Xin phép: a request answered by the level above.
    ROSTER = "roster"  #: Lập danh sách.
    INSPECTION_ENFORCEMENT = "inspection_enforcement"  #: Kiểm tra, xử lý; counted in the report.
    COMMUNICATION = "communication"  #: Quán triệt, tuyên truyền; counted in the report.
    HEAD_ACCOUNTABILITY = "head_accountability"  #: Trách nhiệm người đứng đầu; counted in the report.


class BearerKind(StrEnum):
    """Who the text says is to do it."""

    UNIT = "unit"
    ROLE_HOLDER = "role_holder"
    PERSON_GROUP = "person_group"
    GROUP_SELECTOR = "group_selector"
    AUTHORITY = "authority"
    EXTERNAL = "external"
    UNSPECIFIED = "unspecified"


class Signatory(Model):
    """Who signed, with the capacity marks as printed (T/M, KT., TL., kiêm)."""

    name: Words | None
    titles: tuple[Words, ...] = ()
    capacity: tuple[Words, ...] = ()
    note: Words | None = None


class Recipient(Model):
    """One line of nơi nhận. A copy (`report`, `know`) owes nothing and is never counted."""

    name: Words
    role: Literal["act", "report", "know", "file"]
    verbatim: Words | None = None


class Reference(Model):
    """Another document this one rests on; `directive` is its key where the same office holds it."""

    code: Words
    issuer: Words | None = None
    date: dt.date | None = None
    relation: Literal["implements", "continues", "complies_with", "attaches", "replaces"]
    directive: str | None = None


class Bearer(Model):
    """The bearer in the text's own words; `coordinating` supports and owes nothing."""

    kind: BearerKind
    text: tuple[Words, ...]
    coordinating: tuple[Words, ...] = ()


class Obligation(Model):
    """One thing ordered by one clause. `quote` is verbatim (white space folded)."""

    clause: Clause
    quote: Words
    kind: ObligationKind
    shape: Words | None = None
    bearer: Bearer
    relation: Literal["assigned", "requested", "invited"] = "assigned"  # giao, đề nghị, mời: only giao is pressed
    timing: Timing
    evidence: Words | None = None
    report_to: Words | None = None  # whom the clause wants told, where that is not the issuer
    numbers: dict[str, int | str] = {}
    ambiguity: Words | None = None


class Source(Model):
    """The file that holds the verbatim text: its name and SHA-256. The texts themselves stay with the office;
    `hoatoc check --sources FOLDER` proves every quote against them. `also` are further copies of the same text."""

    file: Words
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    also: tuple[Words, ...] = ()


class Text(Model):
    """The document itself."""

    source: Source | None = None
    original: Words | None = None  # the signed paper beside the file, which goes out with the mail
    issuer: Words
    tree: Tree
    type: Words
    number: int | None
    symbol: Words | None
    code: Words | None
    place: Words | None
    date: dt.date | None
    subject: Words | None
    urgency: Words | None  # as printed: HỎA TỐC, HOẢ TỐC, KHẨN …
    secrecy: Words | None = None
    signatory: Signatory
    addressees: tuple[Words, ...]
    recipients: tuple[Recipient, ...] = ()
    references: tuple[Reference, ...] = ()
    ambiguities: tuple[Words, ...] = ()
    obligations: tuple[Obligation, ...] = Field(min_length=1)
