//! Configuration: references to secrets, placeholders, pinned digests, identifiers.

use super::Shape;
use crate::noise::{Noise, capital};

pub(super) const SHAPES: &[Shape] = &[
    Shape { path: ".env.example", frame: ["# Copy to .env\n", "", ""], piece: env_example },
    Shape { path: ".github/workflows/ci.yml", frame: ["jobs:\n", "", ""], piece: github },
    Shape { path: ".gitlab-ci.yml", frame: ["", "", ""], piece: gitlab },
    Shape { path: "azure-pipelines.yml", frame: ["steps:\n", "", ""], piece: azure },
    Shape { path: "k8s/deploy.yaml", frame: ["", "---\n", ""], piece: kubernetes },
    Shape { path: "chart/templates/secret.yaml", frame: ["", "---\n", ""], piece: helm },
    Shape { path: "chart/values.yaml", frame: ["", "", ""], piece: values },
    Shape { path: "main.tf", frame: ["", "\n", ""], piece: terraform },
    Shape { path: "terraform.tfvars.example", frame: ["", "", ""], piece: variables },
    Shape { path: "Dockerfile", frame: ["FROM debian:12\n", "", ""], piece: dockerfile },
    Shape { path: "compose.yaml", frame: ["services:\n", "", ""], piece: compose },
    Shape { path: "ansible/site.yml", frame: ["- hosts: all\n  tasks:\n", "", ""], piece: ansible },
    Shape { path: "application.yml", frame: ["", "", ""], piece: spring },
    Shape {
        path: "web.config",
        frame: ["<configuration>\n", "", "</configuration>\n"],
        piece: dotnet,
    },
    Shape { path: "openapi.yaml", frame: ["paths:\n", "", ""], piece: openapi },
    Shape { path: "schema/user.schema.json", frame: ["{\n", ",\n", "\n}\n"], piece: json_schema },
    Shape {
        path: "template.json",
        frame: ["{\"Resources\": {\n", ",\n", "\n}}\n"],
        piece: cloudformation,
    },
    Shape { path: "App.xcodeproj/project.pbxproj", frame: ["{\n", "", "}\n"], piece: xcode },
    Shape { path: "App.sln", frame: ["Global\n", "", "EndGlobal\n"], piece: solution },
    Shape { path: "package.json", frame: ["{\n", ",\n", "\n}\n"], piece: package },
    Shape { path: "setup.cfg", frame: ["", "", ""], piece: ini },
    Shape { path: "nginx.conf", frame: ["", "", ""], piece: nginx },
];

fn env_example(n: &mut Noise) -> String {
    let u = n.words(2, "_").to_uppercase();
    match n.below(10) {
        0 => format!("{u}_PASSWORD=\n"),
        1 => format!("{u}_API_KEY=your-{}-api-key\n", n.word()),
        2 => format!("{u}_SECRET=changeme\n"),
        3 => format!("{u}_TOKEN=<{}-token>\n", n.word()),
        4 => format!("{u}_URL=postgres://user:password@localhost:5432/{}\n", n.word()),
        5 => format!("{u}_KEY=xxxxxxxxxxxxxxxxxxxxxxxx\n"),
        6 => format!("{u}_ID={}\n", n.uuid()),
        7 => format!("# {}\n{u}_PRIVATE_KEY_PATH=./keys/{}.pem\n", n.sentence(), n.word()),
        8 => format!("{u}_SECRET_NAME={}\n", n.words(3, "-")),
        _ => format!("{u}_TOKEN_TTL={}\n", n.below(9000)),
    }
}

