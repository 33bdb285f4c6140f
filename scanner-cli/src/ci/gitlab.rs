//! GitLab CI: `CI_*` variables.
//!
//! The base of a merge request is where its branch left the target. The commit of the job is in pipelines
//! for merged results a merge of both, so the branch's own is preferred.

use super::event::{Before, Event, Job, Request};
use super::variables::{self, remote};

pub(super) fn job() -> Job {
    let source = variables::text("CI_PIPELINE_SOURCE").unwrap_or_else(|| "push".to_owned());
    let commit = variables::commit("CI_COMMIT_SHA");
    let base: Vec<String> =
        ["CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA"]
            .iter()
            .filter_map(|name| variables::commit(name))
            .chain(
                variables::branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME").map(|name| remote(&name)),
            )
            .collect();
    let event = if !base.is_empty() {
        let heads =
            ["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA"];
        let head = heads.iter().filter_map(|name| variables::commit(name)).chain(commit).collect();
        Event::Request { what: Request::Merge, base, head }
    } else if let Some(name) = variables::branch("CI_COMMIT_TAG") {
        Event::Tag { name, tip: commit.into_iter().collect() }
    } else if source == "push" {
        Event::Push {
            branch: variables::branch("CI_COMMIT_BRANCH"),
            before: variables::commit("CI_COMMIT_BEFORE_SHA").map_or(Before::New, Before::Commit),
            after: commit.into_iter().collect(),
        }
    } else {
        Event::Other
    };
    Job { name: source, event, default: variables::branch("CI_DEFAULT_BRANCH") }
}
