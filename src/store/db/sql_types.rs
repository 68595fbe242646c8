//! How values are stored in columns: as TEXT or as a 64-bit integer, in `SQLite` as in `PostgreSQL`.
//!
//! Ids and words are bound and read as they are. Types that are not ours are wrapped: [`Timestamp`], [`Date`], [`Json`], [`Count`].

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Type};
use thiserror::Error;

use super::engine::rows::Row;
use super::engine::values::{SqlKind, SqlValue, ToValue};

use crate::domain::accounts::access::{AccountNumber, Role};
use crate::domain::accounts::audit::{Actor, NameProof};
use crate::domain::accounts::mail_address::MailAddress;
use crate::domain::accounts::sessions::{AccountLinkKind, SessionOpening};
use crate::domain::alerts::alert::{AlertChangeKind, AlertState};
use crate::domain::alerts::dispute::DisputeState;
use crate::domain::alerts::handling::AlertActKind;
use crate::domain::alerts::silence::SilenceChangeKind;
use crate::domain::ids::{
    AlertId, CycleNumber, DisputeNumber, DraftNumber, ImportNumber, MinistryCode, MissionId,
    NoticeId, ProjectId, PublicationNumber, ReviewId, RuleId, SilenceNumber, VersionNumber,
};
use crate::domain::level::Level;
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{NoticeKind, NoticeState, Receiver};
use crate::domain::missions::mission::{MissionChangeKind, MissionKind, MissionState};
use crate::domain::missions::review::{ReviewChangeKind, ReviewState};
use crate::domain::note_text::NoteSection;
use crate::domain::operation::cycle::CyclePhase;
use crate::domain::operation::job::{JobName, JobTrigger, RunOutcome, SourceOutcome};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::exit::ExitReason;
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::import_decision::{ImportAction, ImportState};
use crate::domain::portfolio::project_link::LinkAction;
use crate::domain::portfolio::recorded_name::NameKind;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::draft::{DraftState, DraftStep};
use crate::domain::rules::overlay::RulePath;
use crate::domain::words::UnexpectedText;
use crate::support::fingerprint::Fingerprint;

/// Stored with nine decimals always, so that text sorts by time and nothing is lost.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Timestamp(pub(in crate::store) DateTime<Utc>);

/// A date, stored as `2020-11-30`.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Date(pub(in crate::store) NaiveDate);

/// A value stored as JSON in a TEXT column.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Json<T>(pub(in crate::store) T);

/// A number that is never negative, in a column of signed integers.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Count(pub(in crate::store) u64);

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

        impl<$($encoded)*> ToValue for $name {
            const KIND: SqlKind = <$column as ToValue>::KIND;

            fn to_value(&self) -> Result<SqlValue, BoxDynError> {
                let write: fn(&Self) -> Result<$column, BoxDynError> = $write;
                Ok(write(self)?.into())
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
    MailAddress: MailAddress::from_stored,
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
    AccountLinkKind,
    AlertActKind,
    AlertChangeKind,
    AlertState,
    CyclePhase,
    Dataset,
    DisputeState,
    DraftState,
    DraftStep,
    ExitReason,
    ImportAction,
    ImportState,
    JobName,
    Level,
    LinkAction,
    MissionChangeKind,
    MissionKind,
    MissionState,
    NameKind,
    NameProof,
    NoteSection,
    NoticeKind,
    NoticeState,
    JobTrigger,
    Phase,
    ReviewChangeKind,
    ReviewState,
    Role,
    RunOutcome,
    SessionOpening,
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
    Channel: String;
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
pub(in crate::store) trait Columns {
    fn instant(&self, column: &str) -> Result<DateTime<Utc>, sqlx::Error>;
    fn optional_instant(&self, column: &str) -> Result<Option<DateTime<Utc>>, sqlx::Error>;
    fn day(&self, column: &str) -> Result<NaiveDate, sqlx::Error>;
    fn optional_day(&self, column: &str) -> Result<Option<NaiveDate>, sqlx::Error>;
    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, sqlx::Error>;
    fn optional_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, sqlx::Error>;
    fn count(&self, column: &str) -> Result<u64, sqlx::Error>;
    fn small_count(&self, column: &str) -> Result<u32, sqlx::Error>;
}

impl Columns for Row {
    fn instant(&self, column: &str) -> Result<DateTime<Utc>, sqlx::Error> {
        Ok(self.try_get::<Timestamp>(column)?.0)
    }

    fn optional_instant(&self, column: &str) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
        Ok(self.try_get::<Option<Timestamp>>(column)?.map(|instant| instant.0))
    }

    fn day(&self, column: &str) -> Result<NaiveDate, sqlx::Error> {
        Ok(self.try_get::<Date>(column)?.0)
    }

    fn optional_day(&self, column: &str) -> Result<Option<NaiveDate>, sqlx::Error> {
        Ok(self.try_get::<Option<Date>>(column)?.map(|day| day.0))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, sqlx::Error> {
        Ok(self.try_get::<Json<T>>(column)?.0)
    }

    fn optional_json<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>, sqlx::Error> {
        Ok(self.try_get::<Option<Json<T>>>(column)?.map(|json| json.0))
    }

    fn count(&self, column: &str) -> Result<u64, sqlx::Error> {
        Ok(self.try_get::<Count>(column)?.0)
    }

    fn small_count(&self, column: &str) -> Result<u32, sqlx::Error> {
        let number = self.try_get::<i64>(column)?;
        let index = column.to_owned();
        whole(number, "a small positive number")
            .map_err(|source| sqlx::Error::ColumnDecode { index, source })
    }
}