fn github(n: &mut Noise) -> String {
    let u = n.word().to_uppercase();
    match n.below(5) {
        0 => format!("      - uses: {}/{}@{} # v{}\n", n.word(), n.word(), n.hex(40), n.version()),
        1 => format!(
            "        env:\n          {u}_TOKEN: ${{{{ secrets.{u}_TOKEN }}}}\n          PASSWORD: ${{{{ secrets.{u}_PASSWORD }}}}\n"
        ),
        2 => format!(
            "      - run: docker login -u ${{{{ vars.{u} }}}} -p ${{{{ secrets.{u} }}}} ghcr.io\n"
        ),
        3 => format!(
            "        with:\n          token: ${{{{ github.token }}}}\n          api-key: ${{{{ inputs.{}_key }}}}\n",
            n.word()
        ),
        _ => format!(
            "      - name: {}\n        run: echo \"::add-mask::${{{{ steps.{}.outputs.token }}}}\"\n",
            n.sentence(),
            n.word()
        ),
    }
}

fn gitlab(n: &mut Noise) -> String {
    let u = n.word().to_uppercase();
    format!(
        "{}:\n  image: registry.test/{}@sha256:{}\n  variables:\n    {u}_TOKEN: $CI_JOB_TOKEN\n    PASSWORD: \"${u}_PASSWORD\"\n  script:\n    - curl --header \"PRIVATE-TOKEN: ${u}_TOKEN\" \"$CI_API_V4_URL/{}\"\n",
        n.words(2, "-"),
        n.word(),
        n.hex(64),
        n.word()
    )
}

fn azure(n: &mut Noise) -> String {
    format!(
        "  - task: {}@{}\n    inputs:\n      azureSubscription: {}\n      password: $({}Password)\n      secret: $(System.AccessToken)\n",
        capital(n.word()),
        n.below(9),
        n.uuid(),
        n.camel(1)
    )
}

fn kubernetes(n: &mut Noise) -> String {
    let u = n.word().to_uppercase();
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {}\n  uid: {}\nspec:\n  containers:\n    - image: registry.test/{}@sha256:{}\n      env:\n        - name: {u}_PASSWORD\n          valueFrom:\n            secretKeyRef: {{ name: {}, key: password }}\n        - name: {u}_TOKEN_FILE\n          value: /var/run/secrets/{}/token\n",
        n.words(2, "-"),
        n.uuid(),
        n.word(),
        n.hex(64),
        n.words(2, "-"),
        n.word()
    )
}

fn helm(n: &mut Noise) -> String {
    let a = n.camel(2);
    format!(
        "kind: Secret\nmetadata:\n  name: {{{{ include \"{}.fullname\" . }}}}\ndata:\n  password: {{{{ .Values.{a}.password | b64enc | quote }}}}\n  api-token: {{{{ required \"{}\" .Values.{a}.token | b64enc }}}}\n",
        n.word(),
        n.words(3, " ")
    )
}

fn values(n: &mut Noise) -> String {
    match n.below(5) {
        0 => format!(
            "{}:\n  existingSecret: \"{}\"\n  secretKey: \"\"\n  password: ~\n",
            n.word(),
            n.words(3, "-")
        ),
        1 => format!(
            "{}:\n  image:\n    tag: {}\n    digest: sha256:{}\n",
            n.word(),
            n.version(),
            n.hex(64)
        ),
        2 => format!(
            "{}:\n  auth:\n    passwordKey: {}\n    tokenSecretName: {}\n",
            n.word(),
            n.words(2, "-"),
            n.words(2, "-")
        ),
        3 => format!(
            "{}:\n  checksum/config: {}\n  token: \"{{{{ .Release.Name }}}}-token\"\n",
            n.word(),
            n.hex(64)
        ),
        _ => format!("{}Secret:\n  create: true\n  name: {}\n", n.camel(1), n.words(2, "-")),
    }
}

