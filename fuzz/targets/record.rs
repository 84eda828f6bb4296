//! libFuzzer on `fubiao_fuzz::record`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("record"), |data: &[u8]| fubiao_fuzz::record(data));
