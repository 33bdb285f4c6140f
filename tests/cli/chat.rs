//! `secscan prompt --format chat` and `jsonl`.

use std::io::Write;
use std::process::Stdio;

use crate::support::{Project, Ran, builtin, fed};

const REDACTED: &str = "[REDACTED:github-pat-classic]";

fn prompt(args: &[&str], input: &[u8]) -> Ran {
    let project = Project::new();
    Ran::from(fed(project.command(&[&["prompt"], args].concat()), input))
}

/// Request bodies as they are sent: `TOKEN` is to be redacted, `KEEP` is the same token where it passes.
const BODIES: [(&str, &str); 4] = [
    (
        "Anthropic Messages",
        r#"{
  "model": "claude-x", "max_tokens": 1024, "temperature": 1.0,
  "system": [{"type": "text", "text": "The key is TOKEN.", "cache_control": {"type": "ephemeral"}}],
  "tools": [{"name": "f", "description": "uses TOKEN", "input_schema": {"type": "object", "properties": {"q": {"type": "string", "default": "TOKEN"}}}}],
  "mcp_servers": [{"type": "url", "url": "https://mcp.example/", "name": "m", "authorization_token": "KEEP"}],
  "messages": [
    {"role": "user", "content": [{"type": "text", "text": "caf\u00e9"}, {"type": "text", "text": "TOKEN"}]},
    {"role": "assistant", "content": [
      {"type": "thinking", "thinking": "TOKEN?", "signature": "KEEP"},
      {"type": "redacted_thinking", "data": "KEEP"},
      {"type": "tool_use", "id": "toolu_01A", "name": "f", "input": {"q": "TOKEN", "deep": [{"x": "TOKEN"}]}}]},
    {"role": "user", "content": [
      {"type": "tool_result", "tool_use_id": "toolu_01A", "content": [{"type": "text", "text": "TOKEN\n"}]},
      {"type": "tool_result", "tool_use_id": "toolu_01A", "content": "{\"a\": \"TOKEN\"}"},
      {"type": "document", "title": "TOKEN", "source": {"type": "text", "media_type": "text/plain", "data": "x TOKEN"}},
      {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "IMAGE"}}]}
  ]
}
"#,
    ),
    (
        "OpenAI Chat Completions",
        r#"{"model":"gpt-x","messages":[
{"role":"system","content":"TOKEN"},
{"role":"user","content":[{"type":"text","text":"TOKEN"},{"type":"image_url","image_url":{"url":"data:image/png;base64,IMAGE"}}]},
{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"q\":\"TOKEN\",\"n\":1.0}"}}]},
{"role":"tool","tool_call_id":"call_1","content":"TOKEN"}],"seed":1e3}"#,
    ),
    (
        "OpenAI Responses",
        r#"{"model":"gpt-x","instructions":"TOKEN","previous_response_id":"resp_1","input":[
{"type":"message","role":"user","content":[{"type":"input_text","text":"TOKEN"},{"type":"input_image","image_url":"data:image/png;base64,IMAGE"}]},
{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"KEEP"},
{"type":"function_call","call_id":"call_1","name":"f","arguments":"{\"q\":\"TOKEN\"}"},
{"type":"function_call_output","call_id":"call_1","output":"TOKEN"}],
"tools":[{"type":"mcp","server_label":"l","server_url":"https://mcp.example/","headers":{"X-Key":"KEEP"},"authorization":"KEEP"}]}"#,
    ),
    (
        "Gemini",
        r#"{"systemInstruction":{"parts":[{"text":"TOKEN"}]},"contents":[
{"role":"user","parts":[{"text":"TOKEN"},{"inlineData":{"mimeType":"image/png","data":"IMAGE"}}]},
{"role":"model","parts":[{"functionCall":{"name":"f","args":{"q":"TOKEN"}},"thoughtSignature":"KEEP"}]},
{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"out":"TOKEN"}}}]}]}"#,
    ),
];

fn filled(body: &str, token: &str, keep: &str) -> String {
    body.replace("TOKEN", token).replace("KEEP", keep).replace("IMAGE", &"iVBORw0KGgo".repeat(9))
}

