//! Prose: documentation with placeholders, translations, subtitles of what a secret is.

use super::Shape;
use crate::noise::{Noise, capital};

pub(super) const SHAPES: &[Shape] = &[
    Shape { path: "docs/guide.md", frame: ["# Guide\n\n", "\n", ""], piece: guide },
    Shape { path: "docs/api.rst", frame: ["API\n===\n\n", "\n", ""], piece: reference },
    Shape { path: "CHANGELOG.md", frame: ["# Changes\n\n", "", ""], piece: changelog },
    Shape { path: "notes.txt", frame: ["", "\n", ""], piece: notes },
    Shape { path: "locales/en.json", frame: ["{\n", ",\n", "\n}\n"], piece: english },
    Shape { path: "locales/de.json", frame: ["{\n", ",\n", "\n}\n"], piece: german },
    Shape {
        path: "res/values-fr/strings.xml",
        frame: ["<resources>\n", "", "</resources>\n"],
        piece: french,
    },
    Shape { path: "messages_es.properties", frame: ["", "", ""], piece: spanish },
    Shape { path: "po/ru.po", frame: ["", "\n", ""], piece: gettext },
    Shape { path: "tool.1", frame: [".TH TOOL 1\n", "", ""], piece: manual },
];

fn guide(n: &mut Noise) -> String {
    let u = n.word().to_uppercase();
    match n.below(10) {
        0 => format!("Set `{u}_TOKEN=<your token>` and start the {}. {}\n", n.word(), n.sentence()),
        1 => format!(
            "```sh\nexport {u}_API_KEY=your-api-key-here\ncurl -H \"Authorization: Bearer <token>\" https://api.example.com/{}\n```\n",
            n.word()
        ),
        2 => format!("    psql postgres://user:password@localhost:5432/{}\n", n.word()),
        3 => format!("The default password is `changeme`. {}\n", n.sentence()),
        4 => format!("| `{}_secret` | string | {} |\n", n.word(), n.sentence()),
        5 => format!(
            "- API key: see *Settings*. The API key is shown once; the token is {}.\n",
            n.word()
        ),
        6 => format!(
            "Keys look like `sk_live_xxxxxxxxxxxxxxxxxxxxxxxx` or `ghp_...`. {}\n",
            n.sentence()
        ),
        7 => format!(
            "Your password is never stored; the secret is kept in the {}. {}\n",
            n.word(),
            n.sentence()
        ),
        8 => format!("git clone https://{}:${{TOKEN}}@example.com/{}.git\n", n.word(), n.word()),
        _ => format!("See commit {} and the digest sha256:{}.\n", n.hex(40), n.hex(64)),
    }
}

fn reference(n: &mut Noise) -> String {
    format!(
        ".. py:function:: {}(password, token=None, api_key=\"\")\n\n   {}\n\n   :param str secret: {}\n",
        n.words(2, "_"),
        n.sentence(),
        n.sentence()
    )
}

fn changelog(n: &mut Noise) -> String {
    format!(
        "- {}: {} ([#{}](https://github.com/{}/{}/pull/{}), {})\n",
        n.of(&["token", "password", "secret", "api key"]),
        n.sentence(),
        n.below(9999),
        n.word(),
        n.word(),
        n.below(9999),
        n.hex(7)
    )
}

fn notes(n: &mut Noise) -> String {
    match n.below(4) {
        0 => format!(
            "{} The password is at least {} characters long. {}\n",
            n.sentence(),
            n.between(8, 20),
            n.sentence()
        ),
        1 => format!(
            "The token is passed as a header, and the api key is read from {}.\n",
            n.words(2, "/")
        ),
        2 => format!(
            "Is the secret is set? If the password is {}, it is refused. {}\n",
            n.word(),
            n.sentence()
        ),
        _ => format!(
            "Password: ask {}. Token: none. API key: {}.\n",
            capital(n.word()),
            n.words(2, "-")
        ),
    }
}

fn english(n: &mut Noise) -> String {
    format!(
        "  \"{}_password\": \"{}\",\n  \"token_{}\": \"Enter your {} token\"",
        n.words(2, "_"),
        n.sentence(),
        n.word(),
        n.word()
    )
}

fn german(n: &mut Noise) -> String {
    let text = n.of(&[
        "Passwort vergessen?",
        "Bitte Passwort eingeben",
        "Zugangsschlüssel ungültig",
        "Sicherheitsabfrage",
        "Passwortwiederherstellung",
    ]);
    format!(
        "  \"password\": \"{text}\",\n  \"api_key.{}\": \"Schlüssel für {}\"",
        n.word(),
        capital(n.word())
    )
}

fn french(n: &mut Noise) -> String {
    let text = n.of(&[
        "Mot de passe oublié",
        "Saisissez votre mot de passe",
        "Jeton d\\'accès expiré",
        "Réinitialisation",
    ]);
    format!(
        "  <string name=\"{}_password\">{text}</string>\n  <string name=\"token_{}\">@string/{}</string>\n",
        n.word(),
        n.word(),
        n.word()
    )
}

fn spanish(n: &mut Noise) -> String {
    let text = n.of(&[
        "Contrase\\u00f1a incorrecta",
        "Restablecimiento",
        "Clave de acceso",
        "Introduzca la clave secreta",
    ]);
    format!("{}.password={text}\n{}.token.expired={}\n", n.word(), n.word(), n.words(2, " "))
}

fn gettext(n: &mut Noise) -> String {
    let text = n.of(&["Неверный пароль", "Введите пароль", "Ключ доступа", "Секретный ключ"]);
    format!(
        "#: src/{}.c:{}\nmsgid \"password: {}\"\nmsgstr \"пароль: {text}\"\n",
        n.word(),
        n.below(999),
        n.word()
    )
}

fn manual(n: &mut Noise) -> String {
    format!(
        ".TP\n.B \\-\\-password \\fIPASSWORD\\fR\n{}\n.TP\n.B \\-\\-token=\\fITOKEN\\fR\n{}\n",
        n.sentence(),
        n.sentence()
    )
}
