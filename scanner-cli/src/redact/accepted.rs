//! What the project accepts, and so is passed on as it is: the `[[allow]]` entries of its configuration, and
//! the false alarms of its baseline.
//!
//! Apart from [`suppress`](crate::suppress), for a model is told less than a colleague. A secret that is accepted
//! for a time is real, and is replaced. Comments in the text do not count, since whoever writes the text
//! could write them. A file goes by the path where it really is, one that was moved by its new one alone; and
//! where a text comes from no file, nothing holds that names paths or fingerprints.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use secscan_core::Finding;

use crate::config::Config;
use crate::exit::Failure;
use crate::fingerprint::fingerprint;
use crate::project::Project;
use crate::record::Regrade;
use crate::suppress::allow::Allow;
use crate::suppress::baseline::{Entries, NAME, Verdict, today};

/// What is accepted in a project.
pub(super) struct Accepted {
    project: Project,
    /// What relative paths are relative to.
    directory: PathBuf,
    allow: Vec<Allow>,
    severities: Vec<Regrade>,
    /// With false alarms alone.
    baseline: Entries,
}

impl Accepted {
    /// Takes what is configured, and reads the baseline if that is wanted and there.
    pub(super) fn read(
        config: Config,
        project: Project,
        with_baseline: bool,
        directory: &Path,
    ) -> Result<Accepted, Failure> {
        let mut baseline = Entries::default();
        if with_baseline {
            let named = config.one("baseline").map(|setting| PathBuf::from(&setting.values[0]));
            let own = Some(project.root().join(NAME)).filter(|own| own.is_file());
            if let Some(file) = named.or(own) {
                baseline = Entries::read(&file)?;
                let today = today();
                baseline.0.retain(|_, entry| {
                    entry.verdict == Some(Verdict::FalseAlarm) && !entry.has_expired(&today)
                });
            }
        }
        Ok(Accepted {
            project,
            directory: directory.to_owned(),
            allow: config.allow,
            severities: config.regrades,
            baseline,
        })
    }

    /// Whether nothing is.
    pub(super) fn is_empty(&self) -> bool {
        self.allow.is_empty() && self.baseline.0.is_empty()
    }

    /// Whether a finding of this rule, in a file or elsewhere, is accepted.
    pub(super) fn holds(&self, rule: &str, finding: &Finding<'_>, path: Option<&[u8]>) -> bool {
        let severity = Regrade::apply(&self.severities, rule, finding.severity);
        let path = path.and_then(|path| {
            let path = self.directory.join(&*String::from_utf8_lossy(path));
            self.project.real_file(&path)
        });
        let Some(path) = path else {
            let mut anywhere = self.allow.iter().filter(|allow| !allow.needs_path());
            return anywhere.any(|allow| allow.is_about(rule, "", severity));
        };
        // It is slow by design, and mostly there is nothing to compare it with.
        let made = OnceCell::new();
        let fingerprint =
            || &**made.get_or_init(|| fingerprint(rule, &path, finding.secret.expose()));
        let allowed =
            |allow: &Allow| allow.is_about(rule, &path, severity) && allow.wants(fingerprint);
        let mut known = self.baseline.0.values();
        self.allow.iter().any(allowed)
            || known.any(|entry| entry.rule == rule && entry.path == path)
                && self.baseline.0.contains_key(fingerprint())
    }
}
