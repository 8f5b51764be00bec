//! The logs shared out among machines: each asks its share, and the partial results of all of them
//! make the whole, in any order.

use super::frame::Frame;
use super::inquiry::{Inquiry, Partial, Seen};
use super::keys::{self, ENGINE, Key};
use super::{Tally, mark};
use crate::code::Code;
use crate::evidence::Log;
use crate::finding::{Diagnostic, count};
use crate::place::Place;
use crate::world::Unreadable;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

/// The most shares that logs are shared out in.
const MOST: u32 = 10_000;

/// A share of the logs: every so many-th of them in the order of their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Share {
    /// Which it is, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl FromStr for Share {
    type Err = String;

    /// Reads `2/4`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no share; write one such as 1/4, up to 4/4");
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let share =
            Self { number: number.parse().map_err(|_| wrong())?, of: of.parse().map_err(|_| wrong())? };
        if (1..=MOST).contains(&share.of) && (1..=share.of).contains(&share.number) {
            Ok(share)
        } else {
            Err(wrong())
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Share {
    fn holds(self, log: usize) -> bool {
        log % self.of as usize == self.number as usize - 1
    }
}

/// What one log gave, or why it could not be read.
type Written = Result<(Seen, Vec<Tally>), String>;

/// What all machines must have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Setting {
    engine: String,
    window: String,
    scans: Key,
    logs: Key,
}

/// What one machine found.
#[derive(Serialize, Deserialize)]
struct Sheet {
    setting: Setting,
    share: Share,
    /// What the logs of the share gave, as bytes, by their numbers.
    logs: BTreeMap<u32, Vec<u8>>,
}

/// The partial results of all machines, as they were written.
#[derive(Debug, Default)]
pub struct Shards {
    /// Files and their bytes.
    files: Vec<(String, Vec<u8>)>,
    /// The logs that were checked to be there, each by its number and file.
    logs: Mutex<BTreeMap<u32, Given>>,
}

type Given = Result<Partial, Unreadable>;

impl Setting {
    fn of(inquiry: &Inquiry<'_>) -> Self {
        let scans = keys::of_scans(&inquiry.scans);
        // Where the folder lies may differ from machine to machine.
        let logs: Vec<Key> = inquiry.evidence.logs.iter().map(|log| keys::of_log(log, inquiry)).collect();
        let days: Vec<String> =
            inquiry.evidence.logs.iter().map(|log| format!("{:?}", log.when.taken)).collect();
        Self {
            engine: ENGINE.to_owned(),
            window: format!("{:?}", inquiry.window),
            scans: Key::of(scans.iter().map(Key::bytes)),
            logs: Key::of(logs.iter().map(Key::bytes).chain(days.iter().map(String::as_bytes))),
        }
    }

    /// How another setting differs from this one.
    fn difference(&self, other: &Self) -> Option<&'static str> {
        [
            (self.engine != other.engine, "another build of preaudit"),
            (self.window != other.window, "another day of judgement, or another window"),
            (self.scans != other.scans, "other rules, parameters or joined tables"),
            (self.logs != other.logs, "other logs, or logs read otherwise"),
        ]
        .into_iter()
        .find_map(|(differs, what)| differs.then_some(what))
    }
}

/// Asks a share of the logs, and gives what they gave as bytes.
///
/// # Errors
/// When they cannot be written down.
pub fn share(inquiry: &Inquiry<'_>, share: Share) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let of_share = inquiry.evidence.logs.par_iter().enumerate().filter(|(number, _)| share.holds(*number));
    let given = |(number, log): (usize, &Log)| {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let made = inquiry.whole(number, log).map(|made| (made.seen, made.tallies));
        let written: Written = made.map_err(|error| error.reason);
        postcard::to_stdvec(&written).ok().map(|bytes| (number, bytes))
    };
    let logs: Option<BTreeMap<u32, Vec<u8>>> = of_share.map(given).collect();
    let sheet = logs.map(|logs| Sheet { setting: Setting::of(inquiry), share, logs });
    let bytes = sheet.and_then(|sheet| Frame::Shard.seal(&sheet));
    bytes.ok_or_else(|| vec![Diagnostic::error(Code::InvalidShard, "the partial results cannot be written")])
}

impl Shards {
    /// The partial results in these files.
    pub fn new(files: Vec<(String, Vec<u8>)>) -> Self {
        Self { files, logs: Mutex::default() }
    }

