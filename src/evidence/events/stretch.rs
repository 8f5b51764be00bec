//! A log read from where it was left: of plain lines, what was added is all that is read.

use super::digest::{Digested, Digesting};
use super::items::{Items, Position};
use super::parts::{self, Fold};
use super::{BLOCK, Layout, Log, LogRead, RecordReader};
use crate::evidence::decode::Packing;
use crate::world::World;
use serde::{Deserialize, Serialize};
use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest, Sha256};
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// The end of the last line is looked for in so many bytes, and then in more.
const TAILS: [u64; 3] = [8 << 10, 256 << 10, 16 << 20];

/// How far a log was read, so that reading can go on there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Where the next item stands.
    pub position: Position,
    /// What SHA-256 made of the bytes up to there.
    state: Vec<u8>,
}

impl Reached {
    /// The start of a log.
    pub fn start() -> Self {
        let state = Sha256::new().serialize().to_vec();
        Self { position: Position { offset: 0, line: 1, column: 1 }, state }
    }

    /// Bytes of the file up to here.
    pub fn bytes(&self) -> u64 {
        self.position.offset
    }

    fn hasher(&self) -> Option<Sha256> {
        let state = SerializedState::<Sha256>::try_from(self.state.as_slice()).ok()?;
        Sha256::deserialize(&state).ok()
    }
}

impl Log {
    /// True when reading can go on where it was left: items are lines, and stand in the file as
    /// they are.
    pub fn goes_on(&self, world: &dyn World, root: &Path) -> bool {
        self.layout == Layout::Lines
            && self.packing == Packing::Plain
            && matches!(self.mark(world, root), Ok(Some(0)))
    }

    /// The byte behind the last line that ends within the first so many bytes of the file, looked for
    /// from the end back to `from`; `None` where no line ends near there.
    pub fn end_of_lines(&self, world: &dyn World, root: &Path, (from, bytes): (u64, u64)) -> Option<u64> {
        let mut tail = Vec::new();
        for length in TAILS {
            let start = bytes.saturating_sub(length).max(from);
            tail.clear();
            world
                .open_at(root, &self.file, start)
                .ok()?
                .take(bytes.saturating_sub(start))
                .read_to_end(&mut tail)
                .ok()?;
            let end = memchr::memrchr(b'\n', &tail).map(|at| start + at as u64 + 1);
            if end.is_some() || start == from {
                return end;
            }
        }
        None
    }

    /// Reads a stretch of a log that [goes on](Log::goes_on), up to this byte behind the end of a
    /// line, or to the end of the file. Size and digest are those of the file up to there. `None`
    /// when the file is no longer as long, or cannot be read up to there.
    pub fn read_stretch<T: Send>(
        &self,
        world: &dyn World,
        root: &Path,
        reader: &RecordReader<'_>,
        (from, until): (&Reached, Option<u64>),
        fold: &Fold<'_, T>,
    ) -> Option<(T, LogRead, Reached)> {
        let start = from.position;
        let digesting = Digesting::side_by_side((from.hasher()?, start.offset));
        let file = world.open_at(root, &self.file, start.offset).ok()?;
        let length = until.map_or(u64::MAX, |until| until.saturating_sub(start.offset));
        let raw: Box<dyn Read + Send> =
            Box::new(Digested { inner: file.take(length), digesting: Arc::clone(&digesting) });
        let text = BufReader::with_capacity(BLOCK, raw);
        let mut items = Items::new_at(text, self.layout.clone(), start);
        let (made, mut read) = parts::side_by_side(self, &mut items, reader, fold, &digesting);
        let position = items.here();
        (read.sha256, read.bytes) = digesting.finish();
        let state = digesting.state().0.serialize().to_vec();
        let is_whole = read.cut.is_none() && until.is_none_or(|until| until == read.bytes);
        is_whole.then_some((made, read, Reached { position, state }))
    }
}

impl LogRead {
    /// What a log gave, of which this is the beginning and `rest` what stands behind.
    #[must_use]
    pub fn followed_by(mut self, rest: Self) -> Self {
        (self.sha256, self.bytes) = (rest.sha256.clone(), rest.bytes);
        parts::add(&mut self, rest);
        self
    }
}
