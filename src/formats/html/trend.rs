//! The chart of majors and minors over the recorded runs.

use crate::report::TrendPoint;
use serde::Serialize;

const WIDTH: usize = 640;
const HEIGHT: usize = 160;
/// Runs that the chart shows at most, the newest; the table has all of them.
const RUNS_SHOWN: usize = 60;

/// The chart and its table.
#[derive(Debug, Serialize)]
pub(super) struct Trend<'r> {
    runs: &'r [TrendPoint],
    first: &'r TrendPoint,
    last: &'r TrendPoint,
    most: usize,
    width: usize,
    height: usize,
    majors: Line,
    minors: Line,
}

/// A line with its points.
#[derive(Debug, Serialize)]
struct Line {
    points: String,
    marks: Vec<(usize, usize)>,
}

impl<'r> Trend<'r> {
    /// The trend of these runs; none of fewer than two.
    pub(super) fn of(runs: &'r [TrendPoint]) -> Option<Self> {
        let shown = &runs[runs.len().saturating_sub(RUNS_SHOWN)..];
        let [first, .., last] = shown else { return None };
        let most = shown.iter().map(|run| run.major.max(run.minor)).max().unwrap_or_default().max(1);
        let line = |of: fn(&TrendPoint) -> usize| Line::of(shown, most, of);
        Some(Self {
            runs,
            first,
            last,
            most,
            width: WIDTH,
            height: HEIGHT,
            majors: line(|run| run.major),
            minors: line(|run| run.minor),
        })
    }
}

impl Line {
    fn of(runs: &[TrendPoint], most: usize, of: fn(&TrendPoint) -> usize) -> Self {
        let gaps = runs.len().saturating_sub(1).max(1);
        let at =
            |(number, run): (usize, &TrendPoint)| (number * WIDTH / gaps, HEIGHT - of(run) * HEIGHT / most);
        let marks: Vec<(usize, usize)> = runs.iter().enumerate().map(at).collect();
        let points: Vec<String> = marks.iter().map(|(x, y)| format!("{x},{y}")).collect();
        Self { points: points.join(" "), marks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::State;
    use crate::report::VerdictState;

    fn run(majors: usize, minors: usize) -> TrendPoint {
        let states = std::iter::repeat_n((State::Major, false), majors);
        let states = states.chain(std::iter::repeat_n((State::Minor, false), minors));
        TrendPoint::new("2026-07-01".to_owned(), VerdictState::Blocked, states)
    }

    #[test]
    fn the_most_stands_at_the_top_and_none_at_the_bottom() {
        let runs = [run(2, 4), run(1, 2), run(0, 0)];
        let trend = Trend::of(&runs).unwrap();
        assert_eq!(trend.minors.marks, [(0, 0), (320, 80), (640, 160)]);
        assert_eq!(trend.majors.points, "0,80 320,120 640,160");
    }

    #[test]
    fn one_run_is_no_trend() {
        assert!(Trend::of(&[run(1, 1)]).is_none() && Trend::of(&[]).is_none());
    }
}
