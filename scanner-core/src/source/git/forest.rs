//! One pack read whole: every object decoded once, each base before the deltas that are made of it.
//!
//! gix has such a walk too, but it ends at the first entry that cannot be read. This one names the entry
//! and everything that depends on it, and goes on.
//!
//! Memory: 32 bytes for an object, and the bases that still have deltas waiting. The delta with the most
//! below it comes last, when its base is needed no more, so the bases that wait at one time number at
//! most the logarithm of the size of their tree, for each thread.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gix::objs::Kind;
use gix::odb::pack::data::entry::Header;
use gix::odb::pack::{MMap, data, index};
use gix::zlib::Inflate;

use super::MadeOf;
use super::delta;
use super::queue::Queue;
use super::repo::chain;
use crate::input::Copied;

const NONE: u32 = u32::MAX;
/// Roots that a thread takes at a time.
const ROOTS: usize = 32;
/// Buffers kept for the next base, and the largest worth keeping.
pub(super) const SPARE: (usize, usize) = (16, 4 << 20);
/// The largest buffer that is set aside because a header promised that many bytes.
const PROMISED: usize = 64 << 20;

/// What is told of a pack's objects, on one thread.
pub(super) trait Sink: Send {
    /// Whether objects of a kind need not be decoded at all.
    fn passes_over(&self, kind: Kind) -> bool {
        _ = kind;
        false
    }
    /// Whether an object of so many bytes is worth decoding for its own sake.
    fn wants(&mut self, id: &gix::oid, kind: Kind, size: u64) -> bool {
        _ = (id, kind, size);
        true
    }
    /// One object's content.
    fn object(&mut self, object: Decoded<'_>) -> ControlFlow<()>;
    /// One that could not be decoded.
    fn broken(&mut self, id: &gix::oid, why: &str);
}

/// An object's content.
pub(super) struct Decoded<'d> {
    pub(super) id: &'d gix::oid,
    pub(super) kind: Kind,
    pub(super) bytes: &'d [u8],
    /// What it is made of, if it is a delta.
    pub(super) made_of: Option<MadeOf<'d>>,
    /// What those that are made of it will be told.
    pub(super) note: &'d Cell<u8>,
}

/// A pack, and which of its entries is made of which.
pub(super) struct Forest {
    index: index::File<MMap>,
    data: data::File<MMap>,
    entries: Vec<Entry>,
    roots: Vec<u32>,
}

/// An entry of a pack, in the order of offsets.
struct Entry {
    offset: u64,
    /// Where the index has its id.
    place: u32,
    /// The first entry made of this one, and the next that is made of the same base.
    child: u32,
    sibling: u32,
    /// How many entries depend on this one, itself included.
    weight: u32,
}

