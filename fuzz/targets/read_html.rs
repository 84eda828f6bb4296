//! libFuzzer on `fubiao_fuzz::read_html`.

#![no_main]

libfuzzer_sys::fuzz_target!(init: fubiao_fuzz::sow("read_html"), |data: &[u8]| fubiao_fuzz::read_html(data));
