//! Where a report goes, and in which formats: the arguments that all who report share.

use super::output::Output;
use super::place::read_text;
use crate::finding::Diagnostic;
use crate::formats::{self, Conformities, Format, Options, OscalVersion};
use crate::report::{Exit, Report, TextStyle};
use crate::source::Source;
use crate::vocabulary::Language;
use crate::world::Disk;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

const ONE_ALONE: &str =
    "only one format goes to standard output; name files for the others, as in `-f json=report.json`";

/// Where a report goes, and in which formats.
#[derive(Debug, clap::Args)]
pub(super) struct Outputs {
    /// The format of the report, or FORMAT=FILE to write it to a file; may be given several times
    /// [default: text].
    #[arg(short, long = "format", value_name = "FORMAT[=FILE]", long_help = formats_help())]
    formats: Vec<Wanted>,
    /// Write the report to a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The language of titles, states and verdicts: en, de, fr, es or it. What rules say stays as it was
    /// written, and JSON is the same in all.
    #[arg(long, value_name = "LANG", default_value_t)]
    lang: Language,
    /// The Jinja template of `--format template`. It gets the JSON report; `x.html.j2` and `x.xml.j2`
    /// escape what they print.
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Tell in SARIF what conforms too; GitHub shows it as if it were a problem.
    #[arg(long)]
    conformities: bool,
    /// The version of OSCAL.
    #[arg(long = "oscal", value_name = "VERSION", default_value = OscalVersion::default().name(), value_parser = versions())]
    oscal: OscalVersion,
}

fn versions() -> impl TypedValueParser<Value = OscalVersion> {
    let names = OscalVersion::ALL.iter().map(|version| version.name());
    PossibleValuesParser::new(names).map(|name| {
        let known = OscalVersion::ALL.iter().find(|version| version.name() == name);
        known.copied().unwrap_or_default()
    })
}

/// A format that is asked for, and the file it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    format: Format,
    file: Option<PathBuf>,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err(format!("`{text}` names no file behind the `=`")),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        Ok(Self { format: format.parse()?, file })
    }
}

fn formats_help() -> String {
    let line = |format: &Format| format!("  {:<14} {}", format.name(), format.about());
    let lines: Vec<String> = Format::ALL.iter().map(line).collect();
    format!(
        "The format of the report, or FORMAT=FILE to write it to a file; may be given several times, as in \
         `-f text -f json=report.json` [default: text]:\n{}",
        lines.join("\n")
    )
}

impl Outputs {
    /// Writes the report in every format that is asked for; files as a whole or not at all. Ends the
    /// program, where one cannot be written, having told why.
    pub(super) fn write(&self, report: &Report, output: &Output, disk: &Disk) -> Result<(), Exit> {
        let template = self.read_template(disk).map_err(|wrong| output.wrongs(&wrong))?;
        for (format, file) in self.wanted().map_err(|reason| output.wrong(&reason))? {
            let style = if file.is_some() { output.file_style() } else { output.report_style() };
            let options = self.options(style, template.clone());
            let bytes = formats::write(report, format, &options).map_err(|wrong| output.wrongs(&[wrong]))?;
            match file {
                None => output.print_bytes(&bytes),
                Some(path) => disk.write(path, &bytes).map_err(|error| {
                    output.wrong(&format!("cannot write {}: {}", error.path, error.reason))
                })?,
            }
        }
        Ok(())
    }

    fn options(&self, style: TextStyle, template: Option<Arc<Source>>) -> Options {
        let conformities = if self.conformities { Conformities::Told } else { Conformities::Left };
        let text = TextStyle { language: self.lang, ..style };
        Options { text, template, conformities, oscal: self.oscal }
    }

    fn read_template(&self, disk: &Disk) -> Result<Option<Arc<Source>>, Vec<Diagnostic>> {
        let read = |path: &PathBuf| read_text(path, path.display().to_string(), disk);
        self.template.as_ref().map(read).transpose()
    }

    /// Each format with its file; none for standard output, where only one can go.
    ///
    /// # Errors
    /// When two would go to the same place, `--output` has nothing to take, or format and template do
    /// not go together.
    pub(super) fn wanted(&self) -> Result<Vec<(Format, Option<&Path>)>, String> {
        let output = self.output.as_deref();
        let mut wanted: Vec<(Format, Option<&Path>)> =
            self.formats.iter().map(|one| (one.format, one.file.as_deref())).collect();
        if wanted.is_empty() {
            wanted.push((Format::default(), None));
        }
        match (wanted.iter().filter(|(_, file)| file.is_none()).count(), output) {
            (2.., _) => return Err(ONE_ALONE.to_owned()),
            (0, Some(_)) => {
                return Err("every format has a file already, so --output gets nothing".to_owned());
            }
            _ => wanted.iter_mut().for_each(|(_, file)| *file = file.or(output)),
        }
        match (wanted.iter().any(|(format, _)| *format == Format::Template), &self.template) {
            (true, None) => return Err("--format template needs --template FILE".to_owned()),
            (false, Some(_)) => return Err("--template is used by --format template alone".to_owned()),
            _ => {}
        }
        let mut files = BTreeSet::new();
        match wanted.iter().find_map(|(_, file)| file.filter(|file| !files.insert(*file))) {
            Some(twice) => Err(format!("{} would be written twice", twice.display())),
            None => Ok(wanted),
        }
    }
}
