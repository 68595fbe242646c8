//! Enums whose variants are single words: in the database, in JSON, on the command line and in hashes.

use thiserror::Error;

/// A text that was read where one of a few words, or a text of a certain form, is stored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("found `{found}`, expected {expected}")]
pub struct UnexpectedText {
    pub found: String,
    /// `a level`
    pub expected: &'static str,
}

/// Declares an enum from one list of variants and their words: `Raised = "raised" => "ouverte"`, where what people read,
/// in French, may be left out on every line. It gives `ALL` in the order of the list, `as_str`, `label`, `FromStr`, and
/// serde and OpenAPI by the same words. The text after the name is how an error calls what it expected.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident, $expected:literal {
            $($(#[$variant_meta:meta])* $variant:ident = $word:tt $(=> $label:literal)?,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            serde::Serialize,
            serde::Deserialize,
            utoipa::ToSchema,
        )]
        $visibility enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            $visibility const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word in which it is stored and sent.
            $visibility const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        $crate::domain::words::labels! { $visibility $name $($variant $(=> $label)?,)+ }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::words::UnexpectedText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::domain::words::UnexpectedText {
                        found: text.to_owned(),
                        expected: $expected,
                    }),
                }
            }
        }
    };
}

/// An enum of words that people read in French.
pub trait Labelled {
    /// Each word with its label, in the order of the enum.
    fn labels() -> Vec<(&'static str, &'static str)>;
}

/// The labels of an enum that has one for each variant.
macro_rules! labels {
    ($visibility:vis $name:ident $($variant:ident,)+) => {};
    ($visibility:vis $name:ident $($variant:ident => $label:literal,)+) => {
        impl $name {
            /// What people read, in French.
            $visibility const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }

        impl $crate::domain::words::Labelled for $name {
            fn labels() -> Vec<(&'static str, &'static str)> {
                Self::ALL.iter().map(|one| (one.as_str(), one.label())).collect()
            }
        }
    };
}

pub(crate) use {labels, words};
