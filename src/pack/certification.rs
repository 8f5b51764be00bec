//! Facts on certification: how many auditor days, which sites, which limits. The pack's, not ours.

use crate::code::Code;
use crate::finding::Diagnostic;
use crate::source::Source;
use crate::time::Duration;
use crate::toml_text;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// What `certification.toml` of a pack says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certification {
    /// Auditor days of the initial audit by effective number of persons, in rising bands.
    pub days: Vec<Band>,
    /// By how many percent the days may differ, by both levels of complexity.
    pub factors: Vec<Factor>,
    /// Percent that may be taken off at most.
    pub largest_reduction: i64,
    /// Shares of the initial days.
    pub splits: Splits,
    /// How many sites are visited.
    pub sites: Sites,
    /// Limits of the path.
    pub limits: Limits,
}

/// A band of the table of days.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The largest number of persons in it.
    pub up_to: u32,
    /// Auditor days.
    pub days: f64,
}

/// How complex a business or its information technology is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Scores of 3 and 4.
    Low,
    /// Scores of 5 and 6.
    Medium,
    /// Scores of 7 to 9.
    High,
}

/// By how much the days may differ for a pair of levels.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Level of the business.
    pub business: Level,
    /// Level of its information technology.
    pub it: Level,
    /// The least and the most, in percent.
    pub percent: [i64; 2],
}

/// A share as numerator and denominator.
pub type Share = [u64; 2];

/// Shares of the initial days.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Splits {
    /// Of Stage 1.
    pub stage_1: Share,
    /// Of Stage 2.
    pub stage_2: Share,
    /// Of each surveillance.
    pub surveillance: Share,
    /// Of the recertification.
    pub recertification: Share,
}

/// How many sites are visited: factors of the square root of their number.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sites {
    /// In the initial audit.
    pub initial: Share,
    /// In each surveillance.
    pub surveillance: Share,
    /// In the recertification.
    pub recertification: Share,
    /// Percent of sites that a surveillance visits where they may not be sampled.
    pub unsampled_surveillance: u64,
    /// Percent of the sample that is drawn at random.
    pub at_random: u64,
}

/// Limits of the path.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The least and the longest between Stage 1 and Stage 2.
    #[serde(deserialize_with = "lengths")]
    #[schemars(with = "[String; 2]")]
    pub stage_1_to_stage_2: [Duration; 2],
    /// Until corrective action against a major is verified.
    #[serde(deserialize_with = "length")]
    #[schemars(with = "String")]
    pub major_closure: Duration,
    /// Until a minor has a plan that the body accepts; it is done by the next audit.
    #[serde(deserialize_with = "length")]
    #[schemars(with = "String")]
    pub minor_plan: Duration,
    /// Until another Stage 2 is due when it is not.
    #[serde(deserialize_with = "length")]
    #[schemars(with = "String")]
    pub major_hard_stop: Duration,
    /// From the decision to the first surveillance, and between them.
    #[serde(deserialize_with = "length")]
    #[schemars(with = "String")]
    pub surveillance: Duration,
    /// How long a certificate holds.
    #[serde(deserialize_with = "length")]
    #[schemars(with = "String")]
    pub certificate: Duration,
    /// How long after its end it can be restored.
    #[serde(deserialize_with = "length")]
    #[schemars(with = "String")]
    pub restoration: Duration,
}

fn length<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

fn lengths<'de, D: Deserializer<'de>>(from: D) -> Result<[Duration; 2], D::Error> {
    let [least, most] = <[String; 2]>::deserialize(from)?;
    let read = |text: String| text.parse().map_err(serde::de::Error::custom);
    Ok([read(least)?, read(most)?])
}

impl Level {
    /// The level of three scores of 1 to 3 each.
    pub fn of(scores: [u8; 3]) -> Self {
        match scores.iter().sum::<u8>() {
            ..=4 => Self::Low,
            5..=6 => Self::Medium,
            7.. => Self::High,
        }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Reads the facts.
///
/// # Errors
/// The first thing that is wrong with the file, at its place.
pub(super) fn read(source: &Source) -> Result<Certification, Diagnostic> {
    toml_text::read(source, Code::InvalidPack)
}
