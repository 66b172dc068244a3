#!/usr/bin/env python3
"""Print the runs that measure.py recorded as a Markdown table: medians [least–most]."""

import argparse
import json
import statistics

PROGRAMS = ("ours", "copy", "realise")
PEERS = ("copy", "realise")
COLUMNS = {
    "wall_s": "wall s",
    "cpu_s": "CPU s",
    "main_mib": "peak of the program, MiB",
    "largest_mib": "peak of the largest process, MiB",
    "requests": "requests",
    "received_mb": "MB received",
}


def number(value):
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def spread(values):
    if min(values) == max(values):
        return f"{values[0]:g}" if float(values[0]).is_integer() else number(values[0])
    return f"{number(statistics.median(values))} [{number(min(values))}–{number(max(values))}]"


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(runs):
    yield row(["program", *COLUMNS.values()])
    yield row(["---"] * (1 + len(COLUMNS)))
    for program in PROGRAMS:
        yield row([program] + [spread([run[program][key] for run in runs]) for key in COLUMNS])
    # The ratio within each round first, then their median: what slows a whole round cancels out.
    for peer in PEERS:
        ratios = [
            spread([run["ours"][key] / run[peer][key] for run in runs]) if key in ("wall_s", "cpu_s") else ""
            for key in COLUMNS
        ]
        yield row([f"ours / {peer}", *ratios])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results")
    parser.add_argument("--title", default="")
    parser.add_argument("--round", help="print one line about this round instead")
    args = parser.parse_args()
    rounds = {}
    with open(args.results) as lines:
        for record in map(json.loads, lines):
            rounds.setdefault(record["round"], {})[record["program"]] = record
    if args.round:
        print(", ".join(f"{name} {number(rounds[args.round][name]['wall_s'])} s" for name in PROGRAMS))
        return
    runs = list(rounds.values())
    sources = {run[program]["cpu_from"] for run in runs for program in PROGRAMS}
    print(f"{args.title}, CPU from {' and '.join(sorted(sources))}\n")
    print("\n".join(table(runs)))


main()
