//! Offers of certification bodies, side by side, with what a careful buyer would ask about.

use super::applicant::Applicant;
use super::audit_time::AuditTime;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::Certification;
use crate::source::Source;
use crate::toml_text::{self, wrong};
use jiff::civil::Date;
use serde::Deserialize;
use std::fmt::Write as _;
use std::sync::Arc;
use toml::Spanned;

/// Visits between two certifications: certificates hold three years.
const SURVEILLANCES: f64 = 2.0;
/// A price so far below that of the others is asked about. Judgement.
const CHEAP: f64 = 0.6;

/// An offer, as someone wrote it down from the body's letter.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it says.
    says: OfferText,
    /// Where it says so.
    source: Arc<Source>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfferText {
    body: Spanned<String>,
    edition: Option<Spanned<String>>,
    valid_until: Option<Spanned<toml::value::Datetime>>,
    accreditation: Option<AccreditationText>,
    days: Spanned<DaysText>,
    fees: FeesText,
    reason_for_reduction: Option<String>,
    consultancy: Option<Spanned<bool>>,
    internal_audit: Option<Spanned<bool>>,
    cert_search: Option<Spanned<bool>>,
    sector_experience: Option<Spanned<bool>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccreditationText {
    body: Spanned<String>,
    standards: Spanned<Vec<String>>,
    expires: Option<Spanned<toml::value::Datetime>>,
    iaf_mla: Option<Spanned<bool>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DaysText {
    stage_1: f64,
    stage_2: f64,
    surveillance: Option<f64>,
    recertification: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeesText {
    currency: String,
    day: f64,
    travel: Option<f64>,
    administration: Option<f64>,
}

impl Offer {
    /// Reads an offer.
    ///
    /// # Errors
    /// What is wrong with the file, at its place.
    pub fn read(source: Arc<Source>) -> Result<Self, Diagnostic> {
        let says = toml_text::read(&source, Code::InvalidCertification)?;
        Ok(Self { says, source })
    }

    fn initial(&self) -> f64 {
        self.says.days.get_ref().stage_1 + self.says.days.get_ref().stage_2
    }

    /// All of the three years: initial audit, two surveillances, travel and administration.
    fn cost(&self) -> f64 {
        let days = self.initial() + SURVEILLANCES * self.says.days.get_ref().surveillance.unwrap_or_default();
        let fees = &self.says.fees;
        days * fees.day + fees.travel.unwrap_or_default() + fees.administration.unwrap_or_default()
    }

    /// What a careful buyer would ask about, each at its place.
    fn flags(&self, time: &AuditTime, as_of: Date) -> Vec<Diagnostic> {
        let mut flags = Flags { offer: self, all: Vec::new() };
        flags.days(time);
        flags.accreditation(as_of);
        flags.impartiality();
        flags.rest(as_of);
        flags.all
    }
}

struct Flags<'a> {
    offer: &'a Offer,
    all: Vec<Diagnostic>,
}

impl Flags<'_> {
    fn ask<T>(&mut self, at: &Spanned<T>, message: impl Into<String>) {
        let message = format!("{}: {}", self.offer.says.body.get_ref(), message.into());
        let mut flag = wrong(&self.offer.source, Code::DoubtfulOffer, at, message);
        flag.severity = crate::finding::Severity::Warning;
        self.all.push(flag);
    }

    /// Audit time worked out from the table; less of it without a reason is a warning sign.
    fn days(&mut self, time: &AuditTime) {
        let says = self.offer.says.clone();
        let (initial, least) = (self.offer.initial(), time.initial[0]);
        if time.table.is_some() && initial < least {
            let because = match &says.reason_for_reduction {
                Some(reason) => format!("the reason given is: {reason}"),
                None => "no reason is given".to_owned(),
            };
            self.ask(
                &says.days,
                format!("{initial} days for the initial audit, at least {least} by the table; {because}"),
            );
        }
        let days = says.days.get_ref();
        match days.surveillance {
            Some(surveillance) if time.table.is_some() && surveillance < time.surveillance[0] => self.ask(
                &says.days,
                format!("{surveillance} days a surveillance, about {} by the table", time.surveillance[0]),
            ),
            None => self.ask(
                &says.days,
                "no days are quoted for surveillance, so the cost of three years is not known",
            ),
            Some(_) => {}
        }
        if days.recertification.is_none() {
            self.ask(&says.days, "no days are quoted for recertification");
        }
    }

    fn accreditation(&mut self, as_of: Date) {
        let says = self.offer.says.clone();
        let Some(accreditation) = &says.accreditation else {
            return self
                .ask(&says.body, "no accreditation is named; a certificate without one is worth little");
        };
        for standard in ["17021-1", "27006-1"] {
            if !accreditation.standards.get_ref().iter().any(|named| named.contains(standard)) {
                self.ask(
                    &accreditation.standards,
                    format!("accreditation under ISO/IEC {standard} is not named"),
                );
            }
        }
        match accreditation.expires.as_ref().map(|date| (date, civil(date.get_ref()))) {
            Some((date, Some(expires))) if expires < as_of => {
                self.ask(date, format!("its accreditation ended on {expires}"));
            }
            Some((_, Some(_))) => {}
            _ => self.ask(&accreditation.body, "it is not said until when the accreditation holds"),
        }
        match &accreditation.iaf_mla {
            Some(signed) if *signed.get_ref() => {}
            Some(not) => {
                self.ask(not, "its accreditation body did not sign the IAF multilateral arrangement")
            }
            None => self.ask(
                &accreditation.body,
                "it is not said whether the accreditation body signed the IAF multilateral arrangement",
            ),
        }
    }

    /// Who advised cannot certify (ISO/IEC 17021-1, 5.2).
    fn impartiality(&mut self) {
        let says = self.offer.says.clone();
        for (answer, what) in [
            (&says.consultancy, "advice on the management system by the same group"),
            (&says.internal_audit, "internal audits by the same group"),
        ] {
            match answer {
                Some(yes) if *yes.get_ref() => {
                    self.ask(yes, format!("{what} rules out certification by it (17021-1, 5.2)"))
                }
                Some(_) => {}
                None => self.ask(&says.body, format!("it is not said whether there was {what}")),
            }
        }
    }

    fn rest(&mut self, as_of: Date) {
        let says = self.offer.says.clone();
        if let Some(edition) = says.edition.as_ref().filter(|edition| !edition.get_ref().contains("2022")) {
            self.ask(
                edition,
                format!("the offer is for {}, and the edition in force is of 2022", edition.get_ref()),
            );
        }
        if let Some((at, until)) = says.valid_until.as_ref().and_then(|at| Some((at, civil(at.get_ref())?)))
            && until < as_of
        {
            self.ask(at, format!("the offer ended on {until}"));
        }
        if let Some(no) = says.cert_search.as_ref().filter(|listed| !listed.get_ref()) {
            self.ask(no, "its certificates do not stand in IAF CertSearch");
        }
        if let Some(no) = says.sector_experience.as_ref().filter(|knows| !knows.get_ref()) {
            self.ask(no, "its auditors do not know the business");
        }
    }
}

fn civil(date: &toml::value::Datetime) -> Option<Date> {
    let date = date.date?;
    Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?)
        .ok()
}

