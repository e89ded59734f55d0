"""Cases as the API takes and shows them. What an actor may not see is already gone from the view."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from recovery.schemas.destinations import BoundDestination, RefundTargets, TypedDestination
from recovery.schemas.moves import SCHEMAS
from recovery.schemas.proofs import Proofs
from recovery.schemas.quotes import Consent, Contested, Quote
from recovery.schemas.shapes import Input, Moment, PageQuery, TokenAmount, Whole
from recovery.schemas.statements import Statement


class AppealInput(Input):
    """One pasted hash or link is enough. Only staff name an account; a depositor's is their own."""

    reference = fields.String(required=True, metadata={"description": "transaction hash or explorer link"})
    network = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    account = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))
    message = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=4000))


class CaseListQuery(PageQuery):
    """Which cases."""

    queue = fields.String(validate=validate.Length(max=40), metadata={"description": "for staff: one queue only"})
    state = fields.String(validate=validate.Length(max=40))
    search = fields.String(
        validate=validate.Length(max=200), metadata={"description": "case number, hash, account or address, exact"}
    )


class MoveInput(Input):
    """The fields of the move and, if wished, the version the decision was made on (409 `stale_version` if older)."""

    version = Whole(strict=True, validate=validate.Range(min=1))


MOVE_FIELDS = {name: sorted(schema().fields) for name, schema in SCHEMAS.items()}
"""The names of the fields by form."""

MoveBody = MoveInput.from_dict(
    {name: fields.Raw(metadata={"type": "string"}) for names in MOVE_FIELDS.values() for name in names},
    name="MoveBody",
)
"""Every field some move takes. Which of them this move takes is said by the case's `actions`, and checked."""


class Links(Schema):
    """Where to go on."""

    self = fields.String(required=True)
    events = fields.String(required=True)


