"""A report as JUnit XML: a test case per gate, so that CI shows which line was crossed."""

from xml.etree import ElementTree

from evals.gates import GateResult
from evals.reports.report import Report, Section


def render(report: Report) -> str:
    """Return the XML document."""
    root = ElementTree.Element("testsuites", name="deskhand eval")
    for section in report.sections:
        _suite(root, section)
    for skipped in report.skipped:
        suite = ElementTree.SubElement(root, "testsuite", name=skipped.name, tests="1", failures="0", skipped="1")
        case = ElementTree.SubElement(suite, "testcase", classname=skipped.name, name="data")
        ElementTree.SubElement(case, "skipped", message=_clean(skipped.reason))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ElementTree.Element, section: Section) -> None:
    run = section.run
    failed = sum(not gate.passed for gate in run.gates)
    name = f"{run.suite} ({run.system})"
    suite = ElementTree.SubElement(
        root, "testsuite", name=_clean(name), tests=str(len(run.gates)), failures=str(failed)
    )
    for gate in run.gates:
        _case(suite, name, gate)


def _case(suite: ElementTree.Element, run: str, gate: GateResult) -> None:
    name = f"{gate.scorer} {gate.line}{f' on {gate.slice}' if gate.slice else ''}"
    case = ElementTree.SubElement(suite, "testcase", classname=_clean(run), name=_clean(name))
    if not gate.passed:
        ElementTree.SubElement(case, "failure", message=_clean(gate.reason))


def _clean(text: str) -> str:
    """Drop the characters that XML cannot hold."""
    return "".join(one for one in text if one in "\t\n\r" or (one >= " " and not "\ud800" <= one <= "\udfff"))
