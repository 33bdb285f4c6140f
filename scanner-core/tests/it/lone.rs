//! Files that are a secret by their names: found whole and in pieces, and only under such a name.

use crate::check::{check, expanded, scanner};

#[test]
fn files_that_hold_nothing_but_a_secret() {
    let scanner = scanner(&[]);
    for (path, template) in [
        ("config/master.key", "{{generic-key}}"),
        ("config/credentials/production.key", "{{generic-credential}}\n"),
        ("secrets/db_password.txt", "{{generic-password}}\r\n"),
        (".vault_pass", "\n{{generic-password}}\n"),
        ("etc/ppp/chap-secrets", "# client server secret\nbob * \"{{generic-password}}\" *\n"),
        (".pgpass", "db.acme.io:15432:*:app:{{generic-password}}\n"),
        ("openvpn/auth.txt", "bob\n{{generic-password}}\n"),
    ] {
        for seed in 0..3 {
            let (text, expected) = expanded(&scanner, template, seed);
            check(&scanner, path, Some(path.as_bytes()), &text, &expected);
            check(&scanner, path, Some(b"notes/list"), &text, &Default::default());
            check(&scanner, path, None, &text, &Default::default());
            // More than a secret, or more than one can be.
            let long = [&text[..], &b"and so on\n".repeat(200)].concat();
            check(&scanner, path, Some(path.as_bytes()), &long, &Default::default());
        }
    }
}
