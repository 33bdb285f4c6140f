//! Settings files with our hooks put in and taken out: the text of it, and nothing of files.
//!
//! Everything that is not ours stays as it is written.

use secscan_core::json::{Document, Edits, Member, Unit, Value};

use crate::exit::Failure;

/// How an assistant writes hooks down in JSON.
pub(super) struct Form {
    /// `"version": 1` must stand in the file.
    pub(super) versioned: bool,
    /// Each event has groups with a matcher, and these have the hooks.
    pub(super) grouped: bool,
    /// The events, and the matcher of each.
    pub(super) events: &'static [(&'static str, Option<&'static str>)],
    /// What stands in a hook beside the command.
    pub(super) more: &'static str,
    pub(super) typed: bool,
}

/// The command of a hook: a program, and `hook NAME`.
pub(super) struct Command<'c> {
    pub(super) program: &'c str,
    pub(super) assistant: &'c str,
}

impl Command<'_> {
    pub(super) fn text(&self) -> String {
        format!("{} hook {}", self.program, self.assistant)
    }

    /// What comes after our program and `hook NAME`, if this is our command, whatever its path.
    pub(super) fn rest<'t>(&self, text: &'t str) -> Option<&'t str> {
        let (program, rest) = text.split_once(&format!(" hook {}", self.assistant))?;
        let program = program.trim_matches(['\'', '"', '&', ' ']);
        let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
        let ours = name.strip_suffix(".exe").unwrap_or(name) == "secscan";
        (ours && (rest.is_empty() || rest.starts_with(' '))).then_some(rest)
    }
}

/// The text with our hooks in it; the same if they are there.
pub(super) fn with(text: &str, form: &Form, command: &Command<'_>) -> Result<String, Failure> {
    let mut text = if text.trim().is_empty() { "{}\n".to_owned() } else { text.to_owned() };
    if form.versioned {
        text = step(&text, |root, unit, edits| {
            if root.get("version").is_none() {
                edits.append(root, Member { key: Some("version"), json: "1" }, unit);
            }
            Ok(())
        })?;
    }
    text = step(&text, |root, unit, edits| {
        if root.get("hooks").is_none() {
            edits.append(root, Member { key: Some("hooks"), json: "{}" }, unit);
        }
        Ok(())
    })?;
    for (event, matcher) in form.events {
        text = step(&text, |root, unit, edits| {
            let hooks =
                root.get("hooks").filter(|hooks| hooks.is_object()).ok_or_else(|| odd("hooks"))?;
            let Some(list) = hooks.get(event) else {
                let json =
                    format!("[\n  {}\n]", entry(form, command, *matcher).replace('\n', "\n  "));
                edits.append(hooks, Member { key: Some(event), json: &json }, unit);
                return Ok(());
            };
            if !list.is_array() {
                return Err(odd(event));
            }
            let mut found = false;
            for (text, value) in list.children().flat_map(|item| commands(form, item)) {
                if let Some(rest) = command.rest(&text) {
                    found = true;
                    // What the user added to it stays.
                    let new = format!("{}{rest}", command.text());
                    if new != text {
                        edits.replace(value.span(), new.as_bytes());
                    }
                }
            }
            if !found {
                let json = entry(form, command, *matcher);
                edits.append(list, Member { key: None, json: &json }, unit);
            }
            Ok(())
        })?;
    }
    Ok(text)
}

