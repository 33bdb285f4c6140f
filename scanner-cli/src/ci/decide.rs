//! What to scan, from what the CI says and what the clone has.
//!
//! Nothing is fetched here. What cannot be told, because the clone ends before it, is a [`Gap`]: it is never
//! taken for "nothing is new".

use secscan_core::source::git::{self, Id, Range, Repo, Spec};

use super::event::{Before, Event, Job};
use super::variables::{remote, short};
use crate::exit::Failure;
use crate::git::failed;

/// What is scanned, and why.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) scan: Scan,
    /// In words.
    pub(super) why: String,
    pub(super) commits: Option<u64>,
    pub(super) gap: Option<Gap>,
    /// What a fetch would have to bring where the clone is shallow.
    pub(super) fetch: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Scan {
    /// The commits that `tip` reaches and `base` does not.
    Range { base: Point, tip: Point },
    /// All commits that it reaches.
    Tip(Point),
    /// All that anything reaches.
    History,
    /// There are none.
    Nothing,
}

/// A name for a commit, and the commit. A tag's name counts, since its message is scanned too.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) name: String,
    pub(super) id: Id,
}

/// What is not in the clone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// History was cut off: what was not seen, in words.
    Shallow(String),
    /// Objects were left out.
    Partial(u64),
}

/// A clone, asked for what a job needs.
pub(super) struct Checkout<'r> {
    repo: &'r Repo,
    /// The default branch.
    default: Option<String>,
}

