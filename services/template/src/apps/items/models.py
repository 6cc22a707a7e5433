"""The item."""

from django.db import models


class Item(models.Model):
    """Something that a person made. The ids of owners are those of user-service's users."""

    title = models.CharField(max_length=200)
    owner_id = models.PositiveBigIntegerField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"#{self.pk} {self.title}"
