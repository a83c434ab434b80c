"""Every command with its options: what may be typed stands here, what is done in the module that a command calls."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli import backups, deliveries, people, policy_pages, privacy
from cli.options import Brand, Corpus, Data, Demo, Json, Owner, Pages, Rows

app = typer.Typer(
    name="deskhand",
    help="A support assistant that answers from your help center, cites it, and hands over when unsure.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Method(StrEnum):
    """What `kb tune` makes."""

    ADAPTER = "adapter"
    FINETUNE = "finetune"


class SuitesOrCommand(TyperGroup):
    """The group of `eval`: what does not begin with one of its commands is suites to run."""

    otherwise = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed."""
        run = bool(args) and args[0] not in {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, [self.otherwise, *args] if run else args)


articles = typer.Typer(no_args_is_help=True, help="Articles: take one back, see who was told what it says.")
evals = typer.Typer(
    cls=SuitesOrCommand,
    no_args_is_help=True,
    help="Evaluations. `deskhand eval SUITE...` runs suites; `deskhand eval run --help` lists its options.",
)
app.add_typer(evals, name="eval")
app.add_typer(policy_pages.app, name="policy")
knowledge = typer.Typer(no_args_is_help=True, help="The knowledge base: what its articles need.")
app.add_typer(knowledge, name="kb")
app.add_typer(articles, name="articles")
imports = typer.Typer(no_args_is_help=True, help="What another desk knows: past tickets into the ticket memory.")
app.add_typer(imports, name="import")
app.add_typer(people.keys, name="keys")
app.add_typer(people.brands, name="brands")
app.add_typer(people.teammates, name="teammates")
app.add_typer(people.audit, name="audit")
app.add_typer(privacy.app, name="customers")
app.add_typer(deliveries.app, name="deliveries")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to bind; default 8420, 0 takes a free one.")] = None,
    workers: Annotated[int, typer.Option(help="Only 1 works; the message says how to run more.")] = 1,
    demo: Demo = None,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Run the API, the chat page and a worker."""
    from cli import serving

    serving.serve(workers=workers, host=host, port=port, demo=demo, policy=policy, data=data)


@app.command()
def work(
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of /healthz, /readyz and /metrics; without it there are none."),
    ] = None,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Run one more worker.

    It needs a PostgreSQL and a Chroma server of your own, which it shares with `deskhand serve`.
    """
    from cli import serving

    serving.work(port, policy=policy, data=data)


