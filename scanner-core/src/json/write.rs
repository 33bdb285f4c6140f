//! Writing a JSON object whose parts are bytes: JSON that is there already, and strings that may not be
//! UTF-8.

use std::fmt;

use super::encode;

/// An object in the making.
///
/// ```
/// use secscan_core::json::Object;
/// let inner = Object::new().raw("n", b"1.0");
/// let object = Object::new().string("a", "x\n").object("b", inner).into_bytes();
/// assert_eq!(object, br#"{"a":"x\n","b":{"n":1.0}}"#);
/// ```
#[derive(Clone)]
pub struct Object(Vec<u8>);

// It may hold a secret.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({} bytes)", self.0.len())
    }
}

impl Default for Object {
    fn default() -> Object {
        Object::new()
    }
}

impl Object {
    /// An empty one.
    pub fn new() -> Object {
        Object(b"{".to_vec())
    }

    /// Adds JSON, which is trusted to be that.
    #[must_use]
    pub fn raw(mut self, key: &str, json: &[u8]) -> Object {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.quoted(key.as_bytes());
        self.0.push(b':');
        self.0.extend_from_slice(json);
        self
    }

    /// Adds a string.
    #[must_use]
    pub fn string(self, key: &str, text: impl AsRef<[u8]>) -> Object {
        let mut object = self.raw(key, b"");
        object.quoted(text.as_ref());
        object
    }

    /// Adds `true` or `false`.
    #[must_use]
    pub fn boolean(self, key: &str, yes: bool) -> Object {
        self.raw(key, if yes { b"true" } else { b"false" })
    }

    /// Adds an object.
    #[must_use]
    pub fn object(self, key: &str, object: Object) -> Object {
        self.raw(key, &object.into_bytes())
    }

    /// The object as it is written.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }

    fn quoted(&mut self, bytes: &[u8]) {
        self.0.push(b'"');
        encode(bytes, &mut self.0);
        self.0.push(b'"');
    }
}
