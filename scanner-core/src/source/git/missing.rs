//! Naming what a store should have and has not: with the path that leads there, from the refs on.
//!
//! Only run when a visit came upon a name that leads nowhere, which may also stand in an object that
//! nothing reaches any more; then it means nothing.

use std::collections::HashSet;

use gix::ObjectId;
use gix::objs::{Kind as ObjectKind, TreeRefIter};

use super::commits::{Commits, Limit};
use super::refs;
use super::repo::{Error, Repo};

/// What the suspects name that is not there, as far as a ref reaches the suspects, and at which path.
pub(super) fn reached(
    repo: &Repo,
    suspects: &HashSet<ObjectId>,
) -> Result<Vec<(String, ObjectId)>, Error> {
    let reader = repo.reader()?;
    let mut commits = Commits::new(repo, &reader);
    let (mut gone, mut seen) = (Vec::new(), HashSet::new());
    let (mut tips, mut trees) = (Vec::new(), Vec::new());
    for tip in refs::all(repo)? {
        match commits.peel(tip.id) {
            Ok((_, id, ObjectKind::Commit)) => tips.push(id),
            Ok((_, id, ObjectKind::Tree)) => trees.push((String::new(), id)),
            Ok(_) => {}
            Err(lost) if tip.must_exist && lost.id != tip.id => gone.push((tip.name, lost.id)),
            Err(_) => {}
        }
    }
    let history = commits
        .walk(&tips, &[], Limit::default(), &mut |lost| gone.push(("commit".to_owned(), lost.id)));
    trees.extend(history.into_iter().map(|commit| (String::new(), commit.tree)));
    let mut there = Vec::new();
    while let Some((path, id)) = trees.pop() {
        if !seen.insert(id) {
            continue;
        }
        let Ok(tree) = reader.tree(&id) else {
            gone.push((path, id));
            continue;
        };
        for entry in TreeRefIter::from_bytes(&tree, id.kind()).filter_map(Result::ok) {
            let path = || format!("{path}{}", entry.filename);
            if entry.mode.is_tree() {
                trees.push((path() + "/", entry.oid.to_owned()));
            } else if !entry.mode.is_commit()
                && suspects.contains(&id)
                && matches!(reader.try_find(entry.oid, &mut there), Ok(None))
                && seen.insert(entry.oid.to_owned())
            {
                gone.push((path(), entry.oid.to_owned()));
            }
        }
    }
    gone.sort();
    Ok(gone)
}
