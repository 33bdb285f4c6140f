//! What is configured, put where the command line left a gap.

use std::path::PathBuf;

use clap::ValueEnum;

use super::Config;
use crate::args::{FileArgs, ReportArgs, RunArgs, parse_size};

impl Config {
    pub(crate) fn fill_files(&self, args: &mut FileArgs) {
        args.no_ignore |= self.is("no-ignore");
        args.follow |= self.is("follow");
        args.one_file_system |= self.is("one-file-system");
        if let Some(setting) = self.one("hidden") {
            args.hidden.get_or_insert(setting.values[0] == "true");
        }
        self.fill_size(&mut args.max_filesize);
    }

    pub(crate) fn fill_size(&self, size: &mut Option<u64>) {
        *size = size.or_else(|| parse_size(&self.one("max-filesize")?.values[0]).ok());
    }

    pub(crate) fn fill_run(&self, args: &mut RunArgs) {
        args.threads = args.threads.or_else(|| self.one("threads")?.values[0].parse().ok());
    }

    pub(crate) fn fill_report(&self, args: &mut ReportArgs) {
        self.fill_enum("min-severity", &mut args.min_severity);
        self.fill_enum("min-confidence", &mut args.min_confidence);
        self.fill_enum("format", &mut args.format);
        args.hide.report_suppressed |= self.is("report-suppressed");
        if !args.hide.no_baseline && args.hide.baseline.is_none() {
            args.hide.baseline =
                self.one("baseline").map(|setting| PathBuf::from(&setting.values[0]));
        }
    }

    fn is(&self, key: &str) -> bool {
        self.one(key).is_some_and(|setting| setting.values[0] == "true")
    }

    fn fill_enum<T: ValueEnum>(&self, key: &str, place: &mut Option<T>) {
        if place.is_none() {
            *place = self.one(key).and_then(|setting| T::from_str(&setting.values[0], false).ok());
        }
    }
}
