//! All files of a folder, opened side by side and put together in order.

use super::copies::copies;
use super::events::When;
use super::exports::Imported;
use super::grid::Grid;
use super::inspect::inspect;
use super::open::{Expected, Opened, Opener};
use super::recognize::{self, Headers, Recognized};
use super::table::{Declared, Table};
use super::workspace::{Binding, FILE_NAME, Workspace};
use super::{Collected, Evidence, FileSeen, Unfit, bound, named, persons};
use crate::code::Code;
use crate::finding::{Diagnostic, count};
use crate::pack::{Kind, Packs, Shape, normalize_header};
use crate::place::Place;
use crate::source::Source;
use crate::world::{Entry, EntryKind, World};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// How sure a document of no particular kind is evidence, in percent.
const UNSURE: usize = 50;

/// Where evidence is looked for.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The folder that is scanned; paths are relative to it.
    pub root: PathBuf,
    /// Only this file or what lies below this folder, relative to the root.
    pub only: Option<String>,
    /// Text of the workspace file, where there is one.
    pub workspace: Option<Arc<Source>>,
    /// The day of judgement, where it is given; evidence is not younger.
    pub as_of: Option<Date>,
}

/// Reads all evidence of a scope.
///
/// # Errors
/// When `preaudit.toml` is wrong or the folder cannot be listed. A file that cannot be read is a
/// diagnostic, and the others count.
pub fn collect(packs: &Packs, scope: &Scope, world: &dyn World) -> Result<Evidence, Vec<Diagnostic>> {
    let workspace = match &scope.workspace {
        Some(text) => Workspace::read(text, packs)?,
        None => Workspace::default(),
    };
    let entries = entries(scope, &workspace, world).map_err(|error| vec![error])?;
    let as_of = scope.as_of.or(workspace.date()).unwrap_or_else(|| world.today());
    let collector = Collector {
        opener: Opener { world, root: &scope.root, packs, as_of },
        packs,
        workspace: &workspace,
        nothing: Arc::new(packs.nothing.clone()),
    };
    let taken: Vec<Taken> = entries.par_iter().map(|entry| collector.take(entry)).collect();
    let mut evidence = Evidence { root: scope.root.clone(), ..Evidence::default() };
    collector.unmatched(&entries, &mut evidence);
    taken.into_iter().for_each(|taken| taken.give(&mut evidence));
    evidence.age(as_of);
    collector.check_populations(&mut evidence);
    evidence.diagnostics.extend(copies(&evidence.tables));
    for row in persons::tie(&evidence.tables) {
        let message = format!("`{}` is the name of several people on the roster", row.subject());
        let help = "tell them apart by e-mail or personnel number";
        let place = row.place("person", "one of several");
        evidence.diagnostics.push(Diagnostic::warning(Code::AmbiguousPerson, message).help(help).at(place));
    }
    evidence.workspace = workspace;
    bound::look_up(&mut evidence, packs);
    named::take_digests(&mut evidence, &entries, world);
    Ok(evidence)
}

/// The files of a scope. Hidden ones, excluded ones and `preaudit.toml` itself are no evidence.
fn entries(scope: &Scope, workspace: &Workspace, world: &dyn World) -> Result<Vec<Entry>, Diagnostic> {
    let unreadable = |error: crate::world::Unreadable| {
        let place = Place::whole(scope.root.display().to_string(), "this folder");
        Diagnostic::error(Code::Unreadable, error.to_string()).at(place)
    };
    let entries = world.list(&scope.root).map_err(unreadable)?;
    let inside = |path: &str| match &scope.only {
        Some(only) => {
            path == only || path.strip_prefix(only.as_str()).is_some_and(|rest| rest.starts_with('/'))
        }
        None => true,
    };
    let visible = |path: &str| !path.split('/').any(|part| part.starts_with('.'));
    let excluded = |path: &str| workspace.exclude.iter().any(|pattern| pattern.matches(path));
    Ok(entries
        .into_iter()
        .filter(|entry| visible(&entry.path) && inside(&entry.path) && entry.path != FILE_NAME)
        .filter(|entry| !excluded(&entry.path))
        .collect())
}

