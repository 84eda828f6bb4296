//! libFuzzer on `fubiao_fuzz::read_package`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("read_package"), |data: &[u8]| fubiao_fuzz::read_package(data));
