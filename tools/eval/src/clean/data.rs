//! Data: lock files, digests, identifiers, certificates, dumps, traces with what was secret cut out.

use super::Shape;
use crate::noise::{Noise, capital};

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        path: "package-lock.json",
        frame: ["{\"packages\": {\n", ",\n", "\n}}\n"],
        piece: npm_lock,
    },
    Shape { path: "yarn.lock", frame: ["", "\n", ""], piece: yarn_lock },
    Shape { path: "pnpm-lock.yaml", frame: ["packages:\n", "", ""], piece: pnpm_lock },
    Shape { path: "Cargo.lock", frame: ["version = 4\n", "\n", ""], piece: cargo_lock },
    Shape { path: "go.sum", frame: ["", "", ""], piece: go_sum },
    Shape { path: "poetry.lock", frame: ["", "", ""], piece: poetry_lock },
    Shape {
        path: "composer.lock",
        frame: ["{\"packages\": [\n", ",\n", "\n]}\n"],
        piece: composer_lock,
    },
    Shape { path: ".terraform.lock.hcl", frame: ["", "\n", ""], piece: terraform_lock },
    Shape { path: "requirements.txt", frame: ["", "", ""], piece: requirements },
    Shape { path: "SHA256SUMS", frame: ["", "", ""], piece: sums },
    Shape { path: "ids.csv", frame: ["id,token_id,etag\n", "", ""], piece: ids },
    Shape { path: "ca-bundle.crt", frame: ["", "", ""], piece: certificate },
    Shape { path: "known_hosts", frame: ["", "", ""], piece: known_hosts },
    Shape { path: "authorized_keys", frame: ["", "", ""], piece: authorized_keys },
    Shape { path: "release.asc", frame: ["", "", ""], piece: pgp },
    Shape { path: "jwks.json", frame: ["{\"keys\": [\n", ",\n", "\n]}\n"], piece: jwks },
    Shape { path: "saml-metadata.xml", frame: ["<md>\n", "", "</md>\n"], piece: saml },
    Shape { path: "dump.sql", frame: ["", "", ""], piece: sql },
    Shape { path: "web/app.js.map", frame: ["{\"mappings\": \"", ";", "\"}\n"], piece: mappings },
    Shape { path: "git.log", frame: ["", "\n", ""], piece: git_log },
    Shape { path: "change.patch", frame: ["", "", ""], piece: patch },
    Shape { path: "trace.har.txt", frame: ["", "\n", ""], piece: trace },
    Shape { path: "server.log", frame: ["", "", ""], piece: log },
    Shape { path: "access.log", frame: ["", "", ""], piece: access_log },
    Shape { path: "mail.eml", frame: ["", "\n", ""], piece: mail },
    Shape { path: "verification-metadata.xml", frame: ["<c>\n", "", "</c>\n"], piece: gradle },
    Shape { path: "Assets/Scene.unity.meta", frame: ["", "", ""], piece: unity },
    Shape { path: "chain.json", frame: ["[\n", ",\n", "\n]\n"], piece: chain },
    Shape { path: "events.jsonl", frame: ["", "", ""], piece: events },
];

fn npm_lock(n: &mut Noise) -> String {
    let name = n.words(2, "-");
    format!(
        "  \"node_modules/{name}\": {{\n    \"version\": \"{v}\",\n    \"resolved\": \"https://registry.npmjs.org/{name}/-/{name}-{v}.tgz\",\n    \"integrity\": \"sha512-{}\"\n  }}",
        n.base64(64),
        v = n.version()
    )
}

fn yarn_lock(n: &mut Noise) -> String {
    let name = n.words(2, "-");
    format!(
        "{name}@^{v}:\n  version \"{v}\"\n  resolved \"https://registry.yarnpkg.com/{name}/-/{name}-{v}.tgz#{}\"\n  integrity sha1-{}\n",
        n.hex(40),
        n.base64(20),
        v = n.version()
    )
}

fn pnpm_lock(n: &mut Noise) -> String {
    format!(
        "  {}@{}:\n    resolution: {{integrity: sha512-{}}}\n",
        n.words(2, "-"),
        n.version(),
        n.base64(64)
    )
}

fn cargo_lock(n: &mut Noise) -> String {
    format!(
        "[[package]]\nname = \"{}\"\nversion = \"{}\"\nchecksum = \"{}\"\n",
        n.words(2, "-"),
        n.version(),
        n.hex(64)
    )
}

fn go_sum(n: &mut Noise) -> String {
    format!("github.com/{}/{} v{} h1:{}\n", n.word(), n.word(), n.version(), n.base64(32))
}

fn poetry_lock(n: &mut Noise) -> String {
    format!(
        "[[package]]\nname = \"{a}\"\nversion = \"{v}\"\nfiles = [\n    {{file = \"{a}-{v}.tar.gz\", hash = \"sha256:{}\"}},\n]\ncontent-hash = \"{}\"\n",
        n.hex(64),
        n.hex(64),
        a = n.word(),
        v = n.version()
    )
}

