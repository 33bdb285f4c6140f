//! The key of the user's vaults, and the two places where it can lie: a file, and the system's keyring.
//!
//! A key serves all the vaults that name its place, and a vault names the place in its first line. So a keyring
//! that cannot be reached is an error, and not a new key with which nothing can be opened. Nothing is asked for before
//! a vault is read or begun.

use std::io;

use super::file::{Lock, random, read_private, replace};
use super::{keyring, place};
use crate::args::VaultKey;
use crate::exit::{Failure, cause};

/// What a vault is encrypted with.
pub(super) type Key = [u8; 32];

/// Where a key lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lies {
    InFile,
    InKeyring,
}

/// The keys, of which one is needed, and read once.
pub(super) struct Keys {
    wanted: VaultKey,
    read: Option<(Lies, Key)>,
}

impl Keys {
    /// With the place that is wanted for the key of a vault that is begun; those that are there have theirs.
    pub(super) fn new(wanted: VaultKey) -> Keys {
        Keys { wanted, read: None }
    }

    /// The key that lies there.
    pub(super) fn get(&mut self, lies: Lies) -> Result<Key, Failure> {
        if let Some((there, key)) = self.read
            && there == lies
        {
            return Ok(key);
        }
        let key = match lies {
            Lies::InFile => from_file()?,
            Lies::InKeyring => keyring::lookup().map_err(|why| {
                Failure::new(format!("its key is in the keyring of this system, and {why}"))
            })?,
        };
        let key = key.ok_or_else(|| Failure::new("the key that it was made with is gone"))?;
        self.read = Some((lies, key));
        Ok(key)
    }

    /// The key for a vault that is begun, which is made if there is none, and where it lies.
    pub(super) fn choose(&mut self) -> Result<(Lies, Key), Failure> {
        if let Some(read) = self.read {
            return Ok(read);
        }
        let keyring = match self.wanted {
            VaultKey::File => None,
            VaultKey::Keyring => Some(in_keyring()?),
            // Where there is none, or it stays locked, there is the file. The vault says which it was.
            VaultKey::Auto if keyring::IS_USUAL => in_keyring().ok(),
            VaultKey::Auto => None,
        };
        let read = match keyring {
            Some(key) => (Lies::InKeyring, key),
            None => (Lies::InFile, in_file()?),
        };
        self.read = Some(read);
        Ok(read)
    }
}

fn in_keyring() -> Result<Key, Failure> {
    if let Some(key) = keyring::lookup()? {
        return Ok(key);
    }
    // A key that is stored takes the place of one that is there: of two processes, one waits, and looks again.
    let _lock = Lock::take(&place::key()?)?;
    if let Some(key) = keyring::lookup()? {
        return Ok(key);
    }
    let key = random()?;
    keyring::store(&key)?;
    match keyring::lookup()? {
        Some(there) if there == key => Ok(key),
        _ => Err(Failure::new("the keyring of this system did not keep what it was given")),
    }
}

fn from_file() -> Result<Option<Key>, Failure> {
    let path = place::key()?;
    let Some(bytes) = read_private(&path, 1024)? else { return Ok(None) };
    let key = bytes.try_into().map_err(|_| {
        Failure::new(format!("the key of the vaults, {}, is damaged", path.display()))
    })?;
    Ok(Some(key))
}

fn in_file() -> Result<Key, Failure> {
    if let Some(key) = from_file()? {
        return Ok(key);
    }
    let path = place::key()?;
    let fail = |error| Failure::new(format!("cannot write {}: {}", path.display(), cause(&error)));
    if let Some(directory) = path.parent() {
        place::make(directory).map_err(fail)?;
    }
    match replace(&path, &random::<32>()?, true) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(fail(error)),
        // Another process may have been faster: its key counts.
        _ => {}
    }
    from_file()?.ok_or_else(|| fail(io::ErrorKind::NotFound.into()))
}
