"""GET and POST /api/{{ name }}/items/"""

from rest_framework.test import APIClient

from apps.items.models import Item
from hdms_testing.cast import ALICE, MALLORY, ClientOf

URL = "/api/{{ name }}/items/"


def test_an_owner_lists_their_own_items(alices_item: Item, client_of: ClientOf) -> None:
    newest = client_of(ALICE).get(URL).json()["results"][0]

    assert (newest["id"], newest["title"]) == (alices_item.pk, "A first one")


def test_another_person_does_not_see_them(alices_item: Item, client_of: ClientOf) -> None:
    assert client_of(MALLORY).get(URL).json()["results"] == []
    assert client_of(MALLORY).get(f"{URL}{alices_item.pk}/").status_code == 404


def test_nobody_gets_in_without_a_token(db: None, client: APIClient) -> None:
    assert client.get(URL).status_code == 401


def test_a_person_makes_an_item_in_their_own_name(db: None, client_of: ClientOf) -> None:
    made = client_of(ALICE).post(URL, {"title": "Another", "owner_id": MALLORY.id})

    assert made.status_code == 201
    assert client_of(ALICE).get(f"{URL}{made.json()['id']}/").json()["owner_id"] == ALICE.id


def test_an_item_needs_a_title(db: None, client_of: ClientOf) -> None:
    refused = client_of(ALICE).post(URL, {})

    assert (refused.status_code, refused.json()["errors"]) == (
        400,
        {"title": ["This field is required."]},
    )
