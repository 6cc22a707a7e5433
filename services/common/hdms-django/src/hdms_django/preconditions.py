"""Changes that are made on a certain version: `ETag` on what is read, `If-Match` on a change.

As in RFC 9110, section 13.1.1: tags are compared strongly, `*` is whatever version there is.
A proxy that compresses makes a tag weak: the front door compresses no JSON.
"""

from dataclasses import dataclass

from django.utils.http import parse_etags
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request

HEADER = "If-Match"


class PreconditionRequired(APIException):
    """A change that does not say on which version it was made."""

    status_code = 428
    default_detail = f"Send {HEADER} with the ETag of the version that you change."


class PreconditionFailed(APIException):
    """A change that was made on a version that is no longer there."""

    status_code = 412


def etag(version: int) -> str:
    """The ETag of a version of one object."""
    return f'"{version}"'


@dataclass(frozen=True)
class IfMatch:
    """The versions on which a change may have been made, as ETags."""

    tags: tuple[str, ...]

    @classmethod
    def of(cls, request: Request) -> "IfMatch":
        """What the request says.

        Raises:
            PreconditionRequired: it says nothing.
            ParseError: what it says is no list of ETags.
        """
        said = request.headers.get(HEADER, "")
        if not said:
            raise PreconditionRequired
        tags = tuple(parse_etags(said))
        if not tags:
            raise ParseError(f'{HEADER} is "7" (with its quotation marks), a list of such, or *.')
        return cls(tags)

    def require(self, version: int) -> None:
        """Check the version that is there, under its row's lock.

        Raises:
            PreconditionFailed: it is another.
        """
        if "*" not in self.tags and etag(version) not in self.tags:
            raise PreconditionFailed(
                f"This was changed meanwhile: it is at version {version}, "
                f"your change was made on {', '.join(self.tags)}."
            )


ANY = IfMatch(("*",))
"""For changes that nobody makes on what they see: commands, imports."""
