//! libFuzzer on `fubiao_fuzz::relative_name`.

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: fubiao_fuzz::sow("relative_name"),
    |data: &[u8]| fubiao_fuzz::relative_name(data)
);
