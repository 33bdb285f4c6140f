//! Source code: names of secrets without a literal, bundles, tables of numbers, test vectors.

use super::Shape;
use crate::noise::{Noise, capital};

pub(super) const SHAPES: &[Shape] = &[
    Shape { path: "src/auth.ts", frame: ["", "\n", ""], piece: typescript },
    Shape { path: "app/settings.py", frame: ["import os\n", "\n", ""], piece: python },
    Shape { path: "internal/client.go", frame: ["package client\n\n", "\n", ""], piece: go },
    Shape { path: "src/Service.java", frame: ["class Service {\n", "", "}\n"], piece: java },
    Shape { path: "src/Login.cs", frame: ["class Login {\n", "", "}\n"], piece: csharp },
    Shape { path: "app/models.rb", frame: ["", "\n", ""], piece: ruby },
    Shape { path: "src/lib.rs", frame: ["", "\n", ""], piece: rust },
    Shape { path: "public/index.php", frame: ["<?php\n", "\n", ""], piece: php },
    Shape { path: "deploy/run.sh", frame: ["#!/bin/sh\n", "\n", ""], piece: shell },
    Shape { path: "web/app.js", frame: ["", ";", ""], piece: minified },
    Shape { path: "web/vendor.bundle.js", frame: ["", ",", ""], piece: chunk },
    Shape {
        path: "src/table.c",
        frame: ["static const u32 T[] = {\n", ",\n", "};\n"],
        piece: table,
    },
    Shape { path: "crypto/vectors_test.go", frame: ["package crypto\n", "\n", ""], piece: vector },
    Shape { path: "proto/api.pb.go", frame: ["package pb\n", "\n", ""], piece: descriptor },
    Shape { path: "proto/api.proto", frame: ["syntax = \"proto3\";\n", "\n", ""], piece: proto },
    Shape { path: "schema.graphql", frame: ["", "\n", ""], piece: graphql },
    Shape { path: "web/style.css", frame: ["", "\n", ""], piece: css },
    Shape { path: "web/page.html", frame: ["<html>\n", "\n", "</html>\n"], piece: html },
    Shape { path: "src/icons.tsx", frame: ["", "\n", ""], piece: svg },
    Shape { path: "run.ipynb", frame: ["{\"cells\": [\n", ",\n", "]}\n"], piece: notebook },
    Shape { path: "src/Form.swift", frame: ["", "\n", ""], piece: swift },
    Shape { path: "main.kt", frame: ["", "\n", ""], piece: kotlin },
    Shape { path: "setup.ps1", frame: ["", "\n", ""], piece: powershell },
];

fn typescript(n: &mut Noise) -> String {
    let (a, b) = (n.camel(2), n.camel(2));
    match n.below(8) {
        0 => format!(
            "export interface {} {{ password: string; token?: string; apiKey: {} | null }}\n",
            capital(&a),
            capital(&b)
        ),
        1 => format!("const {a}Token = process.env.{}_TOKEN ?? \"\";\n", n.word().to_uppercase()),
        2 => format!(
            "if (!{a}.password || {a}.secret === undefined) throw new Error(\"{}\");\n",
            n.sentence()
        ),
        3 => format!(
            "const {{ accessToken, refreshToken, secretKey }} = await {a}.{b}(user.password);\n"
        ),
        4 => format!("router.post('/{}/reset-password/:token', {a}.{b});\n", n.word()),
        5 => format!(
            "const tokens = tokenizer.encode(\"{}\"); // token: {}\n",
            n.words(4, " "),
            n.word()
        ),
        6 => format!(
            "const {a}SecretName = 'projects/{}/secrets/{}/versions/latest';\n",
            n.word(),
            n.words(3, "-")
        ),
        _ => format!(
            "localStorage.setItem('{a}_token_{b}', JSON.stringify({{ id: '{}' }}));\n",
            n.uuid()
        ),
    }
}

