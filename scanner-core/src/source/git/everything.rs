//! All that the object store holds: packs read whole, then loose objects, each object once.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use gix::ObjectId;
use gix::objs::Kind as ObjectKind;

use super::forest::{Decoded, Forest, Sink};
use super::loose::Loose;
use super::repo::{Error, Repo};
use crate::source::Problem;

/// All packs and all loose objects, those of alternates included.
pub(super) struct Everything {
    packs: Vec<Forest>,
    loose: Vec<Loose>,
    loose_ids: gix::hashtable::HashSet<ObjectId>,
}

impl Everything {
    /// Opens the packs and lists the loose objects. What could not be opened is in the second part.
    pub(super) fn open(repo: &Repo) -> Result<(Everything, Vec<Problem>), Error> {
        let mut store =
            Everything { packs: Vec::new(), loose: Vec::new(), loose_ids: Default::default() };
        let mut problems = Vec::new();
        for dir in &repo.object_dirs {
            let failed = |path: PathBuf, why: String| Problem::new(path, io::Error::other(why));
            let listed = fs::read_dir(dir.join("pack"))
                .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect());
            let mut indices: Vec<PathBuf> = match listed {
                Ok(paths) => paths,
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => Vec::new(),
                Err(cause) => {
                    return Err(Error::caused(
                        &format!("cannot list {}", dir.join("pack").display()),
                        cause,
                    ));
                }
            };
            indices.retain(|path| path.extension().is_some_and(|end| end == "idx"));
            indices.sort();
            for path in indices {
                match Forest::open(&path, repo.hash()) {
                    Ok(pack) => store.packs.push(pack),
                    Err(why) => problems.push(failed(path, why)),
                }
            }
            let Everything { packs, loose_ids, .. } = &mut store;
            let loose = Loose::list(
                dir,
                repo.hash(),
                |id| !packs.iter().any(|pack| pack.contains(id)) && loose_ids.insert(*id),
                |why| problems.push(failed(dir.clone(), why)),
            );
            store.loose.push(loose);
        }
        Ok((store, problems))
    }

    pub(super) fn contains(&self, id: &gix::oid) -> bool {
        self.packs.iter().any(|pack| pack.contains(id))
            || self.loose_ids.contains(id)
            || *id == *ObjectId::empty_tree(id.kind())
    }

    /// Tells every object of the store to the sinks, each once.
    pub(super) fn walk<S: Sink>(&self, sinks: &mut [S], stop: &AtomicBool) {
        for (at, pack) in self.packs.iter().enumerate() {
            let mut once: Vec<_> =
                sinks.iter_mut().map(|sink| Once { sink, earlier: &self.packs[..at] }).collect();
            pack.walk(&mut once, stop);
        }
        for objects in &self.loose {
            objects.walk(sinks, stop);
        }
    }
}

/// Passes on what no earlier pack has.
struct Once<'a, S> {
    sink: &'a mut S,
    earlier: &'a [Forest],
}

impl<S: Sink> Once<'_, S> {
    fn is_first(&self, id: &gix::oid) -> bool {
        !self.earlier.iter().any(|pack| pack.contains(id))
    }
}

impl<S: Sink> Sink for Once<'_, S> {
    fn passes_over(&self, kind: ObjectKind) -> bool {
        self.sink.passes_over(kind)
    }

    fn wants(&mut self, id: &gix::oid, kind: ObjectKind, size: u64) -> bool {
        self.is_first(id) && self.sink.wants(id, kind, size)
    }

    fn object(&mut self, object: Decoded<'_>) -> ControlFlow<()> {
        if self.is_first(object.id) { self.sink.object(object) } else { ControlFlow::Continue(()) }
    }

    fn broken(&mut self, id: &gix::oid, why: &str) {
        self.sink.broken(id, why);
    }
}
