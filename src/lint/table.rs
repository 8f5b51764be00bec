//! All lints: what each is called, how much it matters, and what it is about.
//!
//! A lint is named after what is wrong, so that `allow(unused-param)` reads as English. Its text is
//! what `preaudit explain` prints and what `docs/lints.md` is made from.

use serde::Serialize;
use std::fmt;

/// How much a lint matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Note,
    /// It works, and not as well as it should.
    Warning,
    /// It does not work, or not as it seems to.
    Error,
}

impl Level {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! lints {
    ($($variant:ident = $id:literal, $level:ident: $what:literal $why:literal;)*) => {
        /// The stable id of a lint.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LintId {
            $(#[doc = $what] $variant,)*
        }

        impl LintId {
            /// All lints, in the order of their ids.
            pub const ALL: &[LintId] = &[$(LintId::$variant,)*];

            /// The id as printed: `unused-param`.
            pub fn name(self) -> &'static str {
                match self { $(LintId::$variant => $id,)* }
            }

            /// How much it matters.
            pub fn level(self) -> Level {
                match self { $(LintId::$variant => Level::$level,)* }
            }

            /// What is wrong, one sentence.
            pub fn what(self) -> &'static str {
                match self { $(LintId::$variant => $what,)* }
            }

            /// Why it matters and what to do, in Markdown.
            pub fn why(self) -> &'static str {
                match self { $(LintId::$variant => $why,)* }
            }
        }
    };
}

