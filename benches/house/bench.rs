//! The stopwatch: runs a piece several times and prints the median with the work it did.

use std::cell::Cell;
use std::env;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Size of a night of logs in MB, when nobody says.
const NIGHT: usize = 100;
/// A piece is run so often at least, and at most.
const RUNS: std::ops::RangeInclusive<usize> = 3..=15;
/// No further run begins when a piece has taken so long.
const LONG: Duration = Duration::from_secs(3);

/// What is to be run, and how large.
pub(crate) struct Bench {
    names: Vec<String>,
    is_timed: bool,
    megabytes: usize,
    piece: Cell<&'static str>,
}

/// The work of one run; a time without it says nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    /// In words: records, rules, columns.
    pub(crate) what: String,
    /// Bytes that were read, where the rate is of interest.
    pub(crate) bytes: Option<usize>,
}

impl Work {
    /// Work that no size in bytes describes.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), bytes: None }
    }

    /// Work over so many bytes.
    pub(crate) fn over(bytes: usize, what: impl Into<String>) -> Self {
        Self { what: what.into(), bytes: Some(bytes) }
    }
}

impl Bench {
    /// What the arguments and `PREAUDIT_BENCH_MB` ask for. Without the `--bench` that `cargo bench`
    /// passes, everything is small and runs once: a test that the benches still work.
    pub(crate) fn from_environment() -> Self {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let is_timed = arguments.iter().any(|argument| argument == "--bench");
        let asked = env::var("PREAUDIT_BENCH_MB").ok();
        let asked = asked.map(|text| text.parse().expect("PREAUDIT_BENCH_MB is a number of megabytes"));
        let megabytes = asked.unwrap_or(if is_timed { NIGHT } else { 1 }).max(1);
        let names = arguments.into_iter().filter(|argument| !argument.starts_with('-')).collect();
        Self { names, is_timed, megabytes, piece: Cell::new("") }
    }

    /// True when a piece was asked for, or none in particular.
    pub(crate) fn wants(&self, piece: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| piece.contains(name.as_str()))
    }

    /// Bytes of a night of logs.
    pub(crate) fn night(&self) -> usize {
        self.megabytes * 1_000_000
    }

    /// A number of records that does not grow with the night, or a hundredth of it in a test.
    pub(crate) fn records(&self, timed: usize) -> usize {
        if self.is_timed { timed } else { timed / 100 }
    }

    /// Prints the head of the table.
    pub(crate) fn head(&self) {
        println!("{:<26} {:>10} {:>10}  work (runs, fastest to slowest)", "piece", "median", "rate");
    }

    /// The times that follow are of this piece.
    pub(crate) fn begin(&self, piece: &'static str) {
        self.piece.set(piece);
    }

    /// Times what the piece is about.
    pub(crate) fn time<T>(&self, work: &Work, run: impl FnMut() -> T) {
        self.line(self.piece.get(), work, run);
    }

    /// Times a step of the piece, or a peer that does a part of it.
    pub(crate) fn beside<T>(&self, name: &str, work: &Work, run: impl FnMut() -> T) {
        self.line(&format!("  {name}"), work, run);
    }

    fn line<T>(&self, name: &str, work: &Work, run: impl FnMut() -> T) {
        let times = self.times(run);
        let (median, fastest, slowest) = (times[times.len() / 2], times[0], times[times.len() - 1]);
        let rate = work.bytes.map_or_else(String::new, |bytes| rate(bytes, median));
        let runs = format!("{}, {} to {}", times.len(), shown(fastest), shown(slowest));
        println!("{name:<26} {:>10} {rate:>10}  {} ({runs})", shown(median), work.what);
    }

    /// Sorted times of several runs.
    fn times<T>(&self, mut run: impl FnMut() -> T) -> Vec<Duration> {
        let mut times = Vec::new();
        while self.goes_on(&times) {
            let start = Instant::now();
            let result = black_box(run());
            times.push(start.elapsed());
            drop(result);
        }
        times.sort();
        times
    }

    fn goes_on(&self, times: &[Duration]) -> bool {
        let (least, most) = if self.is_timed { (*RUNS.start(), *RUNS.end()) } else { (1, 1) };
        times.len() < least || (times.len() < most && times.iter().sum::<Duration>() < LONG)
    }
}

/// Three digits and a unit.
fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        _ if seconds < 1e-3 => format!("{:.3} us", seconds * 1e6),
        _ if seconds < 1.0 => format!("{:.2} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}

/// Megabytes, of a million bytes each, in a second.
fn rate(bytes: usize, time: Duration) -> String {
    format!("{:.1} MB/s", bytes as f64 / 1e6 / time.as_secs_f64())
}