fn terraform(n: &mut Noise) -> String {
    let a = n.words(2, "_");
    match n.below(5) {
        0 => format!(
            "variable \"{a}_password\" {{\n  type        = string\n  sensitive   = true\n  description = \"{}\"\n}}\n",
            n.sentence()
        ),
        1 => format!(
            "resource \"x_db\" \"{a}\" {{\n  password = var.{a}_password\n  api_key  = random_password.{a}.result\n  token    = data.vault_generic_secret.{a}.data[\"token\"]\n}}\n"
        ),
        2 => format!(
            "  secret_arn = \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{}-{}\"\n",
            n.word(),
            n.base62(6)
        ),
        3 => format!("  kms_key_id = \"{}\"\n  subnet_id  = \"subnet-{}\"\n", n.uuid(), n.hex(17)),
        _ => format!(
            "  private_key = file(\"${{path.module}}/{}.pem\")\n  client_secret = local.{a}_secret\n",
            n.word()
        ),
    }
}

fn variables(n: &mut Noise) -> String {
    let a = n.words(2, "_");
    match n.below(3) {
        0 => format!("{a}_password = \"REPLACE_ME\"\n"),
        1 => format!("{a}_tenant_id = \"{}\"\n", n.uuid()),
        _ => format!("{a}_token = \"<insert {} token>\"\n", n.word()),
    }
}

fn dockerfile(n: &mut Noise) -> String {
    let u = n.word().to_uppercase();
    match n.below(5) {
        0 => format!("ARG {u}_TOKEN\nENV {u}_TOKEN=${{{u}_TOKEN}}\n"),
        1 => format!(
            "RUN --mount=type=secret,id={} TOKEN=$(cat /run/secrets/{}) make\n",
            n.word(),
            n.word()
        ),
        2 => format!("FROM registry.test/{}:{}@sha256:{}\n", n.word(), n.version(), n.hex(64)),
        3 => format!("ENV {u}_SHA512={}\n", n.hex(128)),
        _ => format!(
            "RUN gpg --recv-keys {} && echo {}\n",
            n.hex(40).to_uppercase(),
            n.words(2, " ")
        ),
    }
}

fn compose(n: &mut Noise) -> String {
    let u = n.word().to_uppercase();
    format!(
        "  {}:\n    image: {}:{}\n    environment:\n      {u}_PASSWORD: ${{{u}_PASSWORD:?}}\n      {u}_PASSWORD_FILE: /run/secrets/{}\n      POSTGRES_PASSWORD: postgres\n    secrets: [{}]\n",
        n.words(2, "-"),
        n.word(),
        n.version(),
        n.words(2, "_"),
        n.words(2, "_")
    )
}

fn ansible(n: &mut Noise) -> String {
    let a = n.words(2, "_");
    match n.below(3) {
        0 => format!(
            "    - user:\n        name: {}\n        password: \"{{{{ {a}_password | password_hash('sha512') }}}}\"\n",
            n.word()
        ),
        1 => format!(
            "    - uri:\n        url: https://{}.test\n        headers: {{ Authorization: \"Bearer {{{{ vault_{a}_token }}}}\" }}\n",
            n.word()
        ),
        _ => format!(
            "    - get_url: {{ url: \"https://{}.test/x.tgz\", checksum: \"sha256:{}\" }}\n",
            n.word(),
            n.hex(64)
        ),
    }
}

fn spring(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!(
            "{}:\n  datasource:\n    password: ${{{}_PASSWORD:}}\n    url: jdbc:postgresql://{}:5432/app?user=app\n",
            n.word(),
            n.word().to_uppercase(),
            n.word()
        ),
        1 => format!(
            "{}:\n  oauth2:\n    client-id: {}\n    client-secret: '{{cipher}}{}'\n",
            n.word(),
            n.words(2, "-"),
            n.hex(96)
        ),
        _ => format!(
            "{}:\n  jwt:\n    token-validity: {}\n    secret-location: classpath:{}.key\n",
            n.word(),
            n.below(9000),
            n.word()
        ),
    }
}

