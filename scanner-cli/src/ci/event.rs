//! What a CI was started for, in words that are the same for all of them.

/// What a CI says of its job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    /// The event as the CI calls it.
    pub(super) name: String,
    pub(super) event: Event,
    /// The branch that others are measured by, if it is told.
    pub(super) default: Option<String>,
}

/// What happened. Of each list of names, the first that is in the clone counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Somebody asks to merge what `head` has and `base` has not.
    Request { what: Request, base: Vec<String>, head: Vec<String> },
    /// A branch has new commits.
    Push { branch: Option<String>, before: Before, after: Vec<String> },
    /// A tag is new, or stands somewhere else.
    Tag { name: String, tip: Vec<String> },
    /// A branch or a tag is gone.
    Deleted,
    /// A schedule, a hand, or whatever else brings no commits.
    Other,
}

/// What a merge is asked for with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Pull,
    Merge,
    /// GitHub's queue.
    Group,
}

impl Request {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Request::Pull => "pull request",
            Request::Merge => "merge request",
            Request::Group => "merge group",
        }
    }
}

/// What a branch was before a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Before {
    Commit(String),
    /// It was not there.
    New,
    /// The CI does not say.
    Unknown,
}
