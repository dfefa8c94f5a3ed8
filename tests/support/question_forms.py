"""Build QuestionForm XML for tests."""

NAMESPACE = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd"
)
TEXT = "<FreeTextAnswer/>"


def form(*parts: str, namespace: str = NAMESPACE) -> str:
    """Return a QuestionForm with these Overviews and Questions."""
    return f'<QuestionForm xmlns="{namespace}">{"".join(parts)}</QuestionForm>'


def question(
    answer: str = TEXT,
    identifier: str = "word",
    content: str = "<Text>Which word?</Text>",
    more: str = "",
) -> str:
    """Return a Question, with `more` between its identifier and its content."""
    return (
        f"<Question><QuestionIdentifier>{identifier}</QuestionIdentifier>{more}"
        f"<QuestionContent>{content}</QuestionContent>"
        f"<AnswerSpecification>{answer}</AnswerSpecification></Question>"
    )


def required(answer: str = TEXT, identifier: str = "word", name: str = "") -> str:
    """Return a Question that must be answered."""
    named = f"<DisplayName>{name}</DisplayName>" if name else ""
    return question(answer, identifier, more=f"{named}<IsRequired>true</IsRequired>")


def text(constraints: str = "", more: str = "") -> str:
    """Return a FreeTextAnswer."""
    return (
        f"<FreeTextAnswer><Constraints>{constraints}</Constraints>{more}</FreeTextAnswer>"
        if constraints
        else f"<FreeTextAnswer>{more}</FreeTextAnswer>"
    )


def choice(*selections: str, settings: str = "", other: str = "") -> str:
    """Return a SelectionAnswer, whose selections have their identifiers in capitals as texts."""
    offered = "".join(
        f"<Selection><SelectionIdentifier>{name}</SelectionIdentifier>"
        f"<Text>{name.upper()}</Text></Selection>"
        for name in selections
    )
    return f"<SelectionAnswer>{settings}<Selections>{offered}{other}</Selections></SelectionAnswer>"


def style(name: str, least: int | None = None, most: int | None = None) -> str:
    """Return the settings of a SelectionAnswer."""
    counts = "" if least is None else f"<MinSelectionCount>{least}</MinSelectionCount>"
    counts += "" if most is None else f"<MaxSelectionCount>{most}</MaxSelectionCount>"
    return f"{counts}<StyleSuggestion>{name}</StyleSuggestion>"


def formatted(html: str) -> str:
    """Return a FormattedContent element."""
    return f"<FormattedContent><![CDATA[{html}]]></FormattedContent>"
