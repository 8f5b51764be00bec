//! A night of logs, ten hours from 20:00 UTC, with a known number of incidents in it.

use super::Exceptions;
use super::seed::Seed;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Logs of a night.
pub(crate) struct Night {
    /// The text of the log.
    pub(crate) text: String,
    /// Its records.
    pub(crate) records: usize,
    /// People who may sign in, and one who left.
    pub(crate) roster: String,
    /// What happened.
    pub(crate) holds: Exceptions,
}

/// People who sign in.
const STAFF: usize = 200;
/// Sign-ins of one burst that fail.
const BURST: usize = 8;
/// Bursts of a night.
const BURSTS: usize = 3;
/// One sign-in in so many records of an API.
const SIGN_IN: usize = 150;
/// One of them in so many records has no second factor.
const WITHOUT_MFA: usize = 3_000;
/// Bytes of a record, about.
const CLOUD_RECORD: usize = 800;
const GATE_LINE: usize = 132;

/// What happens in a record.
#[derive(Clone, Copy)]
enum Event {
    /// Somebody works.
    Work,
    /// Somebody signs in.
    SignIn,
    /// A contractor signs in without a second factor.
    WithoutMfa,
    /// Somebody who left signs in.
    Leaver,
    /// A stranger guesses, in the burst with this number.
    Guess(usize),
    /// The trail is stopped.
    Stop,
}

/// The script of a night: guesses in bursts, a leaver after a third, the trail stopped at the end.
fn event(at: usize, records: usize) -> Event {
    let burst = (1..=BURSTS).find(|burst| (0..BURST).contains(&at.wrapping_sub(burst * records / 4)));
    match burst {
        Some(burst) => Event::Guess(burst),
        None if at == records - 1 => Event::Stop,
        None if at == records / 3 => Event::Leaver,
        None if at % WITHOUT_MFA == 17 => Event::WithoutMfa,
        None if at.is_multiple_of(SIGN_IN) => Event::SignIn,
        None => Event::Work,
    }
}

/// CloudTrail, one record a line.
pub(crate) fn cloud(bytes: usize) -> Night {
    let records = bytes / CLOUD_RECORD;
    let mut seed = Seed::new(27001);
    let mut text = String::with_capacity(bytes + bytes / 4);
    let mut contractors = BTreeSet::new();
    for at in 0..records {
        let time = time(at, records);
        match event(at, records) {
            Event::Work => call(&mut text, &mut seed, &time),
            Event::SignIn => {
                let user = format!("user-{}", seed.below(STAFF));
                sign_in(&mut text, &mut seed, &time, &user, "192.0.2.10", "Success", "Yes");
            }
            Event::WithoutMfa => {
                let user = format!("contractor-{}", seed.below(20));
                sign_in(&mut text, &mut seed, &time, &user, "192.0.2.11", "Success", "No");
                contractors.insert(user);
            }
            Event::Leaver => sign_in(&mut text, &mut seed, &time, "eva.left", "192.0.2.12", "Success", "Yes"),
            Event::Guess(burst) => {
                let address = format!("198.51.100.{burst}");
                sign_in(&mut text, &mut seed, &time, "user-1", &address, "Failure", "No");
            }
            Event::Stop => stop(&mut text, &mut seed, &time),
        }
    }
    let holds = Exceptions::from([
        ("audit-trail-stopped", 1),
        ("failed-sign-ins-burst", BURSTS),
        ("leaver-signs-in", 1),
        ("log-source-silent", 0),
        ("record-without-zone", 0),
        ("sign-in-without-mfa", contractors.len()),
    ]);
    Night { text, records, roster: roster(), holds }
}

fn call(text: &mut String, seed: &mut Seed, time: &str) {
    const CALLS: &[(&str, &str, bool)] = &[
        ("ec2.amazonaws.com", "DescribeInstances", true),
        ("ec2.amazonaws.com", "DescribeVolumes", true),
        ("ec2.amazonaws.com", "CreateSnapshot", false),
        ("s3.amazonaws.com", "GetObject", true),
        ("s3.amazonaws.com", "PutObject", false),
        ("kms.amazonaws.com", "Decrypt", true),
        ("sts.amazonaws.com", "AssumeRole", true),
        ("logs.amazonaws.com", "CreateLogStream", false),
        ("iam.amazonaws.com", "ListRoles", true),
    ];
    let (provider, action, read_only) = *seed.one_of(CALLS);
    let (user, key, bucket) = (seed.below(STAFF), seed.next(), seed.below(5_000));
    let _ = write!(
        text,
        r#"{{"eventVersion":"1.10","userIdentity":{{"type":"AssumedRole","principalId":"AROA{key:016X}:user-{user}","arn":"arn:aws:sts::111122223333:assumed-role/engineer/user-{user}","accountId":"111122223333","sessionContext":{{"sessionIssuer":{{"type":"Role","userName":"engineer"}},"attributes":{{"mfaAuthenticated":"true"}}}}}},"eventTime":"{time}","eventSource":"{provider}","eventName":"{action}","requestParameters":{{"bucketName":"records-{bucket}","key":"2026/06/\"{key:x}\".parquet"}},"responseElements":null,"readOnly":{read_only},"userAgent":"aws-sdk-rust/1.3 os/linux lang/rust/1.89","#
    );
    tail(text, seed, "AwsApiCall", &format!("10.0.{}.{}", seed_byte(key, 0), seed_byte(key, 8)));
}

