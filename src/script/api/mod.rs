//! What rules may call: every function with its parameters, what it gives, and what it is for.
//!
//! Of preaudit's own functions `preaudit.d.rhai` says it, which editors read too; of Rhai's, the
//! engine does. A test holds the file against the engine, so that neither knows what the other
//! does not.

mod definitions;
mod sort;
mod standard;

pub use sort::Sort;

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The definitions of preaudit's own functions, as editors read them.
pub const DEFINITIONS: &str = include_str!("preaudit.d.rhai");

/// Functions that are part of the language, so that no package has them.
pub const KEYWORDS: [&str; 7] = ["call", "curry", "Fn", "is_def_fn", "is_def_var", "is_shared", "type_of"];

/// A function, method, property or operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// True for a property, as `len` in `table.len`.
    pub is_property: bool,
    /// Its parameters; of a method or property, what it is called on comes first.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub gives: Gives,
    /// What it is for, in Markdown.
    pub doc: String,
    /// True when something else should be used.
    pub is_deprecated: bool,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name; empty for operators.
    pub name: String,
    /// What it takes.
    pub sort: Sort,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gives {
    /// The value.
    pub sort: Sort,
    /// Of a list, what its elements are.
    pub element: Sort,
    /// True when there may be nothing.
    pub or_nothing: bool,
}

impl Function {
    /// Its signature, as `filter(table: Table, condition: FnPtr) -> Table`.
    pub fn signature(&self) -> String {
        let named = |parameter: &Parameter| match parameter.name.as_str() {
            "" => parameter.sort.name().to_owned(),
            name => format!("{name}: {}", parameter.sort.name()),
        };
        let parameters: Vec<String> = self.parameters.iter().map(named).collect();
        let property = if self.is_property { "get " } else { "" };
        format!("{property}{}({}) -> {}", self.name, parameters.join(", "), self.gives.name())
    }

    /// True when it may be called with values of these sorts.
    pub fn takes(&self, sorts: &[Sort]) -> bool {
        self.parameters.len() == sorts.len()
            && self.parameters.iter().zip(sorts).all(|(parameter, sort)| sort.fits(parameter.sort))
    }
}

impl Gives {
    /// A value of this sort.
    pub(self) fn one(sort: Sort) -> Self {
        Self { sort, element: Sort::Any, or_nothing: false }
    }

    /// As definition files write it.
    fn name(self) -> String {
        let element = match self.element {
            Sort::Any => String::new(),
            element => format!("<{}>", element.name()),
        };
        format!("{}{element}{}", self.sort.name(), if self.or_nothing { " | ()" } else { "" })
    }
}

/// All functions that rules may call.
#[derive(Debug)]
pub struct Api {
    functions: BTreeMap<String, Vec<Function>>,
    properties: BTreeMap<String, Vec<Function>>,
}

impl Api {
    /// All of them; read once.
    pub fn get() -> &'static Self {
        static API: OnceLock<Api> = OnceLock::new();
        API.get_or_init(|| {
            let mut api = Self { functions: BTreeMap::new(), properties: BTreeMap::new() };
            for function in own().into_iter().chain(standard::functions()) {
                let list = if function.is_property { &mut api.properties } else { &mut api.functions };
                list.entry(function.name.clone()).or_default().push(function);
            }
            api
        })
    }

    /// The functions and methods with this name; none where there are none.
    pub fn functions(&self, name: &str) -> &[Function] {
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }

    /// The properties with this name, whatever they are of.
    pub fn properties(&self, name: &str) -> &[Function] {
        self.properties.get(name).map_or(&[], Vec::as_slice)
    }

    /// The property with this name of values of this sort.
    pub fn property(&self, sort: Sort, name: &str) -> Option<&Function> {
        self.properties(name).iter().find(|property| property.parameters[0].sort == sort)
    }

    /// Names of functions and methods, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    /// Properties of values of this sort, by name.
    pub fn properties_of(&self, sort: Sort) -> impl Iterator<Item = &Function> {
        let all = self.properties.values().flatten();
        all.filter(move |property| property.parameters[0].sort == sort)
    }

    /// Methods that can be called on values of this sort, by name.
    pub fn methods_of(&self, sort: Sort) -> impl Iterator<Item = &Function> {
        let all = self.functions.values().flatten();
        all.filter(move |method| method.parameters.first().is_some_and(|first| sort.fits(first.sort)))
    }
}

/// Preaudit's own functions, in the order of the definition file.
pub fn own() -> Vec<Function> {
    definitions::read(DEFINITIONS)
}

/// The definitions of Rhai's functions that rules may call, as editors read them.
pub fn standard_definitions() -> String {
    standard::definitions()
}

#[cfg(test)]
mod tests;
