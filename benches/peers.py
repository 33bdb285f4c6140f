"""Other scanners, if they are on the PATH: how each scans a directory without the network, and what it says then.

They are only run. Where one is not installed, that is said; where nobody has yet seen it run here, that is said too.
"""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import typing

import measure


@dataclasses.dataclass(frozen=True)
class Peer:
    """`{tree}` in a command is the directory, and `{scratch}` one of its own, empty before each run."""

    command: list
    version: list
    # What it ends with: all was scanned, with findings or without.
    statuses: set
    # From `scratch`, with `stdout` and `stderr` in it, and the tree: a path for each finding.
    paths: typing.Callable
    # What it says of how much it scanned: a pattern for each, looked for in all that it prints.
    files: str = ""
    bytes: str = ""
    # Whether this command line was seen to scan. The others are written after their documentation.
    tried: bool = True
    note: str = ""


def of_json(name, path_of):
    """Paths from a JSON list in a file."""
    return lambda scratch, _: [path_of(one) for one in json.loads((scratch / name).read_text() or "[]")]


def of_lines(name, path_of):
    """Paths from a file with a JSON value on each line; lines of another kind are passed over."""

    def read(scratch, _):
        values = [json.loads(line) for line in (scratch / name).read_text().splitlines() if line.startswith("{")]
        return [path for path in map(path_of, values) if path]

    return read


def kingfisher(scratch, _):
    return [one["finding"]["path"] for one in json.loads((scratch / "report").read_text())["findings"]]


def ripsecrets(scratch, _):
    lines = (scratch / "stdout").read_text(errors="replace").splitlines()
    return [match[1] for match in (re.match(r"(.*?):\d+:", line) for line in lines) if match]


def detect_secrets(scratch, tree):
    results = json.loads((scratch / "stdout").read_text())["results"]
    return [os.path.join(tree, path) for path, found in results.items() for _ in found]


def trufflehog(value):
    return value.get("SourceMetadata", {}).get("Data", {}).get("Filesystem", {}).get("file")


LEAKS = ["--no-banner", "--redact", "--exit-code", "0", "--report-format", "json", "--report-path", "{scratch}/report"]
PEERS = {
    "gitleaks": Peer(
        ["gitleaks", "dir", *LEAKS, "{tree}"], ["gitleaks", "version"], {0},
        of_json("report", lambda one: one["File"]), bytes=r"scanned ~(\d+) bytes",
        note="reads what git ignores too; passes over some paths by name",
    ),
    "betterleaks": Peer(
        ["betterleaks", "dir", *LEAKS, "{tree}"], ["betterleaks", "version"], {0},
        of_json("report", lambda one: one["File"]), bytes=r"scanned ~(\d+) bytes", tried=False,
    ),
    "trufflehog": Peer(
        ["trufflehog", "filesystem", "--no-verification", "--no-update", "--json", "{tree}"],
        ["trufflehog", "--version"], {0}, of_lines("stdout", trufflehog), bytes=r'"bytes": ?(\d+)', tried=False,
    ),
    "kingfisher": Peer(
        # Without --no-dedup, a secret that stands in many places is told of once.
        ["kingfisher", "scan", "--no-validate", "--no-update-check", "--no-dedup", "--git-history", "none",
         "--format", "json", "--output", "{scratch}/report", "{tree}"],
        ["kingfisher", "--version"], {0, 200}, kingfisher,
        files=r'"blobs_scanned":(\d+)', bytes=r'"bytes_scanned":(\d+)',
        note="reads equal files once, unpacks archives, keeps compiled rules in its cache; what it is sure of, by default",
    ),
    "ripsecrets": Peer(
        ["ripsecrets", "{tree}"], ["ripsecrets", "--version"], {0, 1}, ripsecrets,
        note="honours ignore files",
    ),
    "detect-secrets": Peer(
        # From within: a directory elsewhere is passed over without a word.
        ["detect-secrets", "-C", "{tree}", "scan", "--all-files", "--no-verify"],
        ["detect-secrets", "--version"], {0}, detect_secrets,
        note="several of its plugins may report one secret",
    ),
    "noseyparker": Peer(
        ["noseyparker", "scan", "--progress", "never", "--datastore", "{scratch}/np", "{tree}"],
        ["noseyparker", "--version"], {0, 2}, lambda *_: None, tried=False,
    ),
    "titus": Peer(["titus", "scan", "{tree}"], ["titus", "version"], {0, 1}, lambda *_: None, tried=False),
}