lints! {
    AbsentValue = "absent-value", Warning: "Something is reckoned with or asked of a value that may be nothing."
        "An empty cell is `()`, and so is a row that is looked up and not found. `() + days(30)` and `().in_days` fail, so one \
        empty cell makes the whole rule fail. Ask first: `r.due_on != () && r.due_on + params.grace < as_of`. Comparisons need no \
        such guard: they are false where one side is nothing.";
    AllowWithoutReason = "allow-without-reason", Error: "A lint is allowed and nobody says why."
        "Write the reason behind the brackets: `# preaudit: allow(interpreted) a list of the day is asked for`. Who reads the rule in \
        a year has to know whether the reason still holds.";
    AlwaysTrue = "always-true", Warning: "A condition holds whatever the evidence says."
        "A part that always holds asks nothing: either it can go, or something else was meant.";
    Contradiction = "contradiction", Error: "A condition can never hold."
        "Parts of the condition rule each other out, as in `r.status == \"open\" && r.status == \"closed\"` or \
        `g.count > 5 && g.count < 3`, so the rule sees no exception in any evidence.";
    ControlWithoutRule = "control-without-rule", Warning: "No rule is written against a control of this pack."
        "A control that the pack declares and that files could prove is looked at by nobody. Write a rule against it, or declare \
        `automation = \"human\"` where only people can judge it.";
    DeprecatedFunction = "deprecated-function", Warning: "A function is called that may go away."
        "Rhai keeps it for old scripts alone; its own words say what to use instead.";
    DuplicateId = "duplicate-id", Error: "Two rules have the same id."
        "An id is what waivers, parameters and histories name. Rename one of the two, after what is wrong.";
    GradeAboveBasis = "grade-above-basis", Warning: "A major rests on judgement alone, and nothing is cited."
        "A major keeps a certificate away, so whoever gets one asks what it rests on. Cite what the judgement is made from in `source`, \
        or propose a minor and let its share of exceptions raise it.";
    IdNotAFault = "id-not-a-fault", Warning: "The id of a rule does not say what is wrong."
        "A rule is named after the fault, in kebab-case: `training-record-missing`, so that a waiver of it reads as English. Not \
        `check-training`, `no-training` or `verify-training`.";
    Interpreted = "interpreted", Warning: "A condition on records of logs is not made native."
        "The interpreter is asked about every record, which takes about twenty times as long. The message says which part keeps the \
        condition from being native: fields, literals, parameters, comparisons, `in`, `&& || !`, `starts_with`, `ends_with`, \
        `contains`, `matches`, `in_cidr` and `has` all are.";
    KeyOrder = "key-order", Warning: "The keys of a rule stand in another order than in all others."
        "All rules are written in one order, so that a reader finds everything at its place: id, title, controls, grade, basis, source, \
        checks, help, ask, false_alarms, uses, may_use, ratio; then parameters, then what is looked at.";
    KindNotNamed = "kind-not-named", Error: "A script reads a kind of evidence that the rule does not name."
        "A script sees only the kinds in `uses` and `may_use`, so that everyone knows what a rule needs. Name it there.";
    Malformed = "malformed", Error: "A file is not what it should be."
        "It is not TOML, a key is missing, or a value is none that the key may have. Rules, kinds, controls and log sources have JSON \
        Schemas, which `preaudit schema` writes for your editor.";
    MisnamedCase = "misnamed-case", Error: "A case names no state or no rule."
        "A case is a folder `tests/<rule>/<state>-<what>`, and the name states what must come of it: `minor-one-late`, \
        `not-evaluated-empty`. A case that names nothing is run by nobody.";
    MissingCase = "missing-case", Warning: "A rule lacks one of the five cases that every rule needs."
        "One case that conforms, one with a finding, one on the boundary, one without evidence and one with malformed evidence: a \
        rule that was never seen silent may cry wolf, one that was never seen to speak may sleep.";
    MissingDoc = "missing-doc", Warning: "A text that people need is empty."
        "`title`, `help` and the `doc` of a parameter are what an auditee reads. Say what is wrong, what to do, and what the parameter does.";
    MissingSource = "missing-source", Warning: "A rule rests on a requirement and does not cite it."
        "`basis = \"requirement\"` says that the standard asks for it. Cite the clause in `source`, in your own words.";
    NeverAbsent = "never-absent", Warning: "Something that is always there is compared with nothing."
        "The comparison is always the same. What can be nothing are cells, and rows that are looked up.";
    NotACondition = "not-a-condition", Error: "Something else than true or false stands where a condition must."
        "The rule fails when it is asked. Compare the value with what it should be.";
    NotKept = "not-kept", Error: "A group is asked for what its scan does not keep."
        "`g.sum` needs `sum` in `[scan]`, `g.top` needs `top`, `g.distinct` needs `distinct`, `g.silence` needs `gap`, `g.period` needs `every`.";
    StrayFile = "stray-file", Warning: "Nothing reads a file of the pack."
        "Rules stand in `rules/<theme>/<fault>.toml` with a script of the same name beside them, kinds in `schema`, log sources in \
        `sources`, controls in `controls`, cases in `tests`. Anything else is only in the way.";
    SyntaxError = "syntax-error", Error: "A script or expression cannot be read."
        "It is no Rhai. Names that Rhai keeps for itself are no properties: write `r[\"default\"]`.";
    TodoLeft = "todo-left", Note: "Something is still to be done."
        "`preaudit rule new` leaves a TODO wherever only you know what to write.";
    TypeMismatch = "type-mismatch", Error: "Values of different sorts are compared, or reckoned with."
        "A date is never equal to a text, nor earlier than one: the comparison is always false, and nothing says so when the rule runs. \
        Write a day as `time(\"2026-07-01\")`, a length as `days(30)`, a yes-no cell as `\"yes\"`.";
    UnknownControl = "unknown-control", Error: "A rule is written against a control that does not exist."
        "Controls are those of the packs; `preaudit list controls` shows them.";
    UnknownField = "unknown-field", Error: "A field does not exist in the kind of evidence."
        "Rules name fields as the kind declares them, whatever the columns of a file are called. `preaudit explain KIND` shows them.";
    UnknownFunction = "unknown-function", Error: "A function or method does not exist."
        "The rule fails as soon as it gets there, which may be on some evidence only.";
    UnknownKey = "unknown-key", Error: "A file has a key that nothing reads."
        "What is mistyped would be ignored in silence, so the file is refused.";
    UnknownKind = "unknown-kind", Error: "A kind of evidence does not exist."
        "Kinds are declared in `schema`; `preaudit list kinds` shows them.";
    UnknownLint = "unknown-lint", Warning: "A lint is allowed that does not exist."
        "`preaudit list lints` shows them.";
    UnknownParam = "unknown-param", Error: "A parameter is used that the rule does not declare."
        "Declare it under `[params.<name>]` with type, default, basis and doc.";
    UnknownProperty = "unknown-property", Error: "A value has no such property."
        "The rule fails as soon as it gets there.";
    UnknownVariable = "unknown-variable", Error: "A variable is used that nobody declared."
        "Conditions on rows and records see `r`, `keep` and the message of a join see `j`, `having` and the message of a scan see `g`; all \
        see `params` and `as_of`.";
    UnknownWord = "unknown-word", Error: "A field is compared with a word that it never holds."
        "A cell is read by the vocabulary of its field, and rules see the meanings alone: whatever a file writes, `status` is one of them.";
    Unreachable = "unreachable", Warning: "Statements stand behind one that nothing comes after."
        "They are never run.";
    UnusedAllow = "unused-allow", Warning: "A lint is allowed that is not there."
        "What was allowed is gone. Take the remark away, so that it does not hide the next one.";
    UnusedFunction = "unused-function", Warning: "A function of a script is called by nobody."
        "Take it away.";
    UnusedKind = "unused-kind", Warning: "A rule names a kind of evidence that its script does not read."
        "Without this evidence the rule is not evaluated, though it does not look at it. Take it from `uses`, or read it.";
    UnusedParam = "unused-param", Warning: "A parameter is declared and used nowhere."
        "Who sets it in `preaudit.toml` changes nothing.";
    UnusedVariable = "unused-variable", Warning: "A variable is given a value that nobody reads."
        "Take it away, or read it.";
    VerdictMissing = "verdict-missing", Error: "A path of `judge` ends without a verdict."
        "`judge` must end with `exceptions(…)`, `examined(…)` or `not_evaluated(…)` on every path; else the rule fails on evidence that \
        takes this one.";
    WrongApi = "wrong-api", Error: "The pack is written for another level of the engine."
        "`api` in `pack.toml` is the level that the pack was tested with. An older one is read no more, a newer one not yet.";
    WrongArguments = "wrong-arguments", Error: "A function is called with what it does not take."
        "The number of arguments or their sorts fit none of its forms, so the call fails.";
    WrongLiteral = "wrong-literal", Error: "A text is none that the function can read."
        "A regular expression that cannot be read makes the rule fail, and so does a day that does not exist; a grade or \
        control that does not exist too.";
}

