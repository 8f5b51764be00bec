//! Registers of people, their accounts and their training, with a known number of lapses.

use crate::generator::Exceptions;
use std::fmt::Write as _;

/// Three registers about the same people.
pub(crate) struct Registers {
    /// Who works here.
    pub(crate) roster: String,
    /// Their accounts.
    pub(crate) accounts: String,
    /// Their training.
    pub(crate) training: String,
    /// Rows of all three.
    pub(crate) rows: usize,
    /// What is wrong with them.
    pub(crate) holds: Exceptions,
}

/// One in so many people is a case of something; the cases do not touch each other.
const LEFT: (usize, usize) = (100, 7);
const LEFT_AND_ENABLED: (usize, usize) = (200, 7);
const PRIVILEGED: (usize, usize) = (50, 3);
const PRIVILEGED_WITHOUT_MFA: (usize, usize) = (500, 3);
const UNTRAINED: (usize, usize) = (40, 11);
const OVERDUE: (usize, usize) = (100, 20);
/// Accounts of nobody.
const GHOSTS: usize = 25;

fn is(case: (usize, usize), person: usize) -> bool {
    person % case.0 == case.1
}

/// Registers of so many people.
pub(crate) fn registers(people: usize) -> Registers {
    let number = |case| (0..people).filter(|&person| is(case, person)).count();
    let holds = Exceptions::from([
        ("account-without-owner", GHOSTS),
        ("leaver-account-active", number(LEFT_AND_ENABLED)),
        ("privileged-account-without-mfa", number(PRIVILEGED_WITHOUT_MFA)),
        ("training-overdue", number(OVERDUE)),
        ("training-record-missing", number(UNTRAINED)),
    ]);
    let rows = people + (people + GHOSTS) + (people - number(UNTRAINED) + number(OVERDUE));
    Registers { roster: roster(people), accounts: accounts(people), training: training(people), rows, holds }
}

fn roster(people: usize) -> String {
    let mut text =
        "Employee ID,Name,Work Email,Login,Department,Hire Date,Termination Date,Status\n".to_owned();
    for i in 0..people {
        let (left, status) = if is(LEFT, i) { ("2026-05-01", "left") } else { ("", "active") };
        let _ = writeln!(
            text,
            "E-{i},Person {i},person.{i}@example.org,person.{i},Unit {},2020-01-01,{left},{status}",
            i % 40
        );
    }
    text
}

fn accounts(people: usize) -> String {
    let mut text = "Username,Employee ID,Account Status,Privileged,MFA,Created,Last Sign-in\n".to_owned();
    for i in 0..people {
        let enabled = if is(LEFT, i) && !is(LEFT_AND_ENABLED, i) { "disabled" } else { "enabled" };
        let privileged = if is(PRIVILEGED, i) { "yes" } else { "no" };
        let mfa = if is(PRIVILEGED_WITHOUT_MFA, i) { "not enrolled" } else { "enrolled" };
        let _ = writeln!(text, "person.{i},E-{i},{enabled},{privileged},{mfa},2020-01-01,2026-06-29");
    }
    for i in 0..GHOSTS {
        let _ = writeln!(text, "ghost.{i},,enabled,no,enrolled,2020-01-01,2026-06-29");
    }
    text
}

/// A register of training: awareness for most people, and a second course that some are late with.
pub(crate) fn training(people: usize) -> String {
    let mut text = TRAINING_HEADER.to_owned();
    for i in (0..people).filter(|&i| !is(UNTRAINED, i)) {
        text.push_str(&training_row(i, "Security awareness", "2026-03-01", "completed"));
    }
    for i in (0..people).filter(|&i| is(OVERDUE, i)) {
        text.push_str(&training_row(i, "Secure coding", "", "assigned"));
    }
    text
}

/// The header of a register of training.
pub(crate) const TRAINING_HEADER: &str =
    "Record ID,Employee ID,Employee Name,Email,Course Name,Assigned On,Due Date,Completion Date,Status\n";

/// A row of it.
pub(crate) fn training_row(person: usize, course: &str, completed: &str, status: &str) -> String {
    format!(
        "T-{person}-{},E-{person},Person {person},person.{person}@example.org,{course},2026-02-01,2026-06-01,{completed},{status}\n",
        course.len()
    )
}
