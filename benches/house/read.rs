//! Reading registers and documents: bytes to tables with the place of everything.

use crate::bench::{Bench, Work};
use crate::kit::{collect, grouped, megabytes, shelf};
use crate::registers::{TRAINING_HEADER, training_row};
use std::fmt::Write as _;

/// A CSV register.
pub(crate) fn csv(bench: &Bench) {
    let rows = bench.records(100_000);
    let body = (0..rows).map(|i| training_row(i, "Security awareness", "2026-03-01", "completed"));
    let text = TRAINING_HEADER.chars().chain(body.collect::<String>().chars()).collect::<String>();
    let files = shelf([("training-records.csv", text.clone().into_bytes())]);
    let evidence = collect(&files);
    assert_eq!(evidence.rows("training-records").count(), rows);
    assert_eq!(evidence.set_aside("training-records"), 0);
    let what = format!("{}, {} rows of 9 cells", megabytes(text.len()), grouped(rows));
    bench.time(&Work::over(text.len(), what.clone()), || collect(&files));
    assert_eq!(peer_rows(&text), rows);
    bench.beside("peer: csv crate", &Work::over(text.len(), what + ", split only"), || peer_rows(&text));
}

/// Rows as the csv crate splits them, one record reused.
fn peer_rows(text: &str) -> usize {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut record).unwrap() {
        rows += 1;
    }
    rows
}

/// A long policy with headings, properties, links and tables.
pub(crate) fn markdown(bench: &Bench) {
    let sections = bench.records(10_000);
    let text = policy(sections);
    let files = shelf([("information-security-policy.md", text.clone().into_bytes())]);
    let evidence = collect(&files);
    let document = evidence.tables["policy"][0].document.as_ref().unwrap();
    assert_eq!(document.headings.len(), sections + 1);
    assert_eq!(document.links.len(), sections);
    let rows = sections / 10;
    assert_eq!(evidence.rows("legal-register").count(), rows);
    let what = format!("{}, {} headings, {} rows of tables", megabytes(text.len()), grouped(sections), rows);
    bench.time(&Work::over(text.len(), what), || collect(&files));
}

fn policy(sections: usize) -> String {
    let mut text = "# Information security policy\n\nOwner: Ada Example\nVersion: 3.1\n\n".to_owned();
    for i in 0..sections {
        let _ = write!(
            text,
            "## {i}. Information of class {i}\n\nWho handles information of **class {i}** marks it, keeps it as \
             [the schedule](schedule.md#class-{i}) says, and *reports* what goes wrong. Nobody takes it home \
             unless the owner of the information agreed in writing.\n\n- Rooms are locked.\n- Screens are \
             locked after `{}` minutes.\n\n",
            i % 15
        );
    }
    text.push_str("| Law | Requirement | Owner | Last reviewed |\n|---|---|---|---|\n");
    for i in 0..sections / 10 {
        let _ = writeln!(text, "| Act {i} | keep records of kind {i} | Ada Example | 2026-03-01 |");
    }
    text
}
