//! Why a profile or a name with which files would be read is not saved, or not withdrawn.

use thiserror::Error;

use crate::intake::NameRefusal;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadingRefusal {
    #[error("the text is that of the profile `{found}`, expected `{expected}`")]
    ProfileId { expected: String, found: String },
    #[error("there are {most} saved profiles already: withdraw one that no longer serves")]
    TooManyProfiles { most: usize },
    /// One of the names is wrong, or contradicts what is known.
    #[error(transparent)]
    Name(#[from] NameRefusal),
    #[error("there are {most} recorded names already: withdraw those that no longer serve")]
    TooManyNames { most: usize },
    #[error(
        "the ministry `{code}` is known by the recorded name {number} alone, and others designate it: withdraw {} first",
        .others.join(", ")
    )]
    Designated { code: String, number: i64, others: Vec<String> },
}
