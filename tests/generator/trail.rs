//! A mixed log in names of the Elastic Common Schema, one record a line: calls of a cloud API of
//! 700 to 900 bytes, sign-ins to servers of 500.

use super::seed::Seed;
use std::fmt::Write as _;

/// What happened, as far as rules ask about it.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// `event.action`.
    pub(crate) action: String,
    /// `event.provider`; a sign-in to a server has none.
    pub(crate) provider: Option<String>,
    /// `event.outcome`.
    pub(crate) outcome: &'static str,
    /// `user.name`.
    pub(crate) user: String,
    /// `source.ip`, its four bytes.
    pub(crate) address: [u8; 4],
    /// `cloud.region`; a sign-in to a server has none.
    pub(crate) region: Option<&'static str>,
    /// `user_agent.original`; a sign-in to a server has none.
    pub(crate) agent: Option<String>,
    /// `error.code`, where something failed.
    pub(crate) error: Option<&'static str>,
    /// `http.response.status_code`; a sign-in to a server has none.
    pub(crate) status: Option<i64>,
    /// `http.response.body.bytes`; a sign-in to a server has none.
    pub(crate) bytes: Option<i64>,
    /// `process.pid`; a call has none.
    pub(crate) process: Option<i64>,
}

/// Calls and what they are made of. Small numbers are frequent, large ones rare.
pub(crate) const VERBS: [&str; 12] = [
    "Get", "Describe", "List", "Put", "Create", "Update", "Delete", "Assume", "Decrypt", "Tag", "Attach",
    "Stop",
];
const NOUNS: [&str; 25] = [
    "Object",
    "Instances",
    "Role",
    "Volumes",
    "Key",
    "Bucket",
    "Policy",
    "LogStream",
    "Snapshot",
    "Function",
    "Queue",
    "Table",
    "User",
    "Stack",
    "Cluster",
    "Parameter",
    "Secret",
    "Domain",
    "Certificate",
    "Alarm",
    "Pipeline",
    "Image",
    "Rule",
    "Trail",
    "Vault",
];
const SERVICES: [&str; 16] = [
    "s3",
    "ec2",
    "sts",
    "kms",
    "logs",
    "iam",
    "lambda",
    "dynamodb",
    "sqs",
    "ecr",
    "rds",
    "ssm",
    "acm",
    "eks",
    "backup",
    "guardduty",
];
pub(crate) const REGIONS: [&str; 8] = [
    "eu-west-1",
    "eu-central-1",
    "us-east-1",
    "us-west-2",
    "ap-southeast-2",
    "sa-east-1",
    "af-south-1",
    "me-central-1",
];
pub(crate) const ERRORS: [&str; 5] =
    ["AccessDenied", "ThrottlingException", "NoSuchKey", "ValidationException", "ExpiredToken"];
const AGENTS: [&str; 8] = [
    "aws-sdk-rust/1.3 os/linux lang/rust/1.89",
    "Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/linux",
    "aws-cli/2.27.4 md/awscrt#0.26.1 ua/2.1 os/macos",
    "APN/1.0 HashiCorp/1.0 Terraform/1.12",
    "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
    "Kubernetes/1.33 kube-controller-manager",
    "curl/8.14.1",
    "python-requests/2.32",
];
/// People and machines that act.
pub(crate) const USERS: usize = 2_000;

/// Writes so many bytes of records and shows what each of them says.
pub(crate) fn write(
    bytes: usize,
    number: u64,
    out: &mut dyn std::io::Write,
    each: &mut dyn FnMut(&Event),
) -> usize {
    let mut seed = Seed::new(number);
    let mut written = 0;
    let mut records = 0;
    let mut line = String::new();
    while written < bytes {
        line.clear();
        let event = if seed.below(10) < 7 { call(&mut seed) } else { sign_in(&mut seed) };
        // Half a second apart, from 20:00 on.
        render(&mut line, &mut seed, &event, records / 2);
        out.write_all(line.as_bytes()).expect("a log can be written");
        each(&event);
        written += line.len();
        records += 1;
    }
    records
}

/// A number below the limit, of which small ones are frequent.
fn mostly_small(seed: &mut Seed, limit: usize) -> usize {
    let bound = 1 + seed.below(limit);
    let bound = 1 + seed.below(bound);
    seed.below(bound)
}

