//! wip
#![allow(dead_code, missing_docs, unreachable_pub)]
pub mod code;
pub mod control_id;
pub mod evidence;
pub mod finding;
pub mod pack;
pub mod place;
pub mod snippet;
pub mod source;
pub mod time;
pub mod toml_text;
pub mod world;
