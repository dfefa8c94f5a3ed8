"""All that one requester has, for another to look at."""

from typing import Any

from sqlalchemy import insert

from local_crowd.operations.hits import layouts
from local_crowd.operations.qualifications import for_workers
from local_crowd.operations.work import worker_actions
from local_crowd.store.tables import consents
from tests.support.crowds import HIT, QUESTION
from tests.support.qualification_samples import SKILL, TESTED
from tests.support.worker_sites import World

SECRET = "what is theirs"


class Theirs:
    """All that a requester can have, of the first requester of a world; a second one looks on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.other = world.requester("Another lab")
        perform = world.perform
        hit = world.launch(SECRET, Title=SECRET, RequesterAnnotation=SECRET, MaxAssignments=9)
        self.hit, self.hit_type = hit["HITId"], hit["HITTypeId"]
        self.type = perform("CreateQualificationType", **TESTED | {"Name": SECRET})[
            "QualificationType"
        ]["QualificationTypeId"]
        asked = perform("CreateQualificationType", **SKILL)["QualificationType"]
        with world.sandbox.writing() as call:
            self.worker = "AWORKER00000000"
            call.db.exec_driver_sql(
                "INSERT INTO workers (worker_id, nickname, created_time) VALUES "
                f"('{self.worker}', 'Ada', 0)"
            )
            self.request = for_workers.request(
                call, self.worker, asked["QualificationTypeId"]
            ).request_id
            self.layout = call.new_id()
            self.consent = call.new_id()
            call.db.execute(
                insert(consents).values(
                    consent_id=self.consent,
                    requester_id=world.requester_id,
                    name="consent.md",
                    text=SECRET,
                    sha256="x",
                    created_time=0,
                )
            )
            layouts.add(call, self.layout, world.requester_id, "page", "<form>x</form>", 0)
        self.assignment, self.approved, self.held = (
            self.do(submit=True),
            self.do(world.launch()["HITId"], submit=True),
            self.do(world.launch()["HITId"], submit=False),
        )
        perform("ApproveAssignment", AssignmentId=self.approved)
        bonus = {"AssignmentId": self.approved, "WorkerId": self.worker, "Reason": SECRET}
        perform("SendBonus", **bonus, BonusAmount="1.00")
        perform("CreateWorkerBlock", WorkerId=self.worker, Reason=SECRET)
        self.associate(value=7)

    def do(self, hit_id: str = "", *, submit: bool) -> str:
        """The worker accepts a HIT and, if asked, answers it; the assignment's id."""
        with self.world.sandbox.writing() as call:
            assignment_id = worker_actions.accept(
                call, self.worker, hit_id or self.hit
            ).assignment_id
            if submit:
                worker_actions.submit(call, assignment_id, [("word", SECRET)])
        return assignment_id

    def associate(self, value: int) -> None:
        """Give the worker the qualification."""
        self.world.perform(
            "AssociateQualificationWithWorker",
            QualificationTypeId=self.type,
            WorkerId=self.worker,
            IntegerValue=value,
        )

    def state(self) -> list[Any]:
        """All that the first requester sees of what is theirs."""
        perform = self.world.perform
        return [
            perform("ListHITs"),
            perform("GetHIT", HITId=self.hit),
            perform("ListAssignmentsForHIT", HITId=self.hit),
            perform("ListAssignmentsForHITType", HITTypeId=self.hit_type),
            perform("GetAssignment", AssignmentId=self.approved),
            perform("ListBonusPayments", HITId=self.hit),
            perform("ListBonusPayments", AssignmentId=self.approved),
            perform("ListWorkerBlocks"),
            perform("ListQualificationRequests"),
            perform("ListQualificationTypes", MustBeRequestable=False, MaxResults=100),
            perform("ListWorkersWithQualificationType", QualificationTypeId=self.type),
            perform("GetConsent", ConsentId=self.consent),
            perform("ListConsentAgreements", ConsentId=self.consent),
            perform("ListWaitingPayments", HITTypeId=self.hit_type),
        ]

    def requests(self) -> dict[str, list[tuple[dict[str, Any], str | None]]]:
        """Of each operation, requests about what is theirs, and the second requester's refusal
        (the end of its TurkErrorCode, or its family); None: an answer that knows nothing of theirs.
        """
        hit, assignment, type_ = (
            {"HITId": self.hit},
            {"AssignmentId": self.assignment},
            {"QualificationTypeId": self.type},
        )
        no_hit, no_assignment, no_type, no_request = (
            f"{noun}DoesNotExist"
            for noun in ("HIT", "Assignment", "QualificationType", "QualificationRequest")
        )
        feedback, worker = {"RequesterFeedback": "x"}, {"WorkerId": self.worker}
        launch = {"LifetimeInSeconds": 600, "Question": QUESTION}
        asked, new_type = {"QualificationRequestId": self.request}, {"HITTypeId": self.hit_type}
        with_layout = {**HIT, "HITLayoutId": self.layout}
        del with_layout["Question"]
        requirement = {"QualificationRequirements": [type_ | {"Comparator": "Exists"}]}
        bonus = worker | {"BonusAmount": "1.00", "Reason": "x"}
        tell = {
            "Notification": {
                "Destination": "https://example.org/",
                "Transport": "SNS",
                "Version": "2014-08-15",
                "EventTypes": ["HITExpired"],
            }
        }
        return {
            "AcceptQualificationRequest": [(asked, no_request)],
            "ApproveAssignment": [(assignment, no_assignment)],
            "AssociateQualificationWithWorker": [(type_ | worker, no_type)],
            "CreateAdditionalAssignmentsForHIT": [
                (hit | {"NumberOfAdditionalAssignments": 1}, no_hit)
            ],
            "CreateConsent": [({"Name": "consent.md", "Text": SECRET}, None)],
            "CreateHIT": [(with_layout, "HITLayoutDoesNotExist"), (HIT | requirement, no_type)],
            "CreateHITLayout": [({"Name": "page", "Html": "<form>x</form>"}, None)],
            "CreateHITType": [
                (
                    {
                        name: HIT[name]
                        for name in (
                            "Title",
                            "Description",
                            "Reward",
                            "AssignmentDurationInSeconds",
                        )
                    }
                    | requirement,
                    no_type,
                )
            ],
            "CreateHITWithHITType": [(launch | new_type, "HITTypeDoesNotExist")],
            "CreatePractice": [
                (
                    {
                        "Name": "batch",
                        "MaxWorkers": 1,
                        "PracticeItems": [{"Answers": '{"word": "x"}'}],
                    },
                    None,
                )
            ],
            "CreateQualificationType": [(SKILL | {"Name": SECRET}, None)],
            "CreateWorkerBlock": [(worker | {"Reason": "x"}, None)],
            "DeleteHIT": [(hit, no_hit)],
            "DeleteQualificationType": [(type_, no_type)],
            "DeleteWorkerBlock": [(worker, None)],
            "DisassociateQualificationFromWorker": [(type_ | worker, no_type)],
            "GetAccountBalance": [({}, None)],
            "GetAssignment": [
                (assignment, no_assignment),
                ({"AssignmentId": self.held}, no_assignment),
            ],
            "GetConsent": [({"ConsentId": self.consent}, "ConsentDoesNotExist")],
            "GetFileUploadURL": [(assignment | {"QuestionIdentifier": "word"}, "RequestError")],
            "GetHIT": [(hit, no_hit)],
            "GetHITLayout": [({"HITLayoutId": self.layout}, "HITLayoutDoesNotExist")],
            "GetQualificationScore": [(type_ | worker, "QualificationDoesNotExist")],
            "GetQualificationType": [(type_, no_type)],
            "ListAssignmentsForHIT": [(hit, no_hit)],
            "ListAssignmentsForHITType": [({"HITTypeId": self.hit_type}, "HITTypeDoesNotExist")],
            "ListBonusPayments": [(hit, no_hit), ({"AssignmentId": self.approved}, no_assignment)],
            "ListConsentAgreements": [({"ConsentId": self.consent}, "ConsentDoesNotExist")],
            "ListHITs": [({}, None)],
            "ListHITsForQualificationType": [(type_, no_type)],
            "ListQualificationRequests": [({}, None), (type_, no_type)],
            "ListQualificationTypes": [
                ({"MustBeRequestable": False, "Query": SECRET, "MaxResults": 100}, None)
            ],
            "ListReviewPolicyResultsForHIT": [(hit, no_hit)],
            "ListReviewableHITs": [({}, None), (new_type, None)],
            "ListWaitingPayments": [({"HITTypeId": self.hit_type}, "HITTypeDoesNotExist")],
            "ListWorkerBlocks": [({}, None)],
            "ListWorkersWithQualificationType": [(type_, no_type)],
            "NotifyWorkers": [
                ({"Subject": "x", "MessageText": "x", "WorkerIds": [self.worker]}, None)
            ],
            "RejectAssignment": [(assignment | feedback, no_assignment)],
            "RejectQualificationRequest": [(asked, no_request)],
            "SendBonus": [(bonus | {"AssignmentId": self.approved}, no_assignment)],
            "SendTestEventNotification": [(tell | {"TestEventType": "HITExpired"}, None)],
            "UpdateExpirationForHIT": [(hit | {"ExpireAt": 0}, no_hit)],
            "UpdateHITReviewStatus": [(hit, no_hit)],
            "UpdateHITTypeOfHIT": [(hit | new_type, no_hit)],
            "UpdateNotificationSettings": [(new_type | tell, "HITTypeDoesNotExist")],
            "UpdateQualificationType": [(type_ | {"Description": "x"}, no_type)],
        }
