//! What past editions say of the rules.

mod independent;
mod panel;
mod surfaces;
