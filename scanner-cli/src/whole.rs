//! Files that are read whole beside what is scanned: configuration, rules, baselines.
//!
//! Apart because a project names some of them, and a stranger's project may name what never ends.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The largest, in bytes.
const MOST: u64 = 64 << 20;

/// Reads a text.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    // What a shell makes of `<(…)` is a pipe. Any other is not opened: there may be nobody who writes to it.
    let is_shells =
        ["/dev/fd", "/dev/stdin", "/proc/self/fd"].iter().any(|name| path.starts_with(name));
    let meta = fs::metadata(path)?;
    if !meta.is_file() && !meta.is_dir() && !is_shells {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(MOST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST {
        return Err(io::Error::other("it is larger than 64 MiB"));
    }
    Ok(text)
}
