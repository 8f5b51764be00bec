//! Times and durations in rules.

use crate::time::{Duration, Time};
use rhai::{Engine, EvalAltResult};
use std::cmp::Ordering;

type Failed = Box<EvalAltResult>;

pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Time>("time").register_type_with_name::<Duration>("duration");
    register_comparisons(engine);
    engine.register_fn("time", |text: &str| -> Result<Time, Failed> {
        let day = text.parse().map(Time::Day);
        day.map_err(|_| format!("`{text}` is no day; write one such as time(\"2026-07-01\")").into())
    });
    engine.register_fn("days", Duration::days);
    engine.register_fn("hours", |hours: i64| Duration::seconds(hours.saturating_mul(3_600)));
    engine.register_fn("months", |months: i64| Duration::months(i32::try_from(months).unwrap_or(i32::MAX)));
    engine.register_fn("+", |time: Time, by: Duration| time.plus(by));
    engine.register_fn("-", |time: Time, by: Duration| time.plus(by.negated()));
    engine.register_fn("-", |later: Time, earlier: Time| later.since(earlier));
    engine.register_get("in_days", |length: &mut Duration| length.in_days());
    engine.register_get("in_hours", |length: &mut Duration| length.seconds / 3_600);
    engine.register_get("day", |time: &mut Time| Time::Day(time.day()));
    engine.register_get("year", |time: &mut Time| i64::from(time.day().year()));
    engine.register_fn("to_string", |time: &mut Time| time.to_string());
    engine.register_fn("to_debug", |time: &mut Time| time.to_string());
    engine.register_fn("to_string", |length: &mut Duration| length.to_string());
    engine.register_fn("to_debug", |length: &mut Duration| length.to_string());
}

fn register_comparisons(engine: &mut Engine) {
    engine.register_fn("==", |a: Time, b: Time| a.compare(b) == Ordering::Equal);
    engine.register_fn("!=", |a: Time, b: Time| a.compare(b) != Ordering::Equal);
    engine.register_fn("<", |a: Time, b: Time| a.compare(b) == Ordering::Less);
    engine.register_fn("<=", |a: Time, b: Time| a.compare(b) != Ordering::Greater);
    engine.register_fn(">", |a: Time, b: Time| a.compare(b) == Ordering::Greater);
    engine.register_fn(">=", |a: Time, b: Time| a.compare(b) != Ordering::Less);
    let compared = |a: Duration, b: Duration| -> Result<Ordering, Failed> {
        a.compare(b).ok_or_else(|| "a month has no fixed length; compare days with days".into())
    };
    engine.register_fn("==", move |a: Duration, b: Duration| compared(a, b).map(Ordering::is_eq));
    engine.register_fn("!=", move |a: Duration, b: Duration| compared(a, b).map(Ordering::is_ne));
    engine.register_fn("<", move |a: Duration, b: Duration| compared(a, b).map(Ordering::is_lt));
    engine.register_fn("<=", move |a: Duration, b: Duration| compared(a, b).map(Ordering::is_le));
    engine.register_fn(">", move |a: Duration, b: Duration| compared(a, b).map(Ordering::is_gt));
    engine.register_fn(">=", move |a: Duration, b: Duration| compared(a, b).map(Ordering::is_ge));
}
