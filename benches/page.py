#!/usr/bin/env python3
"""Writes the figures of README.md, docs/performance.md and docs/comparison.md, and the pictures, from the newest records.

  benches/page.py            writes what stands between the markers, and docs/images/
  benches/page.py --check    says whether that is what stands there, for CI

What is between `<!-- figures: NAME -->` and `<!-- end of figures -->` is written here; the rest of a page is not.
Only Python's standard library is used.
"""

import json
import re
import sys

sys.dont_write_bytecode = True

import measure
import plot
from plot import Axis, Series

DOCS = measure.ROOT / "docs"
PAGES = [measure.ROOT / "README.md", DOCS / "performance.md", DOCS / "comparison.md"]
IMAGES = DOCS / "images"
MARKED = re.compile(r"(<!-- figures: ([\w-]+) -->\n).*?(<!-- end of figures -->)", re.S)
KINDS = {"compare": "", "git": "-git", "prompt": "-prompt", "peers": "-peers", "scale": "-scale"}
MISSING = "Not measured yet."


# Records


def newest(kind, fits=lambda record: True):
    """The newest record of a kind, and its page; `None` if there is none."""
    name = re.compile(rf"\d{{4}}-\d\d-\d\d{KINDS[kind]}(-\d+)?\.json")
    found = [path for path in measure.RUNS.iterdir() if name.fullmatch(path.name)]
    records = [(json.loads(path.read_text()), path) for path in found]
    records = [(record, path) for record, path in records if fits(record)]
    return max(records, key=lambda one: (one[0]["date"], one[1].name), default=None)


def source(path):
    return f"[{path.stem}](../benches/runs/{path.stem}.md)"


def ms(seconds):
    """Milliseconds, in as many digits as mean something."""
    value = seconds * 1e3
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def rows(head, body):
    return measure.lines([head, ["---"] + ["--:"] * (len(head) - 1), *body])


# The parts of a record of `scale`: how each is told and drawn.


class Part:
    """`series` has for each command its name, `floors` those that are no secscan."""

    def __init__(self, x_head, x_form, title, subtitle, x, y, series, floors=(), per=(1, ""), value="wall"):
        self.x_head, self.x_form, self.title, self.subtitle = x_head, x_form, title, subtitle
        self.x, self.y, self.series, self.floors, self.per, self.value = x, y, series, floors, per, value

    def points(self, part, command):
        return [(row["x"], row["commands"][command][self.value]) for row in part["rows"] if command in row["commands"]]

    def chart(self, part):
        drawn = []
        for command, name in self.series.items():
            points = self.points(part, command)
            if len(points) < 2:
                continue
            floor = command in self.floors
            fit = None if floor or self.value != "wall" or not self.per[1] else plot.fit(points)
            drawn.append(Series(name, points, floor, fit, self.notes(fit)))
        return plot.chart(self.title, self.subtitle, self.x, self.y, drawn) if drawn else None

    def notes(self, fit):
        if not fit:
            return []
        count, name = self.per
        base, slope = f"{ms(fit.base)} ms", f"+ {ms(fit.slope * count)} ms/{name}"
        line = [f"{base} {slope}"] if len(base + slope) < 26 else [base, slope]
        return [*line, f"exponent {fit.exponent:.2f}"]

    def table(self, part):
        commands = [command for command in self.series if self.points(part, command)]
        head = [self.x_head, *(f"{self.series[command]}, ms" for command in commands)]
        head += [f"{self.series[command]}, MB" for command in commands if command not in self.floors]
        body = []
        for row in part["rows"]:
            entries = row["commands"]
            line = [self.x_form(row["x"])]
            line += [ms(entries[command]["wall"]) if command in entries else "" for command in commands]
            line += [f"{entries[command]['peak_mb']:.0f}" for command in commands if command not in self.floors]
            body.append(line)
        return rows(head, body)

    def told(self, part):
        """The fitted lines in words."""
        for command, name in self.series.items():
            points = self.points(part, command)
            if command not in self.floors and self.per[1] and len(points) > 1:
                line = plot.fit(points)
                yield (f"{name}: {ms(line.base)} ms and {ms(line.slope * self.per[0])} ms for {self.per[1]}; "
                       f"exponent of the upper part {line.exponent:.2f}")


