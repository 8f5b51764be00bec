//! Every code that a diagnostic can carry, with what it means.
//!
//! A diagnostic is about the tool's own work: evidence that could not be read, a workspace or a
//! pack that is not well formed, a rule that failed. What is wrong with the organization is a
//! finding, and findings carry rule ids instead.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! codes {
    ($($variant:ident = $text:literal: $meaning:literal;)*) => {
        /// The stable code of a diagnostic.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum Code {
            $(#[doc = $meaning] #[serde(rename = $text)] $variant,)*
        }

        impl Code {
            /// All codes, in the order of their texts.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The code as printed: `evidence::ragged-row`.
            pub fn text(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// What the code means, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    CaseDiffers = "case::differs": "A rule says something else of a case natively than by the interpreter; a fault of preaudit.";
    CaseExpectation = "case::expectation": "A rule says something else of a case than the case expects, or elsewhere.";
    InvalidCase = "case::invalid": "A case of a rule is not well formed.";
    CaseMark = "case::mark": "A mark in sample evidence did not come true.";
    CauseIsBlame = "cap::cause-is-blame": "The root cause of an action is somebody's error and nothing else.";
    CauseRestates = "cap::cause-restates": "The root cause of an action is the finding in other words.";
    CopiedText = "cap::copied-text": "Several findings have the same text as cause or action.";
    ActionIncomplete = "cap::incomplete": "An action lacks what a corrective action plan needs.";
    InvalidCap = "cap::invalid": "cap.toml, or the report it is drawn up from, is not well formed.";
    ActionLate = "cap::late": "An action is due later than its grade allows, or past due.";
    ActionOutOfOrder = "cap::out-of-order": "The dates of an action contradict each other.";
    UnknownFinding = "cap::unknown-finding": "An action is about a finding that there is not.";
    DoubtfulOffer = "certification::doubtful-offer": "An offer of a certification body leaves something to be asked.";
    InvalidCertification = "certification::invalid": "certification.toml or an offer is not well formed.";
    AmbiguousColumn = "evidence::ambiguous-column": "Two columns could be the same field, so neither is used.";
    AmbiguousKind = "evidence::ambiguous-kind": "A table fits two kinds of evidence equally well, so it is used as none.";
    AmbiguousPerson = "evidence::ambiguous-person": "A name stands for several people on the roster, so the row is not tied to any.";
    BadRecord = "evidence::bad-record": "A record of a log or list could not be read and was set aside.";
    BareCarriageReturn = "evidence::bare-carriage-return": "Rows end in a bare carriage return; lines are counted at line feeds.";
    Disguised = "evidence::disguised": "A file holds another format than its name says; it was read as what it is.";
    CopiedRecords = "evidence::copied-records": "Records of a file stand in another file of their kind too, so they count twice.";
    DuplicateKey = "evidence::duplicate-key": "A key stands twice in one object, so its value is not decidable.";
    Empty = "evidence::empty": "A file holds nothing.";
    Encoding = "evidence::encoding": "A file is not UTF-8; its encoding was taken from its bytes.";
    HiddenRows = "evidence::hidden-rows": "A sheet has hidden rows, which were read like the others.";
    Incomplete = "evidence::incomplete": "A file ends before its content does, so nothing can be concluded from what is missing.";
    LinkNotFollowed = "evidence::link-not-followed": "A symbolic link or special file was not read.";
    MissingColumn = "evidence::missing-column": "A kind of evidence lacks a column that rules ask for.";
    NotDecidable = "evidence::not-decidable": "Cells cannot be read as what their column should hold.";
    PopulationDiffers = "evidence::population-differs": "The evidence holds another number of records than was declared.";
    Preamble = "evidence::preamble": "Lines above the header were skipped.";
    RaggedRow = "evidence::ragged-row": "A row has more or fewer cells than the header and was set aside.";
    RepeatedRecord = "evidence::repeated-record": "Records stand twice in one export of a tool, and count once.";
    Stale = "evidence::stale": "Evidence is older than its time to live.";
    UnknownWord = "evidence::unknown-word": "A status word is in no vocabulary, so its rows are not decidable.";
    UnprovenConvention = "evidence::unproven-convention": "Dates or numbers of a column can be read in two ways and nothing proves which.";
    Unreadable = "evidence::unreadable": "A file could not be read.";
    Unrecognized = "evidence::unrecognized": "A file is of no known kind and was not used.";
    UnterminatedQuote = "evidence::unterminated-quote": "A quoted cell is never closed; the rest of the file was not read.";
    BrokenHistory = "history::broken": "A recorded run was changed or taken out, or two follow the same one.";
    InvalidRun = "history::invalid-run": "A file is no recorded run and no report, or a run could not be recorded.";
    ChangedPack = "pack::changed": "A pack is not the one that preaudit.lock, its own list of files or its signature names.";
    DowngradedPack = "pack::downgraded": "A pack is older than the one that preaudit.lock names.";
    InvalidPack = "pack::invalid": "A pack is not well formed.";
    InvalidLock = "pack::invalid-lock": "preaudit.lock is not well formed.";
    MissingPack = "pack::missing": "A pack needs another pack that is not there, or another version of it.";
    NewerApi = "pack::newer-api": "A pack is written for a newer preaudit.";
    NotIsolated = "pack::not-isolated": "The system cannot hold a process back as far as it should, so strangers' rules ran with what there is.";
    BadSignature = "pack::signature": "The signature of a pack does not hold, or is not by the key that preaudit.lock names.";
    UnlockedPack = "pack::unlocked": "A pack of preaudit.toml is not in preaudit.lock, so nobody sees when it changes.";
    UnreadablePack = "pack::unreadable": "A pack could not be read.";
    UntrustedPack = "pack::untrusted": "A pack from outside is not trusted, and no process could be started that would judge for it.";
    InvalidTemplate = "report::invalid-template": "A template of a report is not well formed, asks for what there is not, or takes too long.";
    Unwritable = "report::unwritable": "A report cannot be written in a format.";
    NativeDiffers = "rule::differs": "A rule says something else natively than by the interpreter; a fault of preaudit.";
    RuleFailed = "rule::failed": "A rule failed while it ran; it says nothing about the organization.";
    InvalidRule = "rule::invalid": "A rule is not well formed.";
    NotNative = "rule::not-native": "A rule of a pack that is not trusted asks of records what only the interpreter can answer.";
    OverBudget = "rule::over-budget": "A rule used more time, memory or steps than it may.";
    InvalidShard = "scan::invalid-shard": "Partial results are broken, foreign or there twice, or some are missing.";
    ManyGroups = "scan::many-groups": "A scan met more groups than it may hold, so its result is incomplete.";
    OutOfOrder = "scan::out-of-order": "Records of a log are older than those before them by more than the rules allow for; they still count by their own time.";
    AuditorOwns = "workspace::auditor-owns": "Who audits internally answers for what is audited, so the audit is not impartial there (ISO/IEC 27001, 9.2.2).";
    AuditorUnknown = "workspace::auditor-unknown": "An internal audit names no auditor, so nobody can say whether it is impartial.";
    NoPart = "workspace::no-part": "A surveillance or an internal audit names no controls, so all of them are looked at.";
    OverrideUnused = "workspace::override-unused": "An override applies to no finding.";
    InvalidWorkspace = "workspace::invalid": "preaudit.toml is not well formed.";
    NoMatch = "workspace::no-match": "A binding matches no file, so its kind of evidence is incomplete.";
    ParameterUnfounded = "workspace::parameter-unfounded": "A parameter is bound to a sentence that is not there, cannot be read or says something else, so its rule judges nothing.";
    Unbound = "workspace::unbound": "A file is bound to no kind of evidence and was not used.";
    WaiverExpired = "workspace::waiver-expired": "A waiver has expired and no longer applies.";
    WaiverUnused = "workspace::waiver-unused": "A waiver applies to nothing.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_sorted() {
        let texts: Vec<_> = Code::ALL.iter().map(|code| code.text()).collect();
        let mut rooms: Vec<_> = texts.iter().map(|text| text.split_once("::").unwrap().0).collect();
        rooms.dedup();
        assert_eq!(
            rooms,
            [
                "case",
                "cap",
                "certification",
                "evidence",
                "history",
                "pack",
                "report",
                "rule",
                "scan",
                "workspace"
            ]
        );
        let unique: std::collections::BTreeSet<_> = texts.iter().collect();
        assert_eq!(unique.len(), texts.len());
    }
}
