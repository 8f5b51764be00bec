//! Scans as the files of rules declare them: which records, what is kept of them, what is expected.

use super::named::Role;
use super::param::{Param, ParamKind};
use super::reader::{Expression, Length, Reader};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A scan shows so many of the commonest values at most.
const MOST: i64 = 100;

/// One look at the records of logs.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Kind of events.
    pub from: String,
    /// Records that count as population; all when absent.
    pub among: Option<Expression>,
    /// Records that are kept; all when absent.
    pub condition: Option<Expression>,
    /// A table to join each record with.
    pub join: Option<Join>,
    /// Joined records that are kept; sees `r` and `j`.
    pub keep: Option<Expression>,
    /// Fields to group by; one group for all when empty.
    pub by: Vec<String>,
    /// Counts are the most that fall into any window of this length.
    pub window: Option<Length>,
    /// A silence longer than this is an exception of its group; `having` says which groups count.
    pub gap: Option<Length>,
    /// Groups are parted by periods of this length.
    pub every: Option<Length>,
    /// Fields whose different values are counted, those of one record together.
    pub distinct: Vec<String>,
    /// The field of numbers that is summed.
    pub sum: Option<String>,
    /// The field whose commonest values are kept.
    pub top: Option<Top>,
    /// Fields whose values in the first and the last record are kept.
    pub ends: Vec<String>,
    /// What follows a kept record; groups are the keys where something does.
    pub then: Option<Then>,
    /// The keys that are expected; groups are these keys and no others.
    pub expect: Option<Expect>,
    /// Records of a log may be so much older than the one before.
    pub skew: Option<Length>,
    /// Groups that are exceptions; sees `g`.
    pub having: Option<Expression>,
    /// What to say of a group; absent when a script judges the groups.
    pub finding: Option<ScanFinding>,
}

/// The commonest values of a field.
#[derive(Clone, Debug)]
pub struct Top {
    /// The field.
    pub field: String,
    /// How many of them.
    pub most: usize,
}

/// Records that follow those that are kept.
#[derive(Clone, Debug)]
pub struct Then {
    /// Which they are.
    pub condition: Expression,
    /// How long after a kept record they may come.
    pub within: Length,
    /// Their fields that hold the same as those that the kept ones are grouped by.
    pub by: Vec<String>,
}

/// Keys that are expected, and where they stand.
#[derive(Clone, Debug)]
pub struct Expect {
    /// Where they stand.
    pub keys: Keys,
    /// How they are compared with what the logs hold.
    pub compare: Compare,
}

/// Where the keys stand that are expected.
#[derive(Clone, Debug)]
pub enum Keys {
    /// In a table.
    Table {
        /// Its kind.
        from: String,
        /// The field that holds the key.
        field: String,
        /// The rows that count; all when absent.
        condition: Option<Expression>,
    },
    /// In a parameter that is a list of texts.
    Param(String),
}

/// What a scan says of a group.
#[derive(Clone, Debug)]
pub struct ScanFinding {
    /// What to say; sees `g`.
    pub message: Expression,
    /// Fields of the records to point at.
    pub at: Vec<String>,
    /// Fields of the joined or expected row to point at.
    pub at_join: Vec<String>,
}

/// A hash join of records with a table.
#[derive(Clone, Debug)]
pub struct Join {
    /// Kind of table.
    pub to: String,
    /// Field of the record.
    pub record_field: String,
    /// Field of the table.
    pub table_field: String,
    /// How the two are compared.
    pub compare: Compare,
}