TIME = Axis("time, whole process", plot.duration, log=True)
SIZE = {"tree": "tree of files", "file": "one file", "stdin": "standard input", "rg": "rg, same tree", "cat": "cat, same file"}
LEVEL = Axis("time, whole process", plot.duration)


def charts():
    """Pictures by name: the part of the record, and how it is drawn."""
    bytes_axis = Axis("input", plot.size, log=True)
    yield "size", "size", Part(
        "input", plot.size, "Time against size of the input", "All rules, all cores, files in the cache, nothing to find",
        bytes_axis, TIME, SIZE, ("rg", "cat"), (1e9, "GB"))
    yield "size-memory", "size", Part(
        "input", plot.size, "Memory against size of the input", "Peak of the process", bytes_axis,
        Axis("peak memory", plot.megabytes), {name: SIZE[name] for name in ("tree", "file", "stdin")}, value="peak_mb")
    count = Axis("rules", plot.number)
    yield "rules", "rules", Part(
        "built-in rules", plot.number, "Time against the number of rules",
        "A tree of 300 MB; the library built with so many rules", count, LEVEL, {"search": "search"}, (), (100, "100 rules"))
    yield "own-rules", "own-rules", Part(
        "rules of one's own", plot.number, "Start-up against rules of one's own", "Beside all built-in ones; one file of 100 bytes",
        count, LEVEL, {"start": "start-up"}, (), (100, "100 rules"))
    yield "threads", "threads", Part(
        "threads", plot.number, "Time against threads", "A tree of 300 MB", Axis("threads", plot.number), LEVEL, {"tree": "secscan"})
    yield "staged", "staged", Part(
        "staged", plot.size, "Time against what is staged", "New files beside 1,000 that were committed",
        Axis("bytes staged", plot.size, log=True), TIME, {"staged": "secscan --staged", "diff": "git diff --cached"}, ("diff",),
        (1e6, "MB"))
    yield "history", "history", Part(
        "commits", plot.number, "Time against the length of the history", "All that was ever committed",
        Axis("commits", plot.number, log=True), TIME,
        {"history": "secscan --history", "objects": "git cat-file, all", "log": "git log -p --all"}, ("objects", "log"),
        (1000, "1,000 commits"))
    yield "dense", "dense", Part(
        "secrets in each MB", plot.number, "Time against how dense secrets are", "One text of 4 MB",
        Axis("secrets in each MB", plot.number), LEVEL, {"scan": "secscan scan", "prompt": "secscan prompt"}, (),
        (25, "100 secrets"))


TABLES = {
    # What has a picture of something else than its table.
    "rules": Part("built-in rules", plot.number, "", "", None, None, {"search": "search", "start": "start-up"}),
    "own-rules": Part("rules of one's own", plot.number, "", "", None, None, {"search": "search", "start": "start-up"}),
}


def of_scale(record):
    """A record of `scale` for people."""
    lines = [
        f"# Run of scale of {record['date']}", "",
        f"{measure.described(record['machine'])} {record['git']}, {record['rg']}. Commit {record['commit']}.", "",
        "Made with `benches/scale`: whole processes, warm cache, the commands of a row by turns; medians. MB is peak memory; "
        "what is below 12 cannot be told from what the system counts for the process that starts it.",
    ]
    parts = {name: part for _, name, part in reversed(list(charts()))}
    for name, part in record["parts"].items():
        how = parts[name]
        lines += ["", f"## {name}", "", f"{part['date']}, commit {part['commit']}, load {part['load_before']} when it began. "
                  f"{part['counts']}.", "", *TABLES.get(name, how).table(part), "", *(f"- {said}" for said in how.told(part))]
        lines += ["", "Command lines of the last row:", "", *(f"- `{line}`" for line in part["last_commands"].values())]
    return "\n".join(lines) + "\n"


