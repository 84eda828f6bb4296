//! libFuzzer on `fubiao_fuzz::read_ofd`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("read_ofd"), |data: &[u8]| fubiao_fuzz::read_ofd(data));
