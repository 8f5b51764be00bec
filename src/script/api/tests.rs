//! The definition file knows what the engine knows, no more and no less.

use super::*;
use crate::evidence::{NamedFile, Row};
use crate::script::context::{Context, ControlView, KindView, Params};
use crate::script::doubt::Unsure;
use crate::script::engine;
use crate::script::events::{Below, EventView};
use crate::script::group_view::{Common, GroupView};
use crate::script::names::Names;
use crate::script::pointer::Pointer;
use crate::script::rows::{Groups, Index, Reconciled, Rows, Shared};
use crate::script::verdict::{Observation, Verdict};
use crate::time::{Duration, Time};
use std::any::TypeId;
use std::collections::BTreeSet;

/// The sort of a type; none of what stands for a cell in doubt, which no rule names.
fn sort(id: TypeId) -> Option<Sort> {
    let own = [
        (TypeId::of::<Time>(), Sort::Time),
        (TypeId::of::<Duration>(), Sort::Duration),
        (TypeId::of::<Row>(), Sort::Row),
        (TypeId::of::<Rows>(), Sort::Table),
        (TypeId::of::<Index>(), Sort::Index),
        (TypeId::of::<Shared>(), Sort::RowGroup),
        (TypeId::of::<Groups>(), Sort::RowGroups),
        (TypeId::of::<Reconciled>(), Sort::Reconciliation),
        (TypeId::of::<EventView>(), Sort::Event),
        (TypeId::of::<Below>(), Sort::EventFields),
        (TypeId::of::<GroupView>(), Sort::EventGroup),
        (TypeId::of::<Common>(), Sort::Common),
        (TypeId::of::<Context>(), Sort::Context),
        (TypeId::of::<Params>(), Sort::Parameters),
        (TypeId::of::<ControlView>(), Sort::Control),
        (TypeId::of::<KindView>(), Sort::RequiredKind),
        (TypeId::of::<NamedFile>(), Sort::NamedFile),
        (TypeId::of::<Pointer>(), Sort::Pointer),
        (TypeId::of::<Observation>(), Sort::Observation),
        (TypeId::of::<Verdict>(), Sort::Verdict),
    ];
    let known = own.iter().find(|(known, _)| *known == id).map(|(_, sort)| *sort);
    if id == TypeId::of::<Unsure>() { None } else { Some(known.unwrap_or_else(|| standard::sort(id))) }
}

/// What an engine with one field of tables and one of events registers beside Rhai's own.
fn registered() -> BTreeSet<String> {
    let names = Names::new(["a_field".to_owned()].into(), vec!["a_word.below".to_owned()]);
    let written = |info: rhai::FuncInfo<'_>| {
        let sorts: Option<Vec<Sort>> = info.metadata.param_types.iter().map(|id| sort(*id)).collect();
        let sorts: Vec<&str> = sorts?.into_iter().map(Sort::name).collect();
        Some(format!("{}({})", info.metadata.name, sorts.join(", ")))
    };
    let all = engine::build(&names).collect_fn_metadata(None, written, false);
    let is_field = |one: &String| {
        ["get$a_field", "get$a_word", "get$below", "index$"].iter().any(|own| one.starts_with(own))
    };
    all.into_iter().filter(|one| !is_field(one)).collect()
}

#[test]
fn the_definition_file_says_what_the_engine_knows() {
    let written = |function: &Function| {
        let sorts: Vec<&str> = function.parameters.iter().map(|parameter| parameter.sort.name()).collect();
        let property = if function.is_property { "get$" } else { "" };
        format!("{property}{}({})", function.name, sorts.join(", "))
    };
    let own: BTreeSet<String> = own().iter().map(written).collect();
    let registered = registered();
    let missing: Vec<_> = registered.difference(&own).collect();
    let gone: Vec<_> = own.difference(&registered).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not written: {missing:#?}\nnot registered: {gone:#?}");
}

#[test]
fn every_line_of_the_definition_file_is_read_and_says_what_it_is_for() {
    let lines = DEFINITIONS.lines().filter(|line| line.starts_with("fn ") || line.starts_with("op "));
    let own = own();
    assert_eq!(lines.count(), own.len());
    let is_comparison = |function: &&Function| function.name.contains(['=', '<', '>']);
    for function in own.iter().filter(|function| !is_comparison(function)) {
        assert!(function.doc.ends_with('.') || function.doc.ends_with('`'), "{}", function.signature());
    }
}

#[test]
fn rhai_s_own_functions_are_known_with_what_they_take_and_give() {
    let api = Api::get();
    let split = api.functions("split");
    assert!(split.iter().any(|one| one.takes(&[Sort::Text, Sort::Text]) && one.gives.sort == Sort::Array));
    assert!(api.property(Sort::Text, "len").is_some() && api.property(Sort::Time, "len").is_none());
    assert!(api.functions("eval").is_empty() && api.functions("print").is_empty());
    assert!(standard_definitions().contains("fn split(") && !standard_definitions().contains("fn print("));
}
