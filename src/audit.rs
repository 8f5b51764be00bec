//! The way through: from a request to a report, on one screen.

mod inspection;
mod record;
mod strangers;
mod timings;

pub use inspection::{Heard, Inspection};
pub use record::{Answered, Asked, AtomSaid, RecordAt, Truth, ask_about};
pub use timings::{LogTime, RuleTime, Timings};

use crate::code::Code;
use crate::evidence::{self, Evidence, Scope};
use crate::finding::Diagnostic;
use crate::grade::Past;
use crate::pack::{self, PackRef, Packs, Profile};
use crate::plan::{self, Plan};
use crate::report::Report;
use crate::scan::{self, Facts, Inquiry, Partials, Share, SpotChecks, Watch};
use crate::script::Rules;
use crate::stage::Stage;
use crate::world::World;
use crate::{applicability, evaluate, grade, independence, redact};
use jiff::civil::Date;
use std::sync::Arc;
use strangers::{load, strangers};
use timings::Laps;

/// Stack of a thread that runs rules. Values of scripts nest at most 10,000 deep, and comparing
/// them takes 1.9 KiB a level.
const STACK: usize = 64 << 20;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Packs, in order; a later one may use what an earlier one declares.
    pub packs: Vec<PackRef>,
    /// Packs from outside may run their scripts.
    pub trust_packs: bool,
    /// Where evidence is looked for.
    pub scope: Scope,
    /// The audit that is prepared; the workspace's, when not given.
    pub stage: Option<Stage>,
    /// How strictly to grade; the workspace's, when not given.
    pub profile: Option<String>,
    /// Threads; all processors, when not given.
    pub jobs: Option<usize>,
    /// Where what the logs give comes from.
    pub partials: Partials,
    /// Records of logs that are looked at once more.
    pub checks: SpotChecks,
    /// Whether persons and addresses get pseudonyms.
    pub redaction: Redaction,
    /// What recorded runs found, for repeats; empty, so that nothing is one, when not given.
    pub past: Arc<Past>,
}

/// Whether a report may leave the organization as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redaction {
    /// It names whom the evidence names.
    #[default]
    Open,
    /// Persons, mail and network addresses get pseudonyms.
    Pseudonyms,
}

/// Audits evidence.
///
/// # Errors
/// When packs or `preaudit.toml` are wrong or the folder cannot be read: everything that is wrong,
/// each at its place. Whatever else goes wrong stands in the report.
pub fn audit(request: &Request, world: &dyn World) -> Result<Report, Vec<Diagnostic>> {
    timed(request, world).map(|(report, _)| report)
}

/// Audits evidence, and tells where the time went: of rules as far as the request lets a portion of
/// the records be timed.
///
/// # Errors
/// As [`audit`].
pub fn timed(request: &Request, world: &dyn World) -> Result<(Report, Timings), Vec<Diagnostic>> {
    in_threads(request.jobs, || {
        let mut laps = Laps::start();
        let (packs, rules) = load(request, world)?; // controls, kinds, sources, rules ready to run
        laps.end("packs");
        go_through(&packs, &rules, request, world, laps)
    })
}

/// Audits evidence with rules that are ready to run.
///
/// # Errors
/// As [`audit`].
pub fn judge(
    packs: &Packs,
    rules: &Rules,
    request: &Request,
    world: &dyn World,
) -> Result<Report, Vec<Diagnostic>> {
    go_through(packs, rules, request, world, Laps::start()).map(|(report, _)| report)
}

/// The way through, from evidence to the report; laps only tell where the time went.
fn go_through(
    packs: &Packs,
    rules: &Rules,
    request: &Request,
    world: &dyn World,
    mut laps: Laps,
) -> Result<(Report, Timings), Vec<Diagnostic>> {
    let (evidence, plan, profile) = prepare(packs, rules, request, world)?; // what is there, what to do
    laps.end("evidence");
    let watch = Watch::new(request.checks);
    let inquiry = Inquiry { watch: Some(&watch), ..plan.inquiry(packs, &evidence, world) };
    let facts = scan::run(&inquiry, &request.partials)?; // one pass a log
    laps.end("logs");
    let outcomes = evaluate::run(&plan, packs, &facts, &evidence, world); // observations
    laps.end("rules");
    let timings = Timings::of((packs, &plan, &evidence), (&facts, &outcomes), &watch);
    let graded = grade::grade(&plan, packs, (&evidence, &facts), &outcomes, &request.past); // findings
    let mut report = Report::new(&profile, packs, &plan, &evidence, &facts, graded);
    if request.redaction == Redaction::Pseudonyms {
        report = redact::redact(&report, &evidence).map_err(unwritable)?;
    }
    laps.end("report");
    Ok((report, timings.with(laps)))
}

