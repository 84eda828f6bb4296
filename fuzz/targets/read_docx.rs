//! libFuzzer on `fubiao_fuzz::read_docx`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("read_docx"), |data: &[u8]| fubiao_fuzz::read_docx(data));