/// The text without our hooks, and whether anything else is left in it. None if ours are not there.
pub(super) fn without(
    text: &str,
    form: &Form,
    command: &Command<'_>,
) -> Result<Option<(String, bool)>, Failure> {
    let is_ours =
        |hook: Value<'_>| texts(hook).iter().any(|(text, _)| command.rest(text).is_some());
    // A group goes when all in it does.
    let goes = |item: Value<'_>| match item.get("hooks") {
        Some(hooks) if form.grouped => {
            hooks.children().next().is_some() && hooks.children().all(is_ours)
        }
        _ => is_ours(item),
    };
    let empties = |list: Value<'_>| {
        list.is_array() && list.children().next().is_some() && list.children().all(goes)
    };
    let mut left = true;
    let new = step(text, |root, _, edits| {
        let Some(hooks) = root.get("hooks") else { return Ok(()) };
        let all = hooks.children().next().is_some() && hooks.children().all(empties);
        if all {
            left = root
                .children()
                .any(|member| !matches!(member.key().as_deref(), Some(b"hooks" | b"version")));
            edits.remove(root, |member| member.key().as_deref() == Some(b"hooks"));
            return Ok(());
        }
        edits.remove(hooks, empties);
        for list in hooks.children().filter(|list| !empties(*list)) {
            edits.remove(list, goes);
            for item in list.children().filter(|item| form.grouped && !goes(*item)) {
                if let Some(hooks) = item.get("hooks") {
                    edits.remove(hooks, is_ours);
                }
            }
        }
        Ok(())
    })?;
    Ok((new != text).then_some((new, left)))
}

/// One change of a text.
fn step(
    text: &str,
    change: impl FnOnce(Value<'_>, &Unit, &mut Edits) -> Result<(), Failure>,
) -> Result<String, Failure> {
    let document =
        Document::parse(text.as_bytes()).map_err(|error| Failure::new(error.to_string()))?;
    if !document.root().is_object() {
        return Err(Failure::new("it holds no JSON object"));
    }
    let mut edits = Edits::default();
    change(document.root(), &Unit::of(&document), &mut edits)?;
    let new = document.edited(edits).into_owned();
    String::from_utf8(new).map_err(|_| Failure::new("it is not in UTF-8"))
}

fn odd(name: &str) -> Failure {
    Failure::new(format!("what stands under {name} is not what was expected there"))
}

/// The commands in an item of an event's list.
fn commands<'d>(form: &Form, item: Value<'d>) -> Vec<(String, Value<'d>)> {
    match item.get("hooks") {
        Some(hooks) if form.grouped => hooks.children().flat_map(texts).collect(),
        _ => texts(item),
    }
}

fn texts(hook: Value<'_>) -> Vec<(String, Value<'_>)> {
    let named = ["command", "bash", "powershell"].into_iter().filter_map(|name| hook.get(name));
    named.filter_map(|value| Some((value.str()?.into_owned(), value))).collect()
}

/// A new item for an event's list.
fn entry(form: &Form, command: &Command<'_>, matcher: Option<&str>) -> String {
    let mut text = Vec::new();
    secscan_core::json::encode(command.text().as_bytes(), &mut text);
    let text = String::from_utf8_lossy(&text);
    let kind = if form.typed { "\n  \"type\": \"command\"," } else { "" };
    let hook = format!("{{{kind}\n  \"command\": \"{text}\",\n  {}\n}}", form.more);
    if !form.grouped {
        return hook;
    }
    let matcher =
        matcher.map_or(String::new(), |matcher| format!("\n  \"matcher\": \"{matcher}\","));
    format!("{{{matcher}\n  \"hooks\": [\n    {}\n  ]\n}}", hook.replace('\n', "\n    "))
}

/// A file of another kind in which ours stands between two marks.
pub(super) mod marked {
    const BEGIN: &str = "# secscan hooks begin: `secscan hook uninstall` removes this\n";
    const END: &str = "# secscan hooks end\n";

    /// The text with our block at its end, and nowhere else.
    pub(in super::super) fn with(text: &str, block: &str) -> String {
        let (mut new, _) = stripped(text);
        if !new.is_empty() && !new.ends_with('\n') {
            new.push('\n');
        }
        if !new.is_empty() {
            new.push('\n');
        }
        new + BEGIN + block + END
    }

    /// The text without our block, if it is there.
    pub(in super::super) fn without(text: &str) -> Option<String> {
        let (new, is_there) = stripped(text);
        is_there.then_some(new)
    }

