//! Files that are read whole beside what is scanned: configuration, rules, baselines.
//!
//! Apart because a project names some of them, and a stranger's project may name what never ends.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The largest, in MiB.
const MOST: u64 = 64;
/// The largest of TOML, which takes fifty times as much memory when it is read.
const MOST_OF_TOML: u64 = 4;

/// Reads a text.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    text(read(path, MOST)?)
}

/// Reads a text in TOML.
pub(crate) fn read_toml(path: &Path) -> io::Result<String> {
    text(read(path, MOST_OF_TOML)?)
}

/// Reads what need be no text.
pub(crate) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    read(path, MOST)
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is no text in UTF-8"))
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // What a shell makes of `<(…)` is a pipe. Any other is not opened: there may be nobody who writes to it.
    let is_shells =
        ["/dev/fd", "/dev/stdin", "/proc/self/fd"].iter().any(|name| path.starts_with(name));
    let meta = fs::metadata(path)?;
    if !meta.is_file() && !meta.is_dir() && !is_shells {
        return Err(io::Error::other("it is no regular file"));
    }
    let most_bytes = most << 20;
    let mut bytes = Vec::new();
    if meta.len() <= most_bytes {
        File::open(path)?.take(most_bytes + 1).read_to_end(&mut bytes)?;
    }
    if meta.len().max(bytes.len() as u64) > most_bytes {
        return Err(io::Error::other(format!("it is larger than {most} MiB")));
    }
    Ok(bytes)
}
