//! libFuzzer on `fubiao_fuzz::corrections`.

#![no_main]

libfuzzer_sys::fuzz_target!(
    init: fubiao_fuzz::sow("corrections"),
    |data: &[u8]| fubiao_fuzz::corrections(data)
);