impl<'r> Checkout<'r> {
    /// A clone of a repository whose default branch is perhaps told.
    pub(super) fn new(repo: &'r Repo, default: Option<String>) -> Checkout<'r> {
        let guess = || {
            let there = |name: &&&str| git::commit(repo, &remote(name)).is_ok();
            ["main", "master"].iter().find(there).map(|&name| name.to_owned())
        };
        let head = || Some(short(&repo.symbolic(&remote("HEAD"))?).to_owned());
        Checkout { repo, default: default.or_else(head).or_else(guess) }
    }

    /// Decides, or says why nothing can be scanned.
    pub(super) fn decide(&self, job: Job, base: Option<String>) -> Result<Decision, Failure> {
        let mut decision = match (base, job.event) {
            (Some(base), event) => self.since(&base, event)?,
            (None, Event::Request { what, base, head }) => {
                let why = format!("what the {} would merge", what.as_str());
                self.between(base, head, &why)?
            }
            (None, Event::Push { branch, before: Before::Commit(before), after }) => {
                match self.find(std::slice::from_ref(&before)) {
                    Some(_) => self.between(vec![before], after, "what was pushed")?,
                    None if self.repo.is_shallow() => {
                        let mut decision = self.unseen(&before, after, "what was pushed")?;
                        decision.fetch.push(before);
                        decision
                    }
                    None => {
                        let why = format!("{before} is gone, as after a push by force");
                        self.unless_default(branch.as_deref(), after, &why)?
                    }
                }
            }
            (None, Event::Push { branch, before: Before::New, after }) => {
                self.unless_default(branch.as_deref(), after, "a new branch")?
            }
            (None, Event::Push { branch, before: Before::Unknown, after }) => {
                self.unless_default(branch.as_deref(), after, "what was there before is not told")?
            }
            (None, Event::Tag { name, mut tip }) => {
                tip.insert(0, format!("refs/tags/{name}"));
                self.unless_default(None, tip, "a tag")?
            }
            (None, Event::Deleted) => Decision::of(Scan::Nothing, "it was deleted".to_owned()),
            (None, Event::Other) => history("it brings no commits: all of the history"),
        };
        self.survey(&mut decision)?;
        Ok(decision)
    }

    /// All of the history, whatever the job is for.
    pub(super) fn all(&self) -> Result<Decision, Failure> {
        let mut decision = history("all of the history, as asked for");
        self.survey(&mut decision)?;
        Ok(decision)
    }

    /// What is new since what somebody named.
    fn since(&self, base: &str, event: Event) -> Result<Decision, Failure> {
        let tips = match event {
            Event::Request { head, .. } => head,
            Event::Push { after, .. } => after,
            Event::Tag { name, tip } => [vec![format!("refs/tags/{name}")], tip].concat(),
            Event::Deleted | Event::Other => Vec::new(),
        };
        let tip = self.tip(tips)?;
        match self.find(&[base.to_owned(), remote(short(base))]) {
            Some(base) => Ok(Decision::of(Scan::Range { base, tip }, "since --base".to_owned())),
            None if self.repo.is_shallow() => self.unseen(base, vec![tip.name], "since --base"),
            None => Err(Failure::new(format!("--base {base}: there is no such commit here"))),
        }
    }

    /// What the head has and the base has not.
    fn between(
        &self,
        base: Vec<String>,
        mut head: Vec<String>,
        why: &str,
    ) -> Result<Decision, Failure> {
        if head.is_empty() {
            head.push("HEAD".to_owned());
        }
        if base.is_empty() {
            return Err(Failure::new(format!(
                "{why} cannot be told: the CI does not say what it is compared with; use --base"
            )));
        }
        let Some(found) = self.find(&base) else {
            if self.repo.is_shallow() {
                let mut decision = self.unseen(&base[0], head, why)?;
                decision.fetch.extend(base.iter().map(|name| refspec(name)));
                return Ok(decision);
            }
            return Err(Failure::new(format!(
                "{why} cannot be told: {} is not in this clone; fetch it first (git fetch origin {})",
                base[0],
                short(&base[0])
            )));
        };
        let tip = match self.find(&head) {
            None if self.repo.is_shallow() => {
                let mut decision = self.unseen(&head[0], Vec::new(), why)?;
                decision.fetch.extend(head);
                return Ok(decision);
            }
            _ => self.tip(head)?,
        };
        Ok(Decision::of(Scan::Range { base: found, tip }, why.to_owned()))
    }

    /// What the default branch has not; all of it, if that is the branch itself or is not known.
    fn unless_default(
        &self,
        branch: Option<&str>,
        tips: Vec<String>,
        why: &str,
    ) -> Result<Decision, Failure> {
        let Some(default) = self.default.as_deref() else {
            let tip = self.tip(tips)?;
            let why = format!("{why}, and no default branch is known: all that leads to it");
            return Ok(Decision::of(Scan::Tip(tip), why));
        };
        if branch == Some(default) {
            let tip = self.tip(tips)?;
            let why = format!("{why}, and {default} is the default branch: all that leads to it");
            return Ok(Decision::of(Scan::Tip(tip), why));
        }
        let name = remote(default);
        let wanted = format!("{why}: what {default} has not");
        match self.find(std::slice::from_ref(&name)) {
            Some(base) => {
                let mut decision = Decision::of(Scan::Range { base, tip: self.tip(tips)? }, wanted);
                decision.fetch.push(refspec(&name));
                Ok(decision)
            }
            None if self.repo.is_shallow() => {
                let mut decision = self.unseen(&name, tips, &wanted)?;
                decision.fetch.push(refspec(&name));
                Ok(decision)
            }
            None => {
                let why = format!("{why}, and {name} is not in this clone: all that leads to it");
                Ok(Decision::of(Scan::Tip(self.tip(tips)?), why))
            }
        }
    }

    /// Something that a shallow clone has not got, without which nothing can be told: what is there is all that
    /// can be scanned.
    fn unseen(&self, name: &str, tips: Vec<String>, why: &str) -> Result<Decision, Failure> {
        let fetch = tips.clone();
        let tip = self.find(&tips).map_or_else(|| self.tip(Vec::new()), Ok)?;
        let mut decision = Decision::of(Scan::Tip(tip), why.to_owned());
        decision.gap = Some(Gap::Shallow(format!("{name} is not in it, so {why} cannot be told")));
        decision.fetch = fetch.into_iter().map(|name| refspec(&name)).collect();
        Ok(decision)
    }

    /// The end of what is scanned: the first of these that is here, `HEAD` if nothing is named.
    fn tip(&self, mut names: Vec<String>) -> Result<Point, Failure> {
        if names.is_empty() {
            names.push("HEAD".to_owned());
        }
        self.find(&names).ok_or_else(|| {
            let head = git::commit(self.repo, "HEAD").map_or("no commit".to_owned(), |id| id.to_string());
            Failure::new(format!(
                "{} is not in this clone, whose HEAD is {head}: the job checked out something else than \
                 what it was started for; check out that commit, or say --base and what is to be scanned",
                names[0]
            ))
        })
    }

    fn find(&self, names: &[String]) -> Option<Point> {
        names.iter().find_map(|name| {
            let id = git::commit(self.repo, name).ok()?;
            Some(Point { name: name.clone(), id })
        })
    }

    /// Counts what is to be scanned, and looks how much of it is here.
    fn survey(&self, decision: &mut Decision) -> Result<(), Failure> {
        let (spec, what) = match &decision.scan {
            Scan::Nothing => return Ok(()),
            Scan::History => {
                if self.repo.is_shallow() {
                    let unseen = "what came before what was cloned is not in it";
                    decision.gap = Some(Gap::Shallow(unseen.to_owned()));
                }
                return Ok(());
            }
            Scan::Range { base, tip } => {
                (Spec::Text(format!("{}..{}", base.id, tip.name)), range_words(base, tip))
            }
            Scan::Tip(tip) => (Spec::From(tip.name.clone()), tip.short()),
        };
        let survey = git::survey(self.repo, &Range::new([spec])).map_err(failed)?;
        decision.commits = Some(survey.commits);
        if decision.gap.is_none() && survey.shallow > 0 {
            let unseen = format!("it ends before {what} does, and what lies beyond was not seen");
            decision.gap = Some(Gap::Shallow(unseen));
        }
        if decision.gap.is_none() && survey.absent > 0 {
            decision.gap = Some(Gap::Partial(survey.absent));
        }
        if let Scan::Range { base, tip } = &decision.scan {
            decision.fetch.extend([base.id.to_string(), tip.id.to_string()]);
        }
        Ok(())
    }
}

impl Decision {
    fn of(scan: Scan, why: String) -> Decision {
        Decision { scan, why, commits: None, gap: None, fetch: Vec::new() }
    }

    /// What is scanned, for a person.
    pub(super) fn what(&self) -> String {
        match &self.scan {
            Scan::Range { base, tip } => range_words(base, tip),
            Scan::Tip(tip) => format!("all up to {}", tip.short()),
            Scan::History => "all that refs and reflogs reach".to_owned(),
            Scan::Nothing => "nothing".to_owned(),
        }
    }
}

impl Point {
    fn short(&self) -> String {
        let id = self.id.to_string();
        id[..12].to_owned()
    }
}

fn history(why: &str) -> Decision {
    Decision::of(Scan::History, why.to_owned())
}

fn range_words(base: &Point, tip: &Point) -> String {
    format!("{}..{}", base.short(), tip.short())
}

/// What brings a name from where the clone is from.
fn refspec(name: &str) -> String {
    match name.strip_prefix("refs/remotes/origin/") {
        Some(branch) => format!("+refs/heads/{branch}:{name}"),
        None if name.starts_with("refs/tags/") => format!("+{name}:{name}"),
        None => name.to_owned(),
    }
}