fn python(n: &mut Noise) -> String {
    let (a, b) = (n.word().to_uppercase(), n.words(2, "_"));
    match n.below(8) {
        0 => format!("{a}_PASSWORD = os.environ[\"{a}_PASSWORD\"]\n"),
        1 => format!("{a}_SECRET_KEY = os.getenv(\"{a}_SECRET_KEY\", \"\")\n"),
        2 => format!("{b}_token = get_token({b}=config[\"{b}_token\"], timeout={})\n", n.below(90)),
        3 => {
            format!("parser.add_argument(\"--{}-api-key\", help=\"{}\")\n", n.word(), n.sentence())
        }
        4 => format!(
            "    password = models.CharField(_(\"password\"), max_length={})\n",
            n.between(64, 256)
        ),
        5 => format!("assert {b}.token_hash == \"{}\"\n", n.hex(64)),
        6 => format!(
            "    password: str = Field(..., min_length=8, description=\"{}\")\n",
            n.sentence()
        ),
        _ => format!("logger.info(\"{} token=%s password=%s\", mask(token), \"***\")\n", n.word()),
    }
}

fn go(n: &mut Noise) -> String {
    let (a, b) = (n.camel(2), capital(&n.camel(2)));
    match n.below(6) {
        0 => format!(
            "type {b} struct {{\n\tPassword string `json:\"password,omitempty\"`\n\tToken    *string `yaml:\"token\"`\n}}\n"
        ),
        1 => format!("{a}Token := os.Getenv(\"{}_TOKEN\")\n", n.word().to_uppercase()),
        2 => format!(
            "flag.StringVar(&{a}.secret, \"{}-secret\", \"\", \"{}\")\n",
            n.word(),
            n.sentence()
        ),
        3 => {
            format!("return fmt.Errorf(\"{} password=%q token=%v: %w\", {a}, {a}, err)\n", n.word())
        }
        4 => format!("const {a}SHA256 = \"{}\"\n", n.hex(64)),
        _ => format!(
            "secret, err := {a}.Secrets(ns).Get(ctx, \"{}\", metav1.GetOptions{{}})\n",
            n.words(3, "-")
        ),
    }
}

fn java(n: &mut Noise) -> String {
    let (a, b) = (n.camel(2), capital(&n.camel(2)));
    match n.below(6) {
        0 => format!(
            "    @Value(\"${{{}.password}}\") private String {a}Password;\n",
            n.words(2, ".")
        ),
        1 => format!(
            "    private static final String {}_TOKEN_KEY = \"{}\";\n",
            n.word().to_uppercase(),
            n.words(3, ".")
        ),
        2 => format!(
            "    public void setPassword(String password) {{ this.password = {a}.encode(password); }}\n"
        ),
        3 => {
            format!("    String apiKey = System.getenv(\"{}_API_KEY\");\n", n.word().to_uppercase())
        }
        4 => format!(
            "    private static final long serialVersionUID = {}L;\n",
            n.run(b"123456789", 18)
        ),
        _ => format!("    throw new Invalid{b}TokenException(\"{}\");\n", n.sentence()),
    }
}

fn csharp(n: &mut Noise) -> String {
    let (a, b) = (n.camel(2), capital(&n.camel(2)));
    match n.below(5) {
        0 => format!("    public string {b}Password {{ get; set; }} = string.Empty;\n"),
        1 => format!(
            "    var token = Configuration[\"{b}:ApiKey\"] ?? Environment.GetEnvironmentVariable(\"{}\");\n",
            n.word().to_uppercase()
        ),
        2 => format!("    [Guid(\"{}\")] [PublicKeyToken(\"{}\")]\n", n.uuid(), n.hex(16)),
        3 => format!("    [assembly: InternalsVisibleTo(\"{b}, PublicKey={}\")]\n", n.hex(320)),
        _ => format!("    await {a}.ResetPasswordAsync(user, token, model.NewPassword);\n"),
    }
}