class Action(Schema):
    """A move that leaves the case's state, and whether it is open to who asks."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    open = fields.Boolean(required=True)
    why_not = fields.String(required=True, allow_none=True, metadata={"description": "a stable code"})
    why_not_text = fields.String(required=True, allow_none=True)
    fields_ = fields.List(fields.String(), data_key="fields", required=True)
    step_up = fields.Boolean(required=True, metadata={"description": "needs POST /api/v1/step-up first"})


class CaseSummary(Schema):
    """One line of a list."""

    ref = fields.String(required=True)
    state = fields.String(required=True)
    label = fields.String(required=True, metadata={"description": "one of eight plain labels"})
    status_label = fields.String(required=True, metadata={"description": "the label in words"})
    workflow = fields.String(required=True)
    cause = fields.String(required=True, allow_none=True)
    network = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True)
    contract = fields.String(required=True, allow_none=True)
    symbol = fields.String(required=True, allow_none=True)
    decimals = fields.Integer(required=True, allow_none=True)
    amount = TokenAmount(required=True, allow_none=True)
    account = fields.String(required=True)
    assignee = fields.String(required=True, allow_none=True)
    opened_at = Moment(required=True)
    changed_at = Moment(required=True)
    version = fields.Integer(required=True)
    links = fields.Nested(Links, required=True)


class Claim(Schema):
    """The transfer leg this case is about."""

    network = fields.String()
    hash = fields.String()
    position = fields.String()
    contract = fields.String(allow_none=True)
    asset = fields.String()
    symbol = fields.String(allow_none=True)
    decimals = fields.Integer(allow_none=True)
    amount = TokenAmount()
    sender = fields.String(allow_none=True)
    recipient = fields.String(allow_none=True)
    claimed_at = Moment()


class Diagnosis(Schema):
    """What was found, and the sentences the depositor reads of it. Staff also see the trace of checks."""

    cause = fields.String(allow_none=True)
    title = fields.String(metadata={"description": "for staff: the cause in a few words"})
    happened = fields.String(metadata={"description": "what became of the deposit, in words"})
    next = fields.String(metadata={"description": "what comes next, in words"})
    changes = fields.String(
        metadata={"description": "what would change this answer, in words; empty when nothing would"}
    )
    confidence = fields.String(metadata={"description": "for staff: certain, likely or unknown"})
    unanswered = fields.List(fields.String(), metadata={"description": "for staff: checks that stayed open"})
    notes = fields.List(fields.String(), metadata={"description": "for staff: what was not to be learnt of the chain"})
    policy_version = fields.Integer(allow_none=True)
    outcome = fields.List(fields.String())
    conditions = fields.List(fields.Raw())
    findings = fields.List(fields.Raw())
    legs = fields.List(fields.Raw())
    checks = fields.List(fields.Raw())
    suggested = fields.List(
        fields.String(), metadata={"description": "hashes of payments that may have been meant instead"}
    )
    transaction = fields.Raw(allow_none=True, metadata={"description": "the transaction as `verify` shows it"})
    rules_version = fields.String()
    number = fields.Integer()
    look = fields.Integer()
    at = Moment()


class Probe(Schema):
    """What the token and the chain said about sweeping."""

    ok = fields.Boolean()
    problem = fields.String(allow_none=True)
    symbol = fields.String(allow_none=True)
    decimals = fields.Integer(allow_none=True)
    balance = TokenAmount(allow_none=True)
    network_cost = TokenAmount(allow_none=True)
    at = Moment()


class SignOff(Schema):
    """One approval."""

    stage = fields.String()
    approver = fields.UUID()
    display_name = fields.String()
    digest = fields.String()
    at = Moment()


class CasePlan(Schema):
    """A plan of the case; its digest is what approvers send."""

    id = fields.UUID()
    kind = fields.String()
    round = fields.Integer()
    network = fields.String()
    state = fields.String()
    digest = fields.String()
    payload = fields.Raw()
    prepared_by = fields.String()
    sign_offs = fields.List(fields.Nested(SignOff))
    steps = fields.List(fields.Raw())
    at = Moment()


class CaseMessage(Schema):
    """What people wrote to each other."""

    kind = fields.String()
    author = fields.String()
    body = fields.String()
    at = Moment()


class Evidence(Schema):
    """One stored answer of a node."""

    id = fields.UUID()
    node = fields.String()
    request = fields.String()
    sha256 = fields.String()
    asked_at = Moment()
    look = fields.Integer()
    size = fields.Integer()
    purpose = fields.String()


class Posting(Schema):
    """One entry of the books."""

    seq = fields.Integer()
    kind = fields.String()
    leg = fields.String()
    debit = fields.String()
    credit = fields.String()
    debit_name = fields.String()
    credit_name = fields.String()
    network = fields.String()
    asset = fields.String()
    amount = TokenAmount()
    at = Moment()


class Settled(Schema):
    """Where the claimant sees what became of the transfer: a credit to this account, or the own case that paid."""

    kind = fields.String(required=True, metadata={"description": "`credited` or `case`"})
    case = fields.String(metadata={"description": "number of the own case"})
    at = Moment(allow_none=True)
    amount = TokenAmount()
    contract = fields.String(allow_none=True)
    symbol = fields.String(allow_none=True)
    decimals = fields.Integer(allow_none=True)


class Parked(Schema):
    """Why nothing can be done now; the case re-opens by itself once that has changed."""

    why = fields.String(required=True, metadata={"description": "a stable code"})
    text = fields.String(required=True)
    until = fields.String(required=True, metadata={"description": "what would change it, in words"})
    since = Moment(required=True)


class Claimant(Schema):
    """One party of a dispute."""

    ref = fields.String(required=True)
    account = fields.String(required=True)
    state = fields.String(required=True)
    since = Moment(required=True)
    left_at = Moment(allow_none=True)
    won = fields.Boolean(required=True)


class Dispute(Schema):
    """Several claimants of one transfer leg."""

    network = fields.String(required=True)
    hash = fields.String(required=True)
    position = fields.String(required=True)
    opened_at = Moment(required=True)
    settled_at = Moment(allow_none=True)
    parties = fields.List(fields.Nested(Claimant), required=True)


class LinkedCase(Schema):
    """Another case that has something in common with this one."""

    ref = fields.String(required=True)
    state = fields.String(required=True)
    account = fields.String(required=True)
    opened_at = Moment(required=True)
    same = fields.List(fields.String(), required=True, metadata={"description": "leg, sender, account, token"})


class Linked(Schema):
    """How many cases have what in common (counted up to 1000), and the closest ones."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    cases = fields.List(fields.Nested(LinkedCase), required=True)


