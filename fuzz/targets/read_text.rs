//! libFuzzer on `fubiao_fuzz::read_text`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("read_text"), |data: &[u8]| fubiao_fuzz::read_text(data));