struct Collector<'a> {
    opener: Opener<'a>,
    packs: &'a Packs,
    workspace: &'a Workspace,
    nothing: Arc<Vec<String>>,
}

/// What one file gave.
#[derive(Default)]
struct Taken {
    tables: Vec<Table>,
    log: Option<super::Log>,
    files: Vec<FileSeen>,
    unfit: Vec<(String, Unfit)>,
    collected: Option<Collected>,
    diagnostics: Vec<Diagnostic>,
}

impl Taken {
    fn give(self, evidence: &mut Evidence) {
        for table in self.tables {
            evidence.tables.entry(table.kind.id.clone()).or_default().push(Arc::new(table));
        }
        for (kind, unfit) in self.unfit {
            evidence.unfit.entry(kind).or_default().push(unfit);
        }
        evidence.collected.extend(self.collected);
        evidence.logs.extend(self.log);
        evidence.files.extend(self.files);
        evidence.diagnostics.extend(self.diagnostics);
    }
}

impl Collector<'_> {
    fn take(&self, entry: &Entry) -> Taken {
        let mut taken = Taken::default();
        if entry.kind != EntryKind::File {
            let message = format!("{} is a link or special file and was not read", entry.path);
            let place = Place::whole(&entry.path, "not followed");
            taken.diagnostics.push(Diagnostic::warning(Code::LinkNotFollowed, message).at(place));
            return taken;
        }
        let bindings = self.bindings(&entry.path);
        if bindings.is_empty() && !self.workspace.bindings.is_empty() {
            taken.diagnostics.push(unbound(entry));
            return taken;
        }
        let mut opened = self.opener.open(entry, &self.expected(&bindings));
        taken.diagnostics.append(&mut opened.diagnostics);
        let before = taken.files.len();
        self.take_log(&mut opened, &bindings, &mut taken);
        self.take_document(entry, &mut opened, &bindings, &mut taken);
        self.take_tables(entry, &mut opened, &bindings, &mut taken);
        self.take_imports(&mut opened, &bindings, &mut taken);
        if taken.files.len() == before {
            self.take_nothing(entry, &opened, &bindings, &mut taken);
        }
        self.note_unfit(entry, &opened, &bindings, &mut taken);
        if let Some(digest) = &opened.digest {
            for file in &mut taken.files {
                file.sha256.clone_from(&digest.sha256);
                file.bytes = digest.bytes;
            }
        }
        taken
    }

    /// The bindings whose patterns match a path.
    fn bindings(&self, path: &str) -> Vec<&Binding> {
        let bindings = self.workspace.bindings.iter();
        bindings.filter(|binding| binding.files.iter().any(|file| file.matches(path))).collect()
    }

    fn expected(&self, bindings: &[&Binding]) -> Expected {
        let kinds = bindings.iter().filter_map(|binding| self.packs.kinds.get(binding.kind.as_ref()?));
        let first =
            |read: &dyn Fn(&Binding) -> Option<String>| bindings.iter().find_map(|binding| read(binding));
        let zone = first(&|binding| binding.zone.clone())
            .and_then(|name| Some((name.clone(), TimeZone::get(&name).ok()?)));
        Expected {
            kinds: kinds.filter(|kind| kind.shape != Shape::Events).cloned().collect(),
            source: first(&|binding| binding.source.clone())
                .and_then(|id| self.packs.log_sources.get(&id).cloned()),
            header: bindings.iter().find_map(|binding| binding.header),
            when: When { zone, taken: bindings.iter().find_map(|binding| binding.collected) },
        }
    }

    fn take_log(&self, opened: &mut Opened, bindings: &[&Binding], taken: &mut Taken) {
        let Some(log) = opened.log.take() else { return };
        taken.files.push(FileSeen {
            file: log.file.clone(),
            kind: Some("events".to_owned()),
            source: Some(log.source.id.clone()),
            sure: 100,
            is_declared: bindings.iter().any(|binding| binding.source.is_some()),
            ..FileSeen::default()
        });
        taken.log = Some(log);
    }

    /// A document counts among all documents, and as the kind that it is.
    fn take_document(&self, entry: &Entry, opened: &mut Opened, bindings: &[&Binding], taken: &mut Taken) {
        let Some(document) = opened.document.take() else { return };
        let declared: Vec<Arc<Kind>> = bindings
            .iter()
            .filter_map(|binding| self.packs.kinds.get(binding.kind.as_ref()?))
            .filter(|kind| kind.shape == Shape::Document)
            .cloned()
            .collect();
        if declared.is_empty() && !bindings.is_empty() {
            return;
        }
        let title = document.title.as_ref().map(|title| title.text.clone());
        let recognized = recognize::document(&entry.path, title.as_deref(), self.packs);
        let (kinds, sure) = match recognized {
            _ if !declared.is_empty() => (declared, 100),
            Some((kind, sure)) => (vec![kind], sure),
            // Text without headings may be anything; nothing may be concluded from it.
            None if document.headings.is_empty() && bindings.is_empty() => return,
            None => (Vec::new(), UNSURE),
        };
        let documents = self
            .packs
            .kinds
            .get("documents")
            .filter(|all| !kinds.iter().any(|kind| kind.id == all.id))
            .cloned();
        let shown = kinds.first().or(documents.as_ref()).map(|kind| kind.id.clone());
        for kind in kinds.into_iter().chain(documents) {
            let mut table = Table::of_document(kind, Arc::clone(&document), Arc::clone(&self.nothing));
            let told = inspect(&mut table);
            if Some(&table.kind.id) == shown.as_ref() {
                // Of a document of no particular kind nobody knows what its labels should say.
                taken.diagnostics.extend(told.into_iter().filter(|_| sure > UNSURE));
                taken.files.push(self.seen(&table, sure, !bindings.is_empty()));
            }
            taken.tables.push(table);
        }
    }

    fn take_tables(&self, entry: &Entry, opened: &mut Opened, bindings: &[&Binding], taken: &mut Taken) {
        for grid in std::mem::take(&mut opened.tables) {
            let name = grid.title.clone().unwrap_or_default();
            match self.kind_of(&grid, entry, &name, bindings, opened) {
                Ok(Some((kind, sure, binding))) => {
                    let declared = binding.map(declared).unwrap_or_default();
                    let mut table = Table::new(kind, grid, &declared, Arc::clone(&self.nothing));
                    taken.diagnostics.extend(inspect(&mut table));
                    taken.files.push(self.seen(&table, sure, binding.is_some()));
                    taken.tables.push(table);
                }
                Ok(None) => {}
                Err(doubt) => taken.diagnostics.push(doubt),
            }
        }
    }

    /// What an export of a tool gave, all kinds of it, whichever of them a binding names.
    fn take_imports(&self, opened: &mut Opened, bindings: &[&Binding], taken: &mut Taken) {
        for Imported { export, kind, grid, faults } in std::mem::take(&mut opened.imported) {
            let binding = bindings.iter().find(|binding| binding.kind.as_ref() == Some(&kind.id));
            let fields = grid.headers.iter().enumerate();
            let columns = fields.map(|(at, field)| (field.clone(), format!("#{}", at + 1))).collect();
            let declared = binding.map(|binding| declared(binding)).unwrap_or_default();
            let declared = Declared { columns, ..declared };
            let mut table = Table::new(kind, grid, &declared, Arc::clone(&self.nothing));
            taken.diagnostics.extend(inspect(&mut table));
            let seen = self.seen(&table, 100, !bindings.is_empty());
            taken.files.push(FileSeen { source: Some(export.id.clone()), faults, ..seen });
            taken.tables.push(table);
        }
    }

    /// The kind of a table, how sure that is, and the binding that says so.
    #[expect(clippy::type_complexity, reason = "three answers of one question")]
    fn kind_of<'b>(
        &self,
        grid: &Grid,
        entry: &Entry,
        name: &str,
        bindings: &[&'b Binding],
        opened: &Opened,
    ) -> Result<Option<(Arc<Kind>, usize, Option<&'b Binding>)>, Diagnostic> {
        if !bindings.is_empty() {
            return Ok(self.bound_kind(grid, name, bindings, opened));
        }
        let hint = format!("{} {name}", recognize::stem(&entry.path));
        match recognize::table(grid, &hint, self.packs) {
            Recognized::As(guess) => Ok(Some((Arc::clone(&guess.kind), guess.percent(), None))),
            Recognized::Nothing => Ok(None),
            Recognized::Either(first, second) => {
                let message = format!(
                    "{} fits {} and {} equally well and is used as neither",
                    entry.path, first.kind.title, second.kind.title
                );
                let help = format!(
                    "bind it in preaudit.toml: kind = \"{}\" or \"{}\"",
                    first.kind.id, second.kind.id
                );
                let place = grid.header_span().place("this header");
                Err(Diagnostic::warning(Code::AmbiguousKind, message).help(help).at(place))
            }
        }
    }

    /// The first binding that means this table: by its name, else because it fits, else because
    /// the file holds no other.
    fn bound_kind<'b>(
        &self,
        grid: &Grid,
        name: &str,
        bindings: &[&'b Binding],
        opened: &Opened,
    ) -> Option<(Arc<Kind>, usize, Option<&'b Binding>)> {
        let is_only = opened.tables.is_empty() && grid.title.is_none();
        bindings.iter().find_map(|&binding| {
            let kind =
                self.packs.kinds.get(binding.kind.as_ref()?).filter(|kind| kind.shape == Shape::Table)?;
            let meant = match &binding.table {
                Some(table) => normalize_header(table) == normalize_header(name),
                None => is_only || Headers::new(&grid.headers).guess(Some(grid), kind, name).is_some(),
            };
            meant.then(|| (Arc::clone(kind), 100, Some(binding)))
        })
    }

    fn seen(&self, table: &Table, sure: usize, is_declared: bool) -> FileSeen {
        let header = |column: &usize| table.grid.headers.get(*column).cloned().unwrap_or_default();
        let columns = &table.matched.columns;
        let is_document = table.document.is_some();
        let columns: std::collections::BTreeMap<String, String> = if is_document {
            columns
                .iter()
                .filter(|(_, column)| table.grid.cell(0, **column).range().is_some())
                .map(|(f, c)| (f.clone(), header(c)))
                .collect()
        } else {
            columns.iter().map(|(field, column)| (field.clone(), header(column))).collect()
        };
        let used: Vec<&usize> = table.matched.columns.values().collect();
        let unused =
            (0..table.grid.width()).filter(|at| !used.contains(&at) && !is_document).map(|at| header(&at));
        FileSeen {
            file: table.file().to_owned(),
            kind: Some(table.kind.id.clone()),
            table: table.grid.title.clone(),
            sure,
            is_declared,
            records: table.grid.len(),
            faults: table.grid.ragged.len(),
            columns,
            unused: unused.filter(|header| !header.is_empty()).collect(),
            ..FileSeen::default()
        }
    }

    /// A file of which nothing is used is still told, with its digest.
    fn take_nothing(&self, entry: &Entry, opened: &Opened, bindings: &[&Binding], taken: &mut Taken) {
        if let Some(digest) = &opened.digest {
            let (file, sha256, bytes) = (entry.path.clone(), digest.sha256.clone(), digest.bytes);
            taken.files.push(FileSeen { file, sha256, bytes, ..FileSeen::default() });
        }
        let told = taken.diagnostics.iter().any(|known| {
            !matches!(
                known.code,
                Code::Encoding | Code::BareCarriageReturn | Code::HiddenRows | Code::BadRecord
            )
        });
        if told || opened.incomplete.is_some() {
            return;
        }
        let place = Place::whole(&entry.path, "not used");
        taken.diagnostics.push(match bindings.first().and_then(|binding| binding.kind.clone()) {
            Some(kind) => {
                let message =
                    format!("{} holds no {kind} that can be read, though preaudit.toml says so", entry.path);
                Diagnostic::warning(Code::Unrecognized, message).at(place)
            }
            None => {
                let help = "bind it to a kind in preaudit.toml if it is evidence";
                Diagnostic::note(Code::Unrecognized, format!("{} is of no known kind", entry.path))
                    .help(help)
                    .at(place)
            }
        });
    }

    /// What is missing from a file must not pass for what is not there.
    fn note_unfit(&self, entry: &Entry, opened: &Opened, bindings: &[&Binding], taken: &mut Taken) {
        let mut kinds: Vec<String> = taken.tables.iter().map(|table| table.kind.id.clone()).collect();
        kinds.extend(bindings.iter().filter_map(|binding| binding.kind.clone()));
        self.among_documents(&mut kinds);
        kinds.sort();
        kinds.dedup();
        taken.collected = self.collected(entry, bindings, &kinds);
        if let Some(reason) = &opened.incomplete {
            let reason = format!("{}: {reason}", entry.path);
            let unfit = Unfit { reason, place: Some(Place::whole(&entry.path, "this file")) };
            taken.unfit.extend(kinds.into_iter().map(|kind| (kind, unfit.clone())));
        }
    }

    /// A document of any kind counts among all documents, and so does one that is not there.
    fn among_documents(&self, kinds: &mut Vec<String>) {
        let is_document =
            |kind: &String| self.packs.kinds.get(kind).is_some_and(|kind| kind.shape == Shape::Document);
        if kinds.iter().any(is_document) {
            kinds.push("documents".to_owned());
        }
    }

    /// The day a file was taken, where `preaudit.toml` says it and evidence of its kinds grows old.
    fn collected(&self, entry: &Entry, bindings: &[&Binding], kinds: &[String]) -> Option<Collected> {
        let on = bindings.iter().find_map(|binding| binding.collected)?;
        let ttls = kinds.iter().filter_map(|kind| self.packs.kinds.get(kind)?.ttl);
        let ttl = ttls.min_by_key(|ttl| ttl.seconds)?;
        Some(Collected { file: entry.path.clone(), on, ttl, kinds: kinds.to_vec() })
    }

    /// Bindings that match no file: what was promised and is not there.
    fn unmatched(&self, entries: &[Entry], evidence: &mut Evidence) {
        let Some(text) = &self.workspace.text else { return };
        for binding in &self.workspace.bindings {
            for file in &binding.files {
                if entries.iter().any(|entry| file.matches(&entry.path)) {
                    continue;
                }
                let place = text.span(file.span()).place("no file matches");
                let message = format!("`{}` matches no file", file.text());
                let help = "add the file, or take it out of preaudit.toml";
                let diagnostic = Diagnostic::error(Code::NoMatch, message).help(help).at(place.clone());
                evidence.diagnostics.push(diagnostic);
                let reason = format!("{}, which preaudit.toml names, is not there", file.text());
                let unfit = Unfit { reason, place: Some(place) };
                let mut kinds = vec![binding.kind.clone().unwrap_or_default()];
                self.among_documents(&mut kinds);
                kinds
                    .into_iter()
                    .for_each(|kind| evidence.unfit.entry(kind).or_default().push(unfit.clone()));
            }
        }
    }

    /// Declared numbers of records that differ from those that were read.
    fn check_populations(&self, evidence: &mut Evidence) {
        let Some(text) = &self.workspace.text else { return };
        for binding in &self.workspace.bindings {
            let (Some(kind), Some(declared)) = (&binding.kind, binding.population) else { continue };
            let found = evidence.rows(kind).count();
            if found == declared {
                continue;
            }
            let message = format!("{kind} has {}, declared are {declared}", count(found, "record"));
            let place = text.span(binding.range.clone()).place("declared here");
            evidence
                .diagnostics
                .push(Diagnostic::warning(Code::PopulationDiffers, message.clone()).at(place.clone()));
            evidence
                .unfit
                .entry(kind.clone())
                .or_default()
                .push(Unfit { reason: message, place: Some(place) });
        }
    }
}

fn unbound(entry: &Entry) -> Diagnostic {
    let message = format!("{} is bound to nothing and was not used", entry.path);
    let help = "add it to preaudit.toml, or leave it out of the folder";
    Diagnostic::note(Code::Unbound, message).help(help).at(Place::whole(&entry.path, "not used"))
}

fn declared(binding: &Binding) -> Declared {
    Declared {
        columns: binding.columns.clone(),
        words: binding.words.clone(),
        dates: binding.dates,
        numbers: binding.numbers,
    }
}
