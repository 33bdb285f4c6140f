//! The closed set of offline checks that a rule can ask for, by name.
//!
//! Apart from the checks themselves because the build script needs the names and nothing else.

macro_rules! checks {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// An offline check of a candidate: a checksum, or the structure of what it holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Check { $($(#[$doc])* $variant,)* }

        impl Check {
            /// Every check.
            pub const ALL: &'static [Check] = &[$(Check::$variant,)*];

            /// The name in rule files.
            pub fn name(self) -> &'static str {
                match self { $(Check::$variant => $name,)* }
            }

            /// The check's name as Rust code, for the build script.
            pub fn variant(self) -> &'static str {
                match self { $(Check::$variant => stringify!($variant),)* }
            }
        }
    };
}

checks! {
    /// CRC-32 of the body in base 62 as the last six characters (GitHub, npm, Vercel).
    Crc32Base62 = "crc32-base62",
    /// SHA-256 in base 32 inside the last block of a fine-grained GitHub token.
    GithubFineGrained = "github-fine-grained",
    /// CRC-32 in base 36 at the end of a routable GitLab token.
    GitlabRoutable = "gitlab-routable",
    /// CRC-32 in upper-case hex at the end (Atlassian, Bitbucket, Trello).
    Crc32HexTail = "crc32-hex-tail",
    /// CRC-32 of the body in lower-case hex at the end (Cloudflare).
    Cloudflare = "cloudflare",
    /// CRC-32 of the part between the underscores in lower-case hex (Zuplo).
    Zuplo = "zuplo",
    /// CRC-32 in base 64 at the end (Confluent Cloud).
    Confluent = "confluent",
    /// CRC-32 in hex, lowest byte first, at the end of a Grafana service account token.
    GrafanaServiceAccount = "grafana-service-account",
    /// CRC-32 in base 62 at the end of a Synapse token.
    Synapse = "synapse",
    /// CRC-32 in base 62, lowest digit first, of the Matrix Authentication Service.
    Mas = "mas",
    /// The exclusive or of the body as the last character (crates.io trusted publishing).
    CratesTrustpub = "crates-trustpub",

    /// A version 4 UUID in base 58 (CircleCI).
    Circleci = "circleci",
    /// A macaroon that names pypi.org or test.pypi.org.
    PypiMacaroon = "pypi-macaroon",
    /// Base 32 that begins with `v4` and leaves no bits over (NuGet).
    Nuget = "nuget",
    /// Base 64 of `reftkn:` and its fields (JFrog).
    JfrogReference = "jfrog-reference",
    /// Base 58 of 54 bytes (JFrog).
    JfrogApiKey = "jfrog-api-key",
    /// A version 4 UUID as the last 36 characters (LaunchDarkly).
    UuidV4 = "uuid-v4",

    /// An AWS key id: base 32 that holds an account number.
    AwsKeyId = "aws-key-id",
    /// The first bytes of an AWS session token.
    AwsSessionToken = "aws-session-token",
    /// A long-lived Bedrock key: base 64 of `BedrockAPIKey-`, a name and an account.
    AwsBedrockLong = "aws-bedrock-long",
    /// A short-lived Bedrock key: base 64 of a signed URL.
    AwsBedrockShort = "aws-bedrock-short",

    /// Marvin32 of an Azure Storage key.
    AzureStorage = "azure-storage",
    /// Marvin32 of a Cosmos DB key.
    AzureCosmos = "azure-cosmos",
    /// Marvin32 of an Azure Batch key.
    AzureBatch = "azure-batch",
    /// Marvin32 of an API Management key.
    AzureApim = "azure-apim",
    /// Marvin32 of a classic Azure Machine Learning key.
    AzureMl = "azure-ml",
    /// Marvin32 of a Service Bus, Event Hubs or Relay key.
    AzureServicebus = "azure-servicebus",
    /// Marvin32 of an IoT Hub, provisioning service or device key.
    AzureIot = "azure-iot",
    /// Marvin32 of an Azure Cache for Redis key.
    AzureRedis = "azure-redis",
    /// Marvin32 of an Event Grid key.
    AzureEventgrid = "azure-eventgrid",
    /// Marvin32 of a container registry password.
    AzureAcr = "azure-acr",
    /// Marvin32 of an AI Search key.
    AzureSearch = "azure-search",
    /// Marvin32 of a Functions key.
    AzureFunctions = "azure-functions",
    /// Marvin32 of a Common Annotated Security Key.
    AzureCask = "azure-cask",
    /// Marvin32 at the end of an Entra client secret of the `8Q~` kind.
    EntraClientSecret = "entra-client-secret",

    /// CRC-16 in the base 32 of a NATS seed.
    Nkey = "nkey",
    /// CRC-16 in the base 32 of a Stellar seed.
    StellarSeed = "stellar-seed",
    /// The checksum of BIP-173 (age, nostr, Cardano).
    Bech32 = "bech32",
    /// The double SHA-256 of a Bitcoin private key.
    Base58checkWif = "base58check-wif",
    /// The double SHA-256 of a BIP-32 extended private key.
    Base58checkXprv = "base58check-xprv",
    /// The double SHA-256 of anything in base 58 (Tezos).
    Base58check = "base58check",
    /// The double SHA-256 of an XRP Ledger seed, in its own base 58.
    RippleSeed = "ripple-seed",
    /// A seed phrase: words of the list of BIP 39 with its checksum.
    Bip39 = "bip39",

    /// A signed JSON Web Token.
    Jwt = "jwt",
    /// A JSON Web Token of Supabase's service role.
    JwtSupabase = "jwt-supabase",
    /// A JSON Web Token of a Kubernetes service account.
    JwtKubernetes = "jwt-kubernetes",
    /// A JSON Web Token of JFrog.
    JwtJfrog = "jwt-jfrog",
    /// A JSON Web Token of Calendly.
    JwtCalendly = "jwt-calendly",
    /// A JSON Web Token for Auth0's management API.
    JwtAuth0 = "jwt-auth0",
    /// A JSON Web Token of Temporal Cloud.
    JwtTemporal = "jwt-temporal",
    /// An encrypted JSON Web Token.
    Jwe = "jwe",

    /// Base 64 of JSON with a Grafana Cloud token's keys.
    GrafanaCloud = "grafana-cloud",
    /// Base 64 of JSON with an old Grafana API key's keys.
    GrafanaApiKey = "grafana-api-key",
    /// Base 64 of JSON with a Sentry organisation token's keys.
    SentryOrg = "sentry-org",
    /// Base 64 of JSON with a 1Password service account's keys.
    OnepasswordServiceAccount = "onepassword-service-account",
    /// Base 64 of JSON with a Snyk token's keys.
    Snyk = "snyk",
    /// Base 64 of JSON with a Mapbox token's keys.
    Mapbox = "mapbox",
    /// Base 64 of JSON with a Cloudflare tunnel token's keys.
    CloudflareTunnel = "cloudflare-tunnel",

    /// A Discord bot token: base 64 of the bot's number first.
    DiscordBot = "discord-bot",
    /// Base 64 of `tok:` (Intercom).
    Intercom = "intercom",
    /// Base 64 of `key_` (WorkOS).
    Workos = "workos",
    /// Base 64 of a number, a colon and 20 bytes (Bitbucket and Jira Data Center).
    AtlassianDatacenter = "atlassian-datacenter",
    /// Base 64 of `id:key` (Elasticsearch).
    ElasticApiKey = "elastic-api-key",
    /// Base 64 of a version 1 macaroon.
    MacaroonV1 = "macaroon-v1",
    /// Base 64 of a msgpack array (Fly.io).
    Flyio = "flyio",
    /// Base 64 of `user:password`.
    BasicAuth = "basic-auth",

    /// A private key as PEM, OpenPGP armour or PuTTY file, escaped or not.
    PrivateKey = "private-key",
    /// The same in base 64 once more.
    Base64Pem = "base64-pem",
    /// A private key as bare base 64 without armour.
    Base64Der = "base64-der",
    /// A Google service account's key file.
    GcpServiceAccount = "gcp-service-account",
    /// A JSON Web Key with its private part.
    JwkPrivate = "jwk-private",
    /// Base 64 of a private key for Curve25519, its fixed bits set (WireGuard).
    Wireguard = "wireguard",
}

impl Check {
    /// The check of that name.
    pub fn from_name(name: &str) -> Option<Check> {
        Check::ALL.iter().copied().find(|check| check.name() == name)
    }
}
