"""Runs commands by turns, measures them, and says on which machine: what the scripts beside this have in common.

Only Python's standard library is used.
"""

import datetime
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
RUNS = ROOT / "benches" / "runs"
# What `ru_maxrss` counts in.
UNIT = 1 if sys.platform == "darwin" else 1024


def fail(message):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {message}")


def build():
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True)
    return str(TARGET / "release" / "secscan")


def binary(options):
    """The binary that was named, or one that is built."""
    return str(pathlib.Path(options.secscan).resolve()) if options.secscan else build()


def add_common(parser):
    parser.add_argument("--secscan", help="a binary to use, instead of building one")
    parser.add_argument("--out", default=RUNS, help="where the record goes (benches/runs)")


# Measuring


class TooSlow(Exception):
    """A command that was ended because it took longer than it may."""


def run(command, scratch, timed=True, limit=None):
    """Wall seconds, processor seconds, peak memory in MB, exit status."""
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    # The system counts what the child held before it became another program, too: all of this process when it
    # was started the quick way, some of it otherwise. Memory is read from the untimed runs.
    subprocess._USE_VFORK = timed
    # With a limit, it gets a group of its own, to be ended with all that it started.
    alone = {"process_group": 0} if limit else {}
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **alone
    )
    ended = limit is None
    while not ended:
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
        if not ended and time.perf_counter() - began > limit:
            os.killpg(process.pid, 9)
            process.wait()
            raise TooSlow()
        if not ended:
            time.sleep(0.002)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * UNIT / 1e6, process.returncode


def by_turns(commands, runs):
    """Runs all commands once untimed, then all of them again and again.

    `commands` has for each name the command and the statuses it may end with (none: any); `runs` says how often, or is
    asked with the seconds that each took untimed.
    """
    samples = {name: [] for name in commands}
    peaks = {name: 0 for name in commands}
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT / 1e6
    with tempfile.TemporaryDirectory() as scratch:
        turn, first = -1, {}
        while turn < 0 or turn < max(runs.values()):
            for name, (command, allowed) in commands.items():
                if turn >= 0 and turn >= runs[name]:
                    continue
                command = [part.replace("{scratch}", scratch) for part in command]
                sample = run(command, scratch, timed=turn >= 0)
                if turn < 0 or sample[2] > 1.1 * own:
                    peaks[name] = max(peaks[name], sample[2])
                if allowed and sample[3] not in allowed:
                    fail(f"{name} ended with {sample[3]}: {' '.join(command)}")
                if turn >= 0:
                    samples[name].append(sample)
                else:
                    first[name] = sample[0]
            if callable(runs):
                runs = runs(first)
            turn += 1
    return {name: entry(commands[name][0], taken, peaks[name]) for name, taken in samples.items()}


def entry(command, taken, peak):
    """What a record has of a command that was run several times."""
    return {
        "command": command,
        "runs": len(taken),
        "wall": statistics.median(sample[0] for sample in taken),
        "wall_min": min(sample[0] for sample in taken),
        "wall_max": max(sample[0] for sample in taken),
        "cpu": statistics.median(sample[1] for sample in taken),
        "peak_mb": round(peak, 1),
        "exit": sorted({sample[3] for sample in taken}),
    }


def report(command):
    """The JSON report of a scan, whose status must fit what it says."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        fail(f"secscan ended with {done.returncode}: {' '.join(command)}\n{done.stderr}")
    answer = json.loads(done.stdout)
    assert answer["summary"]["findings"]["total"] == len(answer["findings"]), "the summary counts the findings"
    assert (done.returncode == 1) == bool(answer["findings"]), "the status says whether there are findings"
    return answer


# Where and what


def output(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=ROOT)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def machine():
    cpu, memory = platform.processor() or platform.machine(), None
    try:
        names = re.findall(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
        cpu = names[0] if names else cpu
        memory = round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1)
    except (OSError, ValueError):
        pass
    return {
        "cpu": cpu,
        "cores": cores(),
        "memory_gb": memory,
        "system": f"{platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 2),
        "rustc": output(["rustc", "--version"]),
        "python": platform.python_version(),
    }


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def described(machine):
    """The machine in a sentence."""
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB; {machine['system']}; "
        f"{machine['rustc']}; load {machine['load_before']} when it began."
    )


def commit():
    head = output(["git", "rev-parse", "--short=12", "HEAD"])
    return f"{head} with changes" if output(["git", "status", "--porcelain"]) else head


# Records


def table(commands, floors):
    floors = [(name, title) for name, title in floors if name in commands]
    head = ["command", "wall ms", "min to max", "CPU ms", "peak MB", *(title for _, title in floors)]
    rows = [head, ["---"] * len(head)]
    for name, one in commands.items():
        row = [
            name,
            f"{one['wall'] * 1e3:.1f}",
            f"{one['wall_min'] * 1e3:.1f} to {one['wall_max'] * 1e3:.1f}",
            f"{one['cpu'] * 1e3:.1f}",
            f"{one['peak_mb']:.0f}",
        ]
        row += [f"{one['wall'] / commands[floor]['wall']:.2f}" for floor, _ in floors]
        rows.append(row)
    return lines(rows)


def lines(rows):
    return ["| " + " | ".join(row) + " |" for row in rows]


def write(out, kind, record, text):
    """Writes a record beside those that are there, as JSON and for people; the pages follow those in benches/runs."""
    directory = pathlib.Path(out)
    directory.mkdir(parents=True, exist_ok=True)
    day = record["date"][:10] + kind
    name, number = day, 2
    while (directory / f"{name}.md").exists():
        name, number = f"{day}-{number}", number + 1
    (directory / f"{name}.md").write_text(text)
    (directory / f"{name}.json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"Written to {directory / name}.md and .json", file=sys.stderr)
    if directory.resolve() == RUNS:
        pages()


def pages():
    """The pages that are written from the newest records."""
    subprocess.run([sys.executable, str(ROOT / "benches" / "page.py")], check=True)
