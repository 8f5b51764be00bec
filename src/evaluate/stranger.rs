//! Rules of strangers, asked in a process apart: what is asked there is what is asked here of others.

use super::{Exceptions, Said};
use crate::finding::Diagnostic;
use crate::pack::Rule;
use crate::script::{Answer, Ask, Brief, Doubt, GroupView, GroupsHeard, Sight, Verdict};
use crate::world::World;

/// Lets a rule judge; gives its verdict, and where it had to guess.
pub(super) fn judge(
    (rule, brief): (&Rule, Brief),
    sight: Sight,
    world: &dyn World,
) -> Result<(Verdict, Vec<Doubt>), Diagnostic> {
    match brief.ask(rule, &Ask::Judge(sight), world)? {
        Answer::Judged(verdict, doubts) => Ok((verdict, doubts)),
        _ => Ok((Verdict::default(), Vec::new())),
    }
}

/// Asks a rule about all rows of its kinds.
pub(super) fn each((rule, brief): (&Rule, Brief), world: &dyn World) -> Result<Said, Diagnostic> {
    let answer = brief.ask(rule, &Ask::Each, world)?;
    let Answer::Each { verdict, exceptions, records, in_question, doubts, unseen } = answer else {
        return Ok(Said::default());
    };
    let [lapses, opportunities] = exceptions;
    let (exceptions, undecidable) = (Some(Exceptions { lapses, opportunities }), doubts.len());
    let in_question = Some(in_question);
    Ok(Said { verdict, exceptions, records, undecidable, in_question, doubts, unseen, ..Said::default() })
}

/// Asks a rule about groups.
pub(super) fn groups(
    (rule, brief): (&Rule, Brief),
    views: &[GroupView],
    silences: bool,
    world: &dyn World,
) -> Result<GroupsHeard, Diagnostic> {
    match brief.ask(rule, &Ask::Groups(views.to_vec(), silences), world)? {
        Answer::Groups(heard) => Ok(heard),
        _ => Ok(GroupsHeard::default()),
    }
}
