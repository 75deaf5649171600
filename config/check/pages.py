"""A person at a browser, without the browser: signs in and sends the forms that pages show."""

from collections.abc import Iterable

import httpx
from lxml import html

from config.check.report import CheckFailed


class Person:
    """Somebody who uses the pages; every answer is kept as `page` and must be a good one."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(
            base_url=url, follow_redirects=True, timeout=20, trust_env=False
        )
        self.page: html.HtmlElement = html.fromstring("<html/>")
        self.path = ""

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def sign_in(self, email: str, password: str) -> None:
        self.open("/accounts/login/")
        self.send("/accounts/login/", {"login": [email], "password": [password]})
        if self.path.startswith("/accounts/login"):
            raise CheckFailed(f"The sign-in page did not let {email} in.")

    def open(self, path: str) -> None:
        self._show(self._client.get(path), path)

    def has_form(self, action: str) -> bool:
        return bool(list(self._forms(action)))

    def send(self, action: str, values: dict[str, list[str]]) -> None:
        """Send the form of this page that goes to an address ending in `action`.

        What the page put into it, such as the CSRF token and hidden fields, is sent along.
        """
        form = next(iter(self._forms(action)), None)
        if form is None:
            raise CheckFailed(f"The page {self.path} shows no form for {action}.")
        filled: dict[str, list[str]] = {}
        for name, value in form.form_values():
            filled.setdefault(name, []).append(value)
        address = str(self._client.base_url.join(form.action or self.path))
        referer = str(self._client.base_url.join(self.path))
        answer = self._client.post(address, data=filled | values, headers={"Referer": referer})
        self._show(answer, address)

    def _forms(self, action: str) -> Iterable[html.FormElement]:
        return (form for form in self.page.forms if (form.action or self.path).endswith(action))

    def _show(self, answer: httpx.Response, asked: str) -> None:
        if answer.status_code != 200:
            raise CheckFailed(f"The page {asked} answered {answer.status_code}.")
        self.path = answer.url.path
        self.page = html.fromstring(answer.text)
