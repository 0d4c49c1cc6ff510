"""The ledger."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hoatoc.ledger.schema.base import Id
from hoatoc.ledger.types import Json, Utc

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "account",
        sa.Column("id", Id, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("disabled_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_directive_id", ["directive_id"], unique=False)
        batch_op.create_index("ix_event_subject", ["subject"], unique=False)

    op.create_table(
        "failed_sign_in",
        sa.Column("login_hash", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", Utc(), nullable=False),
        sa.Column("locked_until", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("login_hash", name=op.f("pk_failed_sign_in")),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "office",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("profile", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("key", name=op.f("uq_office_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "proposal",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", Utc(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", Utc(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index("ix_proposal_key", ["key"], unique=False)
        batch_op.create_index("ix_proposal_state", ["state"], unique=False)

    op.create_table(
        "simulated_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("now", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_clock")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("revoked_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_token_secret_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index("ix_api_token_account_id", ["account_id"], unique=False)

    op.create_table(
        "directive",
        sa.Column("id", Id, nullable=False),
        sa.Column("office_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("snapshot", Json, nullable=False),
        sa.Column("snapshot_hash", sa.Text(), nullable=False),
        sa.Column("issued_at", Utc(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("suspended_at", Utc(), nullable=False),
        sa.Column("resumed_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_directive_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive")),
        sa.UniqueConstraint("key", name=op.f("uq_directive_key")),
        sa.UniqueConstraint("office_id", "identity", name=op.f("uq_directive_office_id_identity")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sign_in",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("seen_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("revoked_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_secret_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_account_id", ["account_id"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_link_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_link_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "unit",
        sa.Column("id", Id, nullable=False),
        sa.Column("office_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short", sa.Text(), nullable=False),
        sa.Column("tree", sa.String(24), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_key", sa.Text(), nullable=False),
        sa.Column("groups", Json, nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_unit_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("office_id", "key", name=op.f("uq_unit_office_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "obligation",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("opens_duty", sa.Boolean(), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_obligation_directive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
        sa.UniqueConstraint("directive_id", "clause", name=op.f("uq_obligation_directive_id_clause")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "original",
        sa.Column("directive_id", Id, autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_original_directive_id")),
        sa.PrimaryKeyConstraint("directive_id", "sha256", name=op.f("pk_original")),
    )
    op.create_table(
        "period",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("opens_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("freeze_at", Utc(), nullable=False),
        sa.Column("lock_at", Utc(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_period_directive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
        sa.UniqueConstraint("directive_id", "subject", "slot", name=op.f("uq_period_directive_id_subject_slot")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("period", schema=None) as batch_op:
        batch_op.create_index("ix_period_directive_id_next_at", ["directive_id", "next_at"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("acting", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("unit_id", "key", name=op.f("uq_post_unit_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "turn",
        sa.Column("directive_id", Id, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("wishes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_turn_directive_id")),
        sa.PrimaryKeyConstraint("directive_id", name=op.f("pk_turn")),
    )
    op.create_table(
        "wake_up",
        sa.Column("directive_id", Id, autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("deployment_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_wake_up_directive_id")),
        sa.PrimaryKeyConstraint("directive_id", name=op.f("pk_wake_up")),
    )
    op.create_table(
        "addressee",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("post_id", Id, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("unreachable_at", Utc(), nullable=False),
        sa.Column("link_generation", sa.Integer(), nullable=False),
        sa.Column("named_at", Utc(), nullable=False),
        sa.Column("decides", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_addressee_directive_id")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_addressee_post_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_addressee_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addressee")),
        sa.UniqueConstraint("directive_id", "key", name=op.f("uq_addressee_directive_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "rollup",
        sa.Column("id", Id, nullable=False),
        sa.Column("period_id", Id, nullable=False),
        sa.Column("unit_key", sa.Text(), nullable=False),
        sa.Column("parent_key", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("on_time", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("exempt", sa.Integer(), nullable=False),
        sa.Column("unreachable", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_rollup_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup")),
        sa.UniqueConstraint("period_id", "unit_key", name=op.f("uq_rollup_period_id_unit_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "summary",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("period_id", Id, nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("frozen_at", Utc(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("data_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_summary_directive_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_summary_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary")),
        sa.UniqueConstraint("period_id", "edition", name=op.f("uq_summary_period_id_edition")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("summary", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_summary_directive_id"), ["directive_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("obligation_id", Id, nullable=False),
        sa.Column("addressee_id", Id, nullable=False),
        sa.Column("instead_of_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_assignment_addressee_id")),
        sa.ForeignKeyConstraint(["instead_of_id"], ["addressee.id"], name=op.f("fk_assignment_instead_of_id")),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_assignment_obligation_id")),
        sa.PrimaryKeyConstraint("obligation_id", "addressee_id", name=op.f("pk_assignment")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", Id, nullable=False),
        sa.Column("addressee_id", Id, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_attachment_addressee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("addressee_id", "sha256", name=op.f("uq_attachment_addressee_id_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "call",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("addressee_id", Id, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("caller_name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("spoke_with", sa.Text(), nullable=False),
        sa.Column("result", sa.String(24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_call_addressee_id")),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_call_directive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index("ix_call_addressee_id", ["addressee_id"], unique=False)
        batch_op.create_index("ix_call_directive_id", ["directive_id"], unique=False)

    op.create_table(
        "coverage_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("obligation_id", Id, nullable=False),
        sa.Column("addressee_id", Id, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_coverage_entry_addressee_id")),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_coverage_entry_obligation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_entry")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("coverage_entry", schema=None) as batch_op:
        batch_op.create_index("ix_coverage_entry_obligation_id", ["obligation_id", "addressee_id"], unique=False)

    op.create_table(
        "duty",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("addressee_id", Id, nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("period_id", Id, nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("met_at", Utc(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_duty_addressee_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_duty_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint(
            "directive_id",
            "subject",
            "addressee_id",
            "slot",
            "generation",
            name=op.f("uq_duty_directive_id_subject_addressee_id_slot_generation"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index("ix_duty_addressee_id_slot", ["addressee_id", "slot"], unique=False)
        batch_op.create_index("ix_duty_directive_id_next_at", ["directive_id", "next_at"], unique=False)
        batch_op.create_index("ix_duty_period_id", ["period_id"], unique=False)
        batch_op.create_index(
            "ix_duty_returned",
            ["addressee_id"],
            unique=False,
            sqlite_where=sa.text("state = 'returned'"),
            postgresql_where=sa.text("state = 'returned'"),
        )

    op.create_table(
        "notice",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("addressee_id", Id, nullable=True),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("context", Json, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("written_at", Utc(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Utc(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", Utc(), nullable=False),
        sa.Column("answer_code", sa.Integer(), nullable=False),
        sa.Column("answer_text", sa.Text(), nullable=False),
        sa.Column("settled_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_notice_addressee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "directive_id",
            "template",
            "step",
            "recipient",
            "occurrence",
            name=op.f("uq_notice_directive_id_template_step_recipient_occurrence"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_addressee_id", ["addressee_id"], unique=False)
        batch_op.create_index(
            "ix_notice_directive_id_state_next_attempt_at_id",
            ["directive_id", "state", "next_attempt_at", "id"],
            unique=False,
        )

    op.create_table(
        "receipt",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("addressee_id", Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("by_title", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_receipt_addressee_id")),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_receipt_directive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("addressee_id", "code", name=op.f("uq_receipt_addressee_id_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "specialist",
        sa.Column("id", Id, nullable=False),
        sa.Column("addressee_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("subjects", Json, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("assigned_at", Utc(), nullable=False),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_specialist_addressee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specialist")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("specialist", schema=None) as batch_op:
        batch_op.create_index("ix_specialist_addressee_id", ["addressee_id"], unique=False)

    op.create_table(
        "extension_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("duty_id", Id, nullable=False),
        sa.Column("wanted_at", Utc(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("granted_until", Utc(), nullable=False),
        sa.Column("decided_at", Utc(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_extension_request_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_request")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("extension_request", schema=None) as batch_op:
        batch_op.create_index("ix_extension_request_duty_id", ["duty_id"], unique=False)
        batch_op.create_index("ix_extension_request_state", ["state"], unique=False)

    op.create_table(
        "fulfilment",
        sa.Column("id", Id, nullable=False),
        sa.Column("duty_id", Id, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_fulfilment_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfilment")),
        sa.UniqueConstraint("duty_id", name=op.f("uq_fulfilment_duty_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "inbox_mail",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sheet", Json, nullable=False),
        sa.Column("attached", Json, nullable=False),
        sa.Column("bounced", sa.Text(), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("repeats", Id, nullable=True),
        sa.Column("handled_at", Utc(), nullable=False),
        sa.Column("handled_by", sa.Text(), nullable=False),
        sa.Column("handled_how", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_inbox_mail_directive_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_inbox_mail_notice_id")),
        sa.ForeignKeyConstraint(["repeats"], ["inbox_mail.id"], name=op.f("fk_inbox_mail_repeats")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_mail")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_inbox_mail_fingerprint")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inbox_mail", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_mail_directive_id_state", ["directive_id", "state"], unique=False)
        batch_op.create_index("ix_inbox_mail_outcome_state", ["outcome", "state"], unique=False)
        batch_op.create_index("ix_inbox_mail_repeats", ["repeats"], unique=False)

    op.create_table(
        "notice_duty",
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("duty_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_notice_duty_duty_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_duty_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "duty_id", name=op.f("pk_notice_duty")),
    )
    with op.batch_alter_table("notice_duty", schema=None) as batch_op:
        batch_op.create_index("ix_notice_duty_duty_id", ["duty_id"], unique=False)

    op.create_table(
        "permission_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("obligation_id", Id, nullable=False),
        sa.Column("addressee_id", Id, nullable=False),
        sa.Column("duty_id", Id, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("for_head", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("answered_at", Utc(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_permission_request_addressee_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_permission_request_duty_id")),
        sa.ForeignKeyConstraint(["obligation_id"], ["obligation.id"], name=op.f("fk_permission_request_obligation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permission_request")),
        sa.UniqueConstraint("duty_id", name=op.f("uq_permission_request_duty_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("permission_request", schema=None) as batch_op:
        batch_op.create_index("ix_permission_request_addressee_id", ["addressee_id"], unique=False)
        batch_op.create_index("ix_permission_request_state", ["state"], unique=False)

    op.create_table(
        "reopening",
        sa.Column("duty_id", Id, autoincrement=False, nullable=False),
        sa.Column("lock_at", Utc(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_reopening_duty_id")),
        sa.PrimaryKeyConstraint("duty_id", name=op.f("pk_reopening")),
    )
    op.create_table(
        "report",
        sa.Column("id", Id, nullable=False),
        sa.Column("duty_id", Id, nullable=False),
        sa.Column("period_id", Id, nullable=False),
        sa.Column("addressee_id", Id, nullable=False),
        sa.Column("first_at", Utc(), nullable=False),
        sa.Column("on_time", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("revised_at", Utc(), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("warnings", Json, nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("erratum", sa.String(24), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["addressee_id"], ["addressee.id"], name=op.f("fk_report_addressee_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_report_duty_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_report_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("duty_id", name=op.f("uq_report_duty_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_erratum", ["erratum"], unique=False)
        batch_op.create_index("ix_report_period_id_addressee_id", ["period_id", "addressee_id"], unique=False)

    op.create_table(
        "roster",
        sa.Column("id", Id, nullable=False),
        sa.Column("directive_id", Id, nullable=False),
        sa.Column("duty_id", Id, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("rows", Json, nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("delete_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name=op.f("fk_roster_directive_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_roster_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint("duty_id", name=op.f("uq_roster_duty_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index("ix_roster_directive_id_delete_at", ["directive_id", "delete_at"], unique=False)

    op.create_table(
        "unsent_report",
        sa.Column("duty_id", Id, autoincrement=False, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("typed", Json, nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_unsent_report_duty_id")),
        sa.PrimaryKeyConstraint("duty_id", name=op.f("pk_unsent_report")),
    )
    op.create_table(
        "revision",
        sa.Column("id", Id, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("warnings", Json, nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("in_summary", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_revision_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_revision_report_id_number")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("revision")
    op.drop_table("unsent_report")
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.drop_index("ix_roster_directive_id_delete_at")

    op.drop_table("roster")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("ix_report_period_id_addressee_id")
        batch_op.drop_index("ix_report_erratum")

    op.drop_table("report")
    op.drop_table("reopening")
    with op.batch_alter_table("permission_request", schema=None) as batch_op:
        batch_op.drop_index("ix_permission_request_state")
        batch_op.drop_index("ix_permission_request_addressee_id")

    op.drop_table("permission_request")
    with op.batch_alter_table("notice_duty", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_duty_duty_id")

    op.drop_table("notice_duty")
    with op.batch_alter_table("inbox_mail", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_mail_repeats")
        batch_op.drop_index("ix_inbox_mail_outcome_state")
        batch_op.drop_index("ix_inbox_mail_directive_id_state")

    op.drop_table("inbox_mail")
    op.drop_table("fulfilment")
    with op.batch_alter_table("extension_request", schema=None) as batch_op:
        batch_op.drop_index("ix_extension_request_state")
        batch_op.drop_index("ix_extension_request_duty_id")

    op.drop_table("extension_request")
    with op.batch_alter_table("specialist", schema=None) as batch_op:
        batch_op.drop_index("ix_specialist_addressee_id")

    op.drop_table("specialist")
    op.drop_table("receipt")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_directive_id_state_next_attempt_at_id")
        batch_op.drop_index("ix_notice_addressee_id")

    op.drop_table("notice")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_duty_returned",
            sqlite_where=sa.text("state = 'returned'"),
            postgresql_where=sa.text("state = 'returned'"),
        )
        batch_op.drop_index("ix_duty_period_id")
        batch_op.drop_index("ix_duty_directive_id_next_at")
        batch_op.drop_index("ix_duty_addressee_id_slot")

    op.drop_table("duty")
    with op.batch_alter_table("coverage_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_coverage_entry_obligation_id")

    op.drop_table("coverage_entry")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index("ix_call_directive_id")
        batch_op.drop_index("ix_call_addressee_id")

    op.drop_table("call")
    op.drop_table("attachment")
    op.drop_table("assignment")
    with op.batch_alter_table("summary", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_summary_directive_id"))

    op.drop_table("summary")
    op.drop_table("rollup")
    op.drop_table("addressee")
    op.drop_table("wake_up")
    op.drop_table("turn")
    op.drop_table("post")
    with op.batch_alter_table("period", schema=None) as batch_op:
        batch_op.drop_index("ix_period_directive_id_next_at")

    op.drop_table("period")
    op.drop_table("original")
    op.drop_table("obligation")
    op.drop_table("unit")
    op.drop_table("sign_in_link")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_account_id")

    op.drop_table("sign_in")
    op.drop_table("directive")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index("ix_api_token_account_id")

    op.drop_table("api_token")
    op.drop_table("simulated_clock")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_proposal_state")
        batch_op.drop_index("ix_proposal_key")

    op.drop_table("proposal")
    op.drop_table("office")
    op.drop_table("meta")
    op.drop_table("failed_sign_in")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_subject")
        batch_op.drop_index("ix_event_directive_id")

    op.drop_table("event")
    op.drop_table("account")