    /// The text without our blocks, and whether there were any. A mark is a whole line. One whose end is gone begins
    /// nothing: what stands behind it is the user's; an end alone goes, or it would be the end of the next.
    fn stripped(text: &str) -> (String, bool) {
        let (mut new, mut begun, mut is_there) = (String::new(), None, false);
        for line in text.split_inclusive('\n') {
            if line.trim_end() == BEGIN.trim_end() {
                begun = Some(new.len());
                new.push_str(line);
            } else if line.trim_end() != END.trim_end() {
                new.push_str(line);
            } else if let Some(start) = begun.take() {
                new.truncate(start);
                // The empty line before it is ours.
                if new.ends_with("\n\n") {
                    new.pop();
                }
                is_there = true;
            }
        }
        (new, is_there)
    }
}

/// What must hold for settings of any text.
#[cfg(any(test, fuzzing))]
pub(crate) fn settings_of(text: &str) {
    let form = |grouped: bool| Form {
        versioned: !grouped,
        grouped,
        events: &[("A", None), ("B", Some("*"))],
        more: "\"timeout\": 30",
        typed: grouped,
    };
    let command = Command { program: "/bin/secscan", assistant: "x" };
    for form in [form(true), form(false)] {
        let Ok(once) = with(text, &form, &command) else { continue };
        assert!(Document::parse(once.as_bytes()).is_ok(), "no JSON any more: {once}");
        assert_eq!(with(&once, &form, &command).ok(), Some(once.clone()), "it changes each time");
        let gone = without(&once, &form, &command);
        assert!(matches!(&gone, Ok(Some(_))), "what was put in is not found: {once}");
        let Ok(Some((gone, _))) = gone else { continue };
        assert!(Document::parse(gone.as_bytes()).is_ok(), "no JSON any more: {gone}");
        assert!(matches!(without(&gone, &form, &command), Ok(None)), "it is still there: {gone}");
        if matches!(without(text, &form, &command), Ok(None)) {
            let (before, after) = (others(text), others(&gone));
            assert!(before.is_none() || before == after, "something else is lost: {gone}");
        }
    }
    let once = marked::with(text, "x\n");
    assert_eq!(marked::with(&once, "x\n"), once);
    let gone = marked::without(&once);
    assert!(gone.is_some());
    if !text.contains("# secscan hooks ") {
        assert_eq!(gone.as_deref().map(str::trim_end), Some(text.trim_end()), "something is lost");
    }
}

