//! Which paths are those of files that hold credentials, by their names alone.
//!
//! A list of the well-known ones, so that an assistant is stopped before it reads them; what else has
//! secrets in it is found when it is read.

/// Files that hold credentials wherever they are. In lower case, like all names here.
const NAMES: &[&str] = &[
    ".env",
    ".envrc",
    ".netrc",
    "_netrc",
    ".pgpass",
    "pgpass.conf",
    ".mylogin.cnf",
    ".git-credentials",
    ".pypirc",
    ".htpasswd",
    ".vault-token",
    ".dockercfg",
    ".s3cfg",
    ".boto",
    "rclone.conf",
    ".terraformrc",
    "credentials.tfrc.json",
    "kubeconfig",
    "credentials.json",
    "application_default_credentials.json",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
];

/// Endings of key stores.
const ENDINGS: &[&str] = &[".key", ".p12", ".pfx", ".jks", ".keystore", ".ppk", ".kdbx"];

/// A directory and a file in it. `*` is any one component, or what is left of one.
const PLACES: &[&[&str]] = &[
    &[".aws", "credentials"],
    &[".aws", "sso", "cache", "*"],
    &[".kube", "config"],
    &[".docker", "config.json"],
    &[".azure", "accesstokens.json"],
    &[".azure", "msal_token_cache*"],
    &[".config", "gcloud", "*"],
    &["gcloud", "legacy_credentials", "*", "*"],
    &[".config", "gh", "hosts.yml"],
    &[".config", "git", "credentials"],
    &[".gnupg", "secring.gpg"],
    &[".gnupg", "private-keys-v1.d", "*"],
    &[".cargo", "credentials"],
    &[".cargo", "credentials.toml"],
    &[".gem", "credentials"],
    &[".m2", "settings.xml"],
    &[".gradle", "gradle.properties"],
    &[".streamlit", "secrets.toml"],
    &[".codex", "auth.json"],
    &[".claude", ".credentials.json"],
    &[".gemini", "oauth_creds.json"],
    &["~", ".npmrc"],
    &["$home", ".npmrc"],
    &["${home}", ".npmrc"],
    &["home", "*", ".npmrc"],
    &["users", "*", ".npmrc"],
    &["root", ".npmrc"],
    &["proc", "*", "environ"],
    &["secscan", "sessions", "*"],
    &["etc", "shadow"],
    &["etc", "gshadow"],
];

/// Endings of files that show what a `.env` file looks like.
const SHOWN: &[&str] =
    &["example", "sample", "template", "dist", "defaults", "schema", "tpl", "md"];

/// Whether a file of that path holds credentials.
pub(super) fn is_credential(path: &str) -> bool {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let Some((&name, above)) = parts.split_last() else { return false };
    if name.contains('*')
        && NAMES.iter().any(|known| matches(name, known))
        && !name.starts_with('*')
    {
        return true;
    }
    NAMES.contains(&name)
        || is_env(name)
        || ENDINGS.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending))
        || is_private_pem(name)
        || (above.last() == Some(&".ssh") && !is_public_ssh(name))
        || above.contains(&".password-store")
        || PLACES.iter().any(|place| ends_with(&parts, place))
}

fn is_env(name: &str) -> bool {
    let shown = |part: &str| SHOWN.contains(&part);
    if let Some(rest) = name.strip_prefix(".env.") {
        return !rest.split('.').any(shown);
    }
    name.strip_suffix(".env").is_some_and(|stem| !stem.split(['.', '-', '_']).any(shown))
}

fn is_private_pem(name: &str) -> bool {
    name.strip_suffix(".pem").is_some_and(|stem| {
        !stem.split(['.', '-', '_']).any(|part| {
            part.starts_with("cert")
                || matches!(
                    part,
                    "ca" | "pub" | "public" | "chain" | "fullchain" | "bundle" | "crt"
                )
        })
    })
}

fn is_public_ssh(name: &str) -> bool {
    name.ends_with(".pub")
        || name.starts_with("known_hosts")
        || matches!(name, "config" | "authorized_keys" | "environment" | "rc")
}

fn ends_with(parts: &[&str], place: &[&str]) -> bool {
    parts.len() >= place.len()
        && parts[parts.len() - place.len()..]
            .iter()
            .zip(place)
            .all(|(part, name)| matches(name, part))
}

/// Whether a name is of a form in which `*` stands for anything.
fn matches(form: &str, name: &str) -> bool {
    match form.split_once('*') {
        None => form == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            let after = after.trim_start_matches('*');
            after.is_empty()
                || (0..=rest.len())
                    .any(|at| rest.get(at..).is_some_and(|rest| matches(after, rest)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for path in [
            ".env",
            "./.env",
            "/srv/app/.env.production",
            "prod.env",
            "~/.aws/credentials",
            r"C:\Users\u\.aws\credentials",
            "$HOME/.ssh/id_ed25519",
            "/home/u/.ssh/deploy",
            "~/.kube/config",
            "kubeconfig",
            "server.key",
            "site.pem",
            "/proc/self/environ",
            "/home/u/.npmrc",
            "~/.config/gcloud/credentials.db",
            ".env*",
            "~/.ssh/id_*",
            "ID_RSA",
            "/etc/shadow",
            "~/.docker/config.json",
        ] {
            assert!(is_credential(path), "{path}");
        }
        for path in [
            "",
            "/",
            ".env.example",
            "example.env",
            ".env.local.template",
            "env.rs",
            "environment.ts",
            "id_rsa.pub",
            "~/.ssh/config",
            "~/.ssh/known_hosts",
            "fullchain.pem",
            "ca-cert.pem",
            ".npmrc",
            "*",
            "*.rs",
            ".key",
            "src/credentials.rs",
            "~/.aws/config",
            "docker/config.json",
            ".github/workflows/ci.yml",
        ] {
            assert!(!is_credential(path), "{path}");
        }
    }
}
