#!/usr/bin/env python3
"""Print the runs that measure.py recorded as a Markdown table: medians [least–most]."""

import argparse
import json
import statistics

PROGRAMS = ("ours", "daemon", "later", "copy", "realise", "cached", "realised")
OURS = ("ours", "daemon", "later")
PEERS = ("copy", "realise", "cached", "realised")
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


def ratio(runs, ours, peer, key):
    # The ratio within each round first, then their median: what slows a whole round cancels out.
    return spread([run[ours][key] / run[peer][key] for run in runs])


def pairs(runs):
    return [(ours, peer) for ours in OURS for peer in PEERS if ours in runs[0] and peer in runs[0]]


def table(runs):
    yield row(["program", *COLUMNS.values()])
    yield row(["---"] * (1 + len(COLUMNS)))
    for program in PROGRAMS:
        if program in runs[0]:
            yield row([program] + [spread([run[program][key] for run in runs]) for key in COLUMNS])
    for ours, peer in pairs(runs):
        ratios = [ratio(runs, ours, peer, key) if key in ("wall_s", "cpu_s") else "" for key in COLUMNS]
        yield row([f"{ours} / {peer}", *ratios])


LINE = ["what", "wall s", "ratios of wall", "CPU s", "peak of the program, MiB"]


def line(title, runs):
    def each(key):
        return ", ".join(
            f"{program} {number(statistics.median(run[program][key] for run in runs))}"
            for program in PROGRAMS
            if program in runs[0]
        )

    ratios = ", ".join(f"{ours} / {peer} {ratio(runs, ours, peer, 'wall_s')}" for ours, peer in pairs(runs))
    return row([title, each("wall_s"), ratios, each("cpu_s"), each("main_mib")])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="?")
    parser.add_argument("--head", action="store_true", help="print the head of a table of lines, and no more")
    parser.add_argument("--line", metavar="TITLE", help="print all as one line of a table")
    parser.add_argument("--title", default="")
    parser.add_argument("--round", help="print one line about this round instead")
    args = parser.parse_args()
    if args.head:
        print(row(LINE) + "\n" + row(["---"] * len(LINE)))
        return
    rounds = {}
    with open(args.results) as lines:
        for record in map(json.loads, lines):
            rounds.setdefault(record["round"], {})[record["program"]] = record
    if args.round:
        timed = rounds[args.round]
        print(", ".join(f"{name} {number(timed[name]['wall_s'])} s" for name in PROGRAMS if name in timed))
        return
    runs = list(rounds.values())
    if args.line:
        print(line(args.line, runs), flush=True)
        return
    sources = {figures["cpu_from"] for run in runs for figures in run.values()}
    print(f"{args.title}, CPU from {' and '.join(sorted(sources))}\n")
    print("\n".join(table(runs)))


main()
