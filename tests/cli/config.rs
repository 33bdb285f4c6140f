//! Configuration: where it is looked for, what counts for more, and what is said of mistakes.

use std::fs;

use crate::support::{Project, RULES, Ran, key, token};

/// A repository with a finding of each severity that the tests' rules have.
fn project() -> Project {
    let project = Project::new();
    project.repository();
    project.file("src/deep/a", format!("{}\n{}\n", key(1), token("acmt_", 1)));
    project
}

#[test]
fn it_is_found_from_what_is_scanned_upwards() {
    let project = project();
    project.file("secscan.toml", "min-severity = 'high'\n");
    for args in [&[][..], &["."], &["src"], &["src/deep/a"]] {
        project.scan(args).expect(1).says("1 secret in 1 file");
    }
    // Not from the current directory.
    fs::create_dir(project.outside("elsewhere")).unwrap();
    fs::write(project.outside("elsewhere/secscan.toml"), "min-severity = 'critical'\n").unwrap();
    let mut command = project.scan_command(&["../project/src"]);
    let ran = Ran::from(command.current_dir(project.outside("elsewhere")).output().unwrap());
    ran.expect(1).says("1 secret in 1 file");
    // The nearest counts, and no other.
    project.file("src/.secscan.toml", "");
    project.scan(&["src"]).expect(1).says("2 secrets");
    project.scan(&["."]).expect(1).says("1 secret in");
    project.file("src/secscan.toml", "");
    project.scan(&["src"]).expect(2).says(".secscan.toml are both there");
    // Above the top of the repository nothing counts.
    fs::write(project.outside("secscan.toml"), "min-severity = 'critical'\n").unwrap();
    fs::remove_file(project.path("secscan.toml")).unwrap();
    project.scan(&["."]).expect(1).says("2 secrets");
}

#[test]
fn flags_count_for_more_than_variables_than_files_than_the_users_file() {
    let project = project();
    let scan = |args: &[&str], env: &[(&str, &str)]| {
        Ran::from(project.scan_command(args).envs(env.iter().copied()).output().unwrap())
    };
    let low: &[(&str, &str)] = &[("SECSCAN_MIN_SEVERITY", "low")];
    fs::create_dir_all(project.outside("config/secscan")).unwrap();
    fs::write(project.outside("config/secscan/config.toml"), "min-severity = 'critical'\n")
        .unwrap();
    scan(&[], &[]).expect(0);
    project.file("secscan.toml", "min-severity = 'high'\n");
    scan(&[], &[]).expect(1).says("1 secret in");
    scan(&[], low).expect(1).says("2 secrets");
    scan(&["--min-severity", "critical"], low).expect(0);
    // A file that is named takes the place of the project's.
    let other = project.outside("other.toml");
    fs::write(&other, "min-severity = 'info'\n").unwrap();
    let other = other.to_str().unwrap();
    scan(&["--config", other], &[]).expect(1).says("2 secrets");
    scan(&[], &[("SECSCAN_CONFIG", other)]).expect(1).says("2 secrets");
    // And none can be wanted.
    scan(&["--no-config"], &[]).expect(1).says("2 secrets");
}

#[test]
fn rules_are_configured_and_flags_have_the_last_word() {
    let project = project();
    let config = format!("disable = ['acme-*']\nrules = ['more.toml']\n{}", "");
    project.file("secscan.toml", config).file("more.toml", RULES);
    let run = |args: &[&str]| project.run(&[&["scan", "src"], args].concat());
    run(&[]).expect(0);
    run(&["--enable", "acme-key"]).expect(1).says("1 secret in");
    run(&["--rule", "acme-test-key"]).expect(1).prints("acme-test-key");
    // Rules in the file itself, beside other things.
    let own = RULES.replace("issuer =", "min-severity = 'high'\nissuer =");
    project.file("secscan.toml", own);
    run(&[]).expect(1).says("1 secret in").prints("acme-key");
    project.run(&["rules", "show", "acme-key"]).expect(0).prints("Acme key");
    project.run(&["explain", "src/deep/a:1"]).expect(0).prints("acme-key: reported");
    project.file("secscan.toml", RULES.replace("pattern = 'acmt", "patern = 'acmt"));
    run(&[]).expect(2).says("secscan.toml:").says("patern");
}

