"""Run review policies: when work is submitted, and when a HIT becomes reviewable.

The results and actions of a policy are stored for ListReviewPolicyResultsForHIT. The keys of the
results are those of Amazon's API reference 2014 (GetReviewResultsForHIT).
"""

import json
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, insert, select

from local_crowd.operations.call import Call
from local_crowd.operations.errors import RequestError, wrong_state
from local_crowd.operations.hits import extensions
from local_crowd.operations.hits.hits import find
from local_crowd.operations.money.balance import require_funds
from local_crowd.operations.notifications import events
from local_crowd.operations.policies import agreement
from local_crowd.operations.policies.review_policies import (
    Extension,
    KnownAnswers,
    Verdict,
    parse_known_answers,
    parse_plurality,
)
from local_crowd.operations.questions.answers import parse_values
from local_crowd.operations.review.assignments import decide
from local_crowd.store.locks import has_single_writer
from local_crowd.store.tables import assignments, hit_types, hits, reviews

WRONG_STATE = "Assignment was in an invalid state for this operation."


class _Log(NamedTuple):
    """The log of one run of a policy; `call` must be the requester's."""

    call: Call
    hit_id: str
    level: str  # "Assignment" or "HIT"
    at: int  # epoch seconds

    def add_result(
        self, key: str, value: object, subject_id: str | None = None, question: str | None = None
    ) -> None:
        """Store a result about the assignment `subject_id`, or about the HIT if that is None."""
        detail = {
            "SubjectId": subject_id or self.hit_id,
            "SubjectType": "Assignment" if subject_id else "HIT",
        }
        if question is not None:
            detail["QuestionId"] = question
        self._write(detail | {"Key": key, "Value": str(value)}, is_action=False)

    def add_action(
        self, name: str, target_id: str | None, outcome: str, error: RequestError | None = None
    ) -> None:
        """Store an action on the assignment `target_id`, or on the HIT if that is None.

        `outcome` describes its result; the action has failed if `error` is given.
        """
        detail: dict[str, Any] = {
            "ActionName": name,
            "TargetId": target_id or self.hit_id,
            "TargetType": "Assignment" if target_id else "HIT",
            "Status": "Failed" if error else "Succeeded",
            "CompleteTime": self.at,
            "Result": outcome,
        }
        if error:
            detail["ErrorCode"] = error.turk_error_code
        self._write(detail, is_action=True)

    def _write(self, detail: dict[str, Any], *, is_action: bool) -> None:
        review_id = self.call.new_id()
        self.call.db.execute(
            insert(reviews).values(
                review_id=review_id,
                hit_id=self.hit_id,
                level=self.level,
                is_action=is_action,
                detail=json.dumps({"ActionId": review_id} | detail),
            )
        )


def lock_assignments(call: Call, hit: Row[Any]) -> None:
    """Lock the HIT's assignments until the transaction ends.

    Lock order is assignments, then HIT, so two transactions cannot deadlock.
    """
    if hit.hit_review_policy is not None and not has_single_writer(call.db):
        work = select(assignments.c.assignment_id).where(assignments.c.hit_id == hit.hit_id)
        call.db.execute(work.order_by(assignments.c.assignment_id).with_for_update())


def review_assignment(call: Call, assignment_id: str) -> None:
    """Run the HIT's assignment-level policy, if it has one, on work that was just submitted."""
    row = _query_work(call, assignments.c.assignment_id == assignment_id)[0]
    if row.assignment_review_policy is None:
        return
    policy = parse_known_answers(json.loads(row.assignment_review_policy))
    log = _Log(replace(call, requester_id=row.requester_id), row.hit_id, "Assignment", call.now)
    correct = agreement.find_matching_questions(policy.answer_key, _parse_answers(row))
    total = len(policy.answer_key)
    score = agreement.compute_percent(len(correct), total)
    for question in policy.answer_key:
        log.add_result("KnownAnswerCorrect", int(question in correct), assignment_id, question)
    log.add_result("KnownAnswerScore", score, assignment_id)
    log.add_action("review", assignment_id, f"{len(correct)} of {total} known answers are correct")
    _apply_verdict(log, row, policy.verdict, score)
    _apply_extension(log, policy.extension, score)