impl Forest {
    /// Opens a pack by its index and reads the headers of its entries.
    pub(super) fn open(index_path: &Path, hash: gix::hash::Kind) -> Result<Forest, String> {
        let index = index::File::at(index_path, hash).map_err(|cause| chain(&cause))?;
        let data = data::File::at(index_path.with_extension("pack"), hash)
            .map_err(|cause| chain(&cause))?;
        if index.pack_checksum() != data.checksum() || index.num_objects() != data.num_objects() {
            return Err("the index belongs to another pack".to_owned());
        }
        let mut entries: Vec<_> = (0..index.num_objects())
            .map(|place| Entry {
                offset: index.pack_offset_at_index(place),
                place,
                child: NONE,
                sibling: NONE,
                weight: 1,
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.offset);
        let mut forest = Forest { index, data, entries, roots: Vec::new() };
        forest.link();
        Ok(forest)
    }

    /// Whether the pack has an object.
    pub(super) fn contains(&self, id: &gix::oid) -> bool {
        self.index.lookup(id).is_some()
    }

    /// Finds each entry's base. One that has none here, or no header, becomes a root, to be found broken.
    fn link(&mut self) {
        // A base mostly stands before its deltas, so that going backwards adds weights up from the leaves.
        for at in (0..self.entries.len()).rev() {
            let offset = self.entries[at].offset;
            let base = match self.data.entry(offset).map(|entry| entry.header) {
                Ok(Header::OfsDelta { base_distance }) => offset.checked_sub(base_distance),
                Ok(Header::RefDelta { base_id }) => {
                    self.index.lookup(base_id).map(|place| self.index.pack_offset_at_index(place))
                }
                _ => None,
            };
            let base = base.and_then(|base| {
                self.entries.binary_search_by_key(&base, |entry| entry.offset).ok()
            });
            match base {
                Some(base) if base != at => {
                    let (child, weight) = (at as u32, self.entries[at].weight);
                    self.entries[at].sibling = self.entries[base].child;
                    self.entries[base].child = child;
                    self.entries[base].weight = self.entries[base].weight.saturating_add(weight);
                }
                _ => self.roots.push(at as u32),
            }
        }
        self.roots.reverse();
    }

    /// Decodes the pack on as many threads as there are sinks, until done or one of them breaks off.
    pub(super) fn walk<S: Sink>(&self, sinks: &mut [S], stop: &AtomicBool) {
        let queue = Queue::new(sinks.len());
        let (next, reached) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |sink: &mut S| {
            let more = |own: &mut VecDeque<Task>| {
                let from = next.fetch_add(ROOTS, Ordering::Relaxed).min(self.roots.len());
                let to = (from + ROOTS).min(self.roots.len());
                own.extend(
                    self.roots[from..to].iter().rev().map(|&entry| Task { entry, base: None }),
                );
            };
            let mut decoder = Decoder {
                forest: self,
                inflate: Inflate::default(),
                delta: Vec::new(),
                copied: Vec::new(),
                leaf: Vec::new(),
                spare: Vec::new(),
                reached: 0,
            };
            queue.work(more, |task, own| {
                if !stop.load(Ordering::Relaxed) && decoder.run(task, own, sink).is_break() {
                    stop.store(true, Ordering::Relaxed);
                }
            });
            reached.fetch_add(decoder.reached, Ordering::Relaxed);
        };
        match sinks {
            [sink] => work(sink),
            _ => std::thread::scope(|scope| {
                for sink in &mut *sinks {
                    scope.spawn(|| work(sink));
                }
            }),
        }
        if reached.into_inner() < self.entries.len() && !stop.load(Ordering::Relaxed) {
            self.circular(&mut sinks[0]);
        }
    }

    /// Names the entries that no root leads to, since they are made of each other.
    fn circular(&self, sink: &mut impl Sink) {
        let mut seen = vec![false; self.entries.len()];
        let mut left = self.roots.clone();
        while let Some(at) = left.pop() {
            seen[at as usize] = true;
            left.extend(self.children(at));
        }
        for at in (0..seen.len()).filter(|&at| !seen[at]) {
            sink.broken(self.id(at as u32), "its deltas go in a circle");
        }
    }

    fn id(&self, entry: u32) -> &gix::oid {
        self.index.oid_at_index(self.entries[entry as usize].place)
    }

    fn children(&self, entry: u32) -> impl Iterator<Item = u32> {
        let child = self.entries[entry as usize].child;
        let some = |at: u32| (at != NONE).then_some(at);
        std::iter::successors(some(child), move |&at| some(self.entries[at as usize].sibling))
    }
}

/// An entry to decode. Only the roots have no base.
struct Task {
    entry: u32,
    base: Option<Arc<Base>>,
}

/// An object that others are made of.
struct Base {
    kind: Kind,
    bytes: Vec<u8>,
    note: u8,
}

/// One thread's buffers.
struct Decoder<'f> {
    forest: &'f Forest,
    inflate: Inflate,
    delta: Vec<u8>,
    copied: Vec<Copied>,
    leaf: Vec<u8>,
    spare: Vec<Vec<u8>>,
    reached: usize,
}

