import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Whoever may insert events may neither change nor delete them, the owner of the table included; and
# each that is inserted waits to be sent, whoever has inserted it.
FOR_EVER = """
REVOKE UPDATE, DELETE, TRUNCATE ON event FROM CURRENT_USER;

CREATE FUNCTION event_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are added and read, never changed or deleted'
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER event_is_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_is_for_ever();

CREATE FUNCTION event_waits() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO outbox (position) VALUES (NEW.position);
    RETURN NULL;
END $$;

CREATE TRIGGER event_waits AFTER INSERT ON event
    FOR EACH ROW EXECUTE FUNCTION event_waits();
"""
BACK = """
DROP TRIGGER event_waits ON event;
DROP FUNCTION event_waits();
DROP TRIGGER event_is_for_ever ON event;
DROP FUNCTION event_is_for_ever();
GRANT UPDATE, DELETE, TRUNCATE ON event TO CURRENT_USER;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("position", models.BigAutoField(primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("type", models.CharField(max_length=64)),
                ("schema", models.PositiveSmallIntegerField(default=1)),
                ("subject_kind", models.CharField(max_length=32)),
                ("subject_id", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.PositiveBigIntegerField(null=True)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("reason", models.TextField(default="")),
                ("request_id", models.CharField(default="", max_length=128)),
                ("address", models.GenericIPAddressField(null=True)),
            ],
            options={
                "db_table": "event",
                "indexes": [
                    models.Index(
                        fields=["subject_kind", "subject_id", "position"],
                        name="event_subject_f1a9cf_idx",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_column="position",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        serialize=False,
                        to="events.event",
                    ),
                ),
            ],
            options={"db_table": "outbox"},
        ),
        migrations.CreateModel(
            name="Inbox",
            fields=[
                ("event_id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"db_table": "inbox"},
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.UUIDField(db_index=True)),
                ("position", models.BigIntegerField()),
                ("subject", models.CharField(max_length=64)),
                ("sender", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={"db_table": "event_proof"},
        ),
        migrations.RunSQL(FOR_EVER, BACK),
    ]
