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
the start of the program included; memory is the largest resident set, never less than that of this script.
The fastest of --runs counts.
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
    starts(arguments, version)
    for megabytes in arguments.mb:
        folder = lay_down(arguments.dir, megabytes)
        log = folder / "evidence" / "trail.ndjson"
        known = json.loads((folder / "rules.json").read_text())
        print(f"## {log.stat().st_size / 1e6:.0f} MB, {known['records']:,} records\n")
        compare(arguments, folder, known, version)
        if not arguments.only_rules:
            packings(arguments, folder, known)
    if arguments.instructions:
        instructions(arguments)


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
    asked = {rule["id"] for rule in rules}
    findings = [one for one in json.loads(report.read_text())["findings"] if one["rule"] in asked]
    said = {one["rule"]: int(one["observations"][0]["statement"].split()[0]) for one in findings}
    return [said.get(rule["id"], 0) for rule in rules]


def check(what, counts, rules):
    wrong = [(rule["id"], count, rule["count"]) for rule, count in zip(rules, counts) if count != rule["count"]]
    if wrong or len(counts) != len(rules):
        sys.exit(f"{what} counts otherwise than the generator: {wrong[:5]}")


def starts(arguments, version):
    """What there is before the first record: the programs alone, with a log of a few records."""
    folder = lay_down(arguments.dir, 4)
    place, log = beside(folder, "few-records", "trail.ndjson")
    with (folder / "evidence" / "trail.ndjson").open() as lines:
        log.write_text("".join(next(lines) for _ in range(3)))
    for size in arguments.rules:
        run = fastest(scan(arguments, place, folder / "report.json", 1, folder / "packs" / str(size)), arguments)
        print(f"preaudit with {size} rules over 3 records: {run.cpu:.2f} s CPU, {run.memory:.0f} MiB")
    if version:
        command = [sys.executable, __file__, str(folder), "--duckdb", "nothing", "--threads", "1"]
        run = fastest(command, arguments)
        print(f"Python with DuckDB, nothing asked: {run.cpu:.2f} s CPU, {run.memory:.0f} MiB")
    print()


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
    place, log = rows(folder)
    for threads in arguments.threads:
        run = fastest(scan(arguments, place, report, threads), arguments)
        print(f"| CSV of sign-ins | {log.stat().st_size / 1e6:.0f} | the built-in | {threads} | {shown(run)} |")
    print()


def rows(folder):
    """Who signed in from where, of each record of the log, as CSV; a remark in quotes in every fourth row."""
    place = folder / "rows"
    place.mkdir(exist_ok=True)
    log = place / "sign-ins.csv"
    if not log.exists():
        with (folder / "evidence" / "trail.ndjson").open() as lines, log.open("w") as out:
            out.write("timestamp,user,source ip,result,application,device,remark\n")
            for number, line in enumerate(lines):
                record = json.loads(line)
                at, event = record.get("@timestamp"), record.get("event", {})
                user, ip = record.get("user", {}).get("name"), record.get("source", {}).get("ip")
                remark = f'"as asked, {number} times"' if number % 4 == 0 else "as usual"
                out.write(f"{at},{user},{ip},{event.get('outcome')},{event.get('provider')},host-{number % 90},{remark}\n")
    return place, log


def beside(folder, name, log):
    """A folder like that of the evidence for another log."""
    place = folder / name
    place.mkdir(exist_ok=True)
    shutil.copy(folder / "evidence" / "soa.csv", place)
    text = (folder / "evidence" / "preaudit.toml").read_text()
    (place / "preaudit.toml").write_text(text.replace("trail.ndjson", log))
    return place, place / log


def packed(folder):
    """Folders with the log as one line, gzip and zstd, made where they are not there."""
    plain = folder / "evidence" / "trail.ndjson"
    place, log = beside(folder, "one-line", "trail.json")
    if not log.exists():
        with plain.open() as lines, log.open("w") as out:
            for number, line in enumerate(lines):
                out.write(("," if number else "[") + line.rstrip("\n"))
            out.write("]")
    yield "one line", place
    place, log = beside(folder, "gzip", "trail.ndjson.gz")
    if not log.exists():
        with plain.open("rb") as lines, gzip.open(log, "wb", compresslevel=6) as out:
            shutil.copyfileobj(lines, out, 1 << 20)
    yield "gzip", place
    if shutil.which("zstd"):
        place, log = beside(folder, "zstd", "trail.ndjson.zst")
        if not log.exists():
            subprocess.run(["zstd", "-q", "-3", str(plain), "-o", str(log)], check=True)
        yield "zstd", place


def instructions(arguments):
    """Instructions of a record: the difference of two sizes, so that all that happens once is not in it."""
    if not shutil.which("callgrind_annotate"):
        return print("valgrind is not installed, so no instructions are counted\n")
    print("Without those of SHA-256, which callgrind's processor has no instruction for:\n")
    print("| rules | instructions a record | a byte |\n|---|---|---|")
    folders = [lay_down(arguments.dir, size) for size in (4, 12)]
    sizes = [(folder / "evidence" / "trail.ndjson").stat().st_size for folder in folders]
    records = [json.loads((folder / "rules.json").read_text())["records"] for folder in folders]
    for size in arguments.rules:
        counts = [callgrind(arguments, folder, size) for folder in folders]
        more = counts[1] - counts[0]
        a_record, a_byte = more / (records[1] - records[0]), more / (sizes[1] - sizes[0])
        print(f"| {size} | {a_record:,.0f} | {a_byte:.2f} |", flush=True)
    print()


def callgrind(arguments, folder, size):
    counted_in = folder / f"callgrind.{size}.out"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counted_in}"]
    command += scan(arguments, folder / "evidence", folder / "report.json", 1, folder / "packs" / str(size))
    Run(command, 3600)
    shown = subprocess.run(["callgrind_annotate", str(counted_in)], capture_output=True, text=True, check=True)
    number = lambda line: int(line.split()[0].replace(",", ""))
    lines = shown.stdout.splitlines()
    total = next(number(line) for line in lines if "PROGRAM TOTALS" in line)
    return total - sum(number(line) for line in lines if ":sha2::" in line)


if __name__ == "__main__":
    main()