# What stands between the markers


def of_part(name):
    found = newest("scale", lambda record: name in record["parts"])
    if not found:
        return MISSING
    record, path = found
    part = record["parts"][name]
    lines = []
    for image, of, how in charts():
        if of == name:
            lines += [f"![{how.title}](images/{image}.svg)", ""]
    how = next(how for _, of, how in charts() if of == name)
    lines += TABLES.get(name, how).table(part)
    return "\n".join([*lines, "", f"From {source(path)}, commit {part['commit']}."])


def of_machine():
    found = newest("scale") or newest("compare")
    return measure.described(found[0]["machine"]).split("; load")[0] + "." if found else MISSING


def of_start():
    record, path = newest("compare")
    body = [[name, ms(one["wall"]), f"{one['peak_mb']:.0f}"] for name, one in record["start"].items()]
    return "\n".join([*rows(["one process", "ms", "MB"], body), "", f"From {source(path)}."])


def of_trees():
    record, path = newest("compare")
    body = []
    for tree in record["trees"]:
        name = f"{tree['files']:,} files, {tree['bytes'] / 1e6:,.0f} MB"
        for command, one in tree["commands"].items():
            rate = tree["bytes"] / one["wall"] / 1e9
            body.append([name, command, ms(one["wall"]), f"{rate:.2f}", f"{one['peak_mb']:.0f}"])
            name = ""
    return "\n".join([*rows(["tree", "command", "ms", "GB/s", "MB"], body), "", f"From {source(path)}."])


def of_git():
    record, path = newest("git")
    sets = [(f"one change staged in {record['staged']['files']:,} files", record["staged"]["commands"])]
    for history in record["histories"]:
        answer = history["answer"]
        sets.append((f"{answer['commits']:,} commits, {answer['bytes'] / 1e6:,.0f} MB", history["commands"]))
    body = [[what if not number else "", name, ms(one["wall"]), f"{one['peak_mb']:.0f}"]
            for what, commands in sets for number, (name, one) in enumerate(commands.items())]
    return "\n".join([*rows(["repository", "command", "ms", "MB"], body), "", f"From {source(path)}."])


def of_prompt():
    record, path = newest("prompt")
    body = []
    for key, what in (("process", "process, 10 KB of prompt, ms"), ("hook", "hook call, 10 KB of output, ms")):
        cat, own = record[key].values()
        body.append([what, ms(own), ms(cat)])
    for key, what in (("clean", "filter, clean text, MB/s"), ("dense", "filter, a secret in each KB, MB/s")):
        cat, own = record[key].values()
        body.append([what, f"{own:,.0f}", f"{cat:,.0f}"])
    return "\n".join([*rows(["what", "secscan", "cat"], body), "", f"From {source(path)}."])


def of_peers():
    found = newest("peers")
    if not found:
        return MISSING
    record, path = found
    trees = record["trees"]
    mixed = next((tree for tree in trees if tree["planted"]), None)
    head = ["scanner"]
    for tree in trees:
        name = f"{tree['files']:,} files, {tree['bytes'] / 1e6:,.0f} MB"
        head += [f"{name}: s", "MB of memory"]
    if mixed:
        head += [f"found of {sum(mixed['planted'].values())} planted", "other files reported"]
    body = []
    for name in trees[0]["scanners"]:
        line = [f"{name} {record['peers'].get(name, '')}".strip()]
        for tree in trees:
            one = tree["scanners"][name]
            line += [one["failed"], ""] if "failed" in one else [f"{one['wall']:.2f}", f"{one['peak_mb']:.0f}"]
        if mixed:
            one = mixed["scanners"][name]
            line += [str(one.get("planted_found", "")), str(one.get("other_files", ""))]
        body.append(line)
    absent = [name for name, version in record["peers"].items() if version == "not installed here"]
    said = f" Not to be had on that machine: {', '.join(absent)}." if absent else ""
    return "\n".join([*rows(head, body), "", f"From {source(path)}.{said}"])


