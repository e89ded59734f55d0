"""Signing in and out, and the visitor's wishes about colours and language."""

from __future__ import annotations

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from recovery.errors import InvalidInput
from recovery.limits import SIGN_IN_ADDRESS, SIGN_IN_PERSON, address_of
from recovery.services import people
from recovery.web._language import COOKIE as LANGUAGE_COOKIE, languages
from recovery.web._rendering import THEME_COOKIE, THEMES, detail_text
from recovery.web._wall import current_actor, drop_session, local_path, refresh_actor, session_secret, set_session

pages = Blueprint("auth", __name__)

YEAR = 31_536_000


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """The form, and what it sends. A wrong e-mail and a wrong password look alike."""
    goal = local_path(request.values.get("next"))
    if request.method == "GET":
        if g.get("actor"):
            return redirect(goal)
        return make_response(render_template("sign_in.html", goal=goal, problem="", email=""))
    email, password = request.form.get("email", "")[:254], request.form.get("password", "")[:1024]
    limits = current_app.extensions["limits"]
    limits.spend(SIGN_IN_ADDRESS, address_of(request.remote_addr))
    limits.spend(SIGN_IN_PERSON, email.strip().lower())
    with current_app.extensions["database"].unit_of_work() as work:
        secret = people.sign_in(work, email, password)
        before = session_secret()
        if secret and before:
            people.sign_out(work, before)
    if secret is None:
        page = render_template("sign_in.html", goal=goal, problem=detail_text("wrong_sign_in"), email=email)
        return make_response(page, 401)
    session.clear()  # a forged-request token from before the sign-in is worth nothing after it
    answer = redirect(goal, 303)
    set_session(answer, secret)
    return answer


@pages.post("/sign-out")
def sign_out() -> Response:
    """End the session here and in the database."""
    current_actor()
    secret = session_secret()
    with current_app.extensions["database"].unit_of_work() as work:
        if secret:
            people.sign_out(work, secret)
    session.clear()
    answer = redirect(url_for("auth.sign_in"), 303)
    drop_session(answer)
    return answer


@pages.post("/preferences")
def preferences() -> Response:
    """Remember colours or language in a cookie and come back."""
    answer = redirect(local_path(request.form.get("next")), 303)
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    for name, allowed in ((THEME_COOKIE, THEMES), (LANGUAGE_COOKIE, languages())):
        wish = request.form.get(name)
        if wish in allowed:
            answer.set_cookie(name, wish, max_age=YEAR, samesite="Lax", httponly=True, secure=secure)
    return answer


def confirm_password() -> str | None:
    """Step up with the password typed into the form of a move, if one was: the session's new secret.

    Raises InvalidInput when the password is wrong; a failure is counted on the person's row.
    """
    password = request.form.get("password", "")[:1024]
    secret = session_secret()
    actor = current_actor()
    if not password or secret is None or actor.stepped_up:
        return None
    current_app.extensions["limits"].spend(SIGN_IN_PERSON, str(actor.id))
    with current_app.extensions["database"].unit_of_work() as work:
        right = people.step_up(work, secret, password)
        renewed = people.renew_session(work, secret) if right else None
    if renewed is None:
        raise InvalidInput("wrong_password", fields={"password": ["wrong_password"]})
    g.renewed_secret = renewed
    refresh_actor()
    return renewed
