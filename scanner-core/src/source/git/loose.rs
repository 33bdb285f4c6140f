//! Loose objects read one after the other, each with a file's three system calls and no mapping.
//!
//! gix reads them too, for those who look for one object. Here all are wanted, and most often more than once: what
//! kind each of them is is remembered, so that a second walk opens only what it asks for. A file that is cut while
//! it is read is an error here, where a mapping of it would end the process.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

use gix::ObjectId;
use gix::objs::{Kind, decode};
use gix::odb::loose::Store;
use gix::zlib::{Decompress, FlushDecompress, Status};

use super::forest::{Decoded, SPARE, Sink};
use super::repo::chain;

/// The buffers' first size: most objects fit, packed or not.
const FIRST: usize = 32 << 10;
/// No more can come out of zlib than so many times what goes in.
const EXPANSION: u64 = 1040;
/// How many objects are worth one more thread.
const WORTH_A_THREAD: usize = 64;

/// The loose objects of one directory.
pub(super) struct Loose {
    dir: PathBuf,
    ids: Vec<ObjectId>,
    /// What each of them is, once it was read.
    kinds: Vec<AtomicU8>,
}

impl Loose {
    /// Lists the objects of a directory that are `wanted`. What could not be listed is told.
    pub(super) fn list(
        dir: &Path,
        hash: gix::hash::Kind,
        mut wanted: impl FnMut(&ObjectId) -> bool,
        mut failed: impl FnMut(String),
    ) -> Loose {
        let mut ids = Vec::new();
        for id in Store::at(dir, hash).iter() {
            match id {
                Ok(id) if wanted(&id) => ids.push(id),
                Ok(_) => {}
                Err(cause) => failed(chain(&cause)),
            }
        }
        let kinds = ids.iter().map(|_| AtomicU8::default()).collect();
        Loose { dir: dir.to_owned(), ids, kinds }
    }

    /// Tells the objects to the sinks, each in a thread of its own where that is worth it.
    pub(super) fn walk<S: Sink>(&self, sinks: &mut [S], stop: &AtomicBool) {
        let next = AtomicUsize::new(0);
        let work = |sink: &mut S| {
            let mut reader = Reader::new(&self.dir);
            while !stop.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(id) = self.ids.get(at) else { break };
                let known = &self.kinds[at];
                if kind_of(known.load(Ordering::Relaxed)).is_some_and(|kind| sink.passes_over(kind))
                {
                    continue;
                }
                let mut wants = |kind, size| {
                    known.store(number(kind), Ordering::Relaxed);
                    !sink.passes_over(kind) && sink.wants(id, kind, size)
                };
                match reader.read(id, &mut wants) {
                    Ok(Some((kind, bytes))) => {
                        let note = &Cell::new(0);
                        let object = Decoded { id, kind, bytes, made_of: None, note };
                        if sink.object(object).is_break() {
                            stop.store(true, Ordering::Relaxed);
                        }
                    }
                    Ok(None) => {}
                    Err(why) => sink.broken(id, &why),
                }
            }
        };
        match sinks.len().min(1 + self.ids.len() / WORTH_A_THREAD) {
            1 => work(&mut sinks[0]),
            threads => std::thread::scope(|scope| {
                for sink in &mut sinks[..threads] {
                    scope.spawn(|| work(sink));
                }
            }),
        }
    }
}

fn number(kind: Kind) -> u8 {
    match kind {
        Kind::Blob => 1,
        Kind::Tree => 2,
        Kind::Commit => 3,
        Kind::Tag => 4,
    }
}

fn kind_of(number: u8) -> Option<Kind> {
    Some(match number {
        1 => Kind::Blob,
        2 => Kind::Tree,
        3 => Kind::Commit,
        4 => Kind::Tag,
        _ => return None,
    })
}

/// One thread's buffers.
struct Reader<'d> {
    dir: &'d Path,
    inflate: Decompress,
    packed: Vec<u8>,
    plain: Vec<u8>,
}

impl Reader<'_> {
    fn new(dir: &Path) -> Reader<'_> {
        Reader { dir, inflate: Decompress::new(), packed: vec![0; FIRST], plain: Vec::new() }
    }

    /// The object and its kind; none, if nobody `wants` it once its kind and size are known.
    fn read(
        &mut self,
        id: &gix::oid,
        wants: &mut dyn FnMut(Kind, u64) -> bool,
    ) -> Result<Option<(Kind, &[u8])>, String> {
        let name = id.to_string();
        let path = self.dir.join(&name[..2]).join(&name[2..]);
        let mut file = open(&path).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => "it vanished while it was to be read".to_owned(),
            _ => cause.to_string(),
        })?;
        if self.plain.len() < FIRST || self.plain.len() > SPARE.1 {
            self.plain = vec![0; FIRST];
        }
        self.inflate.reset();
        let (mut header, mut input, mut done) = (None, 0..0, 0);
        loop {
            if input.is_empty() {
                input = 0..more(&mut file, &mut self.packed)?;
                if input.is_empty() {
                    return Err("its file is cut off".to_owned());
                }
            }
            let before = (self.inflate.total_in(), done);
            let status = self
                .inflate
                .decompress(
                    &self.packed[input.clone()],
                    &mut self.plain[done..],
                    FlushDecompress::None,
                )
                .map_err(|cause| chain(&cause))?;
            let consumed = (self.inflate.total_in() - before.0) as usize;
            input.start += consumed;
            done = self.inflate.total_out() as usize;
            let (kind, start, end) = match header {
                Some(known) => known,
                // It is short: where it is not there yet, there is hardly anything.
                None if done < 32 && status != Status::StreamEnd && consumed > 0 => continue,
                None => {
                    let read = decode::loose_header(&self.plain[..done]);
                    let (kind, size, start) = read.map_err(|cause| chain(&cause))?;
                    if !wants(kind, size) {
                        return Ok(None);
                    }
                    let end = usize::try_from(size).ok().and_then(|size| size.checked_add(start));
                    let end = end.ok_or("its size cannot be true")?;
                    *header.insert((kind, start, end))
                }
            };
            let unlike = || Err("it is not as long as it says".to_owned());
            if status == Status::StreamEnd {
                return if done == end {
                    Ok(Some((kind, &self.plain[start..end])))
                } else {
                    unlike()
                };
            }
            if done > end {
                return unlike();
            }
            if done == self.plain.len() {
                let length = file.metadata().map_err(|cause| cause.to_string())?.len();
                if end as u64 > length.saturating_mul(EXPANSION) {
                    return Err("its size cannot be true".to_owned());
                }
                // One more, to see that there is no more.
                self.plain.resize(end + 1, 0);
            } else if (consumed, done) == (0, before.1) {
                return Err("its file is malformed".to_owned());
            }
        }
    }
}

/// The next bytes of a file; none at its end.
fn more(file: &mut File, buffer: &mut [u8]) -> Result<usize, String> {
    loop {
        match file.read(buffer) {
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            read => return read.map_err(|cause| cause.to_string()),
        }
    }
}

/// Opens a file. What has become a FIFO meanwhile is not waited for.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    std::fs::OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}
