//! libFuzzer on `fubiao_fuzz::check`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("check"), |data: &[u8]| fubiao_fuzz::check(data));
