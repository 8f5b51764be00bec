//! Outcomes as they would be once what was observed is mended.

use super::{Outcome, Seen, distinct};
use crate::finding::Grade;

impl Seen {
    /// True for what could only be better, of a rule that proposes this grade.
    pub fn is_opportunity(&self, rule_grade: Grade) -> bool {
        self.grade.unwrap_or(rule_grade) == Grade::Opportunity
    }
}

impl Outcome {
    /// The same without these observations, as though what they say were mended. The records are
    /// still there, so the population stays. Exceptions that were counted and not kept go with the
    /// last that was.
    #[must_use]
    pub fn corrected(&self, rule_grade: Grade, is_mended: impl Fn(&Seen) -> bool) -> Self {
        let mut outcome = self.clone();
        outcome.observations.retain(|seen| !is_mended(seen));
        let left = |is_opportunity: bool, exceptions: usize| {
            let of = |seen: &&Seen| seen.is_opportunity(rule_grade) == is_opportunity;
            let before = distinct(self.observations.iter().filter(of));
            let after = distinct(outcome.observations.iter().filter(of));
            if after == 0 && before > 0 { 0 } else { exceptions.saturating_sub(before - after) }
        };
        outcome.exceptions.lapses = left(false, self.exceptions.lapses);
        outcome.exceptions.opportunities = left(true, self.exceptions.opportunities);
        if outcome.observations.len() < self.observations.len() {
            // The rule's own sentence counts what is mended.
            outcome.statement = None;
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Exceptions;

    fn seen(subject: &str, grade: Option<Grade>) -> Seen {
        Seen { subject: subject.to_owned(), grade, ..Seen::default() }
    }

    #[test]
    fn what_was_not_kept_goes_with_the_last_that_was() {
        let observations = vec![seen("a", None), seen("b", None), seen("c", Some(Grade::Opportunity))];
        let exceptions = Exceptions { lapses: 7, opportunities: 1 };
        let outcome = Outcome { observations, exceptions, population: 9, ..Outcome::default() };
        let one = outcome.corrected(Grade::Minor, |seen| seen.subject == "a");
        assert_eq!((one.exceptions.lapses, one.exceptions.opportunities, one.population), (6, 1, 9));
        let all = outcome.corrected(Grade::Minor, |seen| !seen.is_opportunity(Grade::Minor));
        assert_eq!((all.exceptions.lapses, all.exceptions.opportunities), (0, 1));
    }
}
