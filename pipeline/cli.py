"""The command line: reads options, builds the settings once, calls a room or the flow, sets the exit code.

Exit codes: 0 done; 1 the run failed and what was published before still stands; 2 the command was
used wrongly; 3 the run published, but something wants a person.
"""

import argparse
import io
import os
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from pipeline import (
    cli_analyst,
    cli_archive,
    cli_audit,
    cli_catalogue,
    cli_dossier,
    cli_duty,
    cli_forget,
    cli_objection,
    cli_options,
    cli_quarterly,
    cli_review,
    cli_rollback,
    cli_rules,
    prefect_home,
    private,
    progress,
    schema,
)
from pipeline.cli_options import DATA, DEMO
from pipeline.errors import ConfigError, Unforeseen, sentence_of
from pipeline.garbage import loading
from pipeline.settings import PROJECT_ROOT, Settings, restricted_beside

ABOUT = "Early warning of low-end enterprises: one night's work, and tools to look at it."
EXIT_CODES = "Exit codes: 0 done; 1 failed; 2 used wrongly; 3 published, but something wants a person."
DONE, FAILED, MISUSED, ATTENTION = 0, 1, 2, 3
SHANGHAI_OFFSET = timedelta(hours=8)
EXTRACT_DATE = re.compile(r"_(\d{8})\.[A-Za-z.]+$")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path may be no text
    parser = _parser()
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        parser.print_help(sys.stderr)
        return MISUSED
    options = parser.parse_args(given)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        with private.umask():
            return command(options)
    except Exception as problem:  # the last fence: one sentence, without the data in the message
        if options.debug:
            story = problem.story if isinstance(problem, Unforeseen) else traceback.format_exc()
            print(story, file=sys.stderr)
        if isinstance(problem, duckdb.CatalogException | duckdb.BinderException) and "warehouse" in options:
            problem = schema.of_another_version(options.warehouse) or problem
        print(f"early-warning: {sentence_of(problem)}", file=sys.stderr)
        return MISUSED if isinstance(problem, ConfigError) else FAILED


def demo(options: argparse.Namespace) -> int:
    """Makes a synthetic district, runs the whole night on it, and tells what came of it."""
    from pipeline import district, publish

    settings = Settings(
        inbox=DEMO / "inbox",
        warehouse=DEMO / "warehouse.duckdb",
        out=DEMO / "published",
        restricted=DEMO / "restricted",
        corrections=DEMO / "restricted" / "corrections",
        as_of=options.as_of,
    )
    if DEMO.exists():
        shutil.rmtree(DEMO)  # a demo of another district must not mix with this one
    with progress.shown():
        made = district.generate(options.firms, options.seed, options.as_of, DEMO, settings.sources)
        print(f"A synthetic district lies in {DEMO / 'inbox'}: {made}", file=sys.stderr)
    code = _night(settings, debug=options.debug)
    print(publish.tell(settings))
    return DONE if code == ATTENTION else code


def generate(options: argparse.Namespace) -> int:
    """Writes a synthetic district and its truth."""
    from pipeline import district

    made = district.generate(
        options.firms, options.seed, options.as_of, options.out, PROJECT_ROOT / "sources", options.seen_on
    )
    print(f"{options.out}: {made}")
    return DONE


def run(options: argparse.Namespace) -> int:
    """Runs one night."""
    return _night(_settings(options), debug=options.debug)


def schedule(options: argparse.Namespace) -> int:
    """Keeps a local Prefect server up and serves the nightly schedule until stopped."""
    settings = _settings(options, as_of=_today())
    prefect_home.prepare(settings.restricted, verbose=True)
    with prefect_home.persistent_server(settings.restricted, options.port, options.cron) as url:
        import flows

        flows.bury_left(settings)
        print(f"Nights start at cron '{options.cron}' (Asia/Shanghai); server at {url}", flush=True)
        flows.serve(settings, options.cron)
    return DONE


def train(options: argparse.Namespace) -> int:
    """Estimates the linking model anew from the departments' files, shows what changed, and pins it."""
    from pipeline import ingest, link
    from pipeline.declaration import load_sources
    from pipeline.lock import one_at_a_time
    from pipeline.night import Night

    settings = _settings(options)
    sources = load_sources(settings.sources)
    with one_at_a_time(settings), progress.shown():
        night = Night.begin(settings, datetime.now(UTC))
        try:
            for source in sources.values():
                ingest.extract(night, source)
            ingest.finish(night, sources)
            learnt = link.run(night, sources, anew=True).learnt
        finally:
            night.discard()
    print(learnt)
    return DONE


def explain(options: argparse.Namespace) -> int:
    """Prints one firm's dossier."""
    from pipeline import publish

    print(publish.explain(options.warehouse, options.enterprise))
    return DONE


def evaluate(options: argparse.Namespace) -> int:
    """Holds a published night against a known truth."""
    from pipeline import district

    evaluation = district.evaluate(options.warehouse, options.truth)
    print(evaluation.to_json() if options.json else district.render(evaluation))
    return DONE


