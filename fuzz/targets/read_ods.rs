//! libFuzzer on `fubiao_fuzz::read_ods`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("read_ods"), |data: &[u8]| fubiao_fuzz::read_ods(data));
