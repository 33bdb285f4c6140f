//! Which placeholder stands for which secret, kept from run to run so that an answer can be turned back.
//!
//! The codes are made with a key of the vault's own, so they say nothing of a secret to who has not the vault. A
//! new secret is written before its placeholder leaves this process, under a lock: runs side by side give the same
//! secret the same placeholder, and different ones different ones.

mod file;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod key;
mod keyring;
mod place;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::args::{VaultArgs, VaultKey};
use crate::exit::Failure;
use crate::fingerprint::Hmac;
use file::{Lock, Store, There};
#[cfg(any(test, fuzzing))]
pub use fuzzing::vault_of;
use key::Keys;

/// How long a vault is kept after it was last used, unless it is said.
const TTL: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The fewest characters of a code. There are more where two secrets would have the same.
const CODE: usize = 6;

/// The longest name in a placeholder, in bytes.
const NAME: usize = 64;

/// Thirty-two that are hard to mistake, in a case that does not matter.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// An open vault.
pub(crate) struct Vault {
    path: PathBuf,
    ttl: Duration,
    keys: Keys,
    store: Store,
    by_secret: HashMap<Vec<u8>, usize>,
    codes: HashSet<String>,
    /// While there is something that has not been written.
    lock: Option<Lock>,
    used: bool,
}

impl Vault {
    /// The vault that the flags name, if they name one. It is made when there is something to keep.
    pub(crate) fn open(
        args: &VaultArgs,
        ttl: Option<Duration>,
        key: VaultKey,
    ) -> Result<Option<Vault>, Failure> {
        let Some(path) = place::vault(args)? else { return Ok(None) };
        let mut keys = Keys::new(key);
        let store = match file::read(&path, &mut keys)? {
            There::Vault(store) => store,
            There::Nothing | There::Expired => Store::default(),
        };
        let mut vault = Vault::empty(path, ttl.unwrap_or(TTL), keys);
        vault.take(store);
        Ok(Some(vault))
    }

    fn empty(path: PathBuf, ttl: Duration, keys: Keys) -> Vault {
        let (by_secret, codes) = (HashMap::new(), HashSet::new());
        Vault {
            path,
            ttl,
            keys,
            store: Store::default(),
            by_secret,
            codes,
            lock: None,
            used: false,
        }
    }

    /// The vault that the flags name.
    pub(crate) fn named(args: &VaultArgs) -> Result<PathBuf, Failure> {
        let none = || Failure::new("say which vault: --vault FILE or --session NAME");
        place::vault(args)?.ok_or_else(none)
    }

    /// The placeholders of a vault, and their secrets.
    pub(crate) fn entries(path: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        let shown = path.display();
        match file::read(path, &mut Keys::new(VaultKey::Auto))? {
            There::Nothing => Err(Failure::new(format!("there is no vault {shown}"))),
            There::Expired => {
                // What nobody can use any more need not lie about.
                remove_expired(path);
                Err(Failure::new(format!("the vault {shown} has expired and was deleted")))
            }
            There::Vault(store) => Ok(store.entries),
        }
    }

    /// The placeholder of a secret. A new one is not to be shown to anybody before [`Vault::commit`].
    pub(crate) fn placeholder(&mut self, id: &str, secret: &[u8]) -> Result<&str, Failure> {
        self.used = true;
        if !self.by_secret.contains_key(secret) {
            self.begin()?;
        }
        let index = match self.by_secret.get(secret) {
            Some(&index) => index,
            None => self.add(id, secret),
        };
        Ok(&self.store.entries[index].0)
    }

    /// Writes what is new. When this fails, nothing that has a placeholder in it may leave.
    pub(crate) fn commit(&mut self) -> Result<(), Failure> {
        let ends = now() + self.ttl.as_secs();
        if self.lock.is_none() {
            // A vault in use does not expire; it need not be written for every second, though.
            let stale = self.store.expires + self.ttl.as_secs() / 10 < ends;
            if !(self.used && stale && !self.store.entries.is_empty()) {
                return Ok(());
            }
            self.begin()?;
        }
        self.store.expires = ends;
        file::write(&self.path, &mut self.store, &mut self.keys)?;
        self.lock = None;
        Ok(())
    }

