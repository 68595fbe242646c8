//! How values are stored in columns: as TEXT or as a 64-bit integer, in `SQLite` as in `PostgreSQL`.
//!
//! Ids and words are bound and read as they are. Types that are not ours are wrapped: [`Timestamp`], [`Date`], [`Json`], [`Count`].

use std::fmt;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::SecondsFormat;
use chrono::Utc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Database;
use sqlx::Decode;
use sqlx::Encode;
use sqlx::Row as _;
use sqlx::Type;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteRow;
use thiserror::Error;

use crate::domain::access::AccountNumber;
use crate::domain::access::Role;
use crate::domain::alert::AlertChangeKind;
use crate::domain::alert::AlertState;
use crate::domain::audit::Actor;
use crate::domain::audit::NameProof;
use crate::domain::cycle::CyclePhase;
use crate::domain::dispute::DisputeState;
use crate::domain::draft::DraftState;
use crate::domain::draft::DraftStep;
use crate::domain::edition::EditionId;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::handling::AlertActKind;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::DisputeNumber;
use crate::domain::ids::DraftNumber;
use crate::domain::ids::ImportNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::MissionId;
use crate::domain::ids::NoticeId;
use crate::domain::ids::ProjectId;
use crate::domain::ids::PublicationNumber;
use crate::domain::ids::ReviewId;
use crate::domain::ids::RuleId;
use crate::domain::ids::SilenceNumber;
use crate::domain::ids::VersionNumber;
use crate::domain::import::Dataset;
use crate::domain::job::JobName;
use crate::domain::job::Occasion;
use crate::domain::job::RunOutcome;
use crate::domain::job::SourceOutcome;
use crate::domain::level::Level;
use crate::domain::mission::MissionChangeKind;
use crate::domain::mission::MissionKind;
use crate::domain::mission::MissionState;
use crate::domain::notice::Lane;
use crate::domain::notice::NoticeKind;
use crate::domain::notice::NoticeState;
use crate::domain::notice::Receiver;
use crate::domain::overlay::RulePath;
use crate::domain::review::ReviewChangeKind;
use crate::domain::review::ReviewState;
use crate::domain::silence::SilenceChangeKind;
use crate::domain::snapshot::Phase;
use crate::domain::subject::Subject;
use crate::domain::words::UnexpectedText;
use crate::store::identity::LinkAction;

/// Stored with nine decimals always, so that text sorts by time and nothing is lost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timestamp(pub(super) DateTime<Utc>);

/// A date, stored as `2020-11-30`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Date(pub(super) NaiveDate);

/// A value stored as JSON in a TEXT column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<T>(pub(super) T);

/// A number that is never negative, in a column of signed integers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count(pub(super) u64);

#[derive(Debug, Error)]
#[error("stored as JSON")]
struct MalformedJson(#[source] serde_json::Error);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Nanos, true))
    }
}

/// Stores a type as a column of another type, in any database that has the latter.
macro_rules! stored_as {
    (
        [$($any:tt)*] [$($encoded:tt)*] [$($decoded:tt)*]
        $name:ty: $column:ty;
        write $write:expr;
        read $read:expr;
    ) => {
        impl<DB: Database, $($any)*> Type<DB> for $name
        where
            $column: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$column as Type<DB>>::type_info()
            }

            fn compatible(info: &DB::TypeInfo) -> bool {
                <$column as Type<DB>>::compatible(info)
            }
        }

        impl<'q, DB: Database, $($encoded)*> Encode<'q, DB> for $name
        where
            $column: Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let write: fn(&Self) -> Result<$column, BoxDynError> = $write;
                write(self)?.encode(buffer)
            }
        }

        impl<'r, DB: Database, $($decoded)*> Decode<'r, DB> for $name
        where
            $column: Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                let read: fn($column) -> Result<Self, BoxDynError> = $read;
                read(<$column as Decode<'r, DB>>::decode(value)?)
            }
        }
    };
    ($name:ty: $column:ty; write $write:expr; read $read:expr;) => {
        stored_as! { [] [] [] $name: $column; write $write; read $read; }
    };
}

/// Texts that can be anything: read back as they were stored, unchecked.
macro_rules! text_ids {
    ($($name:ident: $read:expr),+ $(,)?) => {
        $(stored_as! {
            $name: String;
            write |id| Ok(id.as_str().to_owned());
            read |text| Ok($read(text));
        })+
    };
}

/// Enums of [`words!`](crate::domain::words).
macro_rules! word_columns {
    ($($name:ident),+ $(,)?) => {
        $(stored_as! {
            $name: String;
            write |word| Ok(word.as_str().to_owned());
            read |text| Ok(text.parse()?);
        })+
    };
}

macro_rules! number_ids {
    ($($name:ident),+ $(,)?) => {
        $(stored_as! {
            $name: i64;
            write |number| Ok(number.0);
            read |number| Ok(Self(number));
        })+
    };
}

