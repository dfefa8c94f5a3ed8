"""The list of Crowd HTML Elements, and the scripts that define them."""

import re
from pathlib import Path

from formats.crowd_elements import CROWD_ELEMENTS
from local_crowd.pages.questions.scripts import SOURCES

# In customElements.define('crowd-x', ...), or a function of our own that calls it: defineX('crowd-x', ...).
DEFINITION = re.compile(r"""\bdefine\w*\(\s*['"](crowd-[a-z0-9-]+)['"]""")


def test_the_list_says_which_elements_the_scripts_define() -> None:
    """The check before launch relies on it: a mark that is wrong refuses or lets through a page."""
    scripts = [path.read_text() for path in Path(SOURCES).glob("*.js")]

    defined = {name for script in scripts for name in DEFINITION.findall(script)}

    assert defined == {name for name, element in CROWD_ELEMENTS.items() if element.supported}