fn call(seed: &mut Seed) -> Event {
    let (verb, noun) = (VERBS[mostly_small(seed, VERBS.len())], NOUNS[mostly_small(seed, NOUNS.len())]);
    let fails = seed.below(20) == 0;
    let service = SERVICES[mostly_small(seed, SERVICES.len())];
    Event {
        action: format!("{verb}{noun}"),
        provider: Some(format!("{service}.amazonaws.com")),
        outcome: if fails { "failure" } else { "success" },
        user: format!("user-{}", mostly_small(seed, USERS)),
        address: address(seed),
        region: Some(REGIONS[mostly_small(seed, REGIONS.len())]),
        agent: Some(AGENTS[mostly_small(seed, AGENTS.len())].to_owned()),
        error: fails.then(|| ERRORS[mostly_small(seed, ERRORS.len())]),
        status: Some(if fails { [400, 403, 404, 429, 500][seed.below(5)] } else { 200 }),
        bytes: Some(i64::try_from(seed.next() % (1 << (4 + seed.below(28)))).unwrap_or(0)),
        process: None,
    }
}

fn sign_in(seed: &mut Seed) -> Event {
    let fails = seed.below(6) == 0;
    Event {
        action: ["login", "logout", "sudo", "key-exchange"][mostly_small(seed, 4)].to_owned(),
        provider: None,
        outcome: if fails { "failure" } else { "success" },
        user: format!("user-{}", mostly_small(seed, USERS)),
        address: address(seed),
        region: None,
        agent: None,
        error: None,
        status: None,
        bytes: None,
        process: Some(1_000 + i64::try_from(seed.below(60_000)).unwrap_or(0)),
    }
}

fn address(seed: &mut Seed) -> [u8; 4] {
    let [a, b, c, ..] = seed.next().to_le_bytes();
    match seed.below(10) {
        0 => [198, 51, 100, a],
        1 => [203, 0, 113, a],
        _ => [10, b % 64, c, a],
    }
}

fn render(line: &mut String, seed: &mut Seed, event: &Event, second: usize) {
    let [a, b, c, d] = event.address;
    let (day, second) = (1 + second / 86_400 % 28, second % 86_400);
    let time = format!("2026-06-{day:02}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60);
    let (id, key, user) = (seed.next(), seed.next(), &event.user);
    let Event { action, outcome, .. } = event;
    if let (Some(provider), Some(region), Some(agent)) = (&event.provider, event.region, &event.agent) {
        let error = event.error.map_or(String::new(), |code| {
            format!(r#""error":{{"code":"{code}","message":"User {user} is not authorized \"here\""}},"#)
        });
        let _ = write!(
            line,
            r#"{{"@timestamp":"{time}","ecs_note":"as shipped","event":{{"kind":"event","category":["api"],"action":"{action}","provider":"{provider}","outcome":"{outcome}","id":"{id:016x}","dataset":"aws.cloudtrail"}},"user":{{"name":"{user}","id":"arn:aws:sts::111122223333:assumed-role/engineer/{user}","roles":["engineer","on-call"]}},"source":{{"ip":"{a}.{b}.{c}.{d}"}},"cloud":{{"provider":"aws","region":"{region}","account":{{"id":"111122223333"}}}},{error}"user_agent":{{"original":"{agent}"}},"http":{{"request":{{"method":"POST"}},"response":{{"status_code":{},"body":{{"bytes":{}}}}}}},"aws":{{"cloudtrail":{{"request_parameters":"{{bucketName=records-{}, key=2026/06/\"{key:x}\".parquet}}","response_elements":null,"session":{{"issuer":"engineer","mfa":true}},"request_id":"{key:016x}"}}}},"tags":["forwarded","aws-cloudtrail"]}}"#,
            event.status.unwrap_or(0),
            event.bytes.unwrap_or(0),
            key % 5_000,
        );
    } else {
        let process = event.process.unwrap_or(0);
        let _ = write!(
            line,
            r#"{{"@timestamp":"{time}","event":{{"kind":"event","category":["authentication"],"type":["start"],"action":"{action}","outcome":"{outcome}","id":"{id:016x}","dataset":"system.auth"}},"host":{{"name":"gate-{}.example.org","os":{{"family":"debian"}}}},"process":{{"name":"sshd","pid":{process}}},"user":{{"name":"{user}"}},"source":{{"ip":"{a}.{b}.{c}.{d}","port":{}}},"message":"sshd[{process}]: {action} of {user} from {a}.{b}.{c}.{d}: {outcome}, ED25519 SHA256:{key:016x}","tags":["forwarded"]}}"#,
            key % 40,
            1_024 + key % 60_000,
        );
    }
    line.push('\n');
}