def versions():
    """What is known of each: its version, or why there is none."""
    return {name: version(name, peer) for name, peer in PEERS.items()}


def version(name, peer):
    path = shutil.which(name)
    if not path:
        return "not installed here"
    said = measure.output(peer.version) or ""
    number = re.search(r"\d+\.\d+[\w.-]*", said)
    # `go install` sets no version in a program, and writes down which module it built.
    module = re.search(r"^\tmod\t\S+\tv(\S+)", measure.output(["go", "version", "-m", path]) or "", re.M)
    return number[0] if number else module[1] if module else said.splitlines()[0] if said else "of unknown version"


def offline():
    """What a command begins with to have no network: nothing, where that is not permitted."""
    if not hasattr(offline, "known"):
        unshare = ["unshare", "-rn"]
        works = shutil.which("unshare") and measure.output([*unshare, "echo", "yes"]) == "yes"
        offline.known = unshare if works else []
    return offline.known


def installed():
    return [name for name in PEERS if shutil.which(name)]


def command(name, tree):
    return [*offline(), *(part.replace("{tree}", str(tree)) for part in PEERS[name].command)]


def measured(name, tree, runs, limit):
    """What it says of a tree, and how long it takes: its first run, for the answer, is not timed.

    A run that takes longer than `limit` seconds is ended, and that is all there is to say. One that takes a third of
    it is timed once.
    """
    peer, line = PEERS[name], command(name, tree)
    with tempfile.TemporaryDirectory() as scratch:
        began = time.perf_counter()
        answer = look(peer, line, tree, pathlib.Path(scratch), limit)
        if "failed" in answer:
            return {"command": line, **answer}
        if time.perf_counter() - began > limit / 3:
            runs = 1
        filled = [part.replace("{scratch}", scratch) for part in line]
        try:
            peak = measure.run(filled, scratch, timed=False, limit=limit)[2] if runs > 1 else 0
            taken = [measure.run(filled, scratch, limit=limit) for _ in range(runs)]
        except measure.TooSlow:
            return {"command": line, **answer, "failed": f"took more than {limit} s, and was ended"}
    return {**measure.entry(line, taken, max([peak, *(sample[2] for sample in taken)])), **answer}


def look(peer, line, tree, scratch, limit):
    """One run with its output kept for as long as it is read: it may hold whole secrets."""
    filled = [part.replace("{scratch}", str(scratch)) for part in line]
    with open(scratch / "stdout", "wb") as stdout, open(scratch / "stderr", "wb") as stderr:
        process = subprocess.Popen(filled, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, process_group=0)
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return {"failed": f"took more than {limit} s, and was ended"}
    if status not in peer.statuses:
        return {"failed": f"ended with {status}"}
    said = "".join((scratch / name).read_text(errors="replace") for name in ("stdout", "stderr"))
    answer = {"tried": peer.tried, "note": peer.note}
    for what, pattern in (("scanned_files", peer.files), ("scanned_bytes", peer.bytes)):
        number = re.search(pattern, said) if pattern else None
        answer[what] = int(number[1]) if number else None
    try:
        paths = peer.paths(scratch, tree)
        places = where(paths, tree) if paths is not None else {}
    except (OSError, ValueError, LookupError, TypeError) as error:
        return {"failed": f"its report is not what was expected: {type(error).__name__}"}
    return {**answer, "findings": None if paths is None else len(paths), **places}


PLANTED = "planted"


def where(paths, tree):
    """Of findings, how many files they are in; of those with a planted secret, and of the others."""
    own, tree = {}, pathlib.Path(tree).resolve()
    for path in set(paths):
        parts = pathlib.Path(path).resolve().relative_to(tree).parts
        own.setdefault(parts[0] == PLANTED, set()).add(parts)
    kinds = {}
    for parts in own.get(True, ()):
        kinds[parts[1]] = kinds.get(parts[1], 0) + 1
    return {"planted_found": len(own.get(True, ())), "other_files": len(own.get(False, ())), "by_kind": kinds}
