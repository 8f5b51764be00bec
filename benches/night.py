#!/usr/bin/env python3
"""Compares a scan with DuckDB, as whole processes over the same log with the same rules.

It needs a release build (`cargo build --release`), Linux (for the time and the memory of a process),
and for the comparison `pip install duckdb`; without it, DuckDB's columns stay empty. `zstd` and
`valgrind` are used where they are there. From the repository:

    python3 benches/night.py DIR                          100 MB, all packs, 1 and 2 threads
    python3 benches/night.py DIR --mb 100 1000 --rules 1 10 100 --threads 1
    python3 benches/night.py DIR --instructions           and count the instructions of a record

DIR is where logs and packs are laid down; what lies there of the same size is used again. First
the answers are compared: what preaudit's report says, what DuckDB says, and what the generator
knows. Only then times mean anything. CPU is user and system time of the whole process, Python and
the start of the program included; memory is the largest resident set. The fastest of --runs counts.
"""

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AS_OF = "2026-07-01"


def main():
    arguments = parse()
    if arguments.duckdb:
        return duckdb_child(arguments)
    version = duckdb_version()
    print(f"preaudit beside {'DuckDB ' + version if version else 'nothing: duckdb is not installed'}, "
          f"{os.cpu_count()} processors, the fastest of {arguments.runs} runs\n")
    for megabytes in arguments.mb:
        folder = lay_down(arguments.dir, megabytes)
        log = folder / "evidence" / "trail.ndjson"
        known = json.loads((folder / "rules.json").read_text())
        print(f"## {log.stat().st_size / 1e6:.0f} MB, {known['records']:,} records\n")
        compare(arguments, folder, known, version)
        if not arguments.only_rules:
            packings(arguments, folder, known)
        if arguments.instructions:
            instructions(arguments, megabytes)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dir", type=Path)
    parser.add_argument("--mb", type=int, nargs="+", default=[100])
    parser.add_argument("--rules", type=int, nargs="+", default=[1, 10, 100, 1000], choices=[1, 10, 100, 1000])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=300, help="seconds that a process may take")
    parser.add_argument("--preaudit", type=Path, default=Path("target/release/preaudit"))
    parser.add_argument("--only-rules", action="store_true", help="leave out other packings and syslog")
    parser.add_argument("--instructions", action="store_true", help="count instructions with callgrind")
    parser.add_argument("--duckdb", choices=["nothing", "one-pass", "load-once"], help=argparse.SUPPRESS)
    return parser.parse_args()


def lay_down(root, megabytes):
    folder = root / f"{megabytes}-mb"
    if not (folder / "rules.json").exists():
        environment = dict(os.environ, PREAUDIT_BENCH_MB=str(megabytes))
        command = ["cargo", "bench", "-q", "--bench", "night", "--", str(folder.absolute())]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return folder


class Run:
    """What one process took."""

    def __init__(self, command, limit):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            start = time.monotonic()
            process = subprocess.Popen(command, stdout=out, stderr=err)
            killed = False
            while True:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                if not killed and time.monotonic() - start > limit:
                    process.kill()
                    killed = True
                time.sleep(0.002)
            self.wall = time.monotonic() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            self.out, self.err = out.read().decode(), err.read().decode()
        self.code = process.returncode
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss / 1024
        self.over = killed


def fastest(command, arguments):
    runs = []
    for _ in range(arguments.runs):
        run = Run(command, arguments.limit)
        runs.append(run)
        if run.over:
            break
    return min(runs, key=lambda run: run.cpu)


def scan(arguments, evidence, report, threads, pack=None):
    command = [str(arguments.preaudit), "scan", str(evidence), "--as-of", AS_OF, "--format", "json",
               "--output", str(report), "--exit-zero", "--jobs", str(threads)]
    if pack:
        command += ["--pack", str(pack), "--trust-packs"]
    return command


def counted(report, rules):
    """What a report says that each rule counts."""
    said = {}
    for finding in json.loads(report.read_text())["findings"]:
        said[finding["rule"]] = int(finding["observations"][0]["statement"].split()[0])
    return [said.get(rule["id"], 0) for rule in rules]


def check(what, counts, rules):
    wrong = [(rule["id"], count, rule["count"]) for rule, count in zip(rules, counts) if count != rule["count"]]
    if wrong or len(counts) != len(rules):
        sys.exit(f"{what} counts otherwise than the generator: {wrong[:5]}")


