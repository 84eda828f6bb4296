//! libFuzzer on `fubiao_fuzz::segment`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("segment"), |data: &[u8]| fubiao_fuzz::segment(data));
