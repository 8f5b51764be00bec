//! Rhai's own functions, as the engine knows them.

use super::{Function, Gives, Parameter, Sort};
use crate::script::engine::{self, DISABLED};
use rhai::{Dynamic, Engine, FnPtr, FuncMetadata, ImmutableString};
use std::any::TypeId;
use std::ops::{Range, RangeInclusive};

/// What the documentation of Rhai says of what should no longer be used.
const DEPRECATED: &str = "Deprecated API";

/// Rhai's functions that rules may call.
pub(super) fn functions() -> Vec<Function> {
    let told = |info: rhai::FuncInfo<'_>| function(info.metadata);
    packages().collect_fn_metadata(None, told, true)
}

/// The definitions of Rhai's functions that rules may call, as editors read them.
pub(super) fn definitions() -> String {
    let text = packages().definitions().with_headers(true).include_standard_packages(true).single_file();
    let named = |line: &str, name: &str| line.starts_with(&format!("fn {name}("));
    let parts = text.split("\n\n").filter(|part| {
        let is_disabled = |line: &str| DISABLED.iter().any(|name| named(line, name));
        !part.lines().any(is_disabled)
    });
    parts.collect::<Vec<_>>().join("\n\n") + "\n"
}

fn packages() -> Engine {
    let mut engine = Engine::new_raw();
    engine::add_packages(&mut engine);
    engine
}

fn function(metadata: &FuncMetadata) -> Option<Function> {
    let (name, is_property) = match metadata.name.split_once('$') {
        None => (metadata.name.as_str(), false),
        Some(("get", name)) => (name, true),
        // Setters and indexers have no name that a rule writes.
        Some(_) => return None,
    };
    if DISABLED.contains(&name) {
        return None;
    }
    let doc = metadata.comments.join("\n");
    let doc: Vec<&str> = doc.lines().map(|line| line.trim_start_matches('/').trim()).collect();
    let doc = doc.join("\n");
    Some(Function {
        name: name.to_owned(),
        is_property,
        parameters: parameters(metadata),
        gives: Gives::one(given(&metadata.return_type)),
        is_deprecated: doc.contains(DEPRECATED),
        doc,
    })
}

fn parameters(metadata: &FuncMetadata) -> Vec<Parameter> {
    let named = metadata.params_info.iter().map(|info| info.split(':').next().unwrap_or_default().trim());
    let mut named = named.map(|name| name.trim_start_matches("mut ").trim_start_matches('_').to_owned());
    let sorts = metadata.param_types.iter().map(|id| sort(*id));
    sorts.map(|sort| Parameter { name: named.next().unwrap_or_default(), sort }).collect()
}

/// The sort of a Rust type of Rhai's own.
pub(super) fn sort(id: TypeId) -> Sort {
    let is = |one: TypeId| one == id;
    match id {
        _ if is(TypeId::of::<()>()) => Sort::Nothing,
        _ if is(TypeId::of::<bool>()) => Sort::Boolean,
        _ if is(TypeId::of::<i64>()) => Sort::Integer,
        _ if is(TypeId::of::<f64>()) => Sort::Float,
        _ if is(TypeId::of::<ImmutableString>())
            || is(TypeId::of::<String>())
            || is(TypeId::of::<&str>()) =>
        {
            Sort::Text
        }
        _ if is(TypeId::of::<char>()) => Sort::Character,
        _ if is(TypeId::of::<rhai::Array>()) => Sort::Array,
        _ if is(TypeId::of::<rhai::Map>()) => Sort::Map,
        _ if is(TypeId::of::<FnPtr>()) => Sort::Function,
        _ if is(TypeId::of::<Range<i64>>()) || is(TypeId::of::<RangeInclusive<i64>>()) => Sort::Range,
        _ if is(TypeId::of::<Dynamic>()) => Sort::Any,
        _ => Sort::Any,
    }
}

/// The sort of what a function gives, by the name of its Rust type.
fn given(name: &str) -> Sort {
    let name = name.rsplit_once("ResultOf<").map_or(name, |(_, inner)| inner.trim_end_matches('>'));
    let name = name.strip_prefix("Result<").map_or(name, |inner| inner.split(',').next().unwrap_or(inner));
    match name.rsplit("::").next().unwrap_or(name).trim() {
        "" | "()" => Sort::Nothing,
        "bool" => Sort::Boolean,
        "INT" | "i64" => Sort::Integer,
        "FLOAT" | "f64" => Sort::Float,
        "ImmutableString" | "String" | "&str" | "string" => Sort::Text,
        "char" => Sort::Character,
        "Array" => Sort::Array,
        "Map" => Sort::Map,
        _ => Sort::Any,
    }
}
