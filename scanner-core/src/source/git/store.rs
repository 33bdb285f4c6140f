//! Reading single objects by their id, from the repository's own store and those the environment adds.
//!
//! Apart from `forest`, which reads packs whole: here an object costs a lookup and its chain of deltas.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gix::ObjectId;
use gix::objs::{Exists, Find, Kind};
use gix::odb::Store;
use gix::odb::pack::cache::lru::MemoryCappedHashmap as DeltaCache;

use super::repo::{Error, Repo, chain};

/// How many bytes of bases a reader keeps, for the deltas that follow.
const DELTA_CACHE: usize = 24 << 20;
/// How many bytes of trees a reader keeps: one commit's trees are mostly those of the next.
const TREE_CACHE: usize = 24 << 20;

type Handle = gix::odb::Cache<gix::odb::store::Handle<std::sync::Arc<Store>>>;

/// Trees that were read, and how many bytes they take.
type Trees = (HashMap<ObjectId, Rc<[u8]>>, usize);

/// One thread's way to objects.
pub(super) struct Reader {
    handles: Vec<Handle>,
    trees: RefCell<Trees>,
    partial: bool,
}

impl Reader {
    pub(super) fn new(repo: &Repo) -> Result<Reader, Error> {
        let mut handles = Vec::new();
        for dir in &repo.object_dirs {
            let store = if *dir == repo.own_objects {
                repo.inner.objects.clone()
            } else {
                let options = gix::odb::store::init::Options::default();
                let store =
                    Store::at_opts(dir.clone(), repo.hash(), &mut std::iter::empty(), options);
                std::sync::Arc::new(
                    store
                        .map_err(|cause| Error::caused("cannot open an object directory", cause))?,
                )
            };
            let mut handle = store.to_cache_arc();
            handle.ignore_replacements = true;
            handle.refresh_never();
            handle.set_pack_cache(|| Box::new(DeltaCache::new(DELTA_CACHE)));
            handles.push(handle);
            // The repository's own store follows the alternates by itself.
            if *dir == repo.own_objects && !repo.more_objects {
                break;
            }
        }
        Ok(Reader { handles, trees: RefCell::default(), partial: repo.partial })
    }

    /// Reads an object into `buffer`; what cannot be read is an error that says why.
    pub(super) fn find(&self, id: &gix::oid, buffer: &mut Vec<u8>) -> Result<Kind, String> {
        self.try_find(id, buffer)?.ok_or_else(|| self.missing().to_owned())
    }

    /// Like [`Reader::find`], where an object that is not there is no error.
    pub(super) fn try_find(
        &self,
        id: &gix::oid,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<Kind>, String> {
        if *id == *ObjectId::empty_tree(id.kind()) {
            buffer.clear();
            return Ok(Some(Kind::Tree));
        }
        let mut failed = None;
        for handle in &self.handles {
            match handle.try_find(id, buffer) {
                Ok(Some(data)) => return Ok(Some(data.kind)),
                Ok(None) => {}
                Err(cause) => failed = Some(chain(&cause)),
            }
        }
        failed.map_or(Ok(None), Err)
    }

    /// Whether an object is there.
    pub(super) fn contains(&self, id: &gix::oid) -> bool {
        *id == *ObjectId::empty_tree(id.kind()) || self.handles.iter().any(|one| one.exists(id))
    }

    pub(super) fn missing(&self) -> &'static str {
        if self.partial {
            "left out of this partial clone"
        } else {
            "missing from the object store"
        }
    }

    /// The bytes of a tree.
    pub(super) fn tree(&self, id: &gix::oid) -> Result<Rc<[u8]>, String> {
        if let Some(tree) = self.trees.borrow().0.get(id) {
            return Ok(tree.clone());
        }
        let mut buffer = Vec::new();
        match self.find(id, &mut buffer)? {
            Kind::Tree => {}
            other => return Err(format!("a {other} where a tree was expected")),
        }
        let tree: Rc<[u8]> = buffer.into();
        let (cache, held) = &mut *self.trees.borrow_mut();
        *held += tree.len() + 80;
        if *held > TREE_CACHE {
            cache.clear();
            *held = tree.len();
        }
        cache.insert(id.to_owned(), tree.clone());
        Ok(tree)
    }
}
