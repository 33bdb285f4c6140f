"""Makes what `scale` measures with: text of any size, trees, repositories, sets of rules. The same every time.

Only Python's standard library is used. What is made stands in target/bench-scale.
"""

import hashlib
import itertools
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

import measure

PLACE = measure.TARGET / "bench-scale"
WORDS = (
    "value index result state parse next buffer len path error write read config options default node tree field "
    "name source target request response handler stream reader match pattern iter map filter count start end line "
    "column offset span kind schema build test case expected actual cache entry slot block chunk size limit depth "
    "width height color style event signal thread worker queue batch"
).split()
# As often as sources have them: some 400 in a megabyte.
KEYWORDS = "token auth token secret password token auth api_key".split()
# Without vowels no word comes up by accident, and none that says that it is a placeholder.
SIGNS = "BCDFGHJKLMNPQRSTVWXZbcdfghjkmnpqrstvwxz23456789"
MEAN_FILE = 25_000
# How much of a tree is text of its own; the rest are links to it.
DISTINCT = 1_000_000_000


class Text:
    """Source-like lines in which nothing is a secret."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.lines = [self.line() for _ in range(40_000)]
        self.mean = sum(map(len, self.lines)) / len(self.lines)

    def name(self):
        first = self.chance.choice(KEYWORDS if self.chance.randrange(230) == 0 else WORDS)
        return f"{first}_{self.chance.choice(WORDS)}"

    def line(self):
        a, b, c, d = (self.name() for _ in range(4))
        number = self.chance.randrange(4096)
        camel = b.title().replace("_", "")
        text = self.chance.choice((
            f"let {a} = self.{b}.{c}(&{d}, {number})?;",
            f"// The {a} of {b} is {c} when {d}.".replace("_", " "),
            f"if {a} == {number} {{ return Err({camel}::{c.title()}); }}",
            f"pub fn {a}({c}: &{camel}) -> {camel} {{",
            f'"{a}": "{b.replace("_", " ")}",',
            f'assert_eq!({a}({number}), {number // 3}, "{c}: {{}}", {d});',
            f"for {a} in {b}.iter().map(|{c}| {c} + {number:#x}) {{",
            "}",
            f"{camel}::new({a}, {b}).with_{c}({d})",
        ))
        return ("    " * self.chance.randrange(4) + text + "\n").encode()

    def take(self, size):
        """So many bytes."""
        text = b"".join(self.chance.choices(self.lines, k=int(size / self.mean * 1.1) + 40))
        while len(text) < size:
            text += b"".join(self.chance.choices(self.lines, k=40))
        return text[: size - 1] + b"\n" if size else b""


def made(place, name, make):
    """A directory that is made once, and only counts when it was made to the end."""
    directory, stamp = place / name, place / f"{name}.done"
    if not stamp.exists():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        make(directory)
        stamp.touch()
    return directory


LARGE = []


def large(name, sizes, make):
    """Something that is deleted at the end. What this file makes otherwise, or of other sizes, has another name."""
    version = hashlib.sha256(pathlib.Path(__file__).read_bytes() + str(sizes).encode()).hexdigest()[:8]
    LARGE.append(f"{name}-{version}")
    return made(PLACE, LARGE[-1], make)


def lengths(chance, total):
    """Sizes of files that come to `total`: many small ones and a few large ones."""
    while total > 0:
        size = min(total, max(200, min(1_000_000, int(chance.lognormvariate(9.45, 1.15)))))
        yield size
        total -= size


def tree(sizes):
    """Directories of which the first is as large as the first size, the first two as large as the second, and so on.

    A gigabyte of them is text of its own; what is larger has hard links to it, so that neither disk nor cache
    overflows, and everything is still opened, read and searched.
    """
    return large("tree", sizes, lambda directory: fill(directory, sizes))


def fill(directory, sizes):
    text, chance = Text(1), random.Random(2)
    own, links, count = [], None, itertools.count()
    for step, (before, size) in enumerate(zip([0, *sizes], sizes)):
        made, target = 0, size - before
        parts = directory / f"step-{step}"
        for length in lengths(chance, target) if size <= DISTINCT else itertools.repeat(0):
            if made >= target:
                break
            number = next(count)
            path = parts / f"d{number // 2000}" / f"e{number // 50 % 40}" / f"f{number}.rs"
            if number % 50 == 0 or made == 0:
                path.parent.mkdir(parents=True, exist_ok=True)
            if size <= DISTINCT:
                path.write_bytes(text.take(length))
                own.append((path, length))
            else:
                links = links or itertools.cycle(own)
                original, length = next(links)
                os.link(original, path)
            made += length


def file(size):
    """One file, the same 400 MB of text again and again."""

    def make(directory):
        text = Text(3)
        pieces = itertools.cycle([text.take(1_000_000) for _ in range(400)])
        with open(directory / "one.txt", "wb") as out:
            while out.tell() < size:
                out.write(next(pieces)[: size - out.tell()])

    return large("file", size, make) / "one.txt"


def dense(size, per_megabyte):
    """Text with so many secrets in each megabyte. They are made here, so that none stands in this file."""
    chance, text = random.Random(4), Text(5)
    count = round(size / 1e6 * per_megabyte)
    if not count:
        return text.take(size)

    def secret():
        return "+7".join("".join(chance.choices(SIGNS, k=6)) for _ in range(2))

    lines = [f"postgres://app:{secret()}@db.internal/main\n".encode() for _ in range(count)]
    gap = max(0, (size - sum(map(len, lines))) // count)
    return b"".join(itertools.chain.from_iterable((text.take(gap), line) for line in lines))


# Repositories


ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def git(directory, *args, **environment):
    subprocess.run(
        ["git", "-C", str(directory), *args], check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment}
    )


def staged(sizes):
    """A repository with one commit of a thousand files, and for each size an index in which new files of so many
    bytes are staged."""
    directory = large("staged", sizes, lambda directory: stage(directory, sizes))
    return directory, {size: directory / ".git" / f"index-{size}" for size in sizes}


def stage(directory, sizes):
    text, chance, before = Text(6), random.Random(7), 0
    git(directory, "init", "-q", "-b", "main", ".")
    for number in range(1000):
        path = directory / "old" / f"d{number % 20}" / f"f{number}.rs"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.take(2000))
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "all")
    for size in sizes:
        for number, length in enumerate(lengths(chance, size - before)):
            path = directory / "new" / f"s{size}" / f"d{number // 50}" / f"f{number}.rs"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.take(length))
        git(directory, "-c", "core.compression=1", "add", "-A")
        shutil.copy(directory / ".git" / "index", directory / ".git" / f"index-{size}")
        before = size


def history(commits):
    """A repository with so many commits, made once: `compare-git` uses the same."""

    def make(directory):
        maker = [sys.executable, str(measure.ROOT / "benches" / "make-history.py"), str(directory), str(commits)]
        subprocess.run(maker, check=True, stdout=subprocess.DEVNULL)

    return made(measure.TARGET / "bench-git", f"long-{commits}", make)


# Rules


def own_rules(count):
    """A file with so many rules of one's own, whose heads have nothing in common."""
    chance, path = random.Random(8), PLACE / f"own-{count}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        for number in range(count):
            head = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) + "_"
            file.write(
                f'[[rule]]\nid = "own-{number}"\nname = "Own key {number}"\nseverity = "high"\nheads = ["{head}"]\n'
                f"pattern = '{head}[0-9A-Za-z]{{32}}'\nfix = \"Revoke it.\"\nexamples = [\"{{{{own-{number}}}}}\"]\n\n"
            )
    return path


