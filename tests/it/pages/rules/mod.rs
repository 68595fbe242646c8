//! The pages of the rules, through HTTP, without a script.

mod bundle;
mod drafts;
mod editing;
mod office;
mod one_factor;
mod played;
mod reading;