class FraudSign(Schema):
    """A sign of fraud: a reason to look, never a decision."""

    code = fields.String(required=True)
    reason = fields.String(required=True)
    strength = fields.Integer(required=True)
    evidence = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    at = Moment(required=True)


class Screened(Schema):
    """What one provider said of one party at one gate."""

    gate = fields.String(required=True)
    role = fields.String(required=True)
    network = fields.String(required=True)
    address = fields.String(required=True)
    verdict = fields.String(required=True)
    provider = fields.String(required=True)
    list_version = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)
    sha256 = fields.String(required=True, allow_none=True)
    at = Moment(required=True)


class CaseOutput(CaseSummary):
    """A case, as far as who asks may see it: lists that are for staff alone are empty for a depositor."""

    closed = fields.Boolean(required=True)
    next_look_at = Moment(allow_none=True)
    actions = fields.List(fields.Nested(Action), required=True)
    diagnosis = fields.Nested(Diagnosis, allow_none=True)
    claim = fields.Nested(Claim, allow_none=True)
    probe = fields.Nested(Probe, allow_none=True)
    quote = fields.Nested(Quote, allow_none=True)
    quotes = fields.List(fields.Nested(Quote))
    replaced = fields.Nested(Quote, allow_none=True, metadata={"description": "what the last quote took the place of"})
    consent = fields.Nested(Consent, allow_none=True)
    contest = fields.Nested(Contested, allow_none=True)
    plans = fields.List(fields.Nested(CasePlan))
    messages = fields.List(fields.Nested(CaseMessage))
    evidence = fields.List(fields.Nested(Evidence))
    postings = fields.List(fields.Nested(Posting))
    statement = fields.Nested(Statement, allow_none=True)
    proofs = fields.Nested(Proofs, allow_none=True)
    merged_into = fields.String(allow_none=True, metadata={"description": "number of the own case that goes on"})
    merged_from = fields.List(fields.String())
    settled = fields.Nested(Settled, allow_none=True)
    parked = fields.Nested(Parked, allow_none=True)
    dispute = fields.Nested(Dispute, allow_none=True, metadata={"description": "for staff"})
    linked = fields.Nested(Linked, allow_none=True, metadata={"description": "for staff"})
    signals = fields.List(fields.Nested(FraudSign), metadata={"description": "for specialist, lead and auditor"})
    destination = fields.Nested(BoundDestination, allow_none=True)
    typed_destination = fields.Nested(TypedDestination, allow_none=True)
    refund_targets = fields.Nested(RefundTargets)
    screenings = fields.List(fields.Nested(Screened), metadata={"description": "for specialist, lead and auditor"})


class CasePage(Schema):
    """A page of cases."""

    items = fields.List(fields.Nested(CaseSummary), required=True)
    next = fields.String(required=True, allow_none=True)


class Event(Schema):
    """One move of the case. Staff also see who, from where to where, with what, and the hash chain."""

    seq = fields.Integer(required=True)
    name = fields.String(required=True)
    label = fields.String(required=True)
    by = fields.String(required=True)
    at = Moment(required=True)
    role = fields.String()
    actor = fields.UUID()
    from_ = fields.String(data_key="from", attribute="from", allow_none=True)
    to = fields.String()
    data = fields.Raw()
    body = fields.String(metadata={"description": "the canonical JSON the hash was taken over"})
    hash = fields.String()
    prev_hash = fields.String()


class EventPage(Schema):
    """A page of events, oldest first."""

    items = fields.List(fields.Nested(Event), required=True)
    next = fields.String(required=True, allow_none=True)
