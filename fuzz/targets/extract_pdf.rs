//! libFuzzer on `fubiao_fuzz::extract_pdf`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("extract_pdf"), |data: &[u8]| fubiao_fuzz::extract_pdf(data));