def _night(settings: Settings, *, debug: bool) -> int:
    from pipeline import duty

    since = datetime.now(UTC)
    prefect_home.prepare(settings.restricted, verbose=debug)
    with progress.shown():
        try:
            with loading():
                begun = prefect_home.begin_early()
                import flows

                flows.start_server(begun)
            outcome = flows.nightly(settings.to_parameters())
        except Exception as problem:
            duty.failed_outside(settings, problem, since, lambda: datetime.now(UTC))
            raise
    for item in outcome.attention:
        print(f"wants a person: {item.sentence}", file=sys.stderr)
    print(f"published {settings.as_of} in {settings.out / str(settings.as_of)} (run {outcome.run_id})")
    return ATTENTION if outcome.attention else DONE


def _settings(options: argparse.Namespace, as_of: date | None = None) -> Settings:
    if not options.inbox.is_dir():
        raise ConfigError("there is no inbox", where=str(options.inbox), mend="name the folder with --inbox")
    if not options.rules.is_dir():
        raise ConfigError("there are no rules", where=str(options.rules), mend="name the folder with --rules")
    for option, folder in (("--out", options.out), ("--warehouse", options.warehouse.parent)):
        if _no_folder(folder.absolute()):
            raise ConfigError(
                "no folder can be made here", where=str(folder), mend=f"name another with {option}"
            )
    if options.engine == "spark":
        from pipeline.link.engines import needed

        needed.require()  # told now, not when the files are read
    warehouse = options.warehouse.absolute()
    restricted = (options.restricted or restricted_beside(warehouse)).absolute()
    return Settings(
        inbox=options.inbox.absolute(),
        warehouse=warehouse,
        out=options.out.absolute(),
        restricted=restricted,
        as_of=as_of or options.as_of or _newest_extract(options.inbox),
        rules=options.rules.absolute(),
        corrections=(options.corrections or restricted / "corrections").absolute(),
        memory_limit=options.memory_limit,
        temp_directory=options.temp_directory and options.temp_directory.absolute(),
        threads=options.threads,
        accept=tuple(options.accept),
        keep_generations=options.keep_generations,
        engine=options.engine,
        master=options.master,
        anew=options.anew,
    )


def _no_folder(path: Path) -> bool:
    """Whether the nearest thing that exists on the way to a folder is no folder that can be written to."""
    while not path.exists():
        path = path.parent
    return not (path.is_dir() and os.access(path, os.W_OK))


def _newest_extract(inbox: Path) -> date:
    """The newest extract date in the inbox, not later than today in Shenzhen."""
    found = (EXTRACT_DATE.search(path.name) for path in inbox.glob("*/*"))
    days = {day for match in found if match and (day := cli_options.day_or_none(match[1]))}
    return max((day for day in days if day <= _today()), default=_today())


def _today() -> date:
    return (datetime.now(UTC) + SHANGHAI_OFFSET).date()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="early-warning", description=ABOUT, epilog=EXIT_CODES)
    parser.set_defaults(debug=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, command: Callable[[argparse.Namespace], int], summary: str = ""
    ) -> argparse.ArgumentParser:
        return _command(commands, name, command, summary)

    cli_options.district(add("demo", demo))
    made = add("generate", generate)
    cli_options.district(made)
    made.add_argument("--out", type=Path, default=DATA / "district", help="folder to write")
    made.add_argument(
        "--seen-on",
        type=cli_options.day,
        help="hand over what was known on this earlier day (default: as-of)",
    )
    once = add("run", run)
    cli_options.places(once)
    cli_options.night(once)
    served = add("schedule", schedule)
    cli_options.places(served)
    served.add_argument("--cron", default="0 2 * * *", help="when, in Asia/Shanghai (default: 02:00)")
    served.add_argument("--port", type=cli_options.positive, default=4200, help="port of the local server")
    cli_options.places(add("train", train))
    told = add("explain", explain)
    told.add_argument("enterprise", type=cli_options.word, help="an enterprise_id, a code, or part of a name")
    cli_options.warehouse(told)
    cli_analyst.add_commands(add)
    cli_dossier.add_options(add("dossier", cli_dossier.write))
    judged = add("evaluate", evaluate)
    cli_options.warehouse(judged)
    judged.add_argument(
        "--truth", type=Path, default=DEMO / "truth", help="folder of the truth (default: the demo's)"
    )
    judged.add_argument("--json", action="store_true", help="figures as JSON")
    rules = add("rules", cli_rules.list_all, "Lists, checks, tests and compares the rules.")
    cli_rules.add_commands(rules, _command)
    cli_catalogue.add_commands(add("catalogue", cli_catalogue.list_all), _command)
    cli_review.add_commands(add("review", cli_review.export), _command, _today)
    cli_objection.add_commands(add("objection", cli_objection.list_all), _command, _today)
    cli_quarterly.add_options(add("quarterly", cli_quarterly.quarterly))
    cli_archive.add_commands(
        add("archive", cli_archive.list_files), _command, cli_options.default_warehouse()
    )
    cli_duty.add_commands(add)
    cli_audit.add_commands(add)
    cli_forget.add_commands(add, _today)
    cli_rollback.add_options(add("rollback", cli_rollback.rollback))
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Callable[[argparse.Namespace], int],
    summary: str = "",
) -> argparse.ArgumentParser:
    summary = summary or (command.__doc__ or "").splitlines()[0]
    parser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(command=command)
    parser.add_argument("--debug", action="store_true", help="show the whole story of an error")
    return parser