text_ids!(
    Actor: Actor::from_stored,
    AlertId: AlertId::new,
    Fingerprint: Fingerprint::from_stored,
    MinistryCode: MinistryCode::new,
    MissionId: MissionId::new,
    NoticeId: NoticeId::new,
    ProjectId: ProjectId::new,
    ReviewId: ReviewId::new,
    RuleId: RuleId::new,
    RulePath: RulePath::from_stored,
);

number_ids!(
    AccountNumber,
    CycleNumber,
    DisputeNumber,
    DraftNumber,
    ImportNumber,
    PublicationNumber,
    SilenceNumber,
    VersionNumber,
);

word_columns!(
    AlertActKind,
    AlertChangeKind,
    AlertState,
    CyclePhase,
    Dataset,
    DisputeState,
    DraftState,
    DraftStep,
    JobName,
    Level,
    LinkAction,
    MissionChangeKind,
    MissionKind,
    MissionState,
    NameProof,
    NoticeKind,
    NoticeState,
    Occasion,
    Phase,
    ReviewChangeKind,
    ReviewState,
    Role,
    RunOutcome,
    SilenceChangeKind,
    SourceOutcome,
);

stored_as! {
    Subject: String;
    write |subject| Ok(subject.to_string());
    read |text| expect("a subject", text, |text| text.to_owned().try_into().ok());
}

stored_as! {
    Receiver: String;
    write |receiver| Ok(receiver.to_string());
    read |text| expect("a receiver", text, |text| text.to_owned().try_into().ok());
}

stored_as! {
    Lane: String;
    write |lane| Ok(lane.to_string());
    read |text| expect("a lane", text, |text| text.to_owned().try_into().ok());
}

stored_as! {
    EditionId: String;
    write |edition| Ok(edition.to_string());
    read |text| expect("an edition", text, EditionId::from_stored);
}

stored_as! {
    Date: String;
    write |date| Ok(date.0.to_string());
    read |text| expect("a date", text, |text| text.parse().ok().map(Self));
}

stored_as! {
    Timestamp: String;
    write |at| Ok(at.to_string());
    read |text| expect("an instant", text, |text| {
        DateTime::parse_from_rfc3339(text).ok().map(|at| Self(at.to_utc()))
    });
}

stored_as! {
    [T] [T: Serialize] [T: DeserializeOwned]
    Json<T>: String;
    write |value| Ok(serde_json::to_string(&value.0)?);
    read |text| Ok(Self(serde_json::from_str(&text).map_err(MalformedJson)?));
}

stored_as! {
    Count: i64;
    write |count| Ok(i64::try_from(count.0).unwrap_or(i64::MAX));
    read |number| whole(number, "a positive number").map(Self);
}

fn expect<T>(
    expected: &'static str,
    text: String,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, BoxDynError> {
    read(&text).ok_or_else(|| UnexpectedText { found: text, expected }.into())
}

fn whole<T: TryFrom<i64>>(number: i64, expected: &'static str) -> Result<T, BoxDynError> {
    T::try_from(number).map_err(|_| UnexpectedText { found: number.to_string(), expected }.into())
}

/// Columns of a row by name, unwrapped: what a domain type is read from.
pub(super) trait Columns {
    fn instant(&self, column: &str) -> Result<DateTime<Utc>, sqlx::Error>;
    fn optional_instant(&self, column: &str) -> Result<Option<DateTime<Utc>>, sqlx::Error>;
    fn day(&self, column: &str) -> Result<NaiveDate, sqlx::Error>;
    fn optional_day(&self, column: &str) -> Result<Option<NaiveDate>, sqlx::Error>;
    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, sqlx::Error>;
    fn optional_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, sqlx::Error>;
    fn count(&self, column: &str) -> Result<u64, sqlx::Error>;
    fn small_count(&self, column: &str) -> Result<u32, sqlx::Error>;
}

impl Columns for SqliteRow {
    fn instant(&self, column: &str) -> Result<DateTime<Utc>, sqlx::Error> {
        Ok(self.try_get::<Timestamp, _>(column)?.0)
    }

    fn optional_instant(&self, column: &str) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
        Ok(self.try_get::<Option<Timestamp>, _>(column)?.map(|instant| instant.0))
    }

    fn day(&self, column: &str) -> Result<NaiveDate, sqlx::Error> {
        Ok(self.try_get::<Date, _>(column)?.0)
    }

    fn optional_day(&self, column: &str) -> Result<Option<NaiveDate>, sqlx::Error> {
        Ok(self.try_get::<Option<Date>, _>(column)?.map(|day| day.0))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, sqlx::Error> {
        Ok(self.try_get::<Json<T>, _>(column)?.0)
    }

    fn optional_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, sqlx::Error> {
        Ok(self.try_get::<Option<Json<T>>, _>(column)?.map(|json| json.0))
    }

    fn count(&self, column: &str) -> Result<u64, sqlx::Error> {
        Ok(self.try_get::<Count, _>(column)?.0)
    }

    fn small_count(&self, column: &str) -> Result<u32, sqlx::Error> {
        let number = self.try_get::<i64, _>(column)?;
        let index = column.to_owned();
        whole(number, "a small positive number")
            .map_err(|source| sqlx::Error::ColumnDecode { index, source })
    }
}
