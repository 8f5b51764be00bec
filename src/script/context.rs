//! What a judgement sees: `cx`.

use super::Setting;
use super::group_view::GroupView;
use super::pointer::{Pointer, Target};
use super::rows::{Rows, length};
use crate::control_id::ControlId;
use crate::evidence::{NamedFile, Row, Table};
use crate::pack::{ParamValue, Rule};
use crate::place::Place;
use crate::time::Time;
use crate::toml_text::did_you_mean;
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

type Failed = Box<EvalAltResult>;

/// Everything a judgement may look at.
#[derive(Clone, Debug)]
pub struct Context(Arc<ContextData>);

/// What `cx` holds.
#[derive(Debug)]
struct ContextData {
    params: Params,
    as_of: Time,
    /// Tables and documents by kind, of the kinds that the rule names.
    tables: BTreeMap<String, Rows>,
    /// The controls that the rule is written against.
    against: Vec<ControlId>,
    sight: Sight,
}

/// What a judgement sees besides tables and parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sight {
    /// `cx.groups`: what the rule's scan found.
    pub groups: Vec<GroupView>,
    /// `cx.controls`: the controls of both editions, by id, with their titles.
    pub controls: Arc<BTreeMap<String, ControlView>>,
    /// What `cx.digest` knows: SHA-256 by path.
    pub digests: Arc<BTreeMap<String, String>>,
    /// `cx.kinds`: kinds that the organization was asked for, and what came.
    pub kinds: Vec<KindView>,
}

/// A control as rules see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ControlView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Ids of the controls of the other edition.
    pub other_edition: Vec<String>,
    /// True for a control of this edition.
    pub is_current: bool,
}

/// A kind of evidence that a clause requires, and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KindView {
    /// Its id.
    pub id: String,
    /// Its name in a sentence.
    pub title: String,
    /// What the standard calls it.
    pub what: String,
    /// The clause that requires it.
    pub by: String,
    /// Records and documents that were read.
    pub count: usize,
    /// True when the organization was asked for it.
    pub is_asked_for: bool,
    /// Where it was looked for.
    pub place: Place,
}

/// `params`: the parameters of the rule.
#[derive(Clone, Debug, Default)]
pub struct Params(pub Arc<BTreeMap<String, Dynamic>>);

impl Params {
    /// These values, as scripts see them.
    pub fn of(values: &BTreeMap<String, ParamValue>) -> Self {
        Self(Arc::new(values.iter().map(|(name, value)| (name.clone(), super::value(value))).collect()))
    }
}

impl Context {
    /// What a rule sees: of these tables those of the kinds that it names.
    pub fn of(
        rule: &Rule,
        setting: &Setting,
        tables: &BTreeMap<String, Vec<Arc<Table>>>,
        sight: Sight,
    ) -> Self {
        let rows = |kind: &String| {
            let rows = tables.get(kind).into_iter().flatten().flat_map(Table::rows).collect();
            (kind.clone(), Rows(Arc::new(rows)))
        };
        Self(Arc::new(ContextData {
            params: setting.params.clone(),
            as_of: setting.as_of,
            tables: rule.uses.iter().chain(&rule.may_use).map(rows).collect(),
            against: rule.controls.clone(),
            sight,
        }))
    }

    /// Number of rows of all its tables.
    pub fn rows(&self) -> usize {
        self.0.tables.values().map(|rows| rows.0.len()).sum()
    }

    fn table(&self, name: &str) -> Result<Rows, Failed> {
        let kind = name.replace('_', "-");
        self.0.tables.get(&kind).cloned().ok_or_else(|| {
            let near = did_you_mean(&kind, self.0.tables.keys().map(String::as_str));
            format!("this rule does not name `{kind}` in `uses` or `may_use`{near}").into()
        })
    }
}

