//! Recorded names on pages.