#[test]
fn mistakes_are_named_with_their_place() {
    let project = project();
    for (config, message) in [
        (
            "\nmin-severty = 'low'",
            "secscan.toml:2: unknown key `min-severty`; did you mean `min-severity`?",
        ),
        ("min_severity = 'low'", "did you mean `min-severity`?"),
        (
            "colour = 1",
            "secscan.toml:1: unknown key `colour`; `secscan config show` lists the keys",
        ),
        (
            "min-severity = 'hgh'",
            "secscan.toml:1: min-severity: `hgh` is not known; did you mean `high`?",
        ),
        ("min-severity = ['low']", "min-severity: one value is needed, not a list"),
        ("disable = 'jwt'", "disable: a list is needed"),
        ("threads = 'many'", "threads: `many` is no number"),
        ("hidden = 'perhaps'", "hidden: `perhaps` is neither true nor false"),
        ("max-filesize = '1X'", "the units are K, M and G"),
        ("disable = ['no-such-rule']", "there is no rule `no-such-rule`"),
        ("[[allow]]\npaths = ['x']", "secscan.toml:1: missing field `reason`"),
        ("\n[[allow]]\npaths = ['x']\nreason = ' '", "secscan.toml:2: reason: it is empty"),
        ("[[allow]]\nreason = 'x'", "this would hide everything"),
        ("[[allow]]\npath = ['x']\nreason = 'x'", "unknown key `path`; did you mean `paths`?"),
        ("[[allow]]\npaths = ['a[']\nreason = 'x'", "secscan.toml:1: "),
        ("[[severity]]\nrules = ['x']\nlevel = 'severe'\nreason = 'x'", "`severe` is not known"),
        ("min-severity = ", "secscan.toml:1: "),
    ] {
        project.file("secscan.toml", config);
        let ran = project.scan(&[]).expect(2).says(message);
        assert_eq!(ran.out, "", "{config}");
    }
    project.file("secscan.toml", "");
    let mut command = project.scan_command(&[]);
    let ran = Ran::from(command.env("SECSCAN_MIN_SEVERITY", "hgh").output().unwrap());
    ran.expect(2).says("SECSCAN_MIN_SEVERITY: `hgh` is not known; did you mean `high`?");
    project.scan(&["--config", "missing.toml"]).expect(2).says("cannot read missing.toml");
}

#[test]
fn what_holds_is_shown_with_where_it_comes_from() {
    let project = project();
    project.file(
        "secscan.toml",
        "\nmin-severity = 'high'\ndisable = ['jwt']\n[[allow]]\npaths = ['x']\nreason = 'old'\n",
    );
    let mut command = project.command(&["config", "show", "--origin", "src"]);
    let ran = Ran::from(command.env("SECSCAN_DISABLE", "npm-*, aws-*").output().unwrap()).expect(0);
    for line in [
        "format = \"text\"  # default",
        "min-severity = \"high\"  # secscan.toml:2",
        "disable = [\"jwt\", \"npm-*\", \"aws-*\"]  # secscan.toml:3, SECSCAN_DISABLE",
        "# [[allow]] \"old\"  (secscan.toml:4)",
    ] {
        assert!(ran.out.lines().any(|one| one == line), "no {line:?} in {}", ran.all());
    }
    // It is a configuration file that says the same.
    project.file("secscan.toml", &ran.out);
    let again = project.run(&["config", "show"]).expect(0);
    assert!(again.out.contains("min-severity = \"high\"\n"), "{}", again.all());
}

#[test]
fn the_schema_for_editors_knows_what_the_program_knows() {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/config.schema.json"));
    let schema: serde_json::Value = serde_json::from_str(&text.unwrap()).unwrap();
    let mut known: Vec<String> =
        schema["properties"].as_object().unwrap().keys().cloned().collect();
    known
        .retain(|key| !["allow", "severity", "rule", "issuer", "url", "$schema"].contains(&&**key));
    let ran = Project::new().run(&["config", "show"]).expect(0);
    let mut keys: Vec<String> = ran
        .out
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split([' ', '=']).next())
        .map(str::to_owned)
        .collect();
    keys.sort();
    known.sort();
    assert_eq!(keys, known);
}
