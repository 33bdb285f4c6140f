//! GitHub Actions: the event's own JSON says it all. Gitea and Forgejo write the same.

use std::fs;

use serde::Deserialize;

use super::event::{Before, Event, Job, Request};
use super::variables::{self, is_branch, is_commit, is_zero, short};
use crate::exit::{Failure, cause};

/// What is read of an event, whichever it is.
#[derive(Default, Deserialize)]
struct Payload {
    before: Option<String>,
    after: Option<String>,
    #[serde(rename = "ref")]
    name: Option<String>,
    ref_type: Option<String>,
    pull_request: Option<PullRequest>,
    merge_group: Option<MergeGroup>,
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct PullRequest {
    base: End,
    head: End,
}

#[derive(Deserialize)]
struct End {
    sha: String,
}

#[derive(Deserialize)]
struct MergeGroup {
    base_sha: String,
    head_sha: String,
}

#[derive(Deserialize)]
struct Repository {
    default_branch: Option<String>,
}

pub(super) fn job() -> Result<Job, Failure> {
    let need = |name: &str| {
        variables::text(name).ok_or_else(|| Failure::new(format!("{name} is not set")))
    };
    let (name, path) = (need("GITHUB_EVENT_NAME")?, need("GITHUB_EVENT_PATH")?);
    let text = fs::read(&path).map_err(|error| {
        Failure::new(format!("cannot read the event in {path}: {}", cause(&error)))
    })?;
    // What serde says of a value may quote it.
    let payload: Payload = serde_json::from_slice(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::new(format!("{path}:{line}:{column}: this is not an event of GitHub"))
    })?;
    let tip = variables::commit("GITHUB_SHA");
    let default = payload.repository.as_ref().and_then(|one| one.default_branch.clone());
    let event = event(&name, payload, tip)?;
    Ok(Job { name, event, default: default.filter(|name| is_branch(name)) })
}

fn event(name: &str, payload: Payload, tip: Option<String>) -> Result<Event, Failure> {
    let valid = |what: &str, name: String| match is_commit(&name) {
        true => Ok(vec![name]),
        false => Err(Failure::new(format!("{what} of the event is not a commit's name"))),
    };
    if let Some(PullRequest { base, head }) = payload.pull_request {
        return Ok(Event::Request {
            what: Request::Pull,
            base: valid("pull_request.base.sha", base.sha)?,
            head: valid("pull_request.head.sha", head.sha)?,
        });
    }
    if let Some(MergeGroup { base_sha, head_sha }) = payload.merge_group {
        return Ok(Event::Request {
            what: Request::Group,
            base: valid("merge_group.base_sha", base_sha)?,
            head: valid("merge_group.head_sha", head_sha)?,
        });
    }
    let (before, after) = match (name, payload.before, payload.after) {
        (_, _, Some(after)) if is_zero(&after) => return Ok(Event::Deleted),
        ("push", before, after) => (before, after),
        ("create", ..) => (None, None),
        ("delete", ..) => return Ok(Event::Deleted),
        _ => return Ok(Event::Other),
    };
    let mut tips: Vec<String> =
        after.map(|after| valid("after", after)).transpose()?.unwrap_or_default();
    tips.extend(tip);
    let full = payload.name.unwrap_or_default();
    let is_tag = full.starts_with("refs/tags/") || payload.ref_type.as_deref() == Some("tag");
    let short = Some(short(&full).to_owned()).filter(|name| is_branch(name));
    Ok(match short {
        Some(name) if is_tag => Event::Tag { name, tip: tips },
        branch => Event::Push {
            branch,
            before: match before {
                Some(before) if is_zero(&before) => Before::New,
                Some(before) => Before::Commit(valid("before", before)?.remove(0)),
                None => Before::New,
            },
            after: tips,
        },
    })
}