def review_hit(call: Call, hit: Row[Any], at: int) -> None:
    """Run the HIT-level policy, if there is one and work was submitted, on a reviewable HIT.

    `at` is the time of the run in epoch seconds.
    """
    if hit.hit_review_policy is None:
        return
    policy = parse_plurality(json.loads(hit.hit_review_policy))
    log = _Log(replace(call, requester_id=hit.requester_id), hit.hit_id, "HIT", at)
    rows = _query_work(call, assignments.c.hit_id == hit.hit_id)
    if not rows:
        return
    known_answers = hit.assignment_review_policy
    key = parse_known_answers(json.loads(known_answers)) if known_answers is not None else None
    work = {}
    for row in rows:
        answers = _parse_answers(row)
        if policy.disregard_rejected and row.status == "Rejected":
            continue
        if (
            policy.disregard_below is not None
            and _compute_score(key, answers, 100) < policy.disregard_below
        ):
            continue
        work[row.assignment_id] = answers
    result = agreement.measure_agreement(policy.question_ids, policy.threshold, work)
    for question, agreed in result.questions.items():
        log.add_result("AgreedAnswerFound", str(agreed is not None).lower(), question=question)
        if agreed is not None:
            text = agreement.format_answer(agreed.answer)
            log.add_result(agreement.AGREED_ANSWER, text, question=question)
            log.add_result("AnswerAgreementScore", agreed.score, question=question)
    log.add_result("HitAgreementScore", result.score)
    for row in rows:
        worker = result.workers.get(row.assignment_id)
        if worker is None or worker.score is None:
            continue
        log.add_result("WorkerAgreementScore", worker.score, row.assignment_id)
        log.add_result("PluralityAnswersCorrect", worker.correct, row.assignment_id)
        log.add_result("PluralityAnswersIncorrect", worker.incorrect, row.assignment_id)
        _apply_verdict(log, row, policy.verdict, worker.score)
    _apply_extension(log, policy.extension, result.score)


def _parse_answers(row: Row[Any]) -> dict[str, agreement.Answer]:
    return {
        name: agreement.normalize_answer(values)
        for name, values in parse_values(row.answer).items()
    }


def _compute_score(
    key: KnownAnswers | None, answers: dict[str, agreement.Answer], default: int
) -> int:
    if key is None:
        return default
    return agreement.compute_percent(
        len(agreement.find_matching_questions(key.answer_key, answers)), len(key.answer_key)
    )


def _query_work(call: Call, condition: ColumnElement[bool]) -> list[Row[Any]]:
    query = (
        select(assignments, *events.WATCHED, hit_types.c.reward)
        .join(hits, hits.c.hit_id == assignments.c.hit_id)
        .join(hit_types, hit_types.c.hit_type_id == hits.c.hit_type_id)
        .where(condition, assignments.c.submit_time.is_not(None))
        .order_by(assignments.c.submit_time, assignments.c.assignment_id)
    )
    return list(call.db.execute(query).all())


def _apply_verdict(log: _Log, row: Row[Any], verdict: Verdict, score: int) -> None:
    """Approve or reject the assignment by its score; a decision that fails is only logged."""
    state = row.status
    if verdict.approve_from is not None and score >= verdict.approve_from:
        state = _try_decision(log, row, state, "Approved", verdict.approve_reason)
    if verdict.reject_below is not None and score < verdict.reject_below:
        _try_decision(log, row, state, "Rejected", verdict.reject_reason)


def _try_decision(log: _Log, row: Row[Any], state: str, status: str, feedback: str | None) -> str:
    """Set the assignment in `state` to `status` if possible, log it, and return its new state."""
    name = "approve" if status == "Approved" else "reject"
    if state == status:
        log.add_action(name, row.assignment_id, f"Already {status.lower()}")
        return state
    if state != "Submitted":
        error = wrong_state("Assignment", state, "Submitted")
        log.add_action(name, row.assignment_id, WRONG_STATE, error)
        return state
    try:
        if status == "Approved":
            require_funds(log.call, row.reward, is_reserved=True)
        decide(log.call, row, status, log.at, feedback)
    except RequestError as error:
        log.add_action(name, row.assignment_id, error.message, error)
        return state
    log.add_action(name, row.assignment_id, status)
    return status


def _apply_extension(log: _Log, extension: Extension, score: int) -> None:
    if extension.below is None or score >= extension.below:
        return
    hit = find(log.call, log.hit_id)
    if hit.max_assignments >= extension.most:
        log.add_action("extend", None, f"The HIT has {hit.max_assignments} assignments already")
        return
    until = max(hit.expiration, log.at + extension.seconds)
    try:
        with log.call.db.begin_nested():  # a failure undoes both changes
            if until > hit.expiration:
                extensions.expire_at(log.call, hit, until)
            extensions.add_assignments(log.call, hit, 1)
    except RequestError as error:
        log.add_action("extend", None, error.message, error)
        return
    events.notify(log.call, hit, "HITExtended", log.at)
    log.add_action("extend", None, "Extended by 1 assignment")