fn ruby(n: &mut Noise) -> String {
    let a = n.words(2, "_");
    match n.below(5) {
        0 => format!("  config.secret_key = ENV.fetch('{}_SECRET_KEY')\n", n.word().to_uppercase()),
        1 => format!(
            "  validates :password, length: {{ minimum: {} }}, confirmation: true\n",
            n.between(6, 20)
        ),
        2 => format!("  token = Rails.application.credentials.{a}[:api_key]\n"),
        3 => format!("  expect({a}.password).to eq(\"#{{{a}}}-password\")\n"),
        _ => format!(
            "  gem '{}', git: 'https://github.com/{}/{}.git', ref: '{}'\n",
            n.word(),
            n.word(),
            n.word(),
            n.hex(40)
        ),
    }
}

fn rust(n: &mut Noise) -> String {
    let (a, b) = (n.words(2, "_"), capital(&n.camel(2)));
    match n.below(6) {
        0 => format!(
            "/// {}\npub struct {b} {{ password: Secret<String>, token: Option<{b}Token> }}\n",
            n.sentence()
        ),
        1 => format!("let {a}_token: &str = env!(\"{}_TOKEN\");\n", n.word().to_uppercase()),
        2 => format!("    let secret_key = SigningKey::from_bytes(&{a}.secret)?;\n"),
        3 => format!(
            "#[arg(long, env = \"{}_API_KEY\")] api_key: Option<String>,\n",
            n.word().to_uppercase()
        ),
        4 => format!("assert_eq!({a}.digest(), hex!(\"{}\"));\n", n.hex(64)),
        _ => format!("    Token::{b} => self.parse_{a}(Token::Comma, token.span),\n"),
    }
}

fn php(n: &mut Noise) -> String {
    let a = n.words(2, "_");
    match n.below(5) {
        0 => format!("$password = $_POST['{a}_password'] ?? null;\n"),
        1 => format!("    'secret' => env('{}_SECRET'),\n", n.word().to_uppercase()),
        2 => format!("$lang['{a}_password'] = '{}';\n", n.sentence()),
        3 => format!("define('{}_TOKEN_NAME', '{}');\n", n.word().to_uppercase(), n.words(3, "-")),
        _ => format!("if (!hash_equals($token, $request->get('{a}_token'))) {{ abort(403); }}\n"),
    }
}

fn shell(n: &mut Noise) -> String {
    let (a, u) = (n.word(), n.word().to_uppercase());
    match n.below(8) {
        0 => format!("export {u}_TOKEN=\"${{{u}_TOKEN:?{a} is not set}}\"\n"),
        1 => format!("{u}_PASSWORD=$(pass show {a}/{}/password)\n", n.word()),
        2 => format!(
            "curl -fsS -u \"$USER:$PASSWORD\" -H \"Authorization: Bearer $TOKEN\" https://{a}.test/\n"
        ),
        3 => format!(
            "read -rsp 'Password: ' password; echo \"$password\" | docker login -u {a} --password-stdin\n"
        ),
        4 => format!("mysql -h \"$HOST\" -p\"$MYSQL_PWD\" {a} < dump.sql\n"),
        5 => format!("echo \"{}  {a}.tar.gz\" | sha256sum -c -\n", n.hex(64)),
        6 => format!("vault kv get -field=password secret/{a}/{}\n", n.word()),
        _ => format!("git checkout -q {} # {}\n", n.hex(40), n.sentence()),
    }
}

