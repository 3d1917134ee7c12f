"""The commands of the rule book: check, test, list the rule files, and show what changed ones would do."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline import cli_options
from pipeline.errors import ConfigError


def check(options: argparse.Namespace) -> int:
    """Checks every rule file."""
    from pipeline.score import rulebook

    problems = rulebook.check_rules(options.rules)
    print("\n".join(problems) or "every rule file is in order")
    return 1 if problems else 0


def test(options: argparse.Namespace) -> int:
    """Runs the cases written in the rule files, and says what of the expressions no case shows."""
    from pipeline.score import rulebook

    rules = rulebook.load_rules(options.rules)
    report = rulebook.run_cases(rules)
    print(report.text())
    if not report.passed:
        return 1
    covered = rulebook.measure_coverage(rules)
    print(covered.text())
    return 0 if covered.passed else 1


def mutate(options: argparse.Namespace) -> int:
    """Changes the rules one small thing at a time, and says which changes no case would notice."""
    from pipeline.score import rulebook

    rules = rulebook.pick(rulebook.load_rules(options.rules), options.rule)
    cases = rulebook.run_cases(rules)
    if not cases.passed:
        print(cases.text())
        return 1
    report = rulebook.mutate(rules)
    print(report.text())
    return 0 if report.passed else 1


def list_all(options: argparse.Namespace) -> int:
    """Lists the rules by clause; with a warehouse, what street offices answered to each rule's lines."""
    from pipeline.score import rulebook
    from pipeline.score.trials import backtest

    told = backtest.told_of_rules(options.warehouse) if options.warehouse else None
    print(rulebook.list_rules(rulebook.load_rules(options.rules), told))
    return 0


def diff(options: argparse.Namespace) -> int:
    """Shows what another rule set, or another day, would change in the published ranking."""
    from pipeline.score import rulebook

    if options.other is None and options.as_of is None:
        raise ConfigError(
            "there is nothing to compare", mend="name a folder of changed rules, or a day with --as-of"
        )
    other = options.other or options.rules
    print(rulebook.diff(options.warehouse, options.rules, other, options.as_of))
    return 0


def try_one(options: argparse.Namespace) -> int:
    """Shows what a draft rule would do in the published ranking."""
    from pipeline.score import rulebook

    print(rulebook.try_rule(options.warehouse, options.file, options.rules))
    return 0


def backtest_all(options: argparse.Namespace) -> int:
    """Holds past lists against what street offices answered."""
    from pipeline.score.trials import backtest

    print(backtest.backtest(options.warehouse))
    return 0


def add_commands(parser: argparse.ArgumentParser, add: Callable[..., argparse.ArgumentParser]) -> None:
    """Puts the commands of the rule book under their parser.

    Args:
        parser: the parser of `rules`.
        add: makes a command's parser from the group, its name and its function.
    """
    commands: Any = parser.add_subparsers(required=True, metavar="check|test|mutate|list|diff|try|backtest")
    for name, command in (("check", check), ("test", test)):
        cli_options.rules(add(commands, name, command))
    child = add(commands, "mutate", mutate)
    child.add_argument("rule", nargs="?", metavar="RULE", help="id of one rule (default: all)")
    cli_options.rules(child)
    child = add(commands, "list", list_all)
    cli_options.rules(child)
    child.add_argument(
        "--warehouse", type=Path, help="shows what street offices answered, as published there"
    )
    child = add(commands, "diff", diff)
    child.add_argument("other", type=cli_options.folder, nargs="?", help="folder of the changed rules")
    child.add_argument(
        "--as-of", type=cli_options.day, help="judges as of that day (default: the warehouse's own)"
    )
    cli_options.rules(child)
    cli_options.warehouse(child)
    child = add(commands, "try", try_one)
    child.add_argument("file", type=cli_options.file, help="the rule file, wherever it lies")
    cli_options.rules(child)
    cli_options.warehouse(child)
    cli_options.warehouse(add(commands, "backtest", backtest_all))
