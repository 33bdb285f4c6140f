//! The forms of a report: that each is what its readers expect, the same each time, and without secrets.

use std::fs;

use serde_json::Value;

use crate::repository::Repository;
use crate::support::{Project, Ran, key, token};

const FORMATS: [&str; 11] = [
    "text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "html", "ocsf",
    "markdown",
];

/// A scan at a time that is always the same.
fn scan(project: &Project, args: &[&str]) -> Ran {
    let mut command = project.scan_command(args);
    Ran::from(command.env("SOURCE_DATE_EPOCH", "1767225600").output().unwrap())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let project = Project::new();
    for file in 0..40 {
        let lines: Vec<String> = (0..file % 4).map(|line| key(100 * file + line)).collect();
        project.file(&format!("d{}/f{file}", file % 7), lines.join("\n"));
    }
    project.file("hidden", format!("{} # secscan:allow reason=x\n", key(9)));
    for format in FORMATS {
        let run = |threads| scan(&project, &["--format", format, "--report-suppressed", threads]);
        let first = run("-j1").expect(1);
        for threads in ["-j1", "-j2", "-j8", "-j0"] {
            assert_eq!(run(threads).out, first.out, "{format} {threads}");
        }
    }
}

#[test]
fn no_form_holds_a_secret() {
    let project = Project::new();
    let password = format!("Zq{}", &token("", 5)[..9]);
    let secrets = [key(1), token("acmt_", 2), password.clone()];
    project.file(
        "a.py",
        format!("x = '{}' + '{}'\ndb_password = \"{password}\"\n", key(1), token("acmt_", 2)),
    );
    project.file("b.py", format!("y = '{}' # secscan:allow reason=like {}\n", key(3), key(4)));
    let all: Vec<String> = secrets.into_iter().chain([key(3), key(4)]).collect();
    let outputs: Vec<String> = FORMATS
        .iter()
        .map(|format| format!("{format}={}", project.outside(format).display()))
        .collect();
    let mut args = vec!["--report-suppressed", "--quiet"];
    outputs.iter().for_each(|output| args.extend(["--output", output]));
    let ran = scan(&project, &args).expect(1);
    let reports = FORMATS.map(|format| fs::read_to_string(project.outside(format)).unwrap());
    for (format, text) in FORMATS.iter().zip(&reports).chain([(&"stdout", &ran.out)]) {
        assert!(text.contains("a.py"), "{format} is empty: {text}");
        for secret in &all {
            for part in secret.as_bytes().windows(8) {
                let part = std::str::from_utf8(part).unwrap();
                assert!(!text.contains(part), "{part} in {format}: {text}");
            }
        }
    }
}

#[test]
fn several_reports_at_once() {
    let project = Project::new();
    project.file("a", key(1));
    let path = |name: &str| project.outside(name).to_str().unwrap().to_owned();
    let (one, two) = (format!("sarif={}", path("one")), format!("jsonl={}", path("two")));
    let ran = project.scan(&["-o", &one, "-o", &two]).expect(1).prints("a:1:1: high acme-key");
    assert!(!ran.out.contains("runs"));
    assert_eq!(json(&fs::read_to_string(path("one")).unwrap())["version"], "2.1.0");
    assert!(fs::read_to_string(path("two")).unwrap().starts_with("{\"type\":\"finding\""));
    // With a file for the main one, nothing is printed.
    let ran = project.scan(&["--format", "csv", "-o", &path("main"), "-o", &one]).expect(1);
    assert_eq!(ran.out, "");
    assert!(fs::read_to_string(path("main")).unwrap().starts_with("path,line,"));
    project.scan(&["-o", &path("x"), "-o", &path("y")]).expect(2).says("--output sarif=FILE");
    project.scan(&["-o", &one, "-o", &one]).expect(2).says("two reports go to");
    project.scan(&["-o", "sarif="]).expect(2).says("no file behind");
    project.scan(&["--format", "sarff"]).expect(2).says("sarif");
}

#[test]
fn secrets_are_not_shown_in_ci_or_in_what_is_uploaded() {
    let project = Project::new();
    let key = key(1);
    project.file("a", &key);
    let in_ci = |args: &[&str], ci: &str| {
        Ran::from(project.scan_command(args).env("CI", ci).output().unwrap())
    };
    for args in [&["--show-secrets"][..], &["--show-secrets", "--format", "json"]] {
        let ran = in_ci(args, "true").expect(2).says("--show-secrets=force");
        assert!(!ran.out.contains(&key[5..]) && !ran.err.contains(&key[5..]));
    }
    in_ci(&["--show-secrets=force"], "true").expect(1).prints(&key);
    in_ci(&["--show-secrets"], "false").expect(1).prints(&key);
    for format in ["sarif", "github", "gitlab", "junit", "html", "ocsf", "markdown"] {
        let ran = project.scan(&["--show-secrets", "--format", format]).expect(2).says(format);
        assert_eq!(ran.out, "");
    }
    for format in ["text", "json", "jsonl", "csv"] {
        project.scan(&["--show-secrets", "--format", format]).expect(1).prints(&key);
    }
}