fn sign_in(
    text: &mut String,
    seed: &mut Seed,
    time: &str,
    user: &str,
    address: &str,
    outcome: &str,
    mfa: &str,
) {
    let _ = write!(
        text,
        r#"{{"eventVersion":"1.10","userIdentity":{{"type":"IAMUser","principalId":"AIDA0000000000000000","arn":"arn:aws:iam::111122223333:user/{user}","accountId":"111122223333","userName":"{user}"}},"eventTime":"{time}","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","requestParameters":null,"responseElements":{{"ConsoleLogin":"{outcome}"}},"additionalEventData":{{"LoginTo":"https://console.aws.amazon.com/","MobileVersion":"No","MFAUsed":"{mfa}"}},"userAgent":"Mozilla/5.0 (X11; Linux x86_64)","#
    );
    tail(text, seed, "AwsConsoleSignIn", address);
}

fn stop(text: &mut String, seed: &mut Seed, time: &str) {
    let _ = write!(
        text,
        r#"{{"eventVersion":"1.10","userIdentity":{{"type":"IAMUser","accountId":"111122223333","userName":"user-1"}},"eventTime":"{time}","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","requestParameters":{{"name":"organization"}},"readOnly":false,"#
    );
    tail(text, seed, "AwsApiCall", "192.0.2.13");
}

/// What all records end in.
fn tail(text: &mut String, seed: &mut Seed, kind: &str, address: &str) {
    const REGIONS: &[&str] = &["eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2"];
    let (region, id, request) = (*seed.one_of(REGIONS), seed.next(), seed.next());
    let _ = writeln!(
        text,
        r#""awsRegion":"{region}","sourceIPAddress":"{address}","requestID":"{request:016x}","eventID":"{id:016x}","eventType":"{kind}","managementEvent":true,"recipientAccountId":"111122223333"}}"#
    );
}

fn seed_byte(number: u64, shift: u32) -> u8 {
    (number >> shift) as u8
}

/// The log of an SSH server, as syslog.
pub(crate) fn gate(bytes: usize) -> Night {
    let records = bytes / GATE_LINE;
    let mut seed = Seed::new(22);
    let mut text = String::with_capacity(bytes + bytes / 4);
    for at in 0..records {
        let (user, address, port) = (seed.below(STAFF), seed.below(250), 1_024 + seed.below(60_000));
        let said = match event(at, records) {
            Event::Guess(burst) => {
                format!("Failed password for invalid user admin from 198.51.100.{burst} port {port} ssh2")
            }
            Event::Leaver => format!("Accepted publickey for eva.left from 192.0.2.12 port {port} ssh2"),
            _ if at.is_multiple_of(2) => {
                format!(
                    "Accepted publickey for user-{user} from 192.0.2.{address} port {port} ssh2: ED25519 SHA256:aaaaaaaa"
                )
            }
            _ => format!("Disconnected from user user-{user} 192.0.2.{address} port {port}"),
        };
        let _ = writeln!(
            text,
            "<86>1 {} gate.example.org sshd {} - - {said}",
            time(at, records),
            1_000 + at % 30_000
        );
    }
    let holds = Exceptions::from([
        ("failed-sign-ins-burst", BURSTS),
        ("leaver-signs-in", 1),
        ("log-source-silent", 0),
        ("record-without-zone", 0),
    ]);
    Night { text, records, roster: roster(), holds }
}

/// The time of a record: the night goes by evenly.
fn time(at: usize, records: usize) -> String {
    let second = at * 36_000 / records;
    let (day, hour) = if second < 14_400 { (29, 20) } else { (30, 0) };
    let second = if second < 14_400 { second } else { second - 14_400 };
    format!("2026-06-{day}T{:02}:{:02}:{:02}Z", hour + second / 3_600, second / 60 % 60, second % 60)
}

fn roster() -> String {
    let mut text = "Employee ID,Name,Work Email,Login,Hire Date,Termination Date,Status\n".to_owned();
    for i in 0..STAFF {
        let _ = writeln!(text, "E-{i},Person {i},user-{i}@example.org,user-{i},2020-01-01,,active");
    }
    text.push_str("E-900,Eva Left,eva.left@example.org,eva.left,2020-01-01,2026-05-01,left\n");
    text
}