fn unwritable(error: serde_json::Error) -> Vec<Diagnostic> {
    vec![Diagnostic::error(
        Code::InvalidRun,
        format!("the report cannot be written with pseudonyms: {error}"),
    )]
}

/// Reads the evidence and draws up the plan; gives the name of the profile too.
fn prepare(
    packs: &Packs,
    rules: &Rules,
    request: &Request,
    world: &dyn World,
) -> Result<(Evidence, Plan, String), Vec<Diagnostic>> {
    let mut evidence = evidence::collect(packs, &request.scope, world)?; // tables, documents, logs
    evidence.diagnostics.extend(packs.diagnostics.iter().cloned());
    evidence.diagnostics.extend(strangers(packs, rules, world)?); // whether they are held back
    let (name, profile) = choose_profile(packs, &evidence, request)?;
    let as_of = day_of_judgement(&evidence, request, world);
    let applicability = applicability::read(&evidence); // what the SoA declares
    let stage = request.stage.or(evidence.workspace.audit.stage).unwrap_or_default();
    evidence.diagnostics.extend(independence::told(packs, &evidence, &applicability, stage)); // who audits
    let look = plan::Occasion { as_of, stage, profile, world };
    let plan = plan::draw_up(packs, rules, &applicability, &evidence, &look);
    Ok((evidence, plan, name))
}

/// Asks a share of the logs; what comes of all shares is merged by [`audit`], through
/// [`Partials::Shards`].
///
/// # Errors
/// As [`audit`].
pub fn share(request: &Request, share: Share, world: &dyn World) -> Result<Vec<u8>, Vec<Diagnostic>> {
    in_threads(request.jobs, || {
        let (packs, rules) = load(request, world)?;
        let (evidence, plan, _) = prepare(&packs, &rules, request, world)?;
        scan::share(&plan.inquiry(&packs, &evidence, world), share)
    })
}

/// How evidence is understood, before anyone judges.
#[derive(Debug)]
pub struct Survey {
    /// The packs it was read with.
    pub packs: Packs,
    /// The evidence.
    pub evidence: Evidence,
    /// What reading the logs gave; the first tally counts the values of the field asked for.
    pub facts: Facts,
}

/// Reads evidence and counts its logs, by the values of a field where one is asked for.
///
/// # Errors
/// As [`audit`].
pub fn survey(request: &Request, field: Option<&str>, world: &dyn World) -> Result<Survey, Vec<Diagnostic>> {
    in_threads(request.jobs, || {
        let packs = pack::load(&request.packs, world)?;
        let evidence = evidence::collect(&packs, &request.scope, world)?;
        let slot = field.and_then(|field| packs.event_fields.slot(field));
        let counting = slot.map(scan::Scan::counting);
        let (scans, fields) = (counting.iter().collect(), &packs.event_fields);
        let window = scan::Window::default();
        let inquiry = Inquiry { scans, evidence: &evidence, fields, window, world, watch: None };
        let facts = scan::run(&inquiry, &Partials::Logs)?;
        Ok(Survey { packs, evidence, facts })
    })
}

/// Works in a pool of its own, whose threads have the stack that rules may need.
///
/// # Errors
/// Those of the work, or that there are no threads.
pub fn in_threads<T: Send>(
    jobs: Option<usize>,
    work: impl FnOnce() -> Result<T, Vec<Diagnostic>> + Send,
) -> Result<T, Vec<Diagnostic>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or(0)).stack_size(STACK).build();
    let pool =
        pool.map_err(|error| vec![Diagnostic::error(Code::OverBudget, format!("no threads: {error}"))])?;
    pool.install(work)
}

fn choose_profile<'p>(
    packs: &'p Packs,
    evidence: &Evidence,
    request: &Request,
) -> Result<(String, &'p Profile), Vec<Diagnostic>> {
    let declared = evidence.workspace.audit.profile.clone();
    let name = request.profile.clone().or(declared).unwrap_or_else(|| "common".to_owned());
    match packs.profiles.get(&name) {
        Some(profile) => Ok((name, profile)),
        None => {
            let known: Vec<&str> = packs.profiles.keys().map(String::as_str).collect();
            let message = format!("no profile `{name}`; there are {}", known.join(", "));
            Err(vec![Diagnostic::error(Code::InvalidWorkspace, message)])
        }
    }
}

/// The day that was asked for, else the workspace's, else today.
fn day_of_judgement(evidence: &Evidence, request: &Request, world: &dyn World) -> Date {
    request.scope.as_of.or(evidence.workspace.date()).unwrap_or_else(|| world.today())
}
