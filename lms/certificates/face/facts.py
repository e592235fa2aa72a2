"""What a certificate says."""

from dataclasses import dataclass, fields
from datetime import date

from lms.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled value: a result (``转正答辩 / Defense: 91``) or a part of the scope.

    Attributes:
        label: Chinese label.
        label_en: English label.
        value: As it shall be printed.
    """

    label: str
    label_en: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """Everything that is printed on one certificate; text as it shall be read, nothing computed.

    Attributes:
        name: The holder's name as in the roster, in any script.
        name_latin: Its Latin form, or empty.
        organisation: Who certifies, in Chinese.
        organisation_latin: The same in Latin script, or empty.
        programme: Title of the programme, in Chinese.
        programme_en: Its English title.
        post: Post the holder is qualified for, in Chinese.
        post_en: The post in English.
        scope: What the qualification holds for: platforms, brand, version of the rules; up to 4 entries.
        results: What was achieved, up to 4 entries; may be empty.
        issued_on: Day of issue in the organisation's zone.
        valid_until: Last day of validity, or None when it does not end by itself.
        serial: Serial of the certificate.
        verification_code: What a person types to verify; printed in groups of four.
        verify_url: What the QR symbol says; in capitals it needs a smaller symbol.
        signer_name: Who signs, or empty for a bare line to sign on.
        signer_title: In which capacity, in Chinese.
        signer_title_en: The same in English, or empty.
    """

    name: str
    name_latin: str = ""
    organisation: str
    organisation_latin: str = ""
    programme: str
    programme_en: str
    post: str
    post_en: str
    scope: tuple[Entry, ...] = ()
    results: tuple[Entry, ...] = ()
    issued_on: date
    valid_until: date | None = None
    serial: str
    verification_code: str
    verify_url: str
    signer_name: str = ""
    signer_title: str
    signer_title_en: str = ""

    def __post_init__(self) -> None:
        may_be_empty = {"name_latin", "organisation_latin", "signer_name", "signer_title_en"}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str) and not value.strip() and field.name not in may_be_empty:
                raise InvalidInput("certificate_fact_empty", field=field.name)
        if self.valid_until is not None and self.valid_until < self.issued_on:
            raise InvalidInput("certificate_ends_before_issue", field="valid_until")
        for name, entries in (("scope", self.scope), ("results", self.results)):
            if len(entries) > MOST_ENTRIES:
                raise InvalidInput("certificate_too_many_entries", field=name, most=MOST_ENTRIES)


MOST_ENTRIES = 4
"""More would not fit one line on the classic template."""
