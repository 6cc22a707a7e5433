"""The outbox, and the key under which a client may submit twice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from src.config import Settings

revision = "002"
down_revision = "001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("idempotency_key", sa.String(255)))
    op.create_unique_constraint("uq_tasks_idempotency_key", "tasks", ["idempotency_key"])
    op.create_table(
        "outbox",
        sa.Column("task_id", postgresql.UUID(), nullable=False),
        sa.Column("queue", sa.String(100), nullable=False),
        sa.Column("correlation_id", sa.String(128), nullable=False),
        sa.Column("publish_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("publications", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("task_id", name="pk_outbox"),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.task_id"], name="fk_outbox_task_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_outbox_queue_publish_after", "outbox", ["queue", "publish_after"])
    # A pending task may have had its message in the outbox that a downgrade dropped. One message
    # too many does no harm: the worker skips it.
    queue = sa.bindparam("queue", Settings.load().queue, sa.String)
    op.get_bind().execute(
        sa.text(
            "INSERT INTO outbox SELECT task_id, :queue, '', now(), 0 FROM tasks"
            " WHERE current_status = 'pending'"
        ).bindparams(queue)
    )


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_constraint("uq_tasks_idempotency_key", "tasks")
    op.drop_column("tasks", "idempotency_key")
