"""The tables of a site's database, one module per noun; import them from here."""

from local_crowd.store.tables.base import metadata
from local_crowd.store.tables.consent_tables import consent_agreements, consents
from local_crowd.store.tables.count_tables import batch_counts, group_counts
from local_crowd.store.tables.hit_tables import (
    hit_exclusions,
    hit_type_qualifications,
    hit_types,
    hits,
    is_listed,
    is_open,
    is_reviewable,
    layouts,
    question_dictionaries,
)
from local_crowd.store.tables.money_tables import bonuses, payment_items, payments
from local_crowd.store.tables.notification_tables import outbox
from local_crowd.store.tables.panel_tables import panel_workers, visit_assignments, visits
from local_crowd.store.tables.people_tables import (
    access_tokens,
    accounts,
    attempts,
    links,
    requesters,
    worker_blocks,
    workers,
)
from local_crowd.store.tables.practice_tables import practice_items, practices
from local_crowd.store.tables.qualification_tables import (
    qualification_requests,
    qualification_tests,
    qualification_types,
    qualifications,
)
from local_crowd.store.tables.review_tables import reviews
from local_crowd.store.tables.site_tables import request_tokens, settings
from local_crowd.store.tables.waiting_tables import waits
from local_crowd.store.tables.work_tables import (
    assignments,
    is_held,
    is_unread_of_requester,
    is_unread_of_worker,
    messages,
)
