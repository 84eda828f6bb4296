//! libFuzzer on `fubiao_fuzz::read_xlsx`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("read_xlsx"), |data: &[u8]| fubiao_fuzz::read_xlsx(data));