def rule_files(directory):
    return [path for part in ("", "named") for path in sorted((directory / "rules" / part).glob("*.toml"))
            if path.name != "Cargo.toml"]


def blocks(path):
    """A rule file as what stands before its first rule, and its rules."""
    first, *rules = re.split(r"^(?=\[\[rule\]\])", path.read_text(), flags=re.M)
    return first, rules


def how_many():
    return sum(len(blocks(path)[1]) for path in rule_files(measure.ROOT))


# What cargo wants to see to build the library.
WORKSPACE = ["Cargo.toml", "Cargo.lock", "rules", "scanner-core", "scanner-cli/src", "tools/eval", "benches/*.rs", "tests/cli"]


def with_rules(count):
    """The library's example `scan_directory`, built with so many of the built-in rules: every so manieth."""
    source, target, total = PLACE / "rules" / "source", PLACE / "rules" / "target", how_many()
    names = measure.output(["git", "ls-files", *WORKSPACE]).splitlines()
    # What was built of the same sources is used again.
    digest = hashlib.sha256(b"\0".join((measure.ROOT / name).read_bytes() for name in names)).hexdigest()[:12]
    program = PLACE / "rules" / f"scan-{digest}-with-{count}"
    if program.exists():
        return program
    shutil.rmtree(source, ignore_errors=True)
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(measure.ROOT / name, source / name, follow_symlinks=False)
    kept, at = 0, 0
    for path in rule_files(source):
        first, rules = blocks(path)
        some = [rule for number, rule in enumerate(rules, at) if (number + 1) * count // total > number * count // total]
        at += len(rules)
        kept += len(some)
        path.write_text(first + "".join(some)) if some else path.unlink()
    assert kept == count, "as many rules are left as are asked for"
    # Quicker to build than what is released; what is compared is built in the same way.
    quick = {"CARGO_TARGET_DIR": str(target), "CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}
    build = ["cargo", "build", "--release", "--locked", "--quiet", "-p", "secscan-core", "--example", "scan_directory"]
    subprocess.run(build, cwd=source, check=True, env={**os.environ, **quick})
    shutil.copy2(target / "release" / "examples" / "scan_directory", program)
    return program


def remove():
    """Everything but histories and what cargo builds, which are made slowly."""
    for name in LARGE:
        (PLACE / f"{name}.done").unlink(missing_ok=True)
        shutil.rmtree(PLACE / name, ignore_errors=True)
    for pattern in ("*.rs", "*.toml", "*.conf"):
        for path in PLACE.glob(pattern):
            path.unlink()
