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
}

impl Check {
    /// The check of that name.
    pub fn from_name(name: &str) -> Option<Check> {
        Check::ALL.iter().copied().find(|check| check.name() == name)
    }
}