fn composer_lock(n: &mut Noise) -> String {
    format!(
        "  {{\"name\": \"{a}/{b}\", \"dist\": {{\"url\": \"https://api.github.com/repos/{a}/{b}/zipball/{r}\", \"reference\": \"{r}\", \"shasum\": \"{s}\"}}}}",
        a = n.word(),
        b = n.word(),
        r = n.hex(40),
        s = n.hex(40)
    )
}

fn terraform_lock(n: &mut Noise) -> String {
    format!(
        "provider \"registry.terraform.io/{}/{}\" {{\n  hashes = [\n    \"h1:{}\",\n    \"zh:{}\",\n  ]\n}}\n",
        n.word(),
        n.word(),
        n.base64(32),
        n.hex(64)
    )
}

fn requirements(n: &mut Noise) -> String {
    format!("{}=={} \\\n    --hash=sha256:{}\n", n.words(2, "-"), n.version(), n.hex(64))
}

fn sums(n: &mut Noise) -> String {
    let length = [32, 40, 64, 96, 128][n.below(5)];
    format!("{}  {}-{}.tar.gz\n", n.hex(length), n.words(2, "-"), n.version())
}

fn ids(n: &mut Noise) -> String {
    match n.below(6) {
        0 => format!("{},{},\"{}\"\n", n.uuid(), n.hex(24), n.hex(32)),
        1 => format!("cus_{},price_{},pi_{}\n", n.base62(14), n.base62(24), n.base62(24)),
        2 => format!(
            "01{},{},W/\"{}\"\n",
            n.run(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24),
            n.run(b"123456789", 18),
            n.base64(16)
        ),
        3 => format!(
            "arn:aws:iam::123456789012:role/{},i-{},{}\n",
            n.words(2, "-"),
            n.hex(17),
            n.base64(12)
        ),
        4 => format!("{},{},{}\n", n.base62(21), n.base64_url(16), n.time()),
        _ => format!("sha256:{},{},{}\n", n.hex(64), n.uuid().to_uppercase(), n.hex(40)),
    }
}

fn certificate(n: &mut Noise) -> String {
    format!(
        "# {}\n-----BEGIN CERTIFICATE-----\nMIID{}\n-----END CERTIFICATE-----\n",
        n.words(3, " "),
        n.wrapped(900)
    )
}

fn known_hosts(n: &mut Noise) -> String {
    format!(
        "|1|{}|{} ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY{}\n{} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{}\n",
        n.base64(20),
        n.base64(20),
        n.base64(81),
        n.address(),
        n.base64(30)
    )
}

fn authorized_keys(n: &mut Noise) -> String {
    format!("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ{} {}@{}\n", n.base64(264), n.word(), n.word())
}

fn pgp(n: &mut Noise) -> String {
    let what = n.of(&["SIGNATURE", "PUBLIC KEY BLOCK"]);
    format!(
        "-----BEGIN PGP {what}-----\n\n{}\n={}\n-----END PGP {what}-----\n",
        n.wrapped(600),
        n.base64(3)
    )
}

fn jwks(n: &mut Noise) -> String {
    format!(
        "  {{\"kty\": \"RSA\", \"use\": \"sig\", \"alg\": \"RS256\", \"kid\": \"{}\", \"n\": \"{}\", \"e\": \"AQAB\", \"x5t\": \"{}\"}}",
        n.base64_url(32),
        n.base64_url(256),
        n.base64_url(20)
    )
}

fn saml(n: &mut Noise) -> String {
    format!(
        "<ds:X509Certificate>\nMIIC{}\n</ds:X509Certificate>\n<ds:DigestValue>{}</ds:DigestValue>\n<ds:SignatureValue>{}</ds:SignatureValue>\n",
        n.wrapped(700),
        n.base64(32),
        n.wrapped(256)
    )
}

fn sql(n: &mut Noise) -> String {
    match n.below(5) {
        0 => format!(
            "INSERT INTO {} VALUES ({}, '{}', '{}', '{}', NULL);\n",
            n.word(),
            n.below(9999),
            n.uuid(),
            n.hex(40),
            n.time()
        ),
        1 => format!(
            "CREATE TABLE {} (\n  password VARCHAR(255) NOT NULL,\n  api_token CHAR(64) DEFAULT NULL,\n  secret TEXT\n);\n",
            n.words(2, "_")
        ),
        2 => format!(
            "ALTER USER {} IDENTIFIED BY :password;\nUPDATE users SET token = $1 WHERE id = '{}';\n",
            n.word(),
            n.uuid()
        ),
        3 => format!("COMMENT ON COLUMN users.password IS '{}';\n", n.sentence()),
        _ => format!(
            "-- {}\nCREATE USER {} WITH PASSWORD '${{DB_PASSWORD}}';\n",
            n.sentence(),
            n.word()
        ),
    }
}

