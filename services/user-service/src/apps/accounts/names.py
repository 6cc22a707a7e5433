"""What may stand in the name of a person or a department: what can be shown, and shown safely."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

# Urdu needs the first two between letters, emoji the second, mixed directions the others.
_INVISIBLE = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_MARKS = "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}"
# Controls, surrogates, characters without a meaning, and all else that formats: among it what turns
# the direction of the text that follows, and so makes a name look as another.
_REFUSED = ("Cc", "Cs", "Cn", "Co", "Cf", "Zl", "Zp")
_UNSEEN = ("Mn", "Me", "Zs", "Cf")

code_characters = RegexValidator(
    r"^[\w.@+/-]+\Z", "A code is made of letters, digits and . @ + / - _ alone."
)

phone_number = RegexValidator(
    r"^\+?[0-9][0-9 ()./-]{2,30}\Z",
    "A phone number is made of digits, with a + before them or not.",
)


def require_showable(name: str) -> None:
    """Validate a name.

    Raises:
        ValidationError: it has characters that cannot be shown, or none that can be seen.
    """
    for character in name:
        refused = unicodedata.category(character) in _REFUSED
        if refused and character not in _INVISIBLE + _MARKS:
            raise ValidationError(f"The character U+{ord(character):04X} cannot stand in a name.")
    if name and all(unicodedata.category(character) in _UNSEEN for character in name):
        raise ValidationError("A name needs a character that can be seen.")
