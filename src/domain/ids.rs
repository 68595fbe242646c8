//! Identifiers, one type each, so that a project can never be passed where a rule is meant.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        #[schema(pattern = "^[^\\u0000-\\u001F\\u007F-\\u009F]*$")]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        #[schema(minimum = 1)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

text_id!(
    /// A project of the portfolio, for ever: `si-samu`. Made from its first known name, or given by
    /// the alias table; names change, this does not.
    ProjectId
);
text_id!(
    /// A ministry through all its renamings: `MJ`.
    MinistryCode
);
text_id!(
    /// A rule of the catalogue: `D1`.
    RuleId
);
text_id!(
    /// An alert; the fingerprint of its rule and subject, so the same problem keeps its id.
    AlertId
);
text_id!(
    /// A mission; the fingerprint of its subject, kind and the cycle that opened it.
    MissionId
);
text_id!(
    /// A review; the fingerprint of its project and of its rank among the reviews of that project.
    ReviewId
);
text_id!(
    /// A notice; the fingerprint of its receiver and occasion. Message-ID, `webhook-id` and
    /// transaction id are made of it: sent twice, it bears the same one.
    NoticeId
);
number_id!(
    /// A cycle, numbered from 1 in the order of commit.
    CycleNumber
);
number_id!(
    /// A silence, numbered from 1 in the order in which they were made.
    SilenceNumber
);
number_id!(
    /// A dispute, numbered from 1 in the order in which they were opened.
    DisputeNumber
);
number_id!(
    /// An import, numbered from 1 in the order of commit. A later import wins over an earlier one.
    ImportNumber
);
number_id!(
    /// A draft of rules, numbered from 1 in the order in which they were opened.
    DraftNumber
);
number_id!(
    /// What was put in force of the rules, numbered from 1 in order; 0 means the shipped rules.
    PublicationNumber
);
number_id!(
    /// A text that was published for a file of the catalogue, numbered from 1 within the file.
    VersionNumber
);
