//! Reproducible samples of rows.

use super::Row;
use sha2::{Digest, Sha256};

/// A seeded sample of at most `size` rows, as indexes in order: the rows with the smallest SHA-256 of
/// seed, subject and row number. The same rows and seed give the same sample, whatever else is in the
/// evidence.
pub fn sample(rows: &[Row], size: usize, seed: i64) -> Vec<usize> {
    let rank = |row: &Row| Sha256::digest(format!("{seed}\n{}\n{}", row.subject(), row.index)).to_vec();
    let mut ranked: Vec<(Vec<u8>, usize)> = rows.iter().map(rank).zip(0..).collect();
    ranked.sort();
    let mut chosen: Vec<usize> = ranked.into_iter().take(size).map(|(_, at)| at).collect();
    chosen.sort_unstable();
    chosen
}
