//! `secscan ci`: what the event of a CI brought, in the form that this CI reads.
//!
//! A thin face on `secscan git`. [`provider`] tells one CI from another, one file for each says what its
//! variables mean ([`event`]), and [`decide`] makes of that, and of what the clone has, what is scanned.

mod azure;
mod bitbucket;
mod circleci;
mod decide;
mod event;
mod github;
mod gitlab;
mod jenkins;
mod provider;
mod variables;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::args::{CiArgs, GitArgs, Provider, ShowSecrets};
use crate::exit::{Exit, Failure};
use crate::git::Git;
use crate::output::Output;
use crate::plan::{self, InCi, Plan};
use crate::quantity::things;
use crate::report;

use crate::show::visible;
use crate::talk::Talk;
use decide::{Checkout, Decision, Gap, Scan};
use variables::is_zero;

pub(crate) fn run(mut args: CiArgs, talk: Talk) -> Result<Exit, Failure> {
    if args.report.show_secrets == Some(ShowSecrets::Yes) {
        return Err(plan::shown_in_ci());
    }
    let provider = args.provider.map_or_else(Provider::of_environment, Ok)?;
    let job = provider.job()?;
    let name = visible(job.name.as_bytes()).into_owned();
    let (repo, project) = Git::open(&args.repo)?;
    let checkout = Checkout::new(&repo, job.default.clone());
    // A pipeline that knows of nothing before passes on nothing, or noughts.
    let base = args.base.take().filter(|base| !base.is_empty() && !is_zero(base));
    let decision = if args.history { checkout.all()? } else { checkout.decide(job, base)? };
    let about = about(provider, &name, &decision);
    talk.note(format_args!("secscan ci: {about}"));

    let gap = decision.gap.as_ref().map(|gap| gap.sentence(provider));
    let is_allowed = args.allow_shallow && matches!(decision.gap, Some(Gap::Shallow(_)));
    if args.dry_run {
        let text = lines(provider, &name, &decision);
        Output::Stdout.write(|out| out.write_all(text.as_bytes()))?;
    }
    match &gap {
        Some(gap) if !is_allowed => {
            if provider == Provider::Github && !args.dry_run {
                let text = report::github_error(gap);
                Output::Stdout.write(|out| out.write_all(text.as_bytes()))?;
            }
            return Err(Failure::new(gap.as_str()));
        }
        Some(gap) => talk.note(format_args!("secscan ci: {gap}")),
        None => {}
    }
    if args.dry_run {
        return Ok(Exit::Clean);
    }
    let summary = (provider == Provider::Github).then(|| variables::text("GITHUB_STEP_SUMMARY"));
    let in_ci = InCi {
        allow_shallow: args.allow_shallow,
        format: provider.format(),
        about: [Some(about), gap].into_iter().flatten().collect(),
        summary: summary.flatten().map(PathBuf::from),
    };
    crate::run::scan(Plan::ci(git_args(args, provider, &decision), repo, project, in_ci)?, talk)
}

/// The same as flags of `secscan git`.
fn git_args(args: CiArgs, provider: Provider, decision: &Decision) -> GitArgs {
    let mut args = args.git();
    match &decision.scan {
        Scan::Range { base, tip } => args.ranges = vec![format!("{}..{}", base.id, tip.name)],
        Scan::Tip(tip) => {
            args.history = true;
            args.branches = vec![tip.name.clone()];
        }
        Scan::History => args.history = true,
        // So that there are reports, with nothing in them.
        Scan::Nothing => args.ranges = vec!["HEAD..HEAD".to_owned()],
    }
    if let Some((form, file)) = provider.file() {
        let prefix = format!("{form}=");
        let output = &mut args.report.output;
        if !output.iter().any(|one| one.to_string_lossy().starts_with(&prefix)) {
            output.push(OsString::from(prefix + file));
        }
    }
    args
}

/// What was decided, and why, in a sentence.
fn about(provider: Provider, name: &str, decision: &Decision) -> String {
    let commits = decision.commits.map(|commits| things(commits, "commit", "commits"));
    let what: Vec<String> = [Some(decision.what()), commits].into_iter().flatten().collect();
    format!("{}, {name}: {}: {}", provider.name(), decision.why, what.join(", "))
}

/// The same for scripts.
fn lines(provider: Provider, name: &str, decision: &Decision) -> String {
    let mut lines = vec![("provider", provider.key().to_owned()), ("event", name.to_owned())];
    match &decision.scan {
        Scan::Range { base, tip } => {
            lines.push(("scan", "range".to_owned()));
            lines.push(("base", base.id.to_string()));
            lines.push(("head", tip.id.to_string()));
        }
        Scan::Tip(tip) => {
            lines.push(("scan", "tip".to_owned()));
            lines.push(("head", tip.id.to_string()));
        }
        Scan::History => lines.push(("scan", "history".to_owned())),
        Scan::Nothing => lines.push(("scan", "nothing".to_owned())),
    }
    lines.extend(decision.commits.map(|commits| ("commits", commits.to_string())));
    lines.push(("complete", decision.gap.is_none().to_string()));
    if let Some(Gap::Shallow(_)) = decision.gap {
        let mut refspecs = decision.fetch.clone();
        refspecs.sort();
        refspecs.dedup();
        lines.extend(refspecs.into_iter().map(|refspec| ("fetch", refspec)));
    }
    lines.into_iter().map(|(key, value)| format!("{key}={value}\n")).collect()
}

impl Gap {
    fn sentence(&self, provider: Provider) -> String {
        let line = provider.whole_clone();
        match self {
            Gap::Shallow(unseen) => format!("this clone is shallow: {unseen}; {line}"),
            Gap::Partial(count) => format!(
                "this clone is partial: {} of what is to be scanned {} left out of it; {line}",
                things(*count, "object", "objects"),
                if *count == 1 { "was" } else { "were" },
            ),
        }
    }
}
