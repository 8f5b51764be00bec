//! A process that can do nothing but answer: the program once more, held back by the system.
//!
//! The parent starts it with an empty environment, writes a question to its standard input and reads an
//! answer from its standard output; it kills what takes too long or says too much. The worker limits its
//! memory and processor time, gives up files, network and all system calls but a few, and only then reads
//! the question. What is asked and answered, this room does not know.
//!
//! After Provos, *Improving Host Security with System Call Policies* (2003), and Chromium's renderers: what
//! interprets a stranger's program does not hold what the program could want.

mod ask;
mod confine;
mod worker;

pub use ask::ask;
pub use worker::serve;

use std::fmt;
use std::time::Duration;

/// What a worker may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Processor time.
    pub processor: Duration,
    /// Address space in bytes, besides what the question takes.
    pub memory: u64,
    /// Time on the wall. Processor time ends what computes; this ends what waits, so it may be long, and
    /// a loaded machine is no reason to fail.
    pub wall: Duration,
    /// Bytes of the answer.
    pub answer: u64,
}

/// What holds a worker back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Limits on memory, processor time and files.
    pub limits: bool,
    /// No file can be opened and no network reached (Landlock).
    pub files: bool,
    /// No system call but a few (seccomp).
    pub calls: bool,
}

/// How a worker ended that gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Death {
    /// It used up its processor time.
    Processor(Duration),
    /// It wanted more memory than there was for it, in bytes.
    Memory(u64),
    /// Its stack was too small for it.
    Stack,
    /// It did not end.
    Wall(Duration),
    /// It said more than it may, in bytes.
    Answer(u64),
    /// It broke off in another way.
    Crash(String),
    /// It could not be started.
    NotStarted(String),
}

impl Held {
    /// What the system lacks, in words; nothing where it has all.
    pub fn lacks(self) -> Vec<&'static str> {
        let all = [
            (self.limits, "limits on memory and processor time"),
            (self.files, "Landlock, which closes files and network"),
            (self.calls, "seccomp, which closes all other calls of the system"),
        ];
        all.into_iter().filter(|(held, _)| !held).map(|(_, what)| what).collect()
    }

    fn to_byte(self) -> u8 {
        u8::from(self.limits) | u8::from(self.files) << 1 | u8::from(self.calls) << 2
    }

    fn of_byte(byte: u8) -> Self {
        Self { limits: byte & 1 != 0, files: byte & 2 != 0, calls: byte & 4 != 0 }
    }
}

impl Death {
    /// True when it met a limit.
    pub fn is_limit(&self) -> bool {
        !matches!(self, Self::Crash(_) | Self::NotStarted(_))
    }
}

impl fmt::Display for Death {
    /// What it did, a fragment that follows the name of who did it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Processor(time) => write!(f, "it took more than {} s of processor time", time.as_secs()),
            Self::Memory(bytes) => write!(f, "it took more than {} MiB of memory", bytes >> 20),
            Self::Stack => f.write_str("it went too deep"),
            Self::Wall(time) => write!(f, "it did not end within {} s", time.as_secs()),
            Self::Answer(bytes) => write!(f, "it said more than {} MiB", bytes >> 20),
            Self::Crash(how) => write!(f, "the process that judged for it broke off ({how})"),
            Self::NotStarted(why) => write!(f, "no process could be started that judges for it: {why}"),
        }
    }
}

/// Holds this process back, and says how far the system can. There is no way back.
pub fn hold_back(limits: &Limits) -> Held {
    let held = confine::files_and_limits(limits);
    Held { calls: confine::close_calls(), ..held }
}

/// What a question begins with, so that nobody asks by accident. It names the build, since both sides
/// must speak alike.
fn magic() -> u64 {
    u64::from_str_radix(env!("PREAUDIT_ENGINE"), 16).unwrap_or_default()
}

/// What stands before a question: the magic, seconds of processor time, bytes of memory, bytes of the
/// question; each a number of eight bytes.
const HEAD: usize = 32;

/// What stands before an answer: the magic, what holds the worker back, and behind a zero the bytes of
/// the answer.
const ANSWER_HEAD: usize = 24;

fn number(bytes: &[u8], at: usize) -> u64 {
    let part = bytes.get(8 * at..8 * at + 8).and_then(|part| part.try_into().ok());
    part.map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_told_in_words() {
        let all = Held { limits: true, files: true, calls: true };
        assert_eq!(Held::of_byte(all.to_byte()), all);
        assert!(all.lacks().is_empty());
        let none = Held::of_byte(Held { files: true, ..Held::default() }.to_byte());
        assert_eq!(none.lacks().len(), 2);
        assert!(none.lacks()[1].contains("seccomp"));
    }
}
