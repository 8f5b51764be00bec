//! For which audit, and how strictly: the arguments that all who judge share.

use crate::audit::Request;
use crate::stage::Stage;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// For which audit, and how strictly.
#[derive(Debug, clap::Args)]
pub(super) struct Occasion {
    /// The audit to prepare for [default: that of preaudit.toml, else pre-audit]: `stage-1` looks at
    /// documented information and planning, `surveillance` and `internal-audit` at the controls that
    /// preaudit.toml names, all others at everything.
    #[arg(long, value_name = "STAGE", value_parser = stages())]
    pub(super) stage: Option<Stage>,
    /// How strictly to grade: common, strict, or a profile of a pack.
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
}

impl Occasion {
    /// Asks for this audit, so strictly.
    pub(super) fn ask(&self, request: &mut Request) {
        request.stage = self.stage;
        request.profile.clone_from(&self.profile);
    }
}

/// Reads the name of a stage.
pub(super) fn stages() -> impl TypedValueParser<Value = Stage> {
    PossibleValuesParser::new(Stage::ALL.map(Stage::name)).try_map(|name| name.parse::<Stage>())
}
