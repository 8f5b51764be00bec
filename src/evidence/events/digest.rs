//! SHA-256 of a file, taken while the file is read.
//!
//! A digest is made of bytes in their order, by one thread at a time. Where several threads cut a log
//! into parts none of them waits for it: bytes are put aside as they are read, and whoever has cut a
//! part takes them in, unless another thread is about it.

use crate::pack::hex;
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

/// So many bytes may be put aside before whoever reads takes them in first.
const MOST_ASIDE: usize = 4 << 20;

/// SHA-256 and size of a file up to where it was read.
pub(super) struct Digesting {
    taken: Mutex<Taken>,
    aside: Mutex<Vec<u8>>,
    is_shared: bool,
}

/// What was made of the bytes that were taken in.
struct Taken {
    hash: Sha256,
    bytes: u64,
    /// Room for those that come next.
    room: Vec<u8>,
}

impl Digesting {
    /// The digest of a file that one thread reads from its start.
    pub(super) fn alone() -> Arc<Self> {
        Self::new((Sha256::new(), 0), false)
    }

    /// The digest of a file that all threads read, from where so many bytes were made this hash. They
    /// must [take in](Digesting::take_in) what they read.
    pub(super) fn side_by_side(from: (Sha256, u64)) -> Arc<Self> {
        Self::new(from, rayon::current_num_threads() > 1)
    }

    fn new((hash, bytes): (Sha256, u64), is_shared: bool) -> Arc<Self> {
        let taken = Mutex::new(Taken { hash, bytes, room: Vec::new() });
        Arc::new(Self { taken, aside: Mutex::default(), is_shared })
    }

    /// Takes in what was put aside, unless another thread is about it.
    pub(super) fn take_in(&self) {
        match self.taken.try_lock() {
            Ok(mut taken) => taken.take_in(&self.aside),
            Err(TryLockError::Poisoned(taken)) => taken.into_inner().take_in(&self.aside),
            Err(TryLockError::WouldBlock) => {}
        }
    }

    fn add(&self, bytes: &[u8]) {
        if !self.is_shared {
            return locked(&self.taken).add(bytes);
        }
        if locked(&self.aside).len() + bytes.len() > MOST_ASIDE {
            locked(&self.taken).take_in(&self.aside);
        }
        locked(&self.aside).extend_from_slice(bytes);
    }

    /// What was made of all bytes that were read, and their number.
    pub(super) fn state(&self) -> (Sha256, u64) {
        let mut taken = locked(&self.taken);
        taken.take_in(&self.aside);
        (taken.hash.clone(), taken.bytes)
    }

    /// SHA-256 of all bytes that were read in hexadecimal, and their number.
    pub(super) fn finish(&self) -> (String, u64) {
        let (hash, bytes) = self.state();
        (hex(&hash.finalize()), bytes)
    }
}

impl Taken {
    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// Takes in all that was put aside. Only who holds this does, so all is taken in order.
    fn take_in(&mut self, aside: &Mutex<Vec<u8>>) {
        loop {
            self.room.clear();
            std::mem::swap(&mut self.room, &mut locked(aside));
            if self.room.is_empty() {
                return;
            }
            self.hash.update(&self.room);
            self.bytes += self.room.len() as u64;
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A reader whose bytes are digested.
pub(super) struct Digested<R> {
    pub(super) inner: R,
    pub(super) digesting: Arc<Digesting>,
}

impl<R: Read> Read for Digested<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.digesting.add(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that many threads read a piece of each, one after the other, and take in side by side.
    #[test]
    fn a_digest_is_of_all_bytes_in_order_whoever_takes_them_in() {
        let bytes: Vec<u8> = (0..9_000_000_u32).map(|number| (number ^ number >> 8) as u8).collect();
        let digesting = Digesting::new((Sha256::new(), 0), true);
        let reader = Mutex::new(Digested { inner: bytes.as_slice(), digesting: Arc::clone(&digesting) });
        let work = || {
            let mut room = vec![0; 70_000];
            while locked(&reader).read(&mut room).unwrap() > 0 {
                digesting.take_in();
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
        let alone = Digesting::alone();
        Digested { inner: bytes.as_slice(), digesting: Arc::clone(&alone) }
            .read_to_end(&mut Vec::new())
            .unwrap();
        assert_eq!(digesting.finish(), (hex(&Sha256::digest(&bytes)), 9_000_000));
        assert_eq!(digesting.finish(), alone.finish());
    }
}
