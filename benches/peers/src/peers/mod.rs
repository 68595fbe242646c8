//! One engine per file.

pub mod cel;
pub mod regorus;
pub mod zen;