def of_summary(prefix):
    """What the README and the comparison begin with."""
    def link(kind, name):
        path = newest(kind)[1]
        return f"[{name or path.stem}]({prefix}benches/runs/{path.stem}.md)"

    own = not prefix.startswith("..")
    names = {kind: f"`benches/{script}`" if own else "" for kind, script in
             (("compare", "compare"), ("git", "compare-git"), ("prompt", "compare-prompt"))}
    trees, git, prompt = newest("compare")[0], newest("git")[0], newest("prompt")[0]
    tree = trees["trees"][1] if len(trees["trees"]) > 1 else trees["trees"][0]
    of_tree, start, staged = tree["commands"], trees["start"], git["staged"]["commands"]
    history, hook = git["histories"][0], prompt["hook"]
    answer, of_history = history["answer"], history["commands"]

    def whole(one):
        return f"{one['wall'] * 1e3:,.0f} ms"

    def tenths(seconds):
        return f"{seconds * 1e3:.1f} ms"

    body = [
        [f"{tree['files']:,} files, {tree['bytes'] / 1e6:,.0f} MB", whole(of_tree["secscan"]),
         f"`rg --hidden` for one literal: {whole(of_tree['rg --hidden, one literal'])}; "
         f"`cat` of all: {whole(of_tree['cat of all files'])}", link("compare", names["compare"])],
        ["one file of 100 bytes, the whole process", tenths(start["secscan, one file of 100 bytes"]["wall"]),
         f"`git --version`: {tenths(start['git --version']['wall'])}", "the same"],
        [f"one staged change in {git['staged']['files']:,} files", tenths(staged["secscan git --staged"]["wall"]),
         f"`git diff --cached --quiet`: {tenths(staged['git diff --cached --quiet']['wall'])}", link("git", names["git"])],
        [f"history of {answer['commits']:,} commits, {answer['bytes'] / 1e6:,.0f} MB of blobs", whole(of_history["secscan git --history"]),
         f"`git cat-file --batch-all-objects`: {whole(of_history['git cat-file --batch'])}; "
         f"`git log -p --all`: {whole(of_history['git log -p --all'])}", "the same"],
        ["hook of an assistant, 10 KB", tenths(hook["secscan hook"]), f"`cat`: {tenths(hook['cat'])}",
         link("prompt", names["prompt"])],
    ]
    return "\n".join(measure.lines([["what", "secscan", "beside it", "record"], ["---"] * 4, *body]))


FIGURES = {"machine": of_machine, "start": of_start, "trees": of_trees, "git": of_git, "prompt": of_prompt,
           "peers": of_peers, "summary": lambda: of_summary("../"), "readme": lambda: of_summary("")}


def figures(name):
    return FIGURES[name]() if name in FIGURES else of_part(name)


def files():
    """All that is written here, by path."""
    for path in PAGES:
        yield path, MARKED.sub(lambda match: f"{match[1]}{figures(match[2])}\n{match[3]}", path.read_text())
    for image, name, how in charts():
        found = newest("scale", lambda record: name in record["parts"])
        drawn = how.chart(found[0]["parts"][name]) if found else None
        if drawn:
            yield IMAGES / f"{image}.svg", drawn


def write():
    for path, text in files():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def check():
    """Paths that are not what the newest records say."""
    return [path for path, text in files() if not path.exists() or path.read_text() != text]


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            write()
        case ["--check"]:
            stale = [str(path.relative_to(measure.ROOT)) for path in check()]
            if stale:
                measure.fail(f"not what the newest records say; run `benches/page.py`: {', '.join(stale)}")
        case _:
            sys.exit(__doc__)
