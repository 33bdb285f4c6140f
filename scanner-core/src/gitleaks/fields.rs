//! A TOML table that is read key by key, with lines: what is left in the end was not known.
//!
//! Apart from serde because a file that others wrote is read as far as it goes: a key of the wrong kind is
//! noted and passed over, and upper and lower case are the same.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

/// A value, and the line that it stands on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct At<T> {
    pub(super) line: usize,
    pub(super) value: T,
}

/// The keys of a table that were not read yet.
pub(super) struct Fields<'t> {
    text: &'t str,
    /// Where the table begins.
    pub(super) line: usize,
    /// In lower case.
    keys: BTreeMap<String, (usize, &'t DeValue<'t>)>,
    /// What was of the wrong kind.
    wrong: Vec<(usize, String)>,
}

/// The line of a byte, from 1.
pub(super) fn line(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())].iter().filter(|&&byte| byte == b'\n').count()
}

impl<'t> Fields<'t> {
    pub(super) fn new(text: &'t str, at: usize, table: &'t DeTable<'t>) -> Fields<'t> {
        let keys = table.iter().map(|(key, value)| {
            let line = line(text, key.span().start);
            (key.get_ref().to_ascii_lowercase(), (line, value.get_ref()))
        });
        let keys: BTreeMap<_, _> = keys.collect();
        Fields { text, line: line(text, at), keys, wrong: Vec::new() }
    }

    fn take(&mut self, names: &[&str]) -> Option<(usize, &'t DeValue<'t>)> {
        names.iter().find_map(|name| self.keys.remove(&name.to_ascii_lowercase()))
    }

    fn complain(&mut self, line: usize, name: &str, wanted: &str, got: &DeValue<'_>) {
        let what = format!("`{name}` is {} and not {wanted}", a(got.type_str()));
        self.wrong.push((line, what));
    }

    /// Text, under the first of these names that is there.
    pub(super) fn text(&mut self, names: &[&str]) -> Option<At<String>> {
        let (line, value) = self.take(names)?;
        match value.as_str() {
            Some(text) => Some(At { line, value: text.to_owned() }),
            None => {
                self.complain(line, names[0], "text", value);
                None
            }
        }
    }

    /// A number, which may be written as text.
    pub(super) fn number(&mut self, names: &[&str]) -> Option<At<f64>> {
        let (line, value) = self.take(names)?;
        let text = match value {
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            DeValue::String(text) => Some(text.to_string()),
            _ => None,
        };
        match text.and_then(|text| text.trim().replace('_', "").parse().ok()) {
            Some(value) => Some(At { line, value }),
            None => {
                self.complain(line, names[0], "a number", value);
                None
            }
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let (line, value) = self.take(&[name])?;
        match value {
            DeValue::Boolean(yes) => Some(*yes),
            _ => {
                self.complain(line, name, "true or false", value);
                None
            }
        }
    }

    /// A list of texts; one text is a list of one.
    pub(super) fn list(&mut self, names: &[&str]) -> Vec<At<String>> {
        let Some((line, value)) = self.take(names) else { return Vec::new() };
        if let Some(text) = value.as_str() {
            return vec![At { line, value: text.to_owned() }];
        }
        let Some(array) = value.as_array() else {
            self.complain(line, names[0], "a list of texts", value);
            return Vec::new();
        };
        let mut all = Vec::new();
        for item in array.iter() {
            let line = self::line(self.text, item.span().start);
            match item.get_ref().as_str() {
                Some(text) => all.push(At { line, value: text.to_owned() }),
                None => self.complain(line, names[0], "a list of texts", item.get_ref()),
            }
        }
        all
    }

    /// The tables under these names, each one table or several.
    pub(super) fn tables(&mut self, names: &[&str]) -> Vec<Fields<'t>> {
        let mut all = Vec::new();
        for name in names {
            let Some((line, value)) = self.take(&[name]) else { continue };
            match value {
                DeValue::Table(table) => {
                    let mut fields = Fields::new(self.text, 0, table);
                    fields.line = fields.keys.values().map(|(line, _)| *line).min().unwrap_or(line);
                    all.push(fields);
                }
                DeValue::Array(array) => {
                    for item in array.iter() {
                        match item.get_ref().as_table() {
                            Some(table) => {
                                all.push(Fields::new(self.text, item.span().start, table));
                            }
                            None => self.complain(line, name, "a list of tables", item.get_ref()),
                        }
                    }
                }
                other => self.complain(line, name, "a table", other),
            }
        }
        all
    }

    /// What was not read, and what could not be: each with its line.
    pub(super) fn rest(mut self, ignored: &[&str]) -> Vec<(usize, String)> {
        for name in ignored {
            self.keys.remove(&name.to_ascii_lowercase());
        }
        let unknown = self
            .keys
            .iter()
            .map(|(key, (line, _))| (*line, crate::shortened(&format!("unknown key `{key}`"))));
        self.wrong.extend(unknown);
        self.wrong
    }
}

fn a(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}
