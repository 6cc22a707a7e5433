"""GET /api/files/<id>/"""

from apps.files.models import StoredFile
from hdms_testing.cast import ALICE, MALLORY, ClientOf


def test_the_owner_sees_it_but_not_where_it_is_kept(
    alices_file: StoredFile, client_of: ClientOf
) -> None:
    file = client_of(ALICE).get(f"/api/files/{alices_file.pk}/").json()

    assert (file["name"], file["status"]) == ("report.txt", "pending")
    assert "content" not in file


def test_another_requester_does_not(alices_file: StoredFile, client_of: ClientOf) -> None:
    assert client_of(MALLORY).get(f"/api/files/{alices_file.pk}/").status_code == 404
