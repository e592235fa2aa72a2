"""Forms as a browser without script reads them from a page and sends them."""

from html.parser import HTMLParser

from typing_extensions import override

Pair = tuple[str, str]


class _Reader(HTMLParser):
    """Collects what the form with one id would send."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.pairs: list[Pair] = []
        self._form_id = form_id
        self._is_within = False
        self._templates = 0
        self._text: str | None = None
        self._name = ""
        self._options: list[tuple[str, bool]] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_within = not self._form_id or said.get("id") == self._form_id
        elif tag == "template":
            self._templates += 1
        if not self._is_within or self._templates:
            return
        if tag == "input":
            self._input(said)
        elif tag == "textarea":
            self._name, self._text = said["name"], ""
        elif tag == "select":
            self._name, self._options = said["name"], []
        elif tag == "option" and self._name:
            self._options.append((said.get("value", ""), "selected" in said))

    def _input(self, said: dict[str, str]) -> None:
        kind = said.get("type", "text")
        if "name" not in said or kind in ("file", "submit"):
            return
        if kind not in ("radio", "checkbox") or "checked" in said:
            self.pairs.append((said["name"], said.get("value", "")))

    @override
    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_within = False
        elif tag == "template":
            self._templates -= 1
        elif tag == "textarea" and self._text is not None:
            # A browser leaves out the first line end.
            self.pairs.append((self._name, self._text.removeprefix("\n")))
            self._name, self._text = "", None
        elif tag == "select" and self._options:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            self.pairs.append((self._name, (chosen or [self._options[0][0]])[0]))
            self._name, self._options = "", []


def form_of(html: str, form_id: str = "editor") -> list[Pair]:
    """Return what a form of a page would send as it stands."""
    reader = _Reader(form_id)
    reader.feed(html)
    assert reader.pairs, "there is no such form"
    return reader.pairs


def put(pairs: list[Pair], name: str, *values: str) -> list[Pair]:
    """Return the form with these values of one name, in its place."""
    done: list[Pair] = []
    left = [(name, value) for value in values]
    for pair in pairs:
        if pair[0] != name:
            done.append(pair)
        elif left:
            done += left
            left = []
    return done + left


def as_data(pairs: list[Pair]) -> dict[str, list[str]]:
    """Return a form in the shape that a test client sends."""
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data
