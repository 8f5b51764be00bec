//! `preaudit schema`: what editors know of the files that people write.

use super::output::Output;
use crate::report::Exit;
use crate::schemas::{self, Schema};
use crate::toml_text::did_you_mean;
use crate::world::Disk;
use std::path::{Path, PathBuf};

/// Print JSON Schemas of the files that people write, and definitions of what scripts may call.
///
/// An editor that reads TOML by schema, as Taplo and Even Better TOML do, completes and checks a file
/// that begins with `#:schema PATH`. Definition files are for editors of Rhai.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Which one: `rule`, `pack`, `preaudit`, `rhai` [default: list them].
    #[arg(conflicts_with = "output")]
    name: Option<String>,
    /// Write all of them into this folder.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let schemas = match schemas::all() {
        Ok(schemas) => schemas,
        Err(error) => return output.wrong(&error.to_string()),
    };
    if let Some(folder) = &arguments.output {
        return match write(&schemas, folder) {
            Ok(()) => {
                output.note(&format!("{} files written to {}", schemas.len(), folder.display()));
                Exit::Clean
            }
            Err(reason) => output.wrong(&reason),
        };
    }
    let Some(name) = &arguments.name else {
        for schema in &schemas {
            output.print(&format!("{:<14} {:<26} {}\n", schema.name, schema.file, schema.what));
        }
        return Exit::Clean;
    };
    match schemas.iter().find(|schema| schema.name == name) {
        Some(schema) => {
            output.print(&schema.text);
            Exit::Clean
        }
        None => {
            let near = did_you_mean(name, schemas.iter().map(|schema| schema.name));
            output.wrong(&format!("there is no schema `{name}`{near}"))
        }
    }
}

fn write(schemas: &[Schema], folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let disk = Disk::default();
    for schema in schemas {
        let written = disk.write(&folder.join(&schema.file), schema.text.as_bytes());
        written.map_err(|error| format!("cannot write {}: {}", error.path, error.reason))?;
    }
    Ok(())
}
