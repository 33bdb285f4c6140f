//! Text without a secret, of the shapes that make scanners cry wolf, made from a fixed seed.
//!
//! A generator and not files, because it takes megabytes to see what is rare. What is small stands in
//! `fixtures/clean-*`, where it can be read.

mod code;
mod config;
mod data;
mod prose;

use std::ops::ControlFlow;

use secscan_core::{Input, Scanner};

use crate::noise::Noise;

/// How large the file of one shape is, in bytes, at the least.
const SIZE: usize = 96 << 10;

/// A kind of file: how it is called, and one more piece of it.
pub(crate) struct Shape {
    pub(crate) path: &'static str,
    /// What stands at the beginning, between the pieces and at the end.
    pub(crate) frame: [&'static str; 3],
    pub(crate) piece: fn(&mut Noise) -> String,
}

/// A made-up file.
pub struct File {
    /// What it is called.
    pub path: &'static str,
    /// What it holds.
    pub text: String,
}

/// Something that was reported where nothing is.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// The rule.
    pub rule: String,
    /// The file.
    pub path: String,
    /// The line that it begins on.
    pub line: usize,
}

/// All files.
pub fn files() -> impl Iterator<Item = File> {
    let shapes = [code::SHAPES, config::SHAPES, data::SHAPES, prose::SHAPES].into_iter().flatten();
    shapes.zip(1..).map(|(shape, seed)| File { path: shape.path, text: write(shape, seed) })
}

fn write(shape: &Shape, seed: u64) -> String {
    let mut noise = Noise::new(seed);
    let [begin, between, end] = shape.frame;
    let mut text = begin.to_owned() + &(shape.piece)(&mut noise);
    while text.len() < SIZE {
        text += between;
        text += &(shape.piece)(&mut noise);
    }
    text + end
}

/// What the scanner reports of a file.
pub fn alarms(scanner: &Scanner, file: &File) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let input = Input::new(&file.text).path(file.path.as_bytes());
    let flow: ControlFlow<()> = scanner.scan(&mut scanner.create_cache(), &input, |finding| {
        let before = &file.text.as_bytes()[..finding.span.start];
        alarms.push(Alarm {
            rule: scanner.rule(&finding).id.to_string(),
            path: file.path.to_owned(),
            line: 1 + before.iter().filter(|&&byte| byte == b'\n').count(),
        });
        ControlFlow::Continue(())
    });
    debug_assert!(flow.is_continue());
    alarms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_each_time_and_no_file_twice() {
        let texts: Vec<String> = files().map(|file| file.text).collect();
        assert!(texts.iter().map(String::len).sum::<usize>() > 4 << 20);
        assert!(files().map(|file| file.text).eq(texts.iter().cloned()));
        let mut paths: Vec<_> = files().map(|file| file.path).collect();
        paths.sort_unstable();
        let count = paths.len();
        paths.dedup();
        assert_eq!(paths.len(), count);
    }
}