impl LintId {
    /// The lint with this id.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.name() == name)
    }
}

impl fmt::Display for LintId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The page on all lints, as Markdown.
pub fn page() -> String {
    let mut page = String::from(
        "# Lints\n\n`preaudit rule check` looks for these. Made from the program; `preaudit explain LINT` prints one.\n\n\
         A lint is allowed by a remark on its line or the line above, with the reason:\n\n\
         ```toml\n# preaudit: allow(interpreted) asked of ten records a day\n```\n\n\
         In scripts it is `// preaudit: allow(…) reason`.\n\n| lint | level | what is wrong |\n|---|---|---|\n",
    );
    for id in LintId::ALL {
        page.push_str(&format!("| [{id}](#{id}) | {} | {} |\n", id.level(), id.what()));
    }
    for id in LintId::ALL {
        page.push_str(&format!("\n## {id}\n\n*{}*: {}\n\n{}\n", id.level(), id.what(), id.why()));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_and_named_after_faults() {
        let names: Vec<&str> = LintId::ALL.iter().map(|id| id.name()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        for id in LintId::ALL {
            assert_eq!(LintId::named(id.name()), Some(*id));
            assert!(!id.name().starts_with("no-") && !id.name().starts_with("check-"), "{id}");
        }
    }

    #[test]
    fn every_lint_says_what_is_wrong_and_why_it_matters() {
        for id in LintId::ALL {
            assert!(id.what().ends_with('.') && id.what().starts_with(char::is_uppercase), "{id}");
            assert!(id.why().ends_with('.') && id.why().len() > 10, "{id}");
        }
    }
}