/// How the two sides of a join are compared. The rule declares it; nothing is guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// Letter by letter.
    #[default]
    Exact,
    /// Without regard to case.
    Case,
    /// As accounts: `eve@ex.org`, `EX\eve` and `Eve` are one.
    Account,
    /// As accounts of domains: `eve@ex.org` and `EX\eve` are one where `preaudit.toml` says that
    /// `ex.org` and `EX` are, and no one else is.
    Identity,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScanText {
    /// The kind of events.
    #[schemars(with = "String")]
    from: Spanned<String>,
    /// Records that count as population, a condition on `r`; all when absent.
    #[schemars(with = "Option<String>")]
    among: Option<Spanned<String>>,
    /// Records that are kept, a condition on `r`; all when absent.
    #[serde(rename = "where")]
    #[schemars(with = "Option<String>")]
    condition: Option<Spanned<String>>,
    /// A table to join each record with.
    #[schemars(with = "Option<JoinText>")]
    join: Option<Spanned<JoinText>>,
    /// Joined records that are kept, a condition on `r` and `j`.
    #[schemars(with = "Option<String>")]
    keep: Option<Spanned<String>>,
    /// Fields to group by; one group for all when empty.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    by: Vec<Spanned<String>>,
    /// Counts are the most that fall into any window of this length, or of that of a parameter.
    #[schemars(with = "Option<String>")]
    window: Option<Spanned<String>>,
    /// A silence longer than this is an exception of its group.
    #[schemars(with = "Option<String>")]
    gap: Option<Spanned<String>>,
    /// Groups are parted by periods of this length.
    #[schemars(with = "Option<String>")]
    every: Option<Spanned<String>>,
    /// Fields whose different values are counted.
    #[schemars(with = "Option<Vec<String>>")]
    distinct: Option<Spanned<Vec<Spanned<String>>>>,
    /// The field of numbers that is summed.
    #[schemars(with = "Option<String>")]
    sum: Option<Spanned<String>>,
    /// The field whose commonest values are kept.
    #[schemars(with = "Option<TopText>")]
    top: Option<Spanned<TopText>>,
    /// Fields whose values in the first and the last record are kept.
    #[schemars(with = "Option<Vec<String>>")]
    ends: Option<Spanned<Vec<Spanned<String>>>>,
    /// What follows a kept record.
    then: Option<ThenText>,
    /// The keys that are expected.
    #[schemars(with = "Option<ExpectText>")]
    expect: Option<Spanned<ExpectText>>,
    /// How much older than the one before a record may be before it is told.
    #[schemars(with = "Option<String>")]
    skew: Option<Spanned<String>>,
    /// Groups that are exceptions, a condition on `g`.
    #[schemars(with = "Option<String>")]
    having: Option<Spanned<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct JoinText {
    /// The kind of table.
    #[schemars(with = "String")]
    to: Spanned<String>,
    /// The field of the record, and that of the table.
    #[schemars(with = "[String; 2]")]
    on: [Spanned<String>; 2],
    /// How the two are compared.
    #[serde(default)]
    compare: Compare,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TopText {
    /// The field.
    #[schemars(with = "String")]
    field: Spanned<String>,
    /// How many of the commonest values, from 1 to 100.
    #[schemars(with = "i64")]
    most: Spanned<i64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ThenText {
    /// Which records they are, a condition on `r`.
    #[serde(rename = "where")]
    #[schemars(with = "String")]
    condition: Spanned<String>,
    /// How long after a kept record they may come.
    #[schemars(with = "String")]
    within: Spanned<String>,
    /// Their fields that hold the same as those that the kept ones are grouped by.
    #[schemars(with = "Option<Vec<String>>")]
    by: Option<Spanned<Vec<Spanned<String>>>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExpectText {
    /// The kind of table that holds the keys.
    #[schemars(with = "Option<String>")]
    from: Option<Spanned<String>>,
    /// The field that holds the key.
    #[schemars(with = "Option<String>")]
    field: Option<Spanned<String>>,
    /// The rows that count, a condition on `r`; all when absent.
    #[serde(rename = "where")]
    #[schemars(with = "Option<String>")]
    condition: Option<Spanned<String>>,
    /// Instead of a table: a parameter that is a list of texts.
    #[schemars(with = "Option<String>")]
    param: Option<Spanned<String>>,
    /// How the keys are compared with what the logs hold.
    #[serde(default)]
    compare: Compare,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingText {
    /// What to say of a group; `${…}` stands for a value.
    #[schemars(with = "String")]
    message: Spanned<String>,
    /// Fields of the records to point at.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    at: Vec<Spanned<String>>,
    /// Fields of the joined or expected row to point at.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    at_join: Vec<Spanned<String>>,
}

impl Expect {
    /// The kind of table that the keys stand in.
    fn kind(&self) -> Option<&String> {
        match &self.keys {
            Keys::Table { from, .. } => Some(from),
            Keys::Param(_) => None,
        }
    }
}

impl Scan {
    /// The kinds of evidence that it cannot do without.
    pub fn kinds(&self) -> Vec<String> {
        let join = self.join.iter().map(|join| &join.to);
        std::iter::once(&self.from).chain(join).chain(self.expected_kind()).cloned().collect()
    }

    /// The kind of table that says which keys are expected.
    pub fn expected_kind(&self) -> Option<&String> {
        self.expect.as_ref()?.kind()
    }

    /// Its expressions: those on records in the order in which they are asked, then the others.
    pub fn expressions(&self) -> Vec<&Expression> {
        let then = self.then.as_ref().map(|then| &then.condition);
        let expected = self.expect.as_ref().and_then(|expect| match &expect.keys {
            Keys::Table { condition, .. } => condition.as_ref(),
            Keys::Param(_) => None,
        });
        let conditions = [&self.among, &self.condition, &self.keep].map(Option::as_ref);
        let message = self.finding.as_ref().map(|finding| &finding.message);
        let others = [then, expected, self.having.as_ref(), message];
        conditions.into_iter().chain(others).flatten().collect()
    }
}

impl Reader<'_> {
    pub(super) fn scan(
        &mut self,
        text: Spanned<ScanText>,
        finding: Option<FindingText>,
        has_script: bool,
        params: &BTreeMap<String, Param>,
    ) -> Scan {
        if finding.is_none() && !has_script {
            self.wrong(&text, "a scan needs [finding], or a script that judges its groups");
        }
        let text = text.into_inner();
        self.check_company(&text);
        let from = self.kind(text.from);
        let by = self.fields(&from, text.by);
        let join = text.join.map(|join| self.join(&from, join.into_inner()));
        let expect = text.expect.and_then(|expect| self.expect(expect, &by, params));
        let expected = expect.as_ref().and_then(Expect::kind);
        let table = join.as_ref().map(|join| &join.to).or(expected).cloned().unwrap_or_default();
        Scan {
            among: text.among.map(|text| self.expression(text)),
            condition: text.condition.map(|text| self.expression(text)),
            join,
            keep: text.keep.map(|text| self.expression(text)),
            window: text.window.and_then(|text| self.length(&text, params)),
            gap: text.gap.and_then(|text| self.length(&text, params)),
            every: text.every.and_then(|text| self.length(&text, params)),
            distinct: text.distinct.map(|fields| self.fields(&from, fields.into_inner())).unwrap_or_default(),
            sum: text.sum.map(|field| self.named(Role::Number(from.clone()), field)),
            top: text.top.and_then(|top| self.top(&from, top.into_inner())),
            ends: text.ends.map(|fields| self.fields(&from, fields.into_inner())).unwrap_or_default(),
            then: text.then.and_then(|then| self.then(then, (&from, &by), params)),
            expect,
            skew: text.skew.and_then(|text| self.length(&text, params)),
            having: text.having.map(|text| self.expression(text)),
            finding: finding.map(|finding| ScanFinding {
                message: self.message(finding.message),
                at: self.fields(&from, finding.at),
                at_join: self.fields(&table, finding.at_join),
            }),
            from,
            by,
        }
    }

    fn join(&mut self, from: &str, text: JoinText) -> Join {
        let JoinText { to, on: [record_field, table_field], compare } = text;
        let record_field = self.field(from, record_field);
        let to = self.kind(to);
        let table_field = self.field(&to, table_field);
        Join { to, record_field, table_field, compare }
    }

    /// What cannot stand beside each other, since one would say something else than it seems to.
    fn check_company(&mut self, text: &ScanText) {
        let fields = |fields: &Option<Spanned<Vec<Spanned<String>>>>| fields.as_ref().map(Spanned::span);
        let span = |text: &Option<Spanned<String>>| text.as_ref().map(Spanned::span);
        let (window, gap, every) = (span(&text.window), span(&text.gap), span(&text.every));
        let (distinct, sum, ends) = (fields(&text.distinct), span(&text.sum), fields(&text.ends));
        let top = text.top.as_ref().map(Spanned::span);
        let whole = [("sum", &sum), ("top", &top), ("ends", &ends), ("every", &every)];
        let mut company = Vec::new();
        if window.is_some() {
            company.push((
                &whole[..],
                "is of a whole group, and `window` looks at a part of it; write `every` alone",
            ));
        }
        let silent = [("every", &every), ("ends", &ends)];
        if gap.is_some() {
            company.push((
                &silent[..],
                "cannot stand beside `gap`, which looks at what lies between two records",
            ));
        }
        let counted = [("window", &window), ("gap", &gap), ("distinct", &distinct)];
        let counted: Vec<_> = counted.into_iter().chain(whole).collect();
        if text.then.is_some() {
            company.push((
                &counted[..],
                "cannot stand beside [scan.then], which counts records that follow others",
            ));
        }
        let join = text.join.as_ref().map(Spanned::span);
        let alone = [("join", &join), ("gap", &gap)];
        if text.expect.is_some() {
            company.push((&alone[..], "cannot stand beside `expect`, whose rows and keys are all there is"));
        }
        for (keys, why) in company {
            for (key, span) in keys {
                if let Some(span) = span {
                    self.whole(span.clone(), &format!("`{key}` {why}"));
                }
            }
        }
        for empty in
            [&text.distinct, &text.ends].into_iter().flatten().filter(|list| list.get_ref().is_empty())
        {
            self.wrong(empty, "name at least one field");
        }
    }

    fn top(&mut self, from: &str, text: TopText) -> Option<Top> {
        let most =
            usize::try_from(*text.most.get_ref()).ok().filter(|_| (1..=MOST).contains(text.most.get_ref()));
        if most.is_none() {
            self.wrong(&text.most, format!("a number from 1 to {MOST}"));
        }
        Some(Top { field: self.field(from, text.field), most: most? })
    }

    fn then(
        &mut self,
        text: ThenText,
        (from, by): (&str, &[String]),
        params: &BTreeMap<String, Param>,
    ) -> Option<Then> {
        let within = self.length(&text.within, params);
        let own = match text.by {
            Some(own) if own.get_ref().len() != by.len() => {
                self.wrong(&own, format!("the scan groups by {} fields, so name as many", by.len()));
                return None;
            }
            Some(own) => self.fields(from, own.into_inner()),
            None => by.to_vec(),
        };
        Some(Then { condition: self.expression(text.condition), within: within?, by: own })
    }

    fn expect(
        &mut self,
        text: Spanned<ExpectText>,
        by: &[String],
        params: &BTreeMap<String, Param>,
    ) -> Option<Expect> {
        if by.len() != 1 {
            self.wrong(&text, "what is expected is the value of one field, so group `by` that field alone");
        }
        let span = text.span();
        let text = text.into_inner();
        let keys = match (text.from, text.field, text.param) {
            (Some(from), Some(field), None) => {
                let from = self.kind(from);
                let field = self.field(&from, field);
                let condition = text.condition.map(|text| self.expression(text));
                Keys::Table { from, field, condition }
            }
            (None, None, Some(param)) if text.condition.is_none() => {
                if params.get(param.get_ref()).is_none_or(|known| known.kind != ParamKind::Texts) {
                    let name = param.get_ref();
                    self.wrong(&param, format!("no parameter `{name}` of the type `texts` in this rule"));
                }
                Keys::Param(param.into_inner())
            }
            _ => {
                self.whole(
                    span,
                    "write either `from` and `field` of a table, or `param` for a list of texts",
                );
                return None;
            }
        };
        Some(Expect { keys, compare: text.compare })
    }
}