#[test]
fn sarif_is_what_github_reads() {
    let project = Project::new();
    project.repository();
    // One of two bytes in UTF-8, and one of four that is two units of UTF-16.
    project.file("src/größe 1.py", format!("# x\nä😀 = '{}'\n", key(1)));
    let ran = project.scan(&["src", "--format", "sarif", "--quiet"]).expect(1);
    let log = json(&ran.out);
    let run = &log["runs"][0];
    let result = &run["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "src/gr%C3%B6%C3%9Fe%201.py");
    let region =
        serde_json::json!({"startLine": 2, "startColumn": 8, "endLine": 2, "endColumn": 45});
    assert_eq!(place["region"], region);
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], result["ruleId"]);
    assert_eq!(result["ruleIndex"], 0);
    assert_eq!(result["level"], "error");
    let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
    assert!(hash.ends_with(":1") && hash.len() > 10, "{hash}");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    // Objects of git have it too.
    let repository = Repository::new();
    repository.commit("x", key(1));
    let ran = repository.scan(&["--history", "--format", "sarif"]).expect(1);
    let result = json(&ran.out)["runs"][0]["results"][0].clone();
    assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string(), "{result}");
    // Nothing found closes what was open.
    project.file("src/größe 1.py", "");
    let log = json(&project.scan(&["src", "--format", "sarif"]).expect(0).out);
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    // What could not be read is no success.
    let log = json(&project.scan(&["src", "missing", "--format", "sarif"]).expect(2).out);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let note = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(note.starts_with("cannot read missing"), "{note}");
}

#[test]
fn paths_are_those_of_the_repository_wherever_one_is() {
    let project = Project::new();
    project.repository();
    project.file("src/a", key(1));
    for (format, part) in [
        ("sarif", "\"uri\": \"src/a\""),
        ("github", "file=src/a,"),
        ("gitlab", "\"file\": \"src/a\""),
        ("junit", "file=\"src/a\""),
    ] {
        let mut command = project.scan_command(&["--format", format, "./a"]);
        let ran = Ran::from(command.current_dir(project.path("src")).output().unwrap());
        ran.expect(1).prints(part);
    }
}

#[test]
fn github_gets_as_many_annotations_as_it_shows() {
    let project = Project::new();
    let keys: Vec<String> = (0..15).map(key).collect();
    let tests: Vec<String> = (0..3).map(|seed| token("acmt_", seed)).collect();
    project.file("a:b,c", format!("{}\n{}\n", keys.join("\n"), tests.join("\n")));
    let ran = project.scan(&["--format", "github", "--quiet"]).expect(1);
    let of = |start: &str| ran.out.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((of("::error "), of("::warning "), of("::notice ")), (10, 0, 3), "{}", ran.out);
    assert_eq!(of("secscan: a:b,c:"), 5);
    let ran = ran.prints(
        "::error file=a%3Ab%2Cc,line=1,endLine=1,col=1,endColumn=38,title=acme-key::Acme key",
    );
    ran.prints("secscan: 5 findings above have no annotation");
}

#[test]
fn gitlab_gets_a_report_of_its_schema() {
    let project = Project::new();
    let key = key(1);
    project.file("a", format!("{key}\n{key}\n"));
    let report = json(&scan(&project, &["--format", "gitlab"]).expect(1).out);
    assert_eq!(report["version"], "15.2.1");
    assert_eq!(report["scan"]["type"], "secret_detection");
    assert_eq!(report["scan"]["start_time"], "2026-01-01T00:00:00");
    assert_eq!(report["scan"]["status"], "success");
    let found = report["vulnerabilities"].as_array().unwrap();
    assert_eq!(found.len(), 2);
    assert_ne!(found[0]["id"], found[1]["id"]);
    assert_eq!(found[0]["severity"], "High");
    assert_eq!(found[0]["location"]["commit"]["sha"], "0000000");
    assert_eq!(found[0]["identifiers"][0]["value"], "acme-key");
    assert!(found.iter().all(|one| one.get("raw_source_code_extract").is_none()));
    let repository = Repository::new();
    let commit = repository.commit("x", &key);
    let ran = repository.scan(&["--history", "--format", "gitlab"]).expect(1);
    let found = json(&ran.out)["vulnerabilities"][0].clone();
    assert_eq!(found["location"]["commit"]["sha"], commit.as_str());
    assert_eq!(found["location"]["commit"]["author"], "Ada <ada@example.com>");
}

