"""Base of all forms."""

from flask_wtf import FlaskForm


class Form(FlaskForm):  # type: ignore[misc]
    """A form with CSRF protection whose fields strip surrounding white space."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Strip text everywhere: a trailing blank pasted from a chat is nobody's intention."""

        def bind_field(self, form, unbound_field, options):  # type: ignore[no-untyped-def]  # noqa: D102
            filters = unbound_field.kwargs.get("filters", [])
            if unbound_field.field_class.__name__ in {"StringField", "TextAreaField", "EmailField"}:
                options = {**options, "filters": [*filters, _strip]}
                unbound_field.kwargs.pop("filters", None)
            return unbound_field.bind(form=form, **options)


def _strip(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