fn minified(n: &mut Noise) -> String {
    let (a, b, c) = (n.run(b"abcdefgh", 1), n.run(b"ijklmnop", 1), n.run(b"qrstuvwx", 2));
    match n.below(5) {
        0 => {
            format!("function {c}({a},{b}){{return {a}.password&&{b}.token?{a}.secret={b}:void 0}}")
        }
        1 => format!(
            "!function({a}){{var {b}={a}(\"{}\");{a}.exports={{token:{b},apiKey:{b}.key}}}}({c})",
            n.hex(4)
        ),
        2 => format!("{a}.p=\"/static/js/{}.{}.chunk.js\"", n.word(), n.hex(8)),
        3 => format!(
            "{a}=[{}]",
            (0..40).map(|_| n.below(65536).to_string()).collect::<Vec<_>>().join(",")
        ),
        _ => format!(
            "{a}[\"{}\"]={b}.createElement(\"input\",{{type:\"password\",name:\"{}\"}})",
            n.camel(2),
            n.word()
        ),
    }
}

fn chunk(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!("\"./{}.js\":\"{}\"", n.words(2, "-"), n.hex(20)),
        1 => format!("{}:{{integrity:\"sha384-{}\"}}", n.below(9999), n.base64(48)),
        _ => format!(
            "{}:function(e,t,n){{t.token=n({}),t.secret=e.password}}",
            n.below(9999),
            n.below(9999)
        ),
    }
}

fn table(n: &mut Noise) -> String {
    let words: Vec<String> = (0..8).map(|_| format!("0x{}", n.hex(8))).collect();
    format!("    {}", words.join(", "))
}

fn vector(n: &mut Noise) -> String {
    match n.below(4) {
        0 => format!(
            "\t{{key: \"{}\", iv: \"{}\", plaintext: \"{}\", ciphertext: \"{}\", tag: \"{}\"}},\n",
            n.hex(64),
            n.hex(24),
            n.hex(48),
            n.hex(48),
            n.hex(32)
        ),
        1 => format!(
            "\t{{\n\t\tpublic: \"{}\",\n\t\tsharedSecret: \"{}\",\n\t}},\n",
            n.hex(64),
            n.hex(64)
        ),
        2 => format!(
            "\tinput: decodeHex(\"{}\"), digest: decodeHex(\"{}\"),\n",
            n.hex(128),
            n.hex(64)
        ),
        _ => format!(
            "\t// {}\n\t[]byte{{{}}},\n",
            n.sentence(),
            (0..16).map(|_| format!("0x{}", n.hex(2))).collect::<Vec<_>>().join(", ")
        ),
    }
}