    /// Takes the lock, and sees what others have added.
    fn begin(&mut self) -> Result<(), Failure> {
        if self.lock.is_none() {
            self.lock = Some(Lock::take(&self.path)?);
            match file::read(&self.path, &mut self.keys)? {
                There::Vault(store) => self.take(store),
                // It is new, has expired or was deleted; what is known of it stays.
                There::Nothing | There::Expired if self.store.key.is_empty() => {
                    self.store.key = file::random::<32>()?.to_vec()
                }
                There::Nothing | There::Expired => {}
            }
        }
        Ok(())
    }

    fn take(&mut self, store: Store) {
        let secrets = store.entries.iter().enumerate();
        self.by_secret = secrets.map(|(index, (_, secret))| (secret.clone(), index)).collect();
        // Whoever reads a placeholder pays no heed to its case.
        let codes = store.entries.iter().map(|(text, _)| code_of(text).to_ascii_lowercase());
        self.codes = codes.collect();
        self.store = store;
    }

    fn add(&mut self, id: &str, secret: &[u8]) -> usize {
        let mac = Hmac::new(&self.store.key).of(&[secret]);
        let digits = mac.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        let code = (CODE..=digits.len())
            .map(|len| digits[..len].iter().collect::<String>())
            .find(|code| !self.codes.contains(code))
            .expect("two secrets have the same HMAC");
        let name = id.bytes().take(NAME).map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte.to_ascii_uppercase()),
            _ => '_',
        });
        let text = format!("__SECRET_{}_{code}__", name.collect::<String>());
        let index = self.store.entries.len();
        self.store.entries.push((text, secret.to_vec()));
        self.by_secret.insert(secret.to_vec(), index);
        self.codes.insert(code);
        index
    }
}

/// Removes a vault, unless another process has begun a new one in its place.
fn remove_expired(path: &Path) {
    let Ok(_lock) = Lock::take(path) else { return };
    if matches!(file::read(path, &mut Keys::new(VaultKey::Auto)), Ok(There::Expired)) {
        let _ = std::fs::remove_file(path);
    }
}

/// The code of a placeholder.
fn code_of(placeholder: &str) -> &str {
    let text = placeholder.trim_end_matches('_');
    text.rsplit('_').next().unwrap_or(text)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use secscan_core::sanitize::{Form, Restorer};

    use super::*;

    fn empty() -> Vault {
        let mut vault = Vault::empty(PathBuf::new(), TTL, Keys::new(VaultKey::File));
        vault.store.key = vec![7; 32];
        vault
    }

    #[test]
    fn secrets_whose_codes_collide_are_told_apart() {
        let mut vault = empty();
        let index = vault.add("jwt", b"one");
        let short = vault.store.entries[index].0.clone();
        assert_eq!(code_of(&short).len(), CODE);
        // As if another secret had that code.
        let mut other = Vault { by_secret: HashMap::new(), ..vault };
        let index = other.add("jwt", b"one");
        let long = &other.store.entries[index].0;
        assert_eq!(code_of(long).len(), CODE + 1);
        assert!(code_of(long).starts_with(code_of(&short)));
        assert!(secscan_core::sanitize::is_placeholder(long.as_bytes()));
    }

    #[test]
    fn codes_that_differ_in_case_alone_collide() {
        let mut vault = empty();
        let index = vault.add("jwt", b"one");
        let core = vault.store.entries[index].0.trim_matches('_').to_ascii_uppercase();
        vault.take(Store {
            key: vec![7; 32],
            entries: vec![(core, b"other".to_vec())],
            ..Store::default()
        });
        let index = vault.add("jwt", b"one");
        let name = vault.store.entries[index].0.clone();
        let mut out = Vec::new();
        let mut restorer = Restorer::new(vault.store.entries, Form::Plain);
        restorer.push(name.as_bytes(), &mut out);
        restorer.finish(&mut out);
        assert_eq!(out, b"one", "{name}");
    }
}
