//! libFuzzer on `fubiao_fuzz::validate`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("validate"), |data: &[u8]| fubiao_fuzz::validate(data));
