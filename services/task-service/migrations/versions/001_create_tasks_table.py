"""Tasks and their history (spec 003, T009)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "001"
down_revision = None
branch_labels = None
depends_on = None

STATUSES = "'pending', 'processing', 'completed', 'failed'"


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("task_id", postgresql.UUID(), nullable=False),
        sa.Column("circuit", sa.Text(), nullable=False),
        sa.Column("shots", sa.Integer(), nullable=False),
        sa.Column("submitted_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("current_status", sa.String(16), nullable=False),
        sa.Column("completed_at", _TIME),
        sa.Column("result", postgresql.JSONB()),
        sa.Column("error_message", sa.Text()),
        sa.Column("claim", postgresql.UUID()),
        sa.Column("lease_until", _TIME),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name="pk_tasks"),
        sa.CheckConstraint(f"current_status IN ({STATUSES})", name=op.f("ck_tasks_status")),
    )
    op.create_index("ix_tasks_submitted_at_task_id", "tasks", ["submitted_at", "task_id"])
    op.create_index(
        "ix_tasks_current_status_submitted_at_task_id",
        "tasks",
        ["current_status", "submitted_at", "task_id"],
    )
    op.create_table(
        "status_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("task_id", postgresql.UUID(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("transitioned_at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("notes", sa.String(500)),
        sa.PrimaryKeyConstraint("id", name="pk_status_history"),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.task_id"], name="fk_status_history_task_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("task_id", "status", name="uq_status_history_task_id_status"),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_status_history_status")),
    )


def downgrade() -> None:
    op.drop_table("status_history")
    op.drop_table("tasks")


_TIME = sa.DateTime(timezone=True)