fn mappings(n: &mut Noise) -> String {
    let segments: Vec<String> =
        (0..30).map(|_| n.run(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop", 5)).collect();
    segments.join(",")
}

fn git_log(n: &mut Noise) -> String {
    format!(
        "commit {}\nMerge: {} {}\nAuthor: {a} {b} <{a}@{b}.test>\nDate:   {}\n\n    {}\n\n    Change-Id: I{}\n",
        n.hex(40),
        n.hex(9),
        n.hex(9),
        n.time(),
        n.sentence(),
        n.hex(40),
        a = n.word(),
        b = n.word()
    )
}

fn patch(n: &mut Noise) -> String {
    format!(
        "diff --git a/{f}.py b/{f}.py\nindex {}..{} 100644\n--- a/{f}.py\n+++ b/{f}.py\n@@ -{},7 +{},7 @@ def {f}_password(token):\n-    password = get(\"{}\")\n+    password = settings.{}_PASSWORD\n",
        n.hex(12),
        n.hex(12),
        n.below(99),
        n.below(99),
        n.word(),
        n.word().to_uppercase(),
        f = n.word()
    )
}

fn trace(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!(
            "> GET /{}?page_token={} HTTP/1.1\n> Host: {}.test\n> Authorization: Bearer ****\n> X-Api-Key: [REDACTED]\n> If-None-Match: \"{}\"\n",
            n.words(2, "/"),
            n.base62(30),
            n.word(),
            n.hex(32)
        ),
        1 => format!(
            "< HTTP/1.1 200 OK\n< ETag: W/\"{}\"\n< Set-Cookie: theme={}; Path=/\n< X-Request-Id: {}\n< Content-MD5: {}\n",
            n.hex(40),
            n.word(),
            n.uuid(),
            n.base64(16)
        ),
        _ => format!(
            "< WWW-Authenticate: Bearer realm=\"https://{}.test/token\",service=\"{}\"\n< Strict-Transport-Security: max-age={}\n< traceparent: 00-{}-{}-01\n",
            n.word(),
            n.word(),
            n.below(99999),
            n.hex(32),
            n.hex(16)
        ),
    }
}

fn log(n: &mut Noise) -> String {
    let time = n.time();
    match n.below(6) {
        0 => format!("{time} INFO user={} password=*** token=<hidden> id={}\n", n.word(), n.uuid()),
        1 => format!("{time} WARN invalid token at offset {}: {}\n", n.below(999), n.sentence()),
        2 => format!(
            "{time} DEBUG password check took {}ms trace_id={} span_id={}\n",
            n.below(99),
            n.hex(32),
            n.hex(16)
        ),
        3 => format!(
            "{time} ERROR secret \"{}\" not found in namespace {}\n",
            n.words(3, "-"),
            n.word()
        ),
        4 => format!(
            "{time} INFO the token is expired, the password is wrong and the API key is missing for {}\n",
            n.word()
        ),
        _ => format!("{time} INFO pulled {}@sha256:{}\n", n.word(), n.hex(64)),
    }
}

fn access_log(n: &mut Noise) -> String {
    format!(
        "{} - - [{}] \"GET /{}/{}.js?v={} HTTP/2.0\" 200 {} \"https://{}.test/login?token=\" \"Mozilla/5.0\"\n",
        n.address(),
        n.time(),
        n.word(),
        n.hex(20),
        n.hex(8),
        n.below(99999),
        n.word()
    )
}

fn mail(n: &mut Noise) -> String {
    format!(
        "Message-ID: <{}@{}.test>\nDKIM-Signature: v=1; a=rsa-sha256; bh={}; b={}\nContent-Type: multipart/mixed; boundary=\"{}\"\n\n{}\n\n{}\n",
        n.base62(24),
        n.word(),
        n.base64(32),
        n.base64(256),
        n.hex(28),
        n.sentence(),
        n.wrapped(400)
    )
}

fn gradle(n: &mut Noise) -> String {
    format!(
        "<component group=\"{}\" name=\"{}\"><sha256 value=\"{}\"/><pgp value=\"{}\"/></component>\n",
        n.words(2, "."),
        n.word(),
        n.hex(64),
        n.hex(40)
    )
}

fn unity(n: &mut Noise) -> String {
    format!(
        "fileFormatVersion: 2\nguid: {}\ntokenAsset: {{fileID: {}, guid: {}, type: 3}}\n",
        n.hex(32),
        n.run(b"123456789", 17),
        n.hex(32)
    )
}

fn chain(n: &mut Noise) -> String {
    format!(
        "  {{\"tokenAddress\": \"0x{}\", \"transactionHash\": \"0x{}\", \"blockHash\": \"0x{}\", \"token\": \"{}\", \"publicKey\": \"0x04{}\"}}",
        n.hex(40),
        n.hex(64),
        n.hex(64),
        n.word().to_uppercase(),
        n.hex(128)
    )
}

fn events(n: &mut Noise) -> String {
    format!(
        "{{\"id\":\"evt_{}\",\"type\":\"{}.token.created\",\"object_id\":\"{}\",\"next_token\":\"{}\",\"cursor\":\"{}\",\"name\":\"{}\",\"checksum\":\"{}\"}}\n",
        n.base62(24),
        n.word(),
        n.uuid(),
        n.base64(48),
        n.base64_url(24),
        capital(n.word()),
        n.hex(40)
    )
}
