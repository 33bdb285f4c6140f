//! Lists the rule files, so that adding one is adding a file and nothing else.

use std::path::Path;
use std::{env, fs};

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let mut names = Vec::new();
    for folder in ["", "named/"] {
        let files = fs::read_dir(Path::new(&root).join(folder)).expect("the folder is readable");
        let files = files.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let rules = files.filter(|name| name.ends_with(".toml") && name != "Cargo.toml");
        names.extend(rules.map(|name| format!("{folder}{name}")));
        println!("cargo::rerun-if-changed={root}/{folder}");
    }
    names.sort();
    let mut code = String::from("&[\n");
    for name in &names {
        let path = Path::new(&root).join(name);
        code.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
        println!("cargo::rerun-if-changed={name}");
    }
    code.push_str("]\n");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("files.rs");
    fs::write(out, code).expect("OUT_DIR is writable");
}