fn descriptor(n: &mut Noise) -> String {
    let lines: Vec<String> = (0..12)
        .map(|_| {
            format!(
                "\t{}\n",
                (0..16).map(|_| format!("0x{},", n.hex(2))).collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    let b = capital(&n.camel(2));
    format!(
        "var fileDescriptor_{} = []byte{{\n{}}}\n\nfunc (m *{b}) GetPassword() string {{ return m.Password }}\n",
        n.hex(16),
        lines.concat()
    )
}

fn proto(n: &mut Noise) -> String {
    let b = capital(&n.camel(2));
    format!(
        "// {}\nmessage {b} {{\n  string password = {};\n  bytes secret_key = {};\n  string next_page_token = {};\n}}\n",
        n.sentence(),
        n.between(1, 5),
        n.between(6, 9),
        n.between(10, 99)
    )
}

fn graphql(n: &mut Noise) -> String {
    let b = capital(&n.camel(2));
    format!(
        "type {b} {{\n  \"{}\"\n  token: String!\n  password(input: {b}Input): {b}Payload\n  clientSecret: ID\n}}\n",
        n.sentence()
    )
}

fn css(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!(
            ".{} input[type=password], #token-{} {{ color: #{}; background: url(data:image/png;base64,iVBORw0KGgo{}) }}\n",
            n.words(2, "-"),
            n.word(),
            n.hex(6),
            n.base64(60)
        ),
        1 => format!(
            "@font-face {{ font-family: {}; src: url(data:font/woff2;base64,d09GMgABAAAAA{}) format(\"woff2\") }}\n",
            n.word(),
            n.base64(300)
        ),
        _ => format!(
            ".{}{{margin:{}px {}px;color:#{}}}\n",
            n.words(3, "__"),
            n.below(90),
            n.below(90),
            n.hex(3)
        ),
    }
}

fn html(n: &mut Noise) -> String {
    match n.below(6) {
        0 => format!(
            "<input type=\"password\" id=\"{}\" name=\"password\" placeholder=\"{}\" autocomplete=\"current-password\">",
            n.words(2, "-"),
            n.sentence()
        ),
        1 => format!("<input type=\"hidden\" name=\"csrf_token\" value=\"{}\">", n.base62(40)),
        2 => format!(
            "<script src=\"/js/{}.{}.js\" integrity=\"sha512-{}\" nonce=\"{}\"></script>",
            n.word(),
            n.hex(20),
            n.base64(64),
            n.base62(22)
        ),
        3 => format!(
            "<a href=\"/reset?token={{{{ token }}}}&amp;next=/{}\">{}</a>",
            n.word(),
            n.words(2, " ")
        ),
        4 => format!(
            "<img src=\"data:image/jpeg;base64,/9j/4AAQSkZJRg{}\" alt=\"{}\">",
            n.base64(240),
            n.word()
        ),
        _ => format!("<p id=\"{}\">Password: {}</p>", n.uuid(), n.sentence()),
    }
}

fn svg(n: &mut Noise) -> String {
    let mut path = String::from("M0 0");
    for _ in 0..40 {
        let command = n.of(&["c", "l", "q", "a", "h", "v"]);
        path +=
            &format!("{command}{}.{} {}.{}", n.below(99), n.below(99), n.below(99), n.below(99));
    }
    format!(
        "export const {}Key = () => <svg viewBox=\"0 0 24 24\"><path d=\"{path}z\" /></svg>;\n",
        capital(&n.camel(1))
    )
}

fn notebook(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!(
            "{{\"cell_type\": \"code\", \"id\": \"{}\", \"source\": [\"token = os.environ[\\\"{}_TOKEN\\\"]\\n\"], \"outputs\": []}}",
            n.hex(8),
            n.word().to_uppercase()
        ),
        1 => format!(
            "{{\"output_type\": \"display_data\", \"data\": {{\"image/png\": \"iVBORw0KGgoAAAANSUhEUg{}\\n\"}}}}",
            n.base64(900)
        ),
        _ => format!(
            "{{\"cell_type\": \"markdown\", \"source\": [\"# {}\\n\", \"{}\"]}}",
            n.words(3, " "),
            n.sentence()
        ),
    }
}

fn swift(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!(
            "let password = ProcessInfo.processInfo.environment[\"{}\"]\n",
            n.word().to_uppercase()
        ),
        1 => format!("static let tokenKey = \"com.{}.{}.token\"\n", n.word(), n.word()),
        _ => format!(
            "SecureField(\"{}\", text: $viewModel.password).textContentType(.password)\n",
            n.words(2, " ")
        ),
    }
}

fn kotlin(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!("val apiKey: String = BuildConfig.{}_API_KEY\n", n.word().to_uppercase()),
        1 => format!(
            "data class {}(val token: String?, val password: CharArray)\n",
            capital(&n.camel(2))
        ),
        _ => format!(
            "storePassword = System.getenv(\"{}_STORE_PASSWORD\")\n",
            n.word().to_uppercase()
        ),
    }
}

fn powershell(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!(
            "$password = ConvertTo-SecureString $env:{} -AsPlainText -Force\n",
            n.word().to_uppercase()
        ),
        1 => format!(
            "$token = (Get-AzKeyVaultSecret -VaultName {} -Name {}).SecretValueText\n",
            n.word(),
            n.words(2, "-")
        ),
        _ => format!("[Parameter(Mandatory)] [securestring] $Password # {}\n", n.sentence()),
    }
}