/// Offers side by side as Markdown, the cheapest of one currency first, and what to ask about.
pub fn compare(
    offers: &[Offer],
    applicant: &Applicant,
    facts: &Certification,
    as_of: Date,
) -> (String, Vec<Diagnostic>) {
    let time = AuditTime::of(applicant, facts);
    let mut order: Vec<&Offer> = offers.iter().collect();
    order.sort_by(|a, b| {
        let currency = a.says.fees.currency.cmp(&b.says.fees.currency);
        currency.then(a.cost().total_cmp(&b.cost())).then(a.says.body.get_ref().cmp(b.says.body.get_ref()))
    });
    let mut text = format!(
        "By the table: {} to {} days for the initial audit, about {} to {} for each surveillance.\n\n",
        time.initial[0], time.initial[1], time.surveillance[0], time.surveillance[1]
    );
    text.push_str("| body | Stage 1 | Stage 2 | surveillance | a day | three years | flags |\n");
    text.push_str("|---|---:|---:|---:|---:|---:|---:|\n");
    let mut flags = Vec::new();
    for offer in &order {
        let mut own = offer.flags(&time, as_of);
        own.extend(cheap(offer, &order));
        let (days, fees) = (offer.says.days.get_ref(), &offer.says.fees);
        let surveillance = days.surveillance.map_or("?".to_owned(), |days| days.to_string());
        let _ = writeln!(
            text,
            "| {} | {} | {} | {surveillance} | {:.0} {currency} | {:.0} {currency} | {} |",
            offer.says.body.get_ref().replace('|', "\\|"),
            days.stage_1,
            days.stage_2,
            fees.day,
            offer.cost(),
            own.len(),
            currency = fees.currency
        );
        flags.extend(own);
    }
    if offers.len() < 3 {
        text.push_str("\nFewer than three offers: a careful buyer asks at least three bodies.\n");
    }
    (text, flags)
}

/// A price far below the middle of all of its currency.
fn cheap(offer: &Offer, all: &[&Offer]) -> Option<Diagnostic> {
    let same = all.iter().filter(|other| other.says.fees.currency == offer.says.fees.currency);
    let mut costs: Vec<f64> = same.map(|other| other.cost()).collect();
    costs.sort_by(f64::total_cmp);
    let middle = costs[costs.len() / 2];
    let mut flags = Flags { offer, all: Vec::new() };
    if costs.len() > 2 && offer.cost() < middle * CHEAP {
        flags.ask(
            &offer.says.body,
            format!("{:.0} is far below the {middle:.0} of the others: what is left out?", offer.cost()),
        );
    }
    flags.all.pop()
}