def compare(arguments, folder, known, version):
    print("| rules | threads | preaudit CPU s | wall s | MiB | DuckDB one pass CPU s | wall s | MiB "
          "| DuckDB load once CPU s | wall s | MiB | cheaper by |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    report = folder / "report.json"
    for size in arguments.rules:
        rules = known["rules"][:size]
        for threads in arguments.threads:
            own = fastest(scan(arguments, folder / "evidence", report, threads, folder / "packs" / str(size)),
                          arguments)
            if own.code not in (0, 3):
                sys.exit(f"preaudit failed: {own.err}")
            check("preaudit", counted(report, rules), rules)
            peers = [duckdb(arguments, folder, way, size, threads, rules) if version else None
                     for way in ("one-pass", "load-once")]
            best = min((peer.cpu for peer in peers if peer and not peer.over), default=None)
            ratio = f"{best / own.cpu:.1f}" if best else ""
            cells = [shown(own)] + [shown(peer) for peer in peers]
            print(f"| {size} | {threads} | {' | '.join(cells)} | {ratio} |", flush=True)
    print()


def shown(run):
    if run is None:
        return " | | "
    if run.over:
        return f"> {run.wall:.0f} | | "
    return f"{run.cpu:.2f} | {run.wall:.2f} | {run.memory:.0f}"


def duckdb(arguments, folder, way, size, threads, rules):
    command = [sys.executable, __file__, str(folder), "--duckdb", way, "--rules", str(size),
               "--threads", str(threads)]
    run = fastest(command, arguments)
    if not run.over:
        if run.code:
            sys.exit(f"DuckDB failed: {run.err}")
        check(f"DuckDB {way}", json.loads(run.out), rules)
    return run


def duckdb_version():
    try:
        import duckdb
        return duckdb.__version__
    except ImportError:
        return None


def duckdb_child(arguments):
    """Runs in a process of its own and prints the count of each rule."""
    import duckdb

    known = json.loads((arguments.dir / "rules.json").read_text())
    rules = known["rules"][:arguments.rules[0]]
    database = duckdb.connect(config={"threads": arguments.threads[0], "preserve_insertion_order": False})
    log = arguments.dir / "evidence" / "trail.ndjson"
    read = f"read_json('{log}', format = 'newline_delimited', columns = {known['columns']})"
    if arguments.duckdb == "nothing":
        counts = []
    elif arguments.duckdb == "one-pass":
        wanted = ", ".join(f"count(*) FILTER (WHERE {rule['sql']})" for rule in rules)
        counts = list(database.execute(f"SELECT {wanted} FROM {read}").fetchone())
    else:
        database.execute(f"CREATE TABLE log AS SELECT * FROM {read}")
        count = lambda rule: database.execute(f"SELECT count(*) FROM log WHERE {rule['sql']}").fetchone()[0]
        counts = [count(rule) for rule in rules]
    print(json.dumps(counts))


def packings(arguments, folder, known):
    """The same records packed otherwise, and syslog; preaudit alone."""
    print("| what | MB on disk | rules | threads | preaudit CPU s | wall s | MiB |")
    print("|---|---|---|---|---|---|---|")
    report = folder / "report.json"
    for name, evidence in packed(folder):
        size = next(evidence.glob("trail*")).stat().st_size / 1e6
        for count in (rules for rules in (1, 100) if rules in arguments.rules):
            for threads in arguments.threads:
                run = fastest(scan(arguments, evidence, report, threads, folder / "packs" / str(count)), arguments)
                check(name, counted(report, known["rules"][:count]), known["rules"][:count])
                print(f"| {name} | {size:.0f} | {count} | {threads} | {shown(run)} |", flush=True)
    log = folder / "gate" / "auth.log"
    for threads in arguments.threads:
        run = fastest(scan(arguments, folder / "gate", report, threads), arguments)
        print(f"| syslog of sshd | {log.stat().st_size / 1e6:.0f} | the built-in | {threads} | {shown(run)} |")
    print()


def packed(folder):
    """Folders with the log as one line, gzip and zstd, made where they are not there."""
    plain = folder / "evidence" / "trail.ndjson"

    def evidence(name, log):
        place = folder / name
        if not (place / log).exists():
            place.mkdir(exist_ok=True)
            shutil.copy(folder / "evidence" / "soa.csv", place)
            text = (folder / "evidence" / "preaudit.toml").read_text()
            (place / "preaudit.toml").write_text(text.replace("trail.ndjson", log))
        return place, place / log

    place, log = evidence("one-line", "trail.json")
    if not log.exists():
        with plain.open() as lines, log.open("w") as out:
            for number, line in enumerate(lines):
                out.write(("," if number else "[") + line.rstrip("\n"))
            out.write("]")
    yield "one line", place
    place, log = evidence("gzip", "trail.ndjson.gz")
    if not log.exists():
        with plain.open("rb") as lines, gzip.open(log, "wb", compresslevel=6) as out:
            shutil.copyfileobj(lines, out, 1 << 20)
    yield "gzip", place
    if shutil.which("zstd"):
        place, log = evidence("zstd", "trail.ndjson.zst")
        if not log.exists():
            subprocess.run(["zstd", "-q", "-3", str(plain), "-o", str(log)], check=True)
        yield "zstd", place


def instructions(arguments, megabytes):
    """Instructions of a record: the difference of two sizes, so that all that happens once is not in it."""
    if not shutil.which("valgrind"):
        return print("valgrind is not installed, so no instructions are counted\n")
    print("| rules | instructions a record | of a byte |\n|---|---|---|")
    folders = [lay_down(arguments.dir, size) for size in (4, 12)]
    logs = [folder / "evidence" / "trail.ndjson" for folder in folders]
    records = [json.loads((folder / "rules.json").read_text())["records"] for folder in folders]
    for size in arguments.rules:
        counts = [callgrind(arguments, folder, size) for folder in folders]
        more = counts[1] - counts[0]
        a_byte = more / (logs[1].stat().st_size - logs[0].stat().st_size)
        print(f"| {size} | {more / (records[1] - records[0]):,.0f} | {a_byte:.2f} |", flush=True)
    print()


def callgrind(arguments, folder, size):
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'callgrind.out'}"]
    command += scan(arguments, folder / "evidence", folder / "report.json", 1, folder / "packs" / str(size))
    run = Run(command, 3600)
    line = next(line for line in run.err.splitlines() if "Collected" in line)
    return int(line.split()[-1])


if __name__ == "__main__":
    main()
