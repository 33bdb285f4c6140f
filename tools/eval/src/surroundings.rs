//! The surroundings in which secrets occur: files as people have them, with room for a token.
//!
//! They are tables, so that one more is one line more.

use std::ops::Range;

use crate::noise::capital;
use crate::place::{Place, Value};

/// A token in a surrounding.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The surrounding.
    pub surrounding: &'static str,
    /// What the file is called.
    pub path: &'static str,
    /// The file.
    pub text: Vec<u8>,
    /// Where the secrets stand in it.
    pub secrets: Vec<Range<usize>>,
}

/// A surrounding of a value: its name, the name of the file, and the file.
///
/// `{V}` is the value and `{V%}` the value as URLs have it. `{UP}`, `{snake}`, `{kebab}`, `{dotted}`, `{camel}`,
/// `{Pascal}` and `{Head-Er}` are the name, which is the owner's and the role's. `{owner}` and `{Owner}` are one half of
/// it, and `{r_snake}`, `{r_kebab}`, `{r_camel}`, `{r_words}` the other.
struct Form(&'static str, &'static str, &'static str);

/// For all values.
const ALL: &[Form] = &[
    Form("env", "deploy/.env", "# The service\nPORT=8080\n{UP}={V}\nLOG_LEVEL=info\n"),
    Form("yaml", "config/app.yaml", "service:\n  port: 8080\n  {snake}: {V}\n  debug: false\n"),
    Form(
        "yaml-nested",
        "config/app.yml",
        "{owner}:\n  enabled: true\n  {r_snake}: \"{V}\"\n  retries: 3\n",
    ),
    Form(
        "json",
        "config/app.json",
        "{\n  \"port\": 8080,\n  \"{camel}\": \"{V}\",\n  \"debug\": false\n}\n",
    ),
    Form(
        "json-line",
        "config/all.json",
        "{\"name\":\"x\",\"{owner}\":{\"{r_camel}\":\"{V}\"},\"n\":1}\n",
    ),
    Form("toml", "settings.toml", "[{owner}]\nenabled = true\n{r_snake} = \"{V}\"\n"),
    Form("properties", "application.properties", "server.port=8080\n{dotted}={V}\n"),
    Form(
        "xml",
        "config/app.xml",
        "<config>\n  <port>8080</port>\n  <{camel}>{V}</{camel}>\n</config>\n",
    ),
    Form("terraform", "main.tf", "resource \"x_service\" \"main\" {\n  {snake} = \"{V}\"\n}\n"),
    Form("dockerfile", "Dockerfile", "FROM debian:12\nENV {UP}={V}\nRUN make\n"),
    Form(
        "kubernetes",
        "k8s/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n  {kebab}: \"{V}\"\n",
    ),
    Form("python", "app/main.py", "import os\n\n{UP} = \"{V}\"\n"),
    Form("python-call", "app/client.py", "client = {owner}.Client({r_snake}=\"{V}\")\n"),
    Form("javascript", "src/index.js", "const port = 8080;\nconst {camel} = '{V}';\n"),
    Form("go", "cmd/main.go", "func main() {\n\t{camel} := \"{V}\"\n\trun({camel})\n}\n"),
    Form(
        "java",
        "src/Main.java",
        "class Main {\n    private static final String {UP} = \"{V}\";\n}\n",
    ),
    Form("csharp", "src/Main.cs", "class Main {\n    public const string {Pascal} = \"{V}\";\n}\n"),
    Form("php", "config/services.php", "<?php\nreturn [\n    '{snake}' => '{V}',\n];\n"),
    Form("ruby", "config/app.rb", "App.configure do |config|\n  config.{snake} = '{V}'\nend\n"),
    Form("rust", "src/main.rs", "const {UP}: &str = \"{V}\";\n\nfn main() {}\n"),
    Form(
        "notebook",
        "run.ipynb",
        "   \"source\": [\n    \"{UP} = \\\"{V}\\\"\\n\",\n    \"run()\"\n   ]\n",
    ),
    Form("shell", "deploy.sh", "#!/bin/sh\nset -e\nexport {UP}={V}\n./run\n"),
    Form(
        "command",
        "history.txt",
        "cd /srv/app\n{owner}ctl login --{r_kebab} {V} --region eu\nls\n",
    ),
    Form("url", "requests.http", "GET https://api.{owner}.com/v1/items?{r_snake}={V%}&page=2\n"),
    Form(
        "url-escaped",
        "requests.http",
        "GET https://api.{owner}.com/v1/items?{r_snake}={V%}&page=2\n",
    ),
    Form(
        "header",
        "trace.http",
        "GET /v1/me HTTP/1.1\nHost: api.{owner}.com\nX-{Head-Er}: {V}\nAccept: */*\n",
    ),
    Form(
        "log",
        "var/app.log",
        "2026-11-25T04:12:09Z INFO [worker-3] connecting {snake}={V} attempt=1\n",
    ),
    Form(
        "log-json",
        "var/app.jsonl",
        "{\"level\":\"info\",\"msg\":\"retry\",\"{snake}\":\"{V}\",\"attempt\":1}\n",
    ),
    Form("markdown", "README.md", "## Setup\n\n- {Owner} {r_words}: `{V}`\n- Region: eu\n"),
    Form("prose", "notes.txt", "Hi, the {Owner} {r_words} is {V} and it works since Monday.\n"),
];

/// For values that are known by their own look besides.
const FREE: &[Form] = &[
    Form(
        "bearer",
        "api.http",
        "GET /v1/me HTTP/1.1\nHost: api.{owner}.com\nAuthorization: Bearer {V}\n\n",
    ),
    Form(
        "log-message",
        "var/err.log",
        "2026-11-25T04:12:09Z ERROR {owner}: refused token {V} (401)\n",
    ),
    Form("argument", "app/run.py", "{owner}.login(\"{V}\", timeout=5)\n"),
    Form("cell", "export.csv", "id,{owner},created\n7,{V},2026-11-25\n"),
];

/// A surrounding of a passage: its name, the name of the file, what stands before, what stands before each further
/// line, what stands behind, and how the passage is written.
struct Frame(&'static str, &'static str, &'static str, &'static str, &'static str, Writing);

#[derive(Clone, Copy, PartialEq)]
enum Writing {
    /// As it is.
    Plain,
    /// As it is, but only if it is one line.
    Line,
    /// With carriage returns.
    Windows,
    /// As a string of JSON.
    Json,
}

const FRAMES: &[Frame] = &[
    Frame("file", "settings.conf", "", "", "\n", Writing::Plain),
    Frame("windows-file", "settings.cnf", "", "", "\r\n", Writing::Windows),
    Frame("indented", "values.yaml", "settings: |\n    ", "    ", "\nother: 1\n", Writing::Plain),
    Frame("json-string", "config/app.json", "{\"a\": 1, \"text\": \"", "", "\"}\n", Writing::Json),
    Frame(
        "here-document",
        "setup.sh",
        "cat > out <<'EOF'\n",
        "",
        "\nEOF\nchmod 600 out\n",
        Writing::Plain,
    ),
    Frame(
        "code-block",
        "README.md",
        "## Setup\n\n```\n",
        "",
        "\n```\n\nThen start it.\n",
        Writing::Plain,
    ),
    Frame("long-string", "app/main.py", "TEXT = \"\"\"", "", "\"\"\"\nrun(TEXT)\n", Writing::Plain),
    Frame(
        "template-string",
        "src/index.js",
        "const text = `",
        "",
        "`;\nrun(text);\n",
        Writing::Plain,
    ),
    Frame("comment", "app/old.py", "# ", "# ", "\nrun()\n", Writing::Plain),
    Frame(
        "log-output",
        "var/app.log",
        "2026-11-25T04:12:09Z DEBUG output: ",
        "",
        "\nnext\n",
        Writing::Plain,
    ),
    Frame("inline", "notes.md", "Run `", "", "` on the new host.\n", Writing::Line),
];

/// The names of all surroundings, in the order of the tables.
pub fn names() -> impl Iterator<Item = &'static str> {
    let forms = ALL.iter().chain(FREE).map(|form| form.0);
    forms.chain(FRAMES.iter().map(|frame| frame.0))
}

/// The token in each surrounding where such a token occurs.
pub fn samples(place: &Place) -> Vec<Sample> {
    match place {
        Place::Value(value) => {
            let free = if value.named { &[][..] } else { FREE };
            // What needs no escapes has none in a URL.
            let other = if percent(&value.text) == value.text { "url-escaped" } else { "url" };
            let forms = ALL.iter().chain(free).filter(|form| form.0 != other);
            forms.map(|form| fill(form, value)).collect()
        }
        Place::Passage { text, secrets } => {
            let is_line = !text.trim_ascii().contains(&b'\n');
            let fits = |frame: &&Frame| frame.5 != Writing::Line || is_line;
            FRAMES.iter().filter(fits).map(|frame| frame_in(frame, text, secrets)).collect()
        }
    }
}

/// Writes the value and its name into the file.
fn fill(&Form(surrounding, path, template): &Form, value: &Value) -> Sample {
    let (owner, role) = (&value.owner, &value.role);
    let name = if value.fixed { role.clone() } else { format!("{owner} {role}") };
    let mut text = value.beside.as_ref().map_or_else(String::new, |word| format!("# {word}\n"));
    let mut secrets = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        text += &rest[..at];
        rest = &rest[at..];
        let Some((marker, after)) = rest[1..].split_once('}') else { break };
        let written = match marker {
            "V" => Some(value.text.clone()),
            "V%" => Some(percent(&value.text)),
            "owner" => Some(owner.clone()),
            "Owner" => Some(capital(owner)),
            "UP" => Some(name.to_uppercase().replace(' ', "_")),
            "snake" => Some(name.replace(' ', "_")),
            "kebab" => Some(name.replace(' ', "-")),
            "dotted" => Some(name.replacen(' ', ".", 1).replace(' ', "-")),
            "r_words" => Some(role.clone()),
            "r_snake" => Some(role.replace(' ', "_")),
            "r_kebab" => Some(role.replace(' ', "-")),
            // A name that is spelled in one way only is spelled so here too.
            "camel" | "Pascal" | "Head-Er" | "r_camel" if value.fixed => Some(name.clone()),
            "camel" => Some(camel(&name)),
            "Pascal" => Some(capital(&camel(&name))),
            "Head-Er" => Some(name.split(' ').map(capital).collect::<Vec<_>>().join("-")),
            "r_camel" => Some(camel(role)),
            _ => None,
        };
        match written {
            Some(written) => {
                let start = text.len();
                text += &written;
                if marker.starts_with('V') {
                    secrets.push(start..text.len());
                }
                rest = after;
            }
            None => {
                text.push('{');
                rest = &rest[1..];
            }
        }
    }
    text += rest;
    Sample { surrounding, path, text: text.into_bytes(), secrets }
}

