//! Packs, and how far they are trusted: rules of strangers are asked in a process apart, or not at all.

use super::Request;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::{self, Packs, Trust};
use crate::place::Place;
use crate::script::{self, CompiledRule, Rules};
use crate::world::World;

/// Whom the organization and whoever asks trust.
fn trust(request: &Request) -> Result<Trust, Vec<Diagnostic>> {
    let declared = Trust::read(request.scope.workspace.as_deref())?;
    Ok(if request.trust_packs { Trust::everything() } else { declared })
}

/// Packs, and their rules as far as they are trusted ready to run.
pub(super) fn load(request: &Request, world: &dyn World) -> Result<(Packs, Rules), Vec<Diagnostic>> {
    let packs = pack::load(&request.packs, world)?; // controls, kinds, sources, rules
    let rules = script::compile_trusted(&packs, &trust(request)?)?;
    Ok((packs, rules))
}

/// What the system lacks to hold strangers' rules back, where there are any: a question that asks nothing
/// shows it.
///
/// # Errors
/// When no process can be started that would judge for them.
pub(super) fn strangers(
    packs: &Packs,
    rules: &Rules,
    world: &dyn World,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let is_stranger = |pack: &&pack::Pack| {
        let own =
            |rule: &CompiledRule| rule.is_stranger && pack.rules.iter().any(|one| one.id == rule.rule.id);
        rules.list.iter().any(own)
    };
    let strangers: Vec<&pack::Pack> = packs.list.iter().filter(is_stranger).collect();
    if strangers.is_empty() {
        return Ok(Vec::new());
    }
    let told = |pack: &&pack::Pack, found: Diagnostic| found.at(Place::whole(&pack.id, "this pack"));
    match world.ask_apart(&script::least_limits(), 0, &|_| Ok(())) {
        Ok((held, _)) if held.lacks().is_empty() => Ok(Vec::new()),
        Ok((held, _)) => {
            let lacks = held.lacks().join(", and ");
            let message = format!(
                "rules of packs that are not trusted ran held back less than they should be: this system lacks {lacks}"
            );
            let help = "read the packs before you let them judge here";
            let tell = |pack| told(pack, Diagnostic::warning(Code::NotIsolated, &*message).help(help));
            Ok(strangers.iter().map(tell).collect())
        }
        Err(death) => {
            let refuse = |pack: &&pack::Pack| {
                let message = format!("pack {} ({}) is not trusted, and {death}", pack.id, pack.digest);
                let help = "read it, then list its digest in preaudit.toml under [trust] packs, or pass --trust-packs";
                told(pack, Diagnostic::error(Code::UntrustedPack, message).help(help))
            };
            Err(strangers.iter().map(refuse).collect())
        }
    }
}
