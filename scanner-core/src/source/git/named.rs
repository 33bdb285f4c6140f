//! Handing out objects that are known by name: those that turned out to matter, once more, at their paths.

use super::repo::{Error, Repo};
use super::visit::{self, Candidate};
use super::{Id, Kind, Totals, Visitor};

/// An object, and the path to hand it out with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The object.
    pub id: Id,
    /// What of it is wanted.
    pub kind: Kind,
    /// Where it stands.
    pub path: Vec<u8>,
}

/// Hands out these objects, in no order.
///
/// # Errors
/// The store cannot be opened.
pub fn named<V: Visitor>(
    repo: &Repo,
    objects: &[Named],
    visitors: &mut [V],
) -> Result<Totals, Error> {
    let candidates: Vec<Candidate> = objects
        .iter()
        .map(|object| Candidate {
            id: object.id.to_gix(),
            kind: object.kind,
            path: object.path.clone(),
            commit: None,
            old: Vec::new(),
            gone: None,
        })
        .collect();
    visit::all(repo, &candidates, u64::MAX, visitors)
}