/// `shodan api key` as `shodanApiKey`.
fn camel(name: &str) -> String {
    let mut words = name.split(' ');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &capital(word))
}

/// What may not stand in a query as it is, as percent and two digits.
fn percent(text: &str) -> String {
    let write = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~' | b':' | b'/' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(write).collect()
}

/// Puts a passage into its frame.
fn frame_in(frame: &Frame, passage: &[u8], secrets: &[Range<usize>]) -> Sample {
    let &Frame(surrounding, path, before, indent, behind, writing) = frame;
    let mut text = before.as_bytes().to_vec();
    let mut places = vec![0; passage.len() + 1];
    let end = passage.trim_ascii_end().len();
    for (at, &byte) in passage[..end].iter().enumerate() {
        places[at] = text.len();
        match (byte, writing) {
            (b'\n', Writing::Json) => text.extend(b"\\n"),
            (b'"' | b'\\', Writing::Json) => text.extend([b'\\', byte]),
            (b'\t', Writing::Json) => text.extend(b"\\t"),
            (b'\n', Writing::Windows) if text.last() != Some(&b'\r') => text.extend(b"\r\n"),
            (b'\n', _) => {
                text.push(b'\n');
                text.extend(indent.as_bytes());
            }
            _ => text.push(byte),
        }
    }
    places[end..].fill(text.len());
    text.extend(behind.as_bytes());
    let secrets = secrets.iter().map(|secret| places[secret.start]..places[secret.end]).collect();
    Sample { surrounding, path, text, secrets }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_names_are_written() {
        let value = Value {
            text: "a+b".into(),
            owner: "acme".into(),
            role: "api key".into(),
            beside: None,
            named: true,
            fixed: false,
        };
        let samples = samples(&Place::Value(value));
        let text = |name: &str| {
            let sample = samples.iter().find(|sample| sample.surrounding == name).unwrap();
            let [secret] = &sample.secrets[..] else { panic!("{name}: {:?}", sample.secrets) };
            let secret = String::from_utf8_lossy(&sample.text[secret.clone()]).into_owned();
            (String::from_utf8_lossy(&sample.text).into_owned(), secret)
        };
        let (env, secret) = text("env");
        assert!(env.contains("\nACME_API_KEY=a+b\n") && secret == "a+b");
        assert!(text("json").0.contains("  \"acmeApiKey\": \"a+b\","));
        assert_eq!(text("url-escaped").1, "a%2Bb");
        assert!(text("header").0.contains("X-Acme-Api-Key: a+b"));
        assert!(!samples.iter().any(|sample| sample.surrounding == "bearer"));
    }

    #[test]
    fn passages_keep_track_of_their_secrets() {
        let place = Place::Passage {
            text: b"user \"a\"\nkey X\"Y\n".to_vec(),
            secrets: vec![Range { start: 13, end: 16 }],
        };
        for sample in samples(&place) {
            let secret = &sample.text[sample.secrets[0].clone()];
            let expected: &[u8] =
                if sample.surrounding == "json-string" { b"X\\\"Y" } else { b"X\"Y" };
            assert_eq!(secret, expected, "{}", sample.surrounding);
        }
        assert!(!samples(&place).iter().any(|sample| sample.surrounding == "inline"));
    }
}