#[test]
fn lines_of_objects_and_tests_and_cells() {
    let project = Project::new();
    project.file("=a,\"b\" <&>", format!("{}\n", key(1)));
    let ran = project.scan(&["--format", "jsonl", "missing", "."]).expect(2);
    let types: Vec<String> =
        ran.out.lines().map(|line| json(line)["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(types, ["finding", "error", "summary"]);
    let ran = scan(&project, &["--format", "ocsf"]).expect(1);
    let event = json(&ran.out);
    assert_eq!((&event["class_uid"], &event["type_uid"]), (&2004.into(), &200_401.into()));
    assert_eq!(event["time"], 1_767_225_600_000_u64);
    assert!(event["finding_info"]["uid"].as_str().unwrap().starts_with("v1:"));
    let ran = project.scan(&["--format", "csv"]).expect(1);
    ran.prints(
        "\n\"'=a,\"\"b\"\" <&>\",1,1,high,acme-key,Acme key,structural,acme************,v1:",
    );
    let ran = project.scan(&["--format", "junit"]).expect(1);
    ran.prints("tests=\"1\" failures=\"1\" errors=\"0\"")
        .prints("file=\"=a,&quot;b&quot; &lt;&amp;&gt;\"");
    project.file("=a,\"b\" <&>", "");
    project
        .scan(&["--format", "junit"])
        .expect(0)
        .prints("tests=\"1\" failures=\"0\"")
        .prints("no secrets");
    project.scan(&["--format", "csv"]).expect(0);
}

#[test]
fn the_page_is_closed_to_what_is_in_files() {
    let project = Project::new();
    project.file(
        "<script>alert(1)</script>/x".replace('/', "-").as_str(),
        format!("</script><b>{}\n", key(1)),
    );
    let ran = project.scan(&["--format", "html"]).expect(1);
    assert_eq!(ran.out.matches("</script>").count(), 2, "{}", ran.out);
    assert!(!ran.out.contains("http://") && !ran.out.contains("src="));
    let data = ran.out.split("type=\"application/json\">").nth(1).unwrap();
    let data = json(data.split("</script>").next().unwrap());
    assert_eq!(
        data["findings"][0]["text"],
        serde_json::json!(["</script><b>", "acme************", ""])
    );
}

#[test]
fn the_manual_is_the_help() {
    let project = Project::new();
    project.run(&["man"]).expect(0).prints(".TH secscan 1").prints("Finds secrets");
    project.run(&["man", "baseline", "create"]).expect(0).prints(".TH secscan-baseline-create 1");
    project.run(&["man", "nothing"]).expect(2).says("there is no command `secscan nothing`");
}

#[test]
fn markdown_is_a_table_of_what_is_harmless() {
    let project = Project::new();
    let name = "a|b`<img src=x>`@you [l](u).env";
    project.file(name, format!("{}\n", key(1)));
    project.file("hidden", format!("{} # secscan:allow reason=<b>|fine\n", key(2)));
    let ran = scan(&project, &["--format", "markdown", "--report-suppressed"]).expect(1);
    let row = ran.out.lines().find(|line| line.contains("High")).unwrap();
    assert_eq!(row.split(" | ").count(), 5, "{row}");
    let hidden = ran.out.lines().find(|line| line.contains("fine")).unwrap();
    assert_eq!(hidden.split(" | ").count(), 4, "{hidden}");
    assert!(hidden.contains("&lt;b&gt;\\|fine"), "{hidden}");
    for part in ["<img", "@you", "[l]", "<b>", &key(1)[5..], &key(2)[5..]] {
        assert!(!ran.out.contains(part), "{part} in {}", ran.out);
    }
    // There is a limit to what is shown, and to what a job's summary may have.
    let lines: Vec<String> = (0..600).map(key).collect();
    project.file("many", lines.join("\n"));
    let ran =
        scan(&project, &["--format", "markdown"]).expect(1).prints("gravest of 601 are listed");
    assert!(ran.out.len() < 300_000, "{}", ran.out.len());
    scan(&project, &["--format", "markdown", "missing"])
        .expect(2)
        .prints("**Not everything was scanned.**");
}