impl Decoder<'_> {
    fn run(
        &mut self,
        task: Task,
        own: &mut VecDeque<Task>,
        sink: &mut impl Sink,
    ) -> ControlFlow<()> {
        let forest = self.forest;
        let has_children = forest.entries[task.entry as usize].child != NONE;
        let id = forest.id(task.entry);
        let mut bytes = if has_children {
            self.spare.pop().unwrap_or_default()
        } else {
            std::mem::take(&mut self.leaf)
        };
        let kind = self.decode(&task, id, has_children, &mut bytes, sink);
        let base = task.base.as_ref().map(|base| (base.note, base.bytes.len()));
        if let Some(Ok(bytes)) = task.base.map(Arc::try_unwrap) {
            self.keep(bytes.bytes);
        }
        self.reached += 1;
        let flow = match kind {
            Ok(Some(kind)) => {
                let note = Cell::new(0);
                let made_of = base.map(|(note, len)| MadeOf { note, len, copied: &self.copied });
                let flow = sink.object(Decoded { id, kind, bytes: &bytes, made_of, note: &note });
                if has_children {
                    let (bytes, note) = (std::mem::take(&mut bytes), note.get());
                    let base = Arc::new(Base { kind, bytes, note });
                    let start = own.len();
                    own.extend(
                        forest
                            .children(task.entry)
                            .map(|entry| Task { entry, base: Some(base.clone()) }),
                    );
                    // The heaviest stands first, and the last is taken first.
                    let children = &mut own.make_contiguous()[start..];
                    children.sort_by_key(|task| {
                        std::cmp::Reverse(forest.entries[task.entry as usize].weight)
                    });
                }
                flow
            }
            Ok(None) => {
                self.below(task.entry, |_| {});
                ControlFlow::Continue(())
            }
            Err(why) => {
                sink.broken(id, &why);
                let why = format!("made of object {id}, which cannot be read");
                self.below(task.entry, |entry| sink.broken(forest.id(entry), &why));
                ControlFlow::Continue(())
            }
        };
        if has_children {
            self.keep(bytes);
        } else {
            self.leaf = bytes;
            if self.leaf.len() > SPARE.1 {
                self.leaf = Vec::new();
            }
        }
        flow
    }

    /// Passes over everything that is made of an entry.
    fn below(&mut self, entry: u32, mut tell: impl FnMut(u32)) {
        let mut left: Vec<_> = self.forest.children(entry).collect();
        while let Some(entry) = left.pop() {
            self.reached += 1;
            tell(entry);
            left.extend(self.forest.children(entry));
        }
    }

    fn keep(&mut self, bytes: Vec<u8>) {
        if self.spare.len() < SPARE.0 && (1..=SPARE.1).contains(&bytes.capacity()) {
            self.spare.push(bytes);
        }
    }

    /// Decodes one entry into `out`, and tells what it is; none, if nobody wants it.
    fn decode(
        &mut self,
        task: &Task,
        id: &gix::oid,
        is_base: bool,
        out: &mut Vec<u8>,
        sink: &mut impl Sink,
    ) -> Result<Option<Kind>, String> {
        let offset = self.forest.entries[task.entry as usize].offset;
        let entry = self.forest.data.entry(offset).map_err(|cause| chain(&cause))?;
        out.clear();
        match (&task.base, entry.header.as_kind()) {
            (None, Some(kind)) => {
                if sink.passes_over(kind)
                    || !is_base && !sink.wants(id, kind, entry.decompressed_size)
                {
                    return Ok(None);
                }
                self.inflate(&entry, out)?;
                Ok(Some(kind))
            }
            (Some(base), None) => {
                let mut delta = std::mem::take(&mut self.delta);
                let built = self.inflate(&entry, &mut delta).and_then(|()| {
                    let (base_size, size, commands) =
                        delta::header(&delta).ok_or("the delta is malformed")?;
                    if base_size != base.bytes.len() {
                        return Err("the delta was made for another base".to_owned());
                    }
                    if !is_base && !sink.wants(id, base.kind, size as u64) {
                        return Ok(None);
                    }
                    out.reserve(size.min(PROMISED));
                    self.copied.clear();
                    delta::apply(&base.bytes, commands, out, &mut self.copied)
                        .ok_or("the delta is malformed")?;
                    if out.len() != size {
                        return Err("the delta is malformed".to_owned());
                    }
                    Ok(Some(base.kind))
                });
                self.delta = delta;
                built
            }
            _ => Err("its base is not in the pack".to_owned()),
        }
    }

    fn inflate(&mut self, entry: &data::Entry, out: &mut Vec<u8>) -> Result<(), String> {
        // No more can come out of zlib than a thousand times what goes in.
        let left = (self.forest.data.pack_end() as u64).saturating_sub(entry.data_offset);
        let size = entry.decompressed_size;
        if size > left.saturating_mul(1040) {
            return Err("the entry's size cannot be true".to_owned());
        }
        out.resize(size as usize, 0);
        self.forest
            .data
            .decompress_entry(entry, &mut self.inflate, out)
            .map_err(|cause| chain(&cause))?;
        Ok(())
    }
}
