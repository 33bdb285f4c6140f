//! Texts and lists of rules, with no pointer in those that are built in.
//!
//! A constant that holds a pointer is finished by the loader, in each process before `main`: only then is it known
//! where the program stands. The built-in rules have some thirty thousand texts, and to write down where each of them
//! is would take longer than the rest of a start. So a built-in text is a place in one long text, a list a place in
//! one long list, and all of them stay on pages that are never written to.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Index, Range};

/// Text of a rule. It is used as a `str` is.
pub type Text = Stored<str>;

/// A list of a rule. It is used as a slice is.
pub type List<T> = Stored<[T]>;

/// A `str` or a slice: a part of what the built-in rules have, or owned by a user's rule.
pub struct Stored<T: ?Sized>(Place<T>);

enum Place<T: ?Sized> {
    BuiltIn { start: u32, len: u32 },
    Own(Box<T>),
}

/// What a [`Stored`] may be a part of.
pub trait Store: Index<Range<usize>, Output = Self> + 'static {
    /// All that the built-in rules have of the kind.
    fn built_in() -> &'static Self;
}

impl<T: ?Sized> Stored<T> {
    /// A part of [`Store::built_in`].
    pub(crate) const fn built_in(start: u32, len: u32) -> Stored<T> {
        Stored(Place::BuiltIn { start, len })
    }
}

impl<T: Store + ?Sized> Deref for Stored<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match &self.0 {
            Place::BuiltIn { start, len } => {
                let start = *start as usize;
                &T::built_in()[start..start + *len as usize]
            }
            Place::Own(own) => own,
        }
    }
}

impl<T: ?Sized> Default for Stored<T> {
    fn default() -> Stored<T> {
        Stored::built_in(0, 0)
    }
}

impl<T: ?Sized> Clone for Stored<T>
where
    Box<T>: Clone,
{
    fn clone(&self) -> Stored<T> {
        Stored(match &self.0 {
            Place::BuiltIn { start, len } => Place::BuiltIn { start: *start, len: *len },
            Place::Own(own) => Place::Own(own.clone()),
        })
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Stored(Place::Own(text.into()))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Stored(Place::Own(text.into()))
    }
}

impl From<Text> for Cow<'static, str> {
    fn from(text: Text) -> Cow<'static, str> {
        match text.0 {
            Place::BuiltIn { start, len } => {
                Cow::Borrowed(&str::built_in()[start as usize..][..len as usize])
            }
            Place::Own(own) => Cow::Owned(own.into()),
        }
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(list: Vec<T>) -> List<T> {
        Stored(Place::Own(list.into()))
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(list: I) -> List<T> {
        Stored(Place::Own(list.into_iter().collect()))
    }
}

impl<T: Store + fmt::Debug + ?Sized> fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl<T: Store + PartialEq + ?Sized> PartialEq for Stored<T> {
    fn eq(&self, other: &Stored<T>) -> bool {
        **self == **other
    }
}

impl<T: Store + Eq + ?Sized> Eq for Stored<T> {}

impl<T: Store + PartialOrd + ?Sized> PartialOrd for Stored<T> {
    fn partial_cmp(&self, other: &Stored<T>) -> Option<std::cmp::Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: Store + Ord + ?Sized> Ord for Stored<T> {
    fn cmp(&self, other: &Stored<T>) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: Store + Hash + ?Sized> Hash for Stored<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}
