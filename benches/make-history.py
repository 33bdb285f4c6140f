#!/usr/bin/env python3
"""Builds a repository with a long history, the same one every time: make-history.py DIR [COMMITS]

Source-like text in a few thousand files, small edits that pile up, merges, and then a full repack, as a
server would hand the repository out. Offline, with `git fast-import`.
"""

import random
import subprocess
import sys

WORDS = (
    "error value index buffer config request response handler token stream parse read write open close "
    "count limit offset length result option default name path line column start finish worker thread queue "
    "node tree leaf parent child left right first last next previous current total state event source target"
).split()


class Maker:
    def __init__(self, out, commits):
        self.out, self.commits, self.random = out, commits, random.Random(20240229)
        self.mark, self.time, self.files, self.paths = 0, 1_500_000_000, {}, []

    def send(self, text):
        self.out.write(text.encode())

    def line(self):
        pick, depth = self.random.choice, self.random.randrange(4)
        a, b, c = pick(WORDS), pick(WORDS), pick(WORDS)
        body = (
            f"let {a}_{b} = self.{c}.{pick(WORDS)}({pick(WORDS)}, {self.random.randrange(1000)});",
            f"if {a}.{b}() > {self.random.randrange(100)} && {c}_{pick(WORDS)}.is_some() {{",
            f"// The {a} of the {b} has to be {c} before the {pick(WORDS)} is {pick(WORDS)}.",
            f'return Err(format!("{a} {b}: {{}} at {c} {self.random.randrange(10**6)}", {pick(WORDS)}));',
            f"fn {a}_{b}_{c}({pick(WORDS)}: &{pick(WORDS).title()}) -> {pick(WORDS).title()} {{",
            "}",
        )
        return "    " * depth + pick(body)

    def new_file(self):
        directory = "/".join(self.random.choice(WORDS) for _ in range(self.random.randint(1, 3)))
        path = f"{directory}/{self.random.choice(WORDS)}_{len(self.files)}.rs"
        self.files[path] = [self.line() for _ in range(int(self.random.lognormvariate(4.6, 0.8)) + 3)]
        self.paths.append(path)
        return path

    def edit(self):
        # Some files change far more often than others, as everywhere.
        path = self.paths[int(len(self.paths) * self.random.random() ** 3)]
        lines = self.files[path]
        at = self.random.randrange(len(lines))
        if self.random.random() < 0.25 and len(lines) > 20:
            del lines[at : at + self.random.randint(1, 5)]
        lines[at:at] = [self.line() for _ in range(self.random.randint(1, 6))]
        return path

    def commit(self, branch, parents, paths):
        self.mark += 1
        self.time += self.random.randint(60, 7200)
        message = " ".join(self.random.choice(WORDS) for _ in range(self.random.randint(3, 30)))
        self.send(f"commit {branch}\nmark :{self.mark}\ncommitter Dev <dev@example.com> {self.time} +0000\n")
        self.send(f"data {len(message)}\n{message}\n")
        for word, parent in zip(("from", "merge"), parents):
            self.send(f"{word} :{parent}\n")
        for path in paths:
            text = "\n".join(self.files[path]) + "\n"
            self.send(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")
        self.send("\n")
        return self.mark

    def changes(self, count):
        return {self.new_file() if self.random.random() < 0.15 else self.edit(): None for _ in range(count)}

    def run(self):
        head = self.commit("refs/heads/main", [], [self.new_file() for _ in range(400)])
        for number in range(1, self.commits):
            if number % 40 == 0:
                side = self.commit("refs/heads/side", [head], self.changes(3))
                head = self.commit("refs/heads/main", [head], self.changes(2))
                head = self.commit("refs/heads/main", [head, side], [])
            head = self.commit("refs/heads/main", [head], self.changes(self.random.choice((1, 1, 2, 3, 5))))
        self.send("done\n")


def main():
    directory, commits = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 12_000
    git = ["git", "-C", directory]
    subprocess.run(["git", "init", "-q", "-b", "main", directory], check=True)
    importer = subprocess.Popen(git + ["fast-import", "--quiet", "--done"], stdin=subprocess.PIPE)
    Maker(importer.stdin, commits).run()
    importer.stdin.close()
    if importer.wait():
        sys.exit("git fast-import failed")
    subprocess.run(git + ["repack", "-adfq", "--depth=50", "--window=20"], check=True)
    subprocess.run(git + ["reset", "-q", "--hard"], check=True)
    subprocess.run(git + ["count-objects", "-v"], check=True)


if __name__ == "__main__":
    main()