fn dotnet(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!(
            "  <add key=\"{}Password\" value=\"#{{{}}}#\" />\n",
            capital(n.word()),
            n.camel(2)
        ),
        1 => format!(
            "  <assemblyIdentity name=\"{}\" publicKeyToken=\"{}\" culture=\"neutral\" />\n",
            capital(n.word()),
            n.hex(16)
        ),
        _ => format!(
            "  <ProjectGuid>{{{}}}</ProjectGuid>\n  <UserSecretsId>{}</UserSecretsId>\n",
            n.uuid().to_uppercase(),
            n.uuid()
        ),
    }
}

fn openapi(n: &mut Noise) -> String {
    format!(
        "  /{}/{{token}}:\n    post:\n      operationId: reset{}Password\n      description: {}\n      properties:\n        password: {{ type: string, format: password, minLength: {} }}\n        api_key: {{ type: string, example: \"string\" }}\n        access_token: {{ type: string, description: \"{}\" }}\n",
        n.words(2, "/"),
        capital(n.word()),
        n.sentence(),
        n.between(6, 20),
        n.sentence()
    )
}

fn json_schema(n: &mut Noise) -> String {
    format!(
        "  \"{}Password\": {{\"type\": \"string\", \"description\": \"{}\", \"$ref\": \"#/definitions/{}\"}}",
        n.camel(2),
        n.sentence(),
        n.camel(2)
    )
}

fn cloudformation(n: &mut Noise) -> String {
    format!(
        "  \"{}\": {{\"Type\": \"AWS::RDS::DBInstance\", \"Properties\": {{\"MasterUserPassword\": {{\"Ref\": \"{}Password\"}}, \"Token\": \"{{{{resolve:secretsmanager:{}:SecretString:password}}}}\", \"Digest\": \"{}\"}}}}",
        capital(&n.camel(2)),
        capital(n.word()),
        n.words(2, "-"),
        n.hex(64)
    )
}

fn xcode(n: &mut Noise) -> String {
    let (a, b) = (n.hex(24).to_uppercase(), n.hex(24).to_uppercase());
    format!(
        "\t\t{a} /* {}Token.swift in Sources */ = {{isa = PBXBuildFile; fileRef = {b} /* PasswordView.swift */; }};\n",
        capital(n.word())
    )
}

fn solution(n: &mut Noise) -> String {
    format!(
        "\t\t{{{}}}.Debug|Any CPU.Build.0 = Debug|Any CPU\n\tSolutionGuid = {{{}}}\n",
        n.uuid().to_uppercase(),
        n.uuid().to_uppercase()
    )
}

fn package(n: &mut Noise) -> String {
    match n.below(3) {
        0 => format!("  \"@{}/{}\": \"^{}\"", n.word(), n.words(2, "-"), n.version()),
        1 => format!(
            "  \"{}\": \"git+https://github.com/{}/{}.git#{}\"",
            n.word(),
            n.word(),
            n.word(),
            n.hex(40)
        ),
        _ => format!(
            "  \"{}-token\": \"node scripts/{}.js --token $NPM_TOKEN --password \\\"$PASSWORD\\\"\"",
            n.word(),
            n.word()
        ),
    }
}

fn ini(n: &mut Noise) -> String {
    format!(
        "[{}]\npassword_policy = {}\ntoken_lifetime = {}\nsecret_backend = {}.{}\npublic_key = {}\n",
        n.word(),
        n.word(),
        n.below(9999),
        n.word(),
        n.words(2, "_"),
        n.base64(32)
    )
}

fn nginx(n: &mut Noise) -> String {
    format!(
        "server {{\n    server_name {}.test;\n    ssl_certificate_key /etc/ssl/private/{}.key;\n    proxy_set_header X-Auth-Token $http_x_auth_token;\n    auth_basic_user_file /etc/nginx/{}.htpasswd;\n    secure_link_md5 \"$secure_link_expires$uri {}\";\n}}\n",
        n.word(),
        n.word(),
        n.word(),
        n.word()
    )
}
