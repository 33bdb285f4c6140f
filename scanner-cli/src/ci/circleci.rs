//! CircleCI: it names the commit and the branch, and not what was there before. What its pipeline knows of that
//! has to be passed on by the configuration, as `--base << pipeline.git.base_revision >>`.

use super::event::{Before, Event, Job};
use super::variables;

pub(super) fn job() -> Job {
    let tip = variables::commit("CIRCLE_SHA1").into_iter().collect();
    let (name, event) = match variables::branch("CIRCLE_TAG") {
        Some(name) => ("tag", Event::Tag { name, tip }),
        None => {
            let branch = variables::branch("CIRCLE_BRANCH");
            ("push", Event::Push { branch, before: Before::Unknown, after: tip })
        }
    };
    Job { name: name.to_owned(), event, default: None }
}
