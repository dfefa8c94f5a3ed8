"""Parse the parameters that are XML documents: questions, qualification tests, answer keys."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from local_crowd.operations.checks import QUESTION_BYTES
from local_crowd.operations.errors import ParameterValidationError, RequestError

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"


def parse_document(name: str, xml: str, max_bytes: int | None = QUESTION_BYTES) -> Element:
    """Parse the XML of the parameter `name` and return its root element.

    Raises ParameterValidationError when the XML exceeds `max_bytes`, unless that is None, and
    RequestError (XMLParseError) when it is not well-formed.
    """
    if max_bytes is not None and (size := len(xml.encode())) > max_bytes:
        raise ParameterValidationError(
            f"The {name} is {size} bytes long. At most {max_bytes} bytes are allowed."
        )
    try:
        root: Element = fromstring(xml)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise make_parse_error(str(error)) from error
    return root


def make_parse_error(why: str) -> RequestError:
    """Return Amazon's error for a document that violates its schema, with the reason `why`."""
    return RequestError(
        "There was an error parsing the XML question or answer data in your request. "
        f"Please make sure the data is well-formed and follows its schema. ({why})",
        "XMLParseError",
    )


def read_text(parent: Element, name: str) -> str:
    """Return the text of the child `name`, or raise RequestError if it is missing or empty."""
    text = parent.findtext(read_namespace(parent) + name)
    if text is None or not text.strip():
        raise make_parse_error(f"{name} is missing or empty")
    return text


def read_namespace(element: Element) -> str:
    """Return the element's namespace in the form that precedes a tag's name, or an empty text."""
    return element.tag.partition("}")[0] + "}" if element.tag.startswith("{") else ""
