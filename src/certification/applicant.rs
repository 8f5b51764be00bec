//! The organization as a certification body asks about it: `certification.toml`.

use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::Level;
use crate::source::Source;
use crate::toml_text::{self, wrong};
use serde::Deserialize;
use toml::Spanned;

/// The name of the file beside `preaudit.toml`.
pub const FILE_NAME: &str = "certification.toml";

/// What a certification body asks an applicant (ISO/IEC 17021-1:2015, 9.1.1; ISO/IEC 27006-1:2024, 9.1).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// Legal name.
    pub name: String,
    /// Text of the scope.
    pub scope: String,
    /// Addresses that are none of the sites.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Kind of business, and regulation that binds it.
    pub business: String,
    /// Platforms, data centres, clouds.
    #[serde(default)]
    pub platforms: String,
    /// What others do for it.
    #[serde(default)]
    pub outsourced: Vec<String>,
    /// True when software is developed within the scope.
    #[serde(default)]
    pub development: bool,
    /// Persons who mostly work elsewhere than at a site.
    #[serde(default)]
    pub remote_workers: u32,
    /// Version and date of the statement of applicability.
    #[serde(default)]
    pub statement_of_applicability: String,
    /// Number of controls that it excludes.
    #[serde(default)]
    pub excluded_controls: u32,
    /// Other certified systems, for one audit of all.
    #[serde(default)]
    pub other_systems: Vec<String>,
    /// Earlier certificates and transfers.
    #[serde(default)]
    pub earlier_certificates: Vec<String>,
    /// Language of the audit.
    pub language: String,
    /// When it should be.
    #[serde(default)]
    pub wanted: String,
    /// Sites, the central function among them.
    pub site: Vec<Site>,
    /// Scores of complexity.
    pub complexity: Complexity,
}

/// A place where people work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Its name or address.
    pub name: String,
    /// What is done there.
    pub activities: String,
    /// True for the function that runs the system; every audit visits it.
    #[serde(default)]
    pub central: bool,
    /// True when it does the same as the others under one system, so that a sample may stand for it.
    #[serde(default)]
    pub alike: bool,
    /// Number of shifts.
    #[serde(default = "one")]
    pub shifts: u32,
    /// Persons, by what they do.
    pub group: Vec<Group>,
}

/// Persons who do the same, under the organization's control: employees, contractors, freelancers;
/// part-time and shifts as full-time equivalents.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What they do.
    pub activity: String,
    /// How many.
    pub persons: u32,
    /// True when all of them do the same work of low risk: the square root of their number counts.
    #[serde(default)]
    pub identical: bool,
}

/// Scores of complexity, 1 to 3 each (ISO/IEC 27006-1:2024, Annex C).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complexity {
    /// Kind of business and regulation; processes and tasks; how established the system is.
    pub business: Spanned<[u8; 3]>,
    /// Infrastructure; dependency on suppliers and clouds; development.
    pub it: Spanned<[u8; 3]>,
}

fn one() -> u32 {
    1
}

impl Applicant {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it, at its place.
    pub fn read(source: &Source) -> Result<Self, Vec<Diagnostic>> {
        let applicant: Self =
            toml_text::read(source, Code::InvalidCertification).map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        for scores in [&applicant.complexity.business, &applicant.complexity.it] {
            if !scores.get_ref().iter().all(|score| (1..=3).contains(score)) {
                let message = "scores of complexity are 1 (low), 2 (medium) or 3 (high)";
                errors.push(wrong(source, Code::InvalidCertification, scores, message));
            }
        }
        if applicant.site.is_empty() || applicant.persons() == 0 {
            let message = "an applicant has at least one site, and persons there";
            errors.push(
                Diagnostic::error(Code::InvalidCertification, message)
                    .at(source.line(1).place("in this file")),
            );
        }
        if errors.is_empty() { Ok(applicant) } else { Err(errors) }
    }

    /// All persons in the scope.
    pub fn persons(&self) -> u32 {
        self.groups().fold(0, |sum, group| sum.saturating_add(group.persons))
    }

    /// The groups of all sites.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.site.iter().flat_map(|site| &site.group)
    }

    /// The levels of complexity, of the business and of its information technology.
    pub fn levels(&self) -> (Level, Level) {
        (Level::of(*self.complexity.business.get_ref()), Level::of(*self.complexity.it.get_ref()))
    }
}