    /// Checks that the files are all shares of what is asked, each once.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub(super) fn check(&self, inquiry: &Inquiry<'_>) -> Result<(), Vec<Diagnostic>> {
        let setting = Setting::of(inquiry);
        let mut wrongs = Vec::new();
        let mut known: BTreeMap<Share, &str> = BTreeMap::new();
        let mut logs = BTreeMap::new();
        for (file, bytes) in &self.files {
            match open(inquiry, &setting, bytes) {
                Err(why) => wrongs.push(wrong(why, file)),
                Ok((share, _)) if known.contains_key(&share) => {
                    let message = format!("share {share} is there twice, in {} too", known[&share]);
                    wrongs.push(wrong(message, file));
                }
                Ok((share, given)) => {
                    known.insert(share, file);
                    logs.extend(given);
                }
            }
        }
        wrongs.extend(missing(&known));
        if wrongs.is_empty() {
            *self.logs.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = logs;
            Ok(())
        } else {
            Err(wrongs)
        }
    }

    /// What a log gave, once.
    pub(super) fn give(&self, number: u32, log: &Log) -> Given {
        let mut logs = self.logs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let missing = || Unreadable { path: log.file.clone(), reason: "it is in no share".to_owned() };
        logs.remove(&number).unwrap_or_else(|| Err(missing()))
    }
}

/// The partial results of one file, or why they are of no use.
fn open(
    inquiry: &Inquiry<'_>,
    setting: &Setting,
    bytes: &[u8],
) -> Result<(Share, BTreeMap<u32, Given>), String> {
    let broken = || "it holds no partial results of this build, or is broken".to_owned();
    let sheet: Sheet = Frame::Shard.open(bytes).ok_or_else(broken)?;
    if let Some(difference) = setting.difference(&sheet.setting) {
        return Err(format!("it was made with {difference}"));
    }
    let expected = (0..inquiry.evidence.logs.len()).filter(|number| sheet.share.holds(*number));
    if !expected.eq(sheet.logs.keys().map(|number| *number as usize)) {
        return Err(broken());
    }
    let given = sheet.logs.iter().map(|(number, bytes)| {
        let log = &inquiry.evidence.logs[*number as usize];
        let written = mark::recalled(*number, || postcard::from_bytes::<Written>(bytes));
        let given = given(inquiry, log, written.map_err(|_| broken())?)?;
        Ok((*number, given))
    });
    Ok((sheet.share, given.collect::<Result<_, String>>()?))
}

/// What a log gave, if it is still the log that gave it.
fn given(inquiry: &Inquiry<'_>, log: &Log, written: Written) -> Result<Given, String> {
    let (seen, tallies) = match written {
        Ok(written) => written,
        Err(reason) => return Ok(Err(Unreadable { path: log.file.clone(), reason })),
    };
    let now = inquiry.world.identity(inquiry.root(), &log.file).map(|identity| identity.bytes);
    if now.is_some_and(|bytes| bytes != seen.read.bytes) || tallies.len() != inquiry.scans.len() {
        return Err(format!("{} has changed since", log.file));
    }
    let tallies = tallies.into_iter().zip(&inquiry.scans).map(|(tally, scan)| tally.of_kept(&scan.wanted));
    Ok(Ok(Partial { seen, tallies: tallies.collect() }))
}

/// The shares that are not there.
fn missing(known: &BTreeMap<Share, &str>) -> Option<Diagnostic> {
    let Some((first, _)) = known.first_key_value() else {
        return Some(Diagnostic::error(Code::InvalidShard, "there are no partial results"));
    };
    let all = (1..=first.of).map(|number| Share { number, of: first.of });
    let missing: Vec<String> =
        all.filter(|share| !known.contains_key(share)).map(|share| share.to_string()).collect();
    let strangers = known.iter().find(|(share, _)| share.of != first.of);
    if let Some((share, file)) = strangers {
        return Some(wrong(format!("it is share {share}, and another one is {first}"), file));
    }
    let message = || format!("{} missing: {}", count(missing.len(), "share"), missing.join(", "));
    (!missing.is_empty()).then(|| {
        Diagnostic::error(Code::InvalidShard, message()).help("give the partial results of every share, once")
    })
}

fn wrong(why: impl Into<String>, file: &str) -> Diagnostic {
    let message = format!("{file} cannot be merged: {}", why.into());
    let help = "make all shares of one scan with one build, over the same evidence, on the same day";
    Diagnostic::error(Code::InvalidShard, message).help(help).at(Place::whole(file, "this file"))
}
