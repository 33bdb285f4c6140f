//! Where git has a finding from: the commit, who made it and when, and whether it is still there.
//!
//! Apart from the record, whose fields these become, because most findings have none of this.

use secscan_core::source::git::Id;
use serde::{Serialize, Serializer};

/// What is known of where a finding comes from.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Origin {
    /// The commit or tag that brought it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "in_full")]
    pub(crate) commit: Option<Id>,
    /// `Name <mail>`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) author: String,
    /// When it was written: `2026-01-31T12:00:00+01:00`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) date: String,
    /// The first line of its message.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) subject: String,
    /// Whether `HEAD` still has it, where that was looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_head: Option<bool>,
    /// Every path that the content was brought at, where that was looked up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) paths: Vec<String>,
    /// The object that it was found in.
    #[serde(skip)]
    pub(crate) object: Option<Id>,
    /// Where the commit stands among all; the smaller, the older.
    #[serde(skip)]
    pub(crate) age: (usize, i64),
}

impl Origin {
    /// The beginning of the commit's name, as git shows it.
    pub(crate) fn short(&self) -> Option<String> {
        self.commit.map(|id| id.to_string()[..12].to_owned())
    }
}

fn in_full<S: Serializer>(id: &Option<Id>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_none(),
    }
}
