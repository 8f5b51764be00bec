//! What a plan promises, as grading looks at it.

use super::action::{Action, CapFile, Status, on, said};
use crate::finding::Exhibit;
use crate::grade::{Promise, Promises};
use crate::pack::hex;
use sha2::{Digest, Sha256};

/// The actions that are neither done nor closed, with the day until which each is promised.
pub fn promises(file: &CapFile) -> Promises {
    let open = file.actions.iter().filter(|action| is_open(action));
    let exhibit =
        Exhibit { file: file.source.name().to_owned(), sha256: hex(&Sha256::digest(file.source.text())) };
    Promises { open: open.filter_map(|action| promise(file, action)).collect(), plan: Some(exhibit) }
}

/// What was done and is still there had no effect: `cap verify` says so, and it is not late.
fn is_open(action: &Action) -> bool {
    matches!(action.status.get_ref(), Status::Open | Status::InProgress) && on(&action.done).is_none()
}

fn promise(file: &CapFile, action: &Action) -> Option<Promise> {
    let due = action.due.as_ref()?;
    Some(Promise {
        finding: action.finding.get_ref().clone(),
        grade: *action.grade.get_ref(),
        owner: said(&action.owner).map(str::to_owned),
        due: on(&action.due)?,
        place: file.place(due.span(), "due"),
    })
}
