"""Parameters that are XML documents: questions, qualification tests, answer keys."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from local_crowd.operations.checks import QUESTION_BYTES
from local_crowd.operations.errors import ParameterValidationError, RequestError

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"


def parse_document(name: str, xml: str) -> Element:
    """The root element of the parameter `name`.

    Raises ParameterValidationError for more bytes than Amazon takes, RequestError (XMLParseError)
    for what is no XML.
    """
    size = len(xml.encode())
    if size > QUESTION_BYTES:
        raise ParameterValidationError(
            f"The {name} is {size} bytes long. At most {QUESTION_BYTES} bytes are allowed."
        )
    try:
        root: Element = fromstring(xml)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise parse_error(str(error)) from error
    return root


def parse_error(why: str) -> RequestError:
    """What Amazon says of a document that does not follow its schema, and why it does not."""
    return RequestError(
        "There was an error parsing the XML question or answer data in your request. "
        f"Please make sure the data is well-formed and follows its schema. ({why})",
        "XMLParseError",
    )


def read_text(parent: Element, name: str) -> str:
    """The text of the child `name`, of the parent's namespace. Raises RequestError for none."""
    text = parent.findtext(read_namespace(parent) + name)
    if text is None or not text.strip():
        raise parse_error(f"{name} is missing or empty")
    return text


def read_namespace(element: Element) -> str:
    """The element's namespace as it stands before each of its children's names."""
    return element.tag.partition("}")[0] + "}" if element.tag.startswith("{") else ""
