//! What must hold for a vault with anything in it.

use std::path::PathBuf;

use secscan_core::generate::plant;
use secscan_core::sanitize::{Form, Restorer};

use super::file::{self, There};
use super::key::Keys;
use super::{TTL, Vault};
use crate::args::VaultKey;

/// Bytes are a vault or are refused; so is what was sealed with the right key, whatever it says. What is read gives
/// a secret one placeholder, that leads back to it.
pub fn vault_of(data: &[u8]) {
    let key = [7; 32];
    let (content, _) = plant(data);
    let _ = file::opened(&content, |_| Ok(key));
    let line = "secscan vault 1 1099511627776\n";
    let sealed = file::sealed(line, &content, &key, [1; 24]).expect("it can be encrypted");
    assert!(file::opened(&sealed, |_| Ok([8; 32])).is_err(), "any key opens it");
    let Ok(There::Vault(store)) = file::opened(&sealed, |_| Ok(key)) else { return };
    assert_eq!(store.expires, 1 << 40);
    let mut vault = Vault::empty(PathBuf::new(), TTL, Keys::new(VaultKey::File));
    vault.take(store);
    let secret = b"a secret that is in no vault";
    let index = vault.add("some-rule", secret);
    let name = vault.store.entries[index].0.clone();
    let mut restorer = Restorer::new(vault.store.entries, Form::Json);
    let mut out = Vec::new();
    restorer.push(&content, &mut out);
    restorer.finish(&mut out);
    out.clear();
    restorer.push(format!("is {name}").as_bytes(), &mut out);
    restorer.finish(&mut out);
    assert_eq!(out, [b"is ", &secret[..]].concat());
}
