#!/usr/bin/env python3
"""Make a cache that lacks a third of a closure, and print the paths that bring this third.

split.py CACHE TOP FOLDER: the paths of TOP's closure in the cache at CACHE are put into an order in
which each comes after those that it refers to; the first third is left out of FOLDER, which links to
everything else. Printed are those of the third that no other one of it refers to, a line each.
"""

import os
import pathlib
import sys

STORE = "/nix/store/"


def references(cache, path):
    for line in (cache / f"{path[:32]}.narinfo").read_text().splitlines():
        if line.startswith("References: "):
            return [name for name in line.split()[1:] if name != path]
    return []


def dependencies_first(cache, top):
    order, left = {}, [(top, None)]
    while left:
        path, needs = left.pop()
        if path in order:
            continue
        if needs is None:
            needs = references(cache, path)
            left.append((path, needs))
            left += [(name, None) for name in needs if name not in order]
        else:
            order[path] = needs
    return order


def main():
    cache, top, folder = pathlib.Path(sys.argv[1]), sys.argv[2].removeprefix(STORE), pathlib.Path(sys.argv[3])
    order = dependencies_first(cache, top)
    third = list(order)[: len(order) // 3]
    folder.mkdir()
    left_out = {f"{path[:32]}.narinfo" for path in third}
    for entry in os.scandir(cache):
        if entry.name not in left_out:
            (folder / entry.name).symlink_to(entry.path)
    needed = {name for path in third for name in order[path]}
    print("\n".join(STORE + path for path in third if path not in needed))


main()