/// What settings say but for what is empty, and for the version, which is put in with hooks. None where the standard
/// reader does not take it.
#[cfg(any(test, fuzzing))]
fn others(text: &str) -> Option<serde_json::Value> {
    fn without_empty(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Array(all) => all.iter_mut().for_each(without_empty),
            serde_json::Value::Object(all) => {
                all.values_mut().for_each(without_empty);
                let empty = [serde_json::json!({}), serde_json::json!([])];
                all.retain(|_, value| !empty.contains(value));
            }
            _ => {}
        }
    }
    let mut value: serde_json::Value = serde_json::from_str(text).ok()?;
    without_empty(&mut value);
    value.as_object_mut()?.remove("version");
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPED: Form = Form {
        versioned: false,
        grouped: true,
        events: &[("A", None), ("B", Some("*"))],
        more: "\"timeout\": 30",
        typed: true,
    };
    const FLAT: Form = Form {
        versioned: true,
        grouped: false,
        events: &[("a", None), ("b", None)],
        more: "\"failClosed\": true",
        typed: false,
    };

    fn command(program: &str) -> Command<'_> {
        Command { program, assistant: "x" }
    }

    #[test]
    fn there_and_back() {
        let other =
            r#"{"matcher":"Bash", "hooks":[ {"type":"command","command":"other hook x"} ]}"#;
        for (form, text) in [
            (&GROUPED, "{}\n".to_owned()),
            (&GROUPED, "{\n\t\"model\": \"m\",  \"n\": 1.0\n}\n".to_owned()),
            (&GROUPED, format!("{{\"hooks\": {{\"A\": [{other}], \"C\": []}}}}")),
            (&GROUPED, format!("{{\n    \"hooks\": {{\n        \"B\": [\n            {other}\n        ]\n    }}\n}}\n")),
            (&FLAT, "{\"version\": 1}".to_owned()),
            (&FLAT, "{\n  \"version\": 1,\n  \"hooks\": {\n    \"a\": [\n      {\"command\": \"z\"}\n    ]\n  }\n}".to_owned()),
        ] {
            let once = with(&text, form, &command("/bin/secscan")).unwrap();
            assert_ne!(once, text);
            assert!(once.contains("/bin/secscan hook x"));
            assert_eq!(with(&once, form, &command("/bin/secscan")).unwrap(), once);
            let moved = with(&once, form, &command("'/new place/secscan'")).unwrap();
            assert!(!moved.contains("/bin/secscan"), "{moved}");
            assert_eq!(moved.matches("secscan' hook x").count(), 2, "{moved}");
            let (gone, _) = without(&moved, form, &command("secscan")).unwrap().unwrap();
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(squeezed(&gone), squeezed(&text), "{moved}");
            assert!(without(&gone, form, &command("secscan")).unwrap().is_none());
        }
    }

    #[test]
    fn what_the_user_added_stays() {
        let text = with("", &GROUPED, &command("/old/secscan")).unwrap();
        let text = text.replace("hook x\"", "hook x --rules r.toml\"");
        let new = with(&text, &GROUPED, &command("/new/secscan")).unwrap();
        assert_eq!(new.matches("/new/secscan hook x --rules r.toml\"").count(), 2, "{new}");
    }

    #[test]
    fn what_is_not_understood_is_not_touched() {
        for text in ["[]", "{\"hooks\": 1}", "{\"hooks\": {\"A\": {}}}", "// x\n{}", "{"] {
            assert!(with(text, &GROUPED, &command("secscan")).is_err(), "{text}");
        }
    }

    #[test]
    fn only_ours_is_ours() {
        let ours = command("secscan");
        for text in ["secscan hook x", "'/a b/secscan' hook x", r"C:\secscan.exe hook x --strict"] {
            assert!(ours.rest(text).is_some(), "{text}");
        }
        for text in
            ["secscan hook xy", "notsecscan hook x", "secscan scan", "echo secscan; other hook x"]
        {
            assert!(ours.rest(text).is_none(), "{text}");
        }
    }

    #[test]
    fn marks() {
        for text in ["", "a = 1\n", "a = 1\n[b]\nc = 2"] {
            let once = marked::with(text, "x\n");
            assert_eq!(marked::with(&once, "x\n"), once);
            assert_eq!(marked::without(&once).unwrap().trim_end(), text.trim_end());
        }
        // The end of a block was changed: nothing between it and the next is lost.
        let broken = marked::with("", "x\n").replace("hooks end", "hooks, the end");
        let once = marked::with(&broken, "x\n");
        assert_eq!(marked::with(&once, "x\n"), once);
        assert_eq!(marked::without(&once).unwrap().trim_end(), broken.trim_end());
        // Found by the fuzzer: marks within lines, two blocks, a block within a block.
        let block = marked::with("", "x\n");
        let nested = block.replace("x\n", &format!("mine 1\n{block}mine 2\n"));
        for text in
            [format!("mine 1){block}mine 2\n"), format!("mine 1\n{block}mine 2\n{block}"), nested]
        {
            let once = marked::with(&text, "x\n");
            assert_eq!(marked::with(&once, "x\n"), once);
            assert!(["mine 1", "mine 2"].iter().all(|own| once.contains(own)), "{once}");
        }
    }
}
