//! Vigie watches the State's large digital projects and warns early enough to act.
//!
//! Files become editions, editions a frame of measures, rules judge the frame, verdicts become
//! alerts, alerts call for missions; one cycle commits all of it or nothing. The modules stand in
//! layer order: each may use those above it, never those below or beside it.

// Layer 0: words
pub mod bounded_http;
pub mod clock;
pub mod domain;
pub mod looks;

// Layer 1: shape and measure
pub mod frame;

// Layer 2: intake and judgement
pub mod rules;
pub mod sources;

// Layer 3: decisions
pub mod alerts;
pub mod missions;
pub mod reviews;

// Layer 4: edges
pub mod client;
pub mod notify;
pub mod sign_in;
pub mod store;

// Layer 5: the story
pub mod cycle;
pub mod delivery;

// Layer 6: faces
pub mod api;
pub mod schedule;

// Layer 7: assembly
pub mod app;
