//! Vigie: rules-based early warning for the French State's large digital projects.
//!
//! Files are imported as editions, and editions are turned into a table of measures (the frame). Rules evaluate the frame and
//! give verdicts, verdicts become alerts, and alerts call for missions. One cycle commits all of this, or nothing. The modules
//! are listed in layers: each may use those of the layers above it, never those of its own or lower layers.

// What knows of no project
pub mod support;

// The words that cross a boundary
pub mod domain;

// Pictures of figures
pub mod charts;

// Measures
pub mod frame;

// Files, and rules
pub mod intake;
pub mod rules;

// Decisions, and what past editions teach: of the layers above, words only
pub mod decisions;
pub mod foresight;

// Storage and external services: of the layers above, words only
pub mod auth;
pub mod client;
pub mod documents;
pub mod notify;
pub mod store;

// Use cases
pub mod application;
pub mod delivery;

// Interfaces
pub mod api;
pub mod schedule;

// Pages, over what the API checks and returns
pub mod web;

// The service
pub mod server;
