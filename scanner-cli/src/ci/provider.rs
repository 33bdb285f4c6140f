//! Which CI this is, and what is peculiar to each: its name, and the line that gets a whole clone.

use super::event::Job;
use super::variables;
use super::{azure, bitbucket, circleci, github, gitlab, jenkins};
use crate::args::{Format, Provider};
use crate::exit::Failure;

/// The variable by which each is known. Jenkins is last, since its agents may run inside of others.
const SIGNS: [(&str, Provider); 6] = [
    ("GITHUB_ACTIONS", Provider::Github),
    ("GITLAB_CI", Provider::Gitlab),
    ("CIRCLECI", Provider::Circleci),
    ("TF_BUILD", Provider::Azure),
    ("BITBUCKET_BUILD_NUMBER", Provider::Bitbucket),
    ("JENKINS_URL", Provider::Jenkins),
];

impl Provider {
    /// The CI that the variables are those of.
    pub(super) fn of_environment() -> Result<Provider, Failure> {
        let is_set = |name: &str| variables::text(name).is_some_and(|value| value != "false");
        let found = SIGNS.iter().find(|(name, _)| is_set(name));
        found.map(|&(_, provider)| provider).ok_or_else(|| {
            let names = SIGNS.map(|(name, _)| name).join(", ");
            Failure::new(format!(
                "no CI is recognised: none of {names} is set; name it with --provider, or scan what you \
                 want with `secscan git BASE..HEAD` or `secscan git --history`"
            ))
        })
    }

    /// What it says that the job is for.
    pub(super) fn job(self) -> Result<Job, Failure> {
        match self {
            Provider::Github => github::job(),
            Provider::Gitlab => Ok(gitlab::job()),
            Provider::Circleci => Ok(circleci::job()),
            Provider::Azure => Ok(azure::job()),
            Provider::Bitbucket => Ok(bitbucket::job()),
            Provider::Jenkins => Ok(jenkins::job()),
        }
    }

    /// As it is written behind `--provider`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Provider::Github => "github",
            Provider::Gitlab => "gitlab",
            Provider::Circleci => "circleci",
            Provider::Azure => "azure",
            Provider::Bitbucket => "bitbucket",
            Provider::Jenkins => "jenkins",
        }
    }

    /// As its makers write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Provider::Github => "GitHub Actions",
            Provider::Gitlab => "GitLab CI",
            Provider::Circleci => "CircleCI",
            Provider::Azure => "Azure Pipelines",
            Provider::Bitbucket => "Bitbucket Pipelines",
            Provider::Jenkins => "Jenkins",
        }
    }

    /// The line that makes a clone whole.
    pub(super) fn whole_clone(self) -> &'static str {
        match self {
            Provider::Github => "add `fetch-depth: 0` under `with:` of actions/checkout",
            Provider::Gitlab => "add `GIT_DEPTH: \"0\"` under `variables:` of the job",
            Provider::Circleci => "write `- checkout: {method: full}` in the place of `- checkout`",
            Provider::Azure => "add `fetchDepth: 0` to `- checkout: self`",
            Provider::Bitbucket => "add `clone: {depth: full}` to the step",
            Provider::Jenkins => {
                "add `cloneOption(shallow: false)` to the extensions of the checkout"
            }
        }
    }

    /// The form of the report on the standard output, unless something else is asked for.
    pub(super) fn format(self) -> Format {
        match self {
            Provider::Github => Format::Github,
            _ => Format::Text,
        }
    }

    /// A report that the CI takes up by its name, and the form of it.
    pub(super) fn file(self) -> Option<(&'static str, &'static str)> {
        match self {
            Provider::Gitlab => Some(("gitlab", "gl-secret-detection-report.json")),
            _ => None,
        }
    }
}