#[test]
fn bodies() {
    let token = builtin("github-pat-classic", 1);
    for (name, body) in BODIES {
        let count = body.matches("TOKEN").count();
        let ran = prompt(&["--format", "chat"], filled(body, &token, &token).as_bytes()).expect(0);
        assert_eq!(ran.out, filled(body, REDACTED, &token), "{name}");
        let ran = ran.says(&format!("github-pat-classic: {count}"));
        assert!(!ran.err.contains(&token), "{name}");
        serde_json::from_str::<serde_json::Value>(&ran.out).unwrap();

        let clean = filled(body, "x", "y");
        assert_eq!(prompt(&["--format", "chat"], clean.as_bytes()).expect(0).out, clean);

        // An image cannot be looked into.
        let strict =
            prompt(&["--format", "chat", "--strict"], filled(body, &token, &token).as_bytes());
        assert_eq!(
            strict.expect(2).says("cannot redact the standard input: the media at byte").out,
            ""
        );
        let block =
            prompt(&["--format", "chat", "--mode", "block"], filled(body, &token, "y").as_bytes());
        assert_eq!(block.expect(1).out, "");
    }
}

#[test]
fn what_is_no_json_is_not_passed_on() {
    for body in ["", "{", "hello", "{\"a\": 1} x", "{\"a\": \"\u{1}\"}"] {
        let ran = prompt(&["--format", "chat"], body.as_bytes()).expect(2).says("this is no JSON");
        assert_eq!(ran.out, "");
    }
    let deep = "[".repeat(100_000);
    prompt(&["--format", "chat"], deep.as_bytes()).expect(2).says("too deep at byte 512");
}

#[test]
fn transcripts() {
    let token = builtin("github-pat-classic", 1);
    let lines = "{\"type\":\"user\",\"uuid\":\"u-1\",\"message\":{\"content\":\"TOKEN\"}}\r\n\
                 not json TOKEN\n\
                 \n\
                 {\"type\":\"tool\",\"toolUseResult\":{\"stdout\":\"a\\nTOKEN\"}}\n\
                 \u{fffd}{\"broken\": \"TOKEN\n\
                 {\"n\": 1.50}";
    let ran = prompt(&["--format", "jsonl"], lines.replace("TOKEN", &token).as_bytes()).expect(0);
    assert_eq!(ran.out, lines.replace("TOKEN", REDACTED));
    ran.says("github-pat-classic: 4");
    let block = ["--format", "jsonl", "--mode", "block"];
    assert_eq!(prompt(&block, lines.replace("TOKEN", &token).as_bytes()).expect(1).out, "");
    assert_eq!(prompt(&block, lines.as_bytes()).expect(0).out, lines);
    for same in ["", "\n", "{}", "{}\n\n", "a\n\n{}\n"] {
        assert_eq!(prompt(&["--format", "jsonl"], same.as_bytes()).expect(0).out, same);
    }
}

#[test]
fn a_key_in_a_long_text_of_a_transcript_is_seen_wherever_it_stands() {
    let key = builtin("private-key", 1);
    let secrets = key.lines().filter(|line| line.len() > 40 && !line.starts_with('-'));
    let filler = "a line that is no JSON\n".repeat((1 << 20) / 23);
    let text = format!("{}\n{key}\n{{}}\n", &filler[..filler.len() - key.len() / 2]);
    let project = Project::new();
    project.file("log", text);
    let mut command = project.command(&["prompt", "--format", "jsonl", "log"]);
    let ran = Ran::from(command.output().unwrap()).expect(0);
    assert!(ran.out.ends_with("\n{}\n"));
    let mut secrets = secrets.filter(|line| ran.out.contains(line));
    assert_eq!(secrets.next(), None, "a part of the key is there");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    for format in ["text", "chat", "jsonl"] {
        let project = Project::new();
        project.file("body", r#"{"a": "b"}"#);
        let mut command = project.command(&["prompt", "--format", format, "body"]);
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Ran::from(command.stdout(full).stderr(Stdio::piped()).output().unwrap());
        ran.expect(2).says("cannot write the standard output");
    }
}

#[test]
fn each_line_of_a_transcript_is_passed_on_at_once() {
    use std::io::{BufRead, BufReader};
    let project = Project::new();
    let mut command = project.command(&["prompt", "--format", "jsonl"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for number in 0..3 {
        let line = format!("{{\"n\":{number}}}");
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        // This would wait for ever if the line were held back.
        assert_eq!(lines.next().unwrap().unwrap(), line);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
