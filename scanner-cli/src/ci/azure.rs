//! Azure Pipelines: `BUILD_*` and `SYSTEM_PULLREQUEST_*`. Of a push it says only where it ended.

use super::event::{Before, Event, Job, Request};
use super::variables::{self, remote};

pub(super) fn job() -> Job {
    let name = variables::text("BUILD_REASON").unwrap_or_else(|| "IndividualCI".to_owned());
    let commit = variables::commit("BUILD_SOURCEVERSION");
    let branch = variables::branch("BUILD_SOURCEBRANCH");
    let is_tag =
        variables::text("BUILD_SOURCEBRANCH").is_some_and(|name| name.starts_with("refs/tags/"));
    let event = match &*name {
        "PullRequest" => Event::Request {
            what: Request::Pull,
            base: variables::branch("SYSTEM_PULLREQUEST_TARGETBRANCH")
                .map(|name| remote(&name))
                .into_iter()
                .collect(),
            // The commit of the build is a merge of both.
            head: variables::commit("SYSTEM_PULLREQUEST_SOURCECOMMITID")
                .into_iter()
                .chain(commit)
                .collect(),
        },
        "IndividualCI" | "BatchedCI" => match branch {
            Some(name) if is_tag => Event::Tag { name, tip: commit.into_iter().collect() },
            branch => {
                Event::Push { branch, before: Before::Unknown, after: commit.into_iter().collect() }
            }
        },
        _ => Event::Other,
    };
    Job { name, event, default: None }
}
