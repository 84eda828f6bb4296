//! libFuzzer on `fubiao_fuzz::read_xls`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("read_xls"), |data: &[u8]| fubiao_fuzz::read_xls(data));
