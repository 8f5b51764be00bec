//! How long each room takes, on work whose answer is known.
//!
//! `cargo bench` runs every piece, `cargo bench -- scan` those with `scan` in their name. Each
//! piece makes its input from a fixed seed, checks the answer, and only then takes the time.
//! `PREAUDIT_BENCH_MB` is the size of a night of logs, 100 when it is not set. Indented lines are
//! steps of the piece above, or peers that do a part of its work.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench reads the clock, prints figures and stops where something is not as it should be"
)]

mod bench;
mod evaluate;
#[path = "../../tests/generator/mod.rs"]
mod generator;
mod kit;
mod lint;
mod load;
mod read;
mod registers;
mod render;
mod scan;

use bench::Bench;

/// What is timed: it makes its input, checks the answer, and takes the time.
type Piece = fn(&Bench);

/// The pieces, by name, in the order of the floors.
const PIECES: &[(&str, Piece)] = &[
    ("load", load::built_in_pack),
    ("lint", lint::built_in_pack),
    ("read/csv", read::csv),
    ("read/markdown", read::markdown),
    ("scan/ndjson", scan::ndjson),
    ("scan/gzip", scan::gzip),
    ("scan/one-line", scan::one_line),
    ("scan/syslog", scan::syslog),
    ("evaluate", evaluate::people),
    ("render/log", render::log),
    ("render/one-line", render::one_line),
];

fn main() {
    let bench = Bench::from_environment();
    bench.head();
    for (name, piece) in PIECES.iter().filter(|(name, _)| bench.wants(name)) {
        bench.begin(name);
        piece(&bench);
    }
}
