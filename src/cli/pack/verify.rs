//! `preaudit pack verify`: what a pack is, whether it is whole, and who answers for it.

use super::KeyArgument;
use crate::cli::output::Output;
use crate::cli::place::packs;
use crate::code::Code;
use crate::finding::{Diagnostic, count};
use crate::pack::{self, Contents, Pack, PackFiles, PackRef, Packs};
use crate::place::Place;
use crate::signature::PublicKey;
use crate::world::Disk;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Say what a pack is, whether it is whole, and who answers for it.
///
/// Every file is held against contents.json, and that against the signature where there is one.
/// Then the pack is read, with the packs it needs. Nothing in it is run.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The pack: an archive that `preaudit pack build` made, or a folder.
    pack: PathBuf,
    /// Only what this key signed will do: a public key in PEM, or `ed25519:` and its digits.
    #[arg(long, value_name = "KEY")]
    key: Option<KeyArgument>,
    /// A pack that this one needs. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output, disk: &Disk) -> Result<(), Vec<Diagnostic>> {
    let own = PackRef::Folder(arguments.pack.clone());
    let files = PackFiles::read(&own, disk)?;
    if let Some(key) = &arguments.key {
        check_signer(&files, key.read(disk)?, &arguments.pack.display().to_string())?;
    }
    let contents = Contents::of(&files).map_err(|error| vec![error])?;
    let mut all = packs(&arguments.packs);
    all.push(own);
    let packs = pack::load(&all, disk)?;
    output.print(&told(&packs, &files, &contents));
    Ok(())
}

/// Holds the signer of a pack against the key that is wanted.
///
/// # Errors
/// When somebody else signed it, or nobody.
pub(super) fn check_signer(files: &PackFiles, key: PublicKey, shown: &str) -> Result<(), Vec<Diagnostic>> {
    if files.signer == Some(key) {
        return Ok(());
    }
    let by = files.signer.map_or("nobody".to_owned(), |signer| signer.to_string());
    let message = format!("the pack is signed by {by}, and not by {key}");
    Err(vec![Diagnostic::error(Code::BadSignature, message).at(Place::whole(shown, "this pack"))])
}

fn told(packs: &Packs, files: &PackFiles, contents: &Contents) -> String {
    let Some(pack) = packs.list.iter().find(|pack| pack.id == contents.id) else { return String::new() };
    let mut text = format!("{} {}: {}\n\n", pack.id, pack.version, pack.title);
    let signer = files.signer.map_or("nobody".to_owned(), |key| key.to_string());
    let needs: Vec<String> = pack.needs.iter().map(|(id, wants)| format!("{id} {wants}")).collect();
    let bytes: u64 = contents.files.iter().map(|file| file.bytes).sum();
    let size = format!("{}, {} KiB", count(contents.files.len(), "file"), bytes.div_ceil(1_024));
    for (name, value) in [
        ("digest", pack.digest.clone()),
        ("signed by", signer),
        ("engine api", contents.api.to_string()),
        ("needs", if needs.is_empty() { "no other pack".to_owned() } else { needs.join(", ") }),
        ("holds", holds(packs, pack)),
        ("files", size),
    ] {
        let _ = writeln!(text, "  {name:<11} {value}");
    }
    text
}

/// What a pack brings along.
fn holds(packs: &Packs, pack: &Pack) -> String {
    let with_script = pack.rules.iter().filter(|rule| rule.script.is_some()).count();
    let overlays = |of: &Pack| {
        let laid = of.rules.iter().flat_map(|rule| &rule.overlays);
        laid.filter(|overlay| overlay.pack == format!("{} {}", pack.id, pack.version)).count()
    };
    let overridden: usize = packs.list.iter().map(overlays).sum();
    let cases: std::collections::BTreeSet<&str> =
        pack.cases.keys().filter_map(|path| path.rsplit_once('/').map(|(case, _)| case)).collect();
    let mut parts = vec![format!("{} ({with_script} with a script)", count(pack.rules.len(), "rule"))];
    if overridden > 0 {
        parts.push(count(overridden, "override"));
    }
    parts.push(count(cases.len(), "case"));
    parts.join(", ")
}
