//! Scans by their numbers: sets of them, and what one of them asks.

/// A set of scans, a bit each. Sets that meet each other are of the same length.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Set(Vec<u64>);

/// A scan, and what it means to it that something it asks is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asker {
    /// Its number.
    pub(super) scan: usize,
    /// It waits for this.
    pub(super) waits: bool,
    /// This is all that it asks of the field.
    pub(super) passes: bool,
}

impl Asker {
    /// A scan that waits.
    pub(super) fn waiting(scan: usize) -> Self {
        Self { scan, waits: true, passes: false }
    }

    /// A scan that asks nothing else of the field.
    pub(super) fn passing(scan: usize) -> Self {
        Self { scan, waits: false, passes: true }
    }
}

impl Set {
    /// No scan of so many.
    pub(super) fn none(scans: usize) -> Self {
        Self(vec![0; scans.div_ceil(64)])
    }

    /// All scans of so many.
    pub(super) fn all(scans: usize) -> Self {
        let mut set = Self::none(scans);
        (0..scans).for_each(|scan| set.add(scan));
        set
    }

    /// Adds a scan.
    #[inline]
    pub(super) fn add(&mut self, scan: usize) {
        self.0[scan / 64] |= 1 << (scan % 64);
    }

    /// Takes a scan away.
    #[inline]
    pub(super) fn remove(&mut self, scan: usize) {
        self.0[scan / 64] &= !(1 << (scan % 64));
    }

    /// Whether a scan is one of them.
    #[inline]
    pub(super) fn has(&self, scan: usize) -> bool {
        self.0[scan / 64] >> (scan % 64) & 1 == 1
    }

    /// Becomes another one.
    #[inline]
    pub(super) fn become_copy(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }

    /// Keeps what another one has as well; says whether anything is left.
    #[inline]
    pub(super) fn keep(&mut self, other: &Self) -> bool {
        let mut left = 0;
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own &= other;
            left |= *own;
        }
        left != 0
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        8 * self.0.len()
    }

    /// The scans, in order.
    #[inline]
    pub(super) fn scans(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.wrapping_sub(1);
                (bit < 64).then_some(64 * at + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_what_was_added_and_not_taken_away() {
        let mut set = Set::none(130);
        [0, 63, 64, 129].into_iter().for_each(|scan| set.add(scan));
        set.remove(63);
        assert_eq!(set.scans().collect::<Vec<_>>(), [0, 64, 129]);
        assert!(set.has(64) && !set.has(63));
        let mut all = Set::all(130);
        assert!(all.keep(&set) && all == set && !all.keep(&Set::none(130)));
    }
}
