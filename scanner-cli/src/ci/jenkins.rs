//! Jenkins: what its git plugin and multibranch projects set.
//!
//! What was built before is what was there before; the last build that succeeded, since a secret that failed
//! one build must not pass the next for being old.

use super::event::{Before, Event, Job, Request};
use super::variables::{self, remote};

pub(super) fn job() -> Job {
    let commit: Vec<String> = variables::commit("GIT_COMMIT").into_iter().collect();
    let (name, event) = if variables::text("CHANGE_ID").is_some() {
        let base = variables::branch("CHANGE_TARGET").map(|name| remote(&name));
        let event =
            Event::Request { what: Request::Pull, base: base.into_iter().collect(), head: commit };
        ("change request", event)
    } else if let Some(name) = variables::branch("TAG_NAME") {
        ("tag", Event::Tag { name, tip: commit })
    } else {
        let branch = variables::branch("BRANCH_NAME").or_else(|| {
            let branch = variables::branch("GIT_BRANCH")?;
            Some(branch.strip_prefix("origin/").map(str::to_owned).unwrap_or(branch))
        });
        let before = variables::commit("GIT_PREVIOUS_SUCCESSFUL_COMMIT")
            .or_else(|| variables::commit("GIT_PREVIOUS_COMMIT"))
            .map_or(Before::Unknown, Before::Commit);
        ("build", Event::Push { branch, before, after: commit })
    };
    Job { name: name.to_owned(), event, default: None }
}
