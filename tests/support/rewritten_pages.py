"""What the server inserts into pages that were written for Amazon's site."""

from local_crowd.pages.questions.rewrite import rewrite_page

OURS = "http://crowd.example/sandbox/mturk/externalSubmit"
AMAZONS = "https://www.mturk.com/mturk/externalSubmit"
FIRST = "<script>first</script>"
GUARD = "<script>guard</script>"
ACTION = f' action="{OURS}"'
BEFORE = (
    f'<form name="mturk_form" method="post" id="mturk_form" target="_self"{ACTION}>'
    '<input type="hidden" value="" name="assignmentId" id="assignmentId">'
)
BUTTON = '<p><input type="submit" id="submitButton" value="Submit"></p>'
AFTER = '</form><script src="/externalHIT_v1.js"></script><script>turkSetAssignmentID();</script>'
# With a form, also one that goes elsewhere, a page is not wrapped.
ELSEWHERE = '<form action="https://example.com/"></form>'


def rewritten(html: str) -> str:
    """The page as it is shown; our scripts are at /NAME, and the first one is `first`."""
    return rewrite_page(html, OURS, lambda name: f"/{name}", "first", "guard")
