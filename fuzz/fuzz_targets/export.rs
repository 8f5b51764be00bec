#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| preaudit_fuzz::export(bytes));
