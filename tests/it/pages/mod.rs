//! Pages in French, over real HTTP.

mod intake;
