//! libFuzzer on `fubiao_fuzz::read_doc`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("read_doc"), |data: &[u8]| fubiao_fuzz::read_doc(data));
