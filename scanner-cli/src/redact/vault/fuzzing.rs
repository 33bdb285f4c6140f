//! What must hold for a vault with anything in it.

use std::path::PathBuf;

use secscan_core::generate::plant;
use secscan_core::sanitize::{Form, Restorer};

use super::file::{self, There};
use super::key::Keys;
use super::{TTL, Vault};
use crate::args::VaultKey;

/// Bytes are a vault or are refused; so is what was sealed with the right key, whatever it says. What is read gives
/// a secret one placeholder, that leads back to it, and is the same when it was written and read once more.
pub fn vault_of(data: &[u8]) {
    let key = [7; 32];
    let (content, _) = plant(data);
    let _ = file::opened(&content, |_| Ok(key));
    let line = "secscan vault 1 1099511627776\n";
    let sealed = file::sealed(line, &content, &key, [1; 24]).expect("it can be encrypted");
    assert!(file::opened(&sealed, |_| Ok([8; 32])).is_err(), "any key opens it");
    // One byte that is another one, wherever it stands.
    let (mut broken, at) = (sealed.clone(), content.len() * 7 % sealed.len());
    broken[at] ^= 1 << (content.len() % 8);
    assert!(
        !matches!(file::opened(&broken, |_| Ok(key)), Ok(There::Vault(_))),
        "byte {at} may change"
    );
    let store = match file::opened(&sealed, |_| Ok(key)) {
        Ok(There::Vault(store)) => store,
        Ok(_) => panic!("it is there, and has not expired"),
        Err(why) => return assert_eq!(why, "its content is damaged"),
    };
    let again = serde_json::to_vec(&store).expect("it was read");
    let sealed = file::sealed(line, &again, &key, [2; 24]).expect("it can be encrypted");
    let Ok(There::Vault(same)) = file::opened(&sealed, |_| Ok(key)) else {
        panic!("not read again")
    };
    assert!(same.key == store.key && same.entries == store.entries, "another vault");
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
