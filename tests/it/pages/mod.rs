//! Pages, as people get them.

mod people;
