//! The two engines as sqlx gives them: connections, the values that statements bind, and the rows that they give.

pub(in crate::store) mod connection;
pub(in crate::store) mod rows;
pub(in crate::store) mod sqlite;
pub(in crate::store) mod values;
