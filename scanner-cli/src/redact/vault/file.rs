//! The vault as a file: encrypted, for its owner only, replaced as a whole.
//!
//! A line that says what it is, when it expires and where its key lies, a nonce, and what XChaCha20-Poly1305 makes
//! of the content, with that line as associated data. The key is never in it, so a vault that is copied by itself (a
//! backup, a synchronised directory) tells nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};

use super::key::{Key, Keys, Lies};
use super::{now, place};
use crate::exit::{Failure, cause};

const LABEL: &str = "secscan vault 1 ";
/// Ends the line of a vault whose key is in the keyring.
const IN_KEYRING: &str = " keyring";
const NONCE: usize = 24;
/// The largest vault, in bytes.
const MOST: u64 = 256 << 20;

/// What a vault holds.
#[derive(Default, Deserialize, Serialize)]
pub(super) struct Store {
    /// What the codes of placeholders are made with.
    pub(super) key: Vec<u8>,
    /// Placeholders and secrets, in the order in which they came.
    pub(super) entries: Vec<(String, Vec<u8>)>,
    /// In Unix seconds.
    #[serde(skip)]
    pub(super) expires: u64,
    /// Where the key lies, once the vault was written.
    #[serde(skip)]
    pub(super) lies: Option<Lies>,
}

/// What there is at a vault's path.
pub(super) enum There {
    Nothing,
    /// Its time is over. It was not opened, which may not even be possible any more.
    Expired,
    Vault(Store),
}

/// Held by who changes a vault. Others wait.
pub(super) struct Lock(#[expect(dead_code, reason = "it is locked while it is open")] File);

impl Lock {
    pub(super) fn take(vault: &Path) -> Result<Lock, Failure> {
        let path = beside(vault, ".lock");
        let fail =
            |error| Failure::new(format!("cannot lock {}: {}", path.display(), cause(&error)));
        if let Some(directory) = vault.parent().filter(|path| !path.as_os_str().is_empty()) {
            place::make(directory).map_err(fail)?;
        }
        let mut options = private();
        let file = options.create(true).truncate(false).open(&path).map_err(fail)?;
        file.lock().map_err(fail)?;
        Ok(Lock(file))
    }
}

/// Reads a vault, if it is there.
pub(super) fn read(path: &Path, keys: &mut Keys) -> Result<There, Failure> {
    let Some(bytes) = read_private(path, MOST)? else { return Ok(There::Nothing) };
    let wrong =
        |why: &str| Failure::new(format!("cannot open the vault {}: {why}", path.display()));
    let no_vault = || wrong("it is no vault of secscan, or one of another version");
    let end = bytes.iter().take(64).position(|&byte| byte == b'\n').ok_or_else(no_vault)?;
    let (line, rest) = bytes.split_at(end + 1);
    let (expires, lies) = std::str::from_utf8(&line[..end])
        .ok()
        .and_then(|line| {
            let line = line.strip_prefix(LABEL)?;
            Some(match line.strip_suffix(IN_KEYRING) {
                Some(time) => (time.parse().ok()?, Lies::InKeyring),
                None => (line.parse().ok()?, Lies::InFile),
            })
        })
        .ok_or_else(no_vault)?;
    if expires <= now() {
        return Ok(There::Expired);
    }
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(no_vault)?;
    let key = keys.get(lies).map_err(|why| wrong(&why.to_string()))?;
    let opened = cipher(&key)
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: line })
        .map_err(|_| wrong("it was changed, or made with another key"))?;
    // The error would quote the content.
    let store: Store =
        serde_json::from_slice(&opened).map_err(|_| wrong("its content is damaged"))?;
    Ok(There::Vault(Store { expires, lies: Some(lies), ..store }))
}

/// Puts a vault in the place of the one that is there.
pub(super) fn write(path: &Path, store: &mut Store, keys: &mut Keys) -> Result<(), Failure> {
    let fail =
        |why: &str| Failure::new(format!("cannot write the vault {}: {why}", path.display()));
    let (lies, key) = match store.lies {
        Some(lies) => keys.get(lies).map(|key| (lies, key)),
        None => keys.choose(),
    }
    .map_err(|why| fail(&why.to_string()))?;
    let place = if lies == Lies::InKeyring { IN_KEYRING } else { "" };
    let line = format!("{LABEL}{}{place}\n", store.expires);
    let nonce = random::<NONCE>()?;
    let content = serde_json::to_vec(store).map_err(|_| fail("its content cannot be written"))?;
    let sealed = cipher(&key)
        .encrypt(&XNonce::from(nonce), Payload { msg: &content, aad: line.as_bytes() })
        .map_err(|_| fail("its content cannot be encrypted"))?;
    let bytes = [line.as_bytes(), &nonce, &sealed].concat();
    replace(path, &bytes, false).map_err(|error| fail(&cause(&error)))?;
    store.lies = Some(lies);
    Ok(())
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(*key).into())
}

/// Random bytes from the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(format!("the system has no random numbers: {error}")))?;
    Ok(bytes)
}

/// Writes a file for the user alone, all of it or nothing. A `new` one does not take the place of another.
pub(super) fn replace(path: &Path, bytes: &[u8], new: bool) -> io::Result<()> {
    let mut suffix = String::from(".");
    let number = random::<8>().map_err(|_| io::ErrorKind::Other)?;
    crate::fingerprint::hex(&number, &mut suffix);
    let temporary = beside(path, &suffix);
    let write = || {
        let mut file = private().create_new(true).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        if new { fs::hard_link(&temporary, path) } else { fs::rename(&temporary, path) }
    };
    let outcome = write();
    if new || outcome.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    outcome
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Reads a file that must be the user's alone.
pub(super) fn read_private(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Failure> {
    let shown = path.display();
    let fail = |error| Failure::new(format!("cannot read {shown}: {}", cause(&error)));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(error)),
    };
    let metadata = file.metadata().map_err(fail)?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
        let advice = format!("`chmod 600 {shown}`, and think of who may have read it");
        return Err(Failure::new(format!("others may read {shown}: {advice}")));
    }
    if !metadata.is_file() || metadata.len() > most {
        return Err(Failure::new(format!("{shown} is no vault of secscan")));
    }
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut &file, &mut bytes).map_err(fail)?;
    Ok(Some(bytes))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
