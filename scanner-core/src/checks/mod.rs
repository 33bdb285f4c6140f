//! Offline checks: checksums and structure that tell a real token from one that looks like it.
//!
//! Apart from the engine because a check knows one issuer's format and nothing of searching.
//! [`Check::run`] is on the scanner's path: linear, without panics, and without allocation but
//! where a key or a JSON Web Token must be decoded as a whole.

mod aws;
mod azure;
mod crc;
mod date;
pub(crate) mod encoding;
mod json;
mod jwt;
mod key;
mod kind;
mod marvin;
mod mnemonic;
mod opaque;
pub(crate) mod random;
mod registry;
mod spoil;
mod tail;
#[cfg(all(test, feature = "generate"))]
mod tests;
mod wallet;
mod wireguard;

pub use kind::Check;

/// What a check says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A checksum matches: chance is ruled out.
    Verified,
    /// The structure is right.
    Structural,
    /// The check fails, but it is not certain that every real token passes it.
    Doubtful,
    /// It cannot be real.
    Rejected,
}

impl Verdict {
    /// Whether the check holds.
    pub fn passes(self) -> bool {
        matches!(self, Verdict::Verified | Verdict::Structural)
    }
}

/// Facts that a check read from a token, for the report: never the secret or a part of it.
pub type Facts = Vec<(&'static str, String)>;

/// The module that knows a check.
enum Family {
    Tail,
    Registry,
    Aws,
    Azure,
    Wallet,
    Mnemonic,
    Jwt,
    Opaque,
    Key,
    Wireguard,
}

impl Check {
    fn family(self) -> Family {
        use Check as C;
        match self {
            C::Crc32Base62
            | C::GithubFineGrained
            | C::GitlabRoutable
            | C::Crc32HexTail
            | C::Cloudflare
            | C::Zuplo
            | C::Confluent
            | C::GrafanaServiceAccount
            | C::Synapse
            | C::Mas
            | C::CratesTrustpub => Family::Tail,
            C::Circleci
            | C::PypiMacaroon
            | C::Nuget
            | C::JfrogReference
            | C::JfrogApiKey
            | C::UuidV4 => Family::Registry,
            C::AwsKeyId | C::AwsSessionToken | C::AwsBedrockLong | C::AwsBedrockShort => {
                Family::Aws
            }
            C::AzureStorage
            | C::AzureCosmos
            | C::AzureBatch
            | C::AzureApim
            | C::AzureMl
            | C::AzureServicebus
            | C::AzureIot
            | C::AzureRedis
            | C::AzureEventgrid
            | C::AzureAcr
            | C::AzureSearch
            | C::AzureFunctions
            | C::AzureCask
            | C::EntraClientSecret => Family::Azure,
            C::Nkey
            | C::StellarSeed
            | C::Bech32
            | C::Base58checkWif
            | C::Base58checkXprv
            | C::Base58check
            | C::RippleSeed => Family::Wallet,
            C::Bip39 => Family::Mnemonic,
            C::Jwt
            | C::JwtSupabase
            | C::JwtKubernetes
            | C::JwtJfrog
            | C::JwtCalendly
            | C::JwtAuth0
            | C::JwtTemporal
            | C::Jwe => Family::Jwt,
            C::GrafanaCloud
            | C::GrafanaApiKey
            | C::SentryOrg
            | C::OnepasswordServiceAccount
            | C::Snyk
            | C::Mapbox
            | C::CloudflareTunnel
            | C::DiscordBot
            | C::Intercom
            | C::Workos
            | C::AtlassianDatacenter
            | C::ElasticApiKey
            | C::MacaroonV1
            | C::Flyio
            | C::BasicAuth => Family::Opaque,
            C::PrivateKey | C::Base64Pem | C::Base64Der | C::GcpServiceAccount | C::JwkPrivate => {
                Family::Key
            }
            C::Wireguard => Family::Wireguard,
        }
    }

    /// What the check says of `token`, the secret that a rule's pattern found.
    pub fn run(self, token: &[u8]) -> Verdict {
        match self.family() {
            Family::Tail => tail::run(self, token),
            Family::Registry => registry::run(self, token),
            Family::Aws => aws::run(self, token),
            Family::Azure => azure::run(self, token),
            Family::Wallet => wallet::run(self, token),
            Family::Mnemonic => mnemonic::run(self, token),
            Family::Jwt => jwt::run(self, token),
            Family::Opaque => opaque::run(self, token),
            Family::Key => key::run(self, token),
            Family::Wireguard => wireguard::run(token),
        }
    }

    /// What can be said of a token in a report without giving it away.
    pub fn facts(self, token: &[u8]) -> Facts {
        match self.family() {
            Family::Aws => aws::facts(self, token),
            Family::Jwt => jwt::facts(self, token),
            Family::Key => key::facts(self, token),
            _ => Facts::new(),
        }
    }

    /// Whether the token is of no use as it stands: a key behind a passphrase, an unsigned JSON
    /// Web Token.
    pub fn protected(self, token: &[u8]) -> bool {
        match self.family() {
            Family::Jwt => jwt::protected(self, token),
            Family::Key => key::protected(self, token),
            _ => false,
        }
    }

    /// When the token ends by what it says itself, in Unix seconds.
    pub fn expires(self, token: &[u8]) -> Option<i64> {
        match (self.family(), self) {
            (Family::Jwt, _) => jwt::expires(token),
            (_, Check::AwsBedrockShort) => aws::expires(token),
            (_, Check::Snyk) => opaque::expires(token),
            _ => None,
        }
    }

    /// Makes a random token that matches a rule's pattern pass the check: writes the checksum,
    /// or the whole token where it is structure throughout. The same input gives the same token.
    pub fn fill(self, token: &mut Vec<u8>) {
        match self.family() {
            Family::Tail => tail::fill(self, token),
            Family::Registry => registry::fill(self, token),
            Family::Aws => aws::fill(self, token),
            Family::Azure => azure::fill(self, token),
            Family::Wallet => wallet::fill(self, token),
            Family::Mnemonic => mnemonic::fill(self, token),
            Family::Jwt => jwt::fill(self, token),
            Family::Opaque => opaque::fill(self, token),
            Family::Key => key::fill(self, token),
            Family::Wireguard => wireguard::fill(token),
        }
    }

    /// Changes one character of a token that passes so that it passes no longer.
    #[expect(clippy::ptr_arg, reason = "the same shape as `fill`")]
    pub fn spoil(self, token: &mut Vec<u8>) {
        spoil::spoil(self, token);
    }
}

/// The verdict on structure that every real token has.
fn structural(right: bool) -> Verdict {
    if right { Verdict::Structural } else { Verdict::Rejected }
}

/// The verdict on structure that is known from source or from others' word only.
fn structural_or_doubtful(right: bool) -> Verdict {
    if right { Verdict::Structural } else { Verdict::Doubtful }
}

/// Adds a fact, made fit to print: no control characters, no escapes, 64 characters at most.
fn fact(facts: &mut Facts, name: &'static str, value: Option<&[u8]>) {
    let text = String::from_utf8_lossy(value.unwrap_or_default());
    let shown = |c: &char| !c.is_control() && *c != '\\';
    let text: String = text.chars().filter(shown).take(64).collect();
    if !text.is_empty() {
        facts.push((name, text));
    }
}