#[expect(deprecated, reason = "rhai marks what may change; its version is pinned")]
pub(super) fn register(engine: &mut Engine) {
    // A closure that reads `cx` shares it, and `cx.people.filter(|p| p.left < cx.as_of)` would then
    // lock it twice. Nothing in it changes, so every reader gets its own handle.
    engine.on_var(|name, _, context| {
        let cx = if name == "cx" { context.scope().get_value::<Context>(name) } else { None };
        Ok(cx.map(Dynamic::from))
    });
    engine
        .register_type_with_name::<Context>("context")
        .register_type_with_name::<Params>("parameters")
        .register_type_with_name::<ControlView>("control")
        .register_type_with_name::<KindView>("kind of evidence")
        .register_type_with_name::<NamedFile>("named file");
    engine.register_get("params", |cx: &mut Context| cx.0.params.clone());
    engine.register_get("as_of", |cx: &mut Context| Dynamic::from(cx.0.as_of));
    engine.register_get("groups", |cx: &mut Context| -> Array {
        cx.0.sight.groups.iter().cloned().map(Dynamic::from).collect()
    });
    engine.register_get("kinds", |cx: &mut Context| -> Array {
        cx.0.sight.kinds.iter().cloned().map(Dynamic::from).collect()
    });
    engine.register_get("controls", |cx: &mut Context| -> Array {
        cx.0.sight
            .controls
            .values()
            .filter(|control| control.is_current)
            .cloned()
            .map(Dynamic::from)
            .collect()
    });
    engine.register_fn("control", |cx: &mut Context, id: &str| {
        cx.0.sight.controls.get(id).cloned().map_or(Dynamic::UNIT, Dynamic::from)
    });
    engine.register_get("against", |cx: &mut Context| -> Array {
        cx.0.against.iter().map(|id| Dynamic::from(ImmutableString::from(id.to_string()))).collect()
    });
    // Of a file of the folder that evidence names, by its path; nothing where there is none.
    engine.register_fn("digest", |cx: &mut Context, path: &str| {
        let known = cx.0.sight.digests.get(path);
        known.map_or(Dynamic::UNIT, |sha256| Dynamic::from(ImmutableString::from(sha256.as_str())))
    });
    engine.register_get("name", |file: &mut NamedFile| file.name.clone());
    engine.register_get("sha256", |file: &mut NamedFile| {
        file.sha256.clone().map_or(Dynamic::UNIT, |sha256| Dynamic::from(ImmutableString::from(sha256)))
    });
    engine.register_indexer_get(|cx: &mut Context, name: &str| cx.table(name));
    engine.register_fn("at_end", at_end);
    engine.register_indexer_get(|params: &mut Params, name: &str| -> Result<Dynamic, Failed> {
        params.0.get(name).cloned().ok_or_else(|| {
            let near = did_you_mean(name, params.0.keys().map(String::as_str));
            format!("this rule has no parameter `{name}`{near}").into()
        })
    });
    engine.register_get("id", |control: &mut ControlView| control.id.clone());
    engine.register_get("title", |control: &mut ControlView| control.title.clone());
    engine.register_get("is_current", |control: &mut ControlView| control.is_current);
    engine.register_get("other_edition", |control: &mut ControlView| -> Array {
        control.other_edition.iter().map(|id| Dynamic::from(ImmutableString::from(id.as_str()))).collect()
    });
    engine.register_get("id", |kind: &mut KindView| kind.id.clone());
    engine.register_get("title", |kind: &mut KindView| kind.title.clone());
    engine.register_get("what", |kind: &mut KindView| kind.what.clone());
    engine.register_get("by", |kind: &mut KindView| kind.by.clone());
    engine.register_get("count", |kind: &mut KindView| length(kind.count));
    engine.register_get("is_asked_for", |kind: &mut KindView| kind.is_asked_for);
    engine.register_fn("at", |kind: &mut KindView, label: &str| Pointer {
        target: Target::Place(kind.place.clone()),
        label: label.to_owned(),
    });
}

/// The last row of a table, to point at where something should stand and does not.
fn at_end(rows: Rows, label: &str) -> Result<Pointer, Failed> {
    let last: Option<&Row> = rows.0.last();
    let last = last.ok_or("the table has no rows to point at")?;
    let field = last.table.kind.key.first().cloned().unwrap_or_default();
    Ok(Pointer { target: Target::Field(last.clone(), field), label: label.to_owned() })
}
