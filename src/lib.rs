//! Vigie: rules-based early warning for the French State's large digital projects.
//!
//! Files are imported as editions, and editions are turned into a table of measures (the frame). Rules evaluate the frame and
//! give verdicts, verdicts become alerts, and alerts call for missions. One cycle commits all of this, or nothing. The modules
//! are listed in layers: each may use those of the layers above it, never those of its own or lower layers.

// Layer 0: domain types
pub mod application;
pub mod auth;
pub mod decisions;
pub mod domain;
pub mod intake;
pub mod server;
pub mod support;

// Layer 1: measures
pub mod frame;

// Layer 2: intake and evaluation
pub mod rules;

// Layer 3: decisions

// Layer 4: storage and external services
pub mod client;
pub mod notify;
pub mod store;

// Layer 5: use cases
pub mod delivery;

// Layer 6: interfaces
pub mod api;
pub mod schedule;

// Layer 7: the service
