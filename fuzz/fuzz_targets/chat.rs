#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| secscan_core::fuzzing::chat(data));
