//! The language server: what `rule check` says of a pack as it is typed, what may stand where and
//! what it means, and in evidence what the last scan found.
//!
//! In come messages of an editor, out go messages to it, as LSP 3.18 has them. One thread reads, one
//! scans when asked to, and the one that called decides everything, message by message; what is
//! wrong with a pack is looked for when no message waits, and only where something changed. Nothing
//! here writes a file, asks a network, or runs a rule but in a scan, as a scan would.

mod answer;
mod board;
mod declared;
mod describe;
mod desk;
mod documents;
mod findings;
mod hello;
mod keys;
mod lints;
mod position;
mod session;
mod uri;
mod wire;
mod workshop;

use crate::finding::Diagnostic;
use crate::pack::PackRef;
use crate::report::Report;
use crate::world::World;
use session::Session;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender, TryRecvError};
use std::thread;
use wire::Heard;

/// So many messages wait before no more are read.
const WAITING: usize = 64;

/// Judges the evidence in a folder.
pub type Scan = dyn Fn(&Path) -> Result<Report, Vec<Diagnostic>> + Send + Sync;

/// What a server sees of the world.
pub struct Sight {
    /// Files.
    pub world: Box<dyn World + Send + Sync>,
    /// The packs that those which are worked on build on.
    pub packs: Vec<PackRef>,
    /// Judges a folder of evidence, as `preaudit scan` does.
    pub scan: Box<Scan>,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As the protocol has it: it was shut down before.
    Orderly,
    /// The client was gone, or left without shutting down.
    Abrupt,
}

/// Something to act on.
enum Event {
    /// Something came over the wire.
    Heard(Heard),
    /// A folder was scanned.
    Scanned(PathBuf, Box<Result<Report, Vec<Diagnostic>>>),
}

/// Serves an editor until it leaves.
///
/// # Errors
/// When nothing can be written to it.
pub fn serve(input: impl Read + Send + 'static, output: impl Write, sight: Arc<Sight>) -> io::Result<Ending> {
    let (sender, receiver) = mpsc::sync_channel(WAITING);
    let heard = sender.clone();
    // Whoever waits for a message of an editor that is gone must not keep the program alive.
    thread::spawn(move || listen(input, &heard));
    let mut session = Session::new(Arc::clone(&sight), output);
    loop {
        let Some(event) = next(&receiver, &mut session)? else { return Ok(Ending::Abrupt) };
        match event {
            Event::Heard(Heard::End) => return Ok(Ending::Abrupt),
            Event::Heard(Heard::Malformed(reason)) => session.malformed(reason)?,
            Event::Heard(Heard::Message(message)) => {
                if let Some(ending) = session.hear(*message)? {
                    return Ok(ending);
                }
            }
            Event::Scanned(folder, judged) => session.scanned(&folder, *judged)?,
        }
        if let Some(folder) = session.next_scan() {
            scan(folder, &sight, &sender);
        }
    }
}

/// The next event. Where none waits yet, packs that changed are looked at before.
fn next(receiver: &Receiver<Event>, session: &mut Session<impl Write>) -> io::Result<Option<Event>> {
    match receiver.try_recv() {
        Ok(event) => Ok(Some(event)),
        Err(TryRecvError::Disconnected) => Ok(None),
        Err(TryRecvError::Empty) => {
            session.settle()?;
            Ok(receiver.recv().ok())
        }
    }
}

/// Hands on what comes over the wire, until nothing does.
fn listen(input: impl Read, heard: &SyncSender<Event>) {
    let mut input = BufReader::new(input);
    loop {
        let one = wire::read(&mut input).unwrap_or(Heard::End);
        let is_end = matches!(one, Heard::End);
        if heard.send(Event::Heard(one)).is_err() || is_end {
            return;
        }
    }
}

/// Scans a folder beside everything else.
fn scan(folder: PathBuf, sight: &Arc<Sight>, sender: &SyncSender<Event>) {
    let (sight, sender) = (Arc::clone(sight), sender.clone());
    thread::spawn(move || {
        let judged = (sight.scan)(&folder);
        // Nobody listens any more where the session is over.
        let _ = sender.send(Event::Scanned(folder, Box::new(judged)));
    });
}
