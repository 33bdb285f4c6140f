//! Bitbucket Pipelines: `BITBUCKET_*`. Of a push it says only where it ended; nothing tells a schedule from one.

use super::event::{Before, Event, Job, Request};
use super::variables::{self, remote};

pub(super) fn job() -> Job {
    let commit: Vec<String> = variables::commit("BITBUCKET_COMMIT").into_iter().collect();
    let (name, event) = if variables::text("BITBUCKET_PR_ID").is_some() {
        let base = variables::commit("BITBUCKET_PR_DESTINATION_COMMIT")
            .into_iter()
            .chain(variables::branch("BITBUCKET_PR_DESTINATION_BRANCH").map(|name| remote(&name)))
            .collect();
        ("pull request", Event::Request { what: Request::Pull, base, head: commit })
    } else if let Some(name) = variables::branch("BITBUCKET_TAG") {
        ("tag", Event::Tag { name, tip: commit })
    } else if let Some(branch) = variables::branch("BITBUCKET_BRANCH") {
        ("push", Event::Push { branch: Some(branch), before: Before::Unknown, after: commit })
    } else {
        ("run by hand", Event::Other)
    };
    Job { name: name.to_owned(), event, default: None }
}
