"""The routes of a site, and those that are open to everybody."""

from flask import Flask


def pages_of(app: Flask) -> list[tuple[str, str]]:
    """Yield every method and rule of an app's pages, after the endpoint."""
    return sorted(
        (str(rule.endpoint), f"{method} {rule.rule}")
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


# Open to everybody: signing in and up, what an unguessable id or token admits, and what is no
# secret.
OPEN = {
    "static",
    "files.send",
    "languages.choose",
    "languages.show_script_texts",
    "scripts.show",
    "scripts.show_vendored",
    "sign_in.show",
    "sign_in.sign_in",
    "sign_in.sign_out",
    "join.show",
    "join.join",
    "reset_password.show",
    "reset_password.choose",
    "hit_page.show",
    "hit_page.submit",
    "hit_list.mturk_findhits",  # leads to the list, which asks who it is
    "requester.sign_in.show",
    "requester.sign_in.sign_in",
    "requester.sign_in.sign_out",
    "wire.call",
}
