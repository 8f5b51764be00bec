//! How likely a sample is to meet an exception.

/// The odds, from 0 to 1, that a sample of `size` from `population` holds at least one of `exceptions`.
///
/// Hypergeometric: one less the product of (population - exceptions - i) / (population - i) over the
/// draws. More exceptions or draws than the population has count as all of it.
#[expect(clippy::cast_precision_loss, reason = "counted rows")]
pub fn odds(population: usize, exceptions: usize, size: usize) -> f64 {
    let sound = population.saturating_sub(exceptions);
    let size = size.min(population);
    if size > sound {
        return 1.0;
    }
    let missed = (0..size).map(|drawn| (sound - drawn) as f64 / (population - drawn) as f64);
    1.0 - missed.product::<f64>()
}

/// The smallest sample with at least these odds; none where nothing can be met.
pub fn size_for(wanted: f64, population: usize, exceptions: usize) -> Option<usize> {
    if exceptions == 0 || population == 0 {
        return None;
    }
    let (mut low, mut high) = (1, population);
    while low < high {
        let middle = low.midpoint(high);
        if odds(population, exceptions, middle) >= wanted { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(population: usize, exceptions: usize, size: usize) -> String {
        format!("{:.1}", odds(population, exceptions, size) * 100.0)
    }

    /// 1 - C(47, n) / C(50, n): 5 draws 27.6 %, 10 draws 49.6 %, 15 draws 66.6 %.
    #[test]
    fn three_of_fifty_are_met_by_five_draws_in_a_quarter_of_the_cases() {
        assert_eq!(percent(50, 3, 5), "27.6");
        assert_eq!(percent(50, 3, 10), "49.6");
        assert_eq!(percent(50, 3, 15), "66.6");
    }

    #[test]
    fn the_ends_are_certain() {
        assert_eq!(percent(50, 0, 50), "0.0");
        assert_eq!(percent(50, 50, 1), "100.0");
        assert!(odds(50, 3, 47) < 1.0, "the three may be those left");
        assert!((odds(50, 3, 48) - 1.0).abs() < f64::EPSILON);
        assert_eq!(percent(0, 0, 0), "0.0");
        assert_eq!(percent(1, 1, 1), "100.0");
    }

    #[test]
    fn the_smallest_size_is_the_first_that_reaches_the_odds() {
        let size = size_for(0.95, 50, 3).unwrap();
        assert!(odds(50, 3, size) >= 0.95 && odds(50, 3, size - 1) < 0.95, "{size}");
        assert_eq!(size_for(0.95, 50, 0), None);
        assert_eq!(size_for(0.95, 1, 1), Some(1));
    }
}