@app.command()
def calibrate(
    suite: Annotated[str, typer.Argument(help="A suite of replies with their rules.")],
    held_out: Annotated[str | None, typer.Option(help="A suite of other articles to try it on; else one half.")] = None,
    brand: Brand = "default",
    accepted: Annotated[
        float | None, typer.Option(min=0.001, max=0.5, help="Accepted share of wrong replies among those sent.")
    ] = None,
    confidence: Annotated[float | None, typer.Option(min=0.5, max=0.999, help="How sure to be of that.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Put it in use for the brand.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write it as a file to be shipped.")] = None,
    as_json: Json = False,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Learn from graded examples what may be sent without a person.

    Prints what each threshold would send and how often it would be wrong; --keep puts it in use.
    """
    from cli import calibrating

    asked = calibrating.Asked(suite, held_out, brand, accepted, confidence, output, keep)
    calibrating.calibrate(asked, as_json, policy=policy, data=data)


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(help="Folders or files: Markdown, HTML, or .jsonl of articles.")],
    brand: Brand = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Read articles into the knowledge index.

    What has not changed costs nothing. A bad file is named and skipped, and the exit code is 3 then.
    """
    from cli import articles

    articles.index(paths, brand, as_json, data=data)


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    kb: Corpus = None,
    file: Rows = None,
    limit: Annotated[int, typer.Option("-k", "--limit", min=1, max=100, help="How many articles.")] = 10,
    brand: Brand = "default",
    audience: Annotated[str, typer.Option(help="customer, or teammate to include internal articles.")] = "customer",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Find articles, and the passages that earned it."""
    from cli import questions

    questions.search(query, file, kb, questions.Scope(brand, audience, limit), as_json, data=data)


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="What the customer says.")] = None,
    kb: Corpus = None,
    file: Rows = None,
    brand: Brand = "default",
    policy: Pages = None,
    demo: Demo = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Print what Deskhand would reply, and why.

    One turn goes through the hub; nothing is written to the desk. Only with --demo would a reply be sent unseen.
    """
    from cli import questions

    questions.ask(text, file, kb, questions.Scope(brand), as_json, policy=policy, demo=demo, data=data)


@evals.command("run")
def run_suites(
    suites: Annotated[
        list[str], typer.Argument(help="Suites: a .yaml file, a folder of them, or a shipped one's name.")
    ],
    system: Annotated[
        list[str] | None,
        typer.Option(help="Instead of the suite's own systems; repeat it for more. The gates hold for the first."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many examples of each suite.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many examples at the same time.")] = 4,
    only: Annotated[
        list[str] | None, typer.Option("--slice", help="field=value: only the examples of that slice; repeatable.")
    ] = None,
    kb: Corpus = None,
    baseline: Annotated[Path | None, typer.Option(help="An earlier --save, to compare with.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a page that stands alone.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a summary for a pull request.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the gates as JUnit XML.")] = None,
    save: Annotated[Path | None, typer.Option(help="Write the runs whole, for a later --baseline.")] = None,
    measurements: Annotated[
        Path | None, typer.Option(help="Put the numbers into the tables of this Markdown page, between its marks.")
    ] = None,
    as_json: Json = False,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Run suites and say how good the replies are.

    Results are kept under the data directory: an unchanged example costs nothing, and a run that was stopped goes on
    where it was. The exit code is 1 when a gate does not hold. A missing optional set is skipped with a message.
    """
    from cli import evaluating

    written = evaluating.Written(report, markdown, junit, save, measurements)
    asked = evaluating.Asked(suites, system or [], only or [], limit, workers, kb)
    evaluating.run_suites(asked, written, baseline, as_json, policy=policy, data=data)


@evals.command("init")
def first_suite(
    table: Annotated[Path, typer.Argument(help="A CSV file: question and relevant, text and label, or question ...")],
    folder: Annotated[Path | None, typer.Option(help="Where to write the suite; default beside the table.")] = None,
) -> None:
    """Make a first suite from a table.

    The columns say the kind: question and relevant (articles), text and label (intents), question and must_include,
    outcome or priority (replies), context, answer and label (grounding), question and answer (given).
    """
    from cli import evaluating

    evaluating.first_suite(table, folder)


@evals.command("judges")
def judges(
    suites: Annotated[list[str] | None, typer.Argument(help="Rating suites; default all that are shipped.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many examples of each suite.")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Say how far each judge agrees with people.

    A judge is trusted as far as it ranks answers as people do, beside how far one person agrees with the others.
    """
    from cli import evaluating

    evaluating.judges(suites or [], limit, as_json, data=data)


@evals.command("lines")
def lines(
    suites: Annotated[list[str], typer.Argument(help="Suites of questions with the articles that answer them.")],
    keep: Annotated[float, typer.Option(min=0.5, max=0.99, help="Share of the answerable that a line keeps.")] = 0.9,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Say how well what the articles answer is told from the rest.

    Each question is asked as it is and with its articles hidden; a line is fitted and tried on questions held out.
    """
    from cli import evaluating

    evaluating.lines(suites, keep, as_json, data=data)


@articles.command("delete")
def delete_article(
    article: Annotated[str, typer.Argument(help="The article's id, as `deskhand search` prints it.")],
    brand: Brand = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Delete an article, and name the replies that rest on it.

    No search finds it from now on; the text of all its versions is gone.
    """
    from cli import lifecycle

    lifecycle.delete(article, brand, as_json, data=data)


@articles.command("replies")
def citing_replies(
    article: Annotated[str, typer.Argument(help="The article's id, also of a deleted one.")],
    brand: Brand = "default",
    limit: Annotated[int, typer.Option("-k", "--limit", min=1, max=1000, help="How many, the newest first.")] = 50,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """List the replies that customers were sent and that rest on an article."""
    from cli import lifecycle

    lifecycle.replies(article, brand, limit, as_json, data=data)


@knowledge.command("health")
def health(
    kb: Corpus = None,
    brand: Brand = "default",
    reviewed_within: Annotated[int, typer.Option(min=1, help="Days after which an unedited article is stale.")] = 730,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Say what is wrong with the articles, the worst first.

    Figures that contradict each other, internal words in public articles, near-duplicates, links to articles that do
    not exist, stale articles and those that no question finds. It works beside a running server, and without a model.
    """
    from cli import knowledge

    knowledge.health(kb, brand, reviewed_within, as_json, data=data)


@imports.command("tickets")
def import_tickets(
    file: Annotated[Path, typer.Argument(help="JSON lines or a table (.csv) of past tickets.")],
    brand: Brand = "default",
    source: Annotated[str, typer.Option(help="The desk they come from; an id counts once in each.")] = "import",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Keep past tickets in the desk with their history, and learn from the articles that teammates answered them with.

    A line is {id, created, messages: [{from, text, at}], subject, customer, articles, status, priority, tags, csat}; a
    table has the columns id, created, question, and any of the others, answer and answered. No bot works on them and no
    clock runs. The desk leaves a ticket alone that it has; the memory takes it anew. --json lists each row of which
    anything was not taken, and why. The exit code is 3 when a row cannot be read.
    """
    from cli import importing

    importing.tickets(file, brand, source, as_json, data=data)


@imports.command("forget")
def forget_tickets(
    ticket: Annotated[str | None, typer.Option(help="The id of one ticket.")] = None,
    customer: Annotated[str | None, typer.Option(help="The id of a customer: all of their tickets.")] = None,
    brand: Brand = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Forget an imported ticket, or all of a customer's: words, vectors, votes and history."""
    from cli import importing

    importing.forget(ticket, customer, brand, as_json, data=data)


@knowledge.command("release")
def release(
    article: Annotated[str, typer.Argument(help="The id of a suspicious article, as `deskhand kb health` prints it.")],
    brand: Brand = "default",
    data: Data = None,
) -> None:
    """Show customers an article that was kept from them because it seems to order a model about.

    Read it first. When its words change, it is looked at anew.
    """
    from cli import lifecycle

    lifecycle.release(article, brand, data=data)


@knowledge.command("preflight")
def preflight(
    files: Annotated[
        list[Path] | None, typer.Argument(help="What would be published: files or folders, as `index` reads them.")
    ] = None,
    delete: Annotated[list[str] | None, typer.Option(help="The id of an article that would go; repeatable.")] = None,
    questions: Annotated[
        Path | None, typer.Option(help='More questions, JSON lines {"id", "question", "history"?, "relevant_ids"?}.')
    ] = None,
    newest: Annotated[
        int, typer.Option(min=1, help="How many past cases and how many solved tickets to ask again.")
    ] = 200,
    kb: Corpus = None,
    brand: Brand = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Say which questions would find something else if an edit were published.

    Nothing is published: past customers' questions, solved tickets and your own are searched in the help center as it
    is and as it would be. The exit code is 1 when a right article is found later, or another article comes first.
    """
    from cli import preflight

    wanted = preflight.Wanted(files or [], delete or [], brand, kb, questions, newest)
    preflight.preflight(wanted, as_json, data=data)


@knowledge.command("tune")
def tune(
    pairs: Annotated[
        Path | None,
        typer.Option(help='JSON lines {"question", "relevant_ids", "asked_at"?}; default the past tickets.'),
    ] = None,
    suite: Annotated[str | None, typer.Option(help="A retrieval suite whose examples to learn from instead.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it is worth and change nothing.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Take back what was adopted last.")] = False,
    method: Annotated[Method, typer.Option(help="adapter, or finetune for a model of your own.")] = Method.ADAPTER,
    base: Annotated[str | None, typer.Option(help="finetune: the model to begin with, a name or a folder.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="finetune: how many steps of 16 pairs to train.")] = 100,
    kb: Corpus = None,
    brand: Brand = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Learn from accepted questions how customers call things.

    A small adapter for the vectors of questions is learned and tried on questions held out. It is adopted only if it
    is better beyond noise, else the exit code is 1. A running server takes it up within seconds. With finetune a model
    is trained, tried in the same way and kept if better; it needs the extra `models`.
    """
    from cli import tuning

    asked = tuning.Asked(brand, kb, pairs, suite)
    if rollback:
        tuning.roll_back(asked, as_json, data=data)
    elif method == Method.FINETUNE:
        tuning.fine_tune(asked, tuning.Training(base, steps), dry_run, as_json, data=data)
    else:
        tuning.tune(asked, dry_run, as_json, data=data)


@app.command()
def report(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days.")] = 28,
    end: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day before which they end, in UTC; default now.")
    ] = None,
    brand: Owner = "default",
    as_json: Json = False,
    policy: Pages = None,
    data: Data = None,
) -> None:
    """Say how the desk is doing: every KPI beside its target.

    Beside each stand the days before and how many cases it rests on. It works beside a running server.
    """
    from cli import reporting

    reporting.report(days, end, brand, as_json, policy=policy, data=data)


app.command()(backups.backup)
app.command()(backups.restore)


@app.command()
def doctor(as_json: Json = False, data: Data = None) -> None:
    """Say what is configured and what to fix.

    The exit code is 1 when something must be fixed.
    """
    from cli.doctor import examine

    examine(as_json, data=data)
