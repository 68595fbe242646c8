//! Behaviour through the front door. One binary, so that Polars is linked once.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy's in-test exemptions do not cover helpers"
)]

mod access;
mod access_scope;
mod api_rules;
mod audit;
mod backup;
mod hostile;
mod imports;
mod jobs;
mod jobs_import;
mod jobs_support;
mod judge_table;
mod judge_table_faults;
mod killed;
mod killed_commit;
mod killed_jobs;
mod malformed;
mod missions;
mod notices_delivery;
mod notices_digest;
mod notices_events;
mod notices_mail;
mod notices_reminders;
mod notices_silences;
mod notices_webhooks;
mod openapi;
mod people;
mod real;
mod real_rules;
mod reviews;
mod reviews_calendar;
mod rule_overlay;
mod rule_overlay_drafts;
mod rule_text;
mod rule_tools_check;
mod rule_tools_coverage;
mod rule_tools_diff;
mod rule_tools_docs;
mod rule_tools_explain;
mod rule_tools_mistakes;
mod rule_tools_series;
mod rule_tools_test;
mod rules;
mod rules_evidence;
mod rules_faults;
mod rules_history;
mod rules_meaning;
mod rules_sandbox;
mod rules_shipped;
mod service;
mod settings;
mod sign_in;
mod sources;
mod sources_editions;
mod sources_faults;
mod sources_follow_up;
mod sources_formats;
mod sources_identity;
mod sources_rows;
mod store_cycles;
mod store_earlier;
mod store_imports;
mod store_links;
mod store_missions;
mod store_opening;
mod store_portfolio;
mod store_scope;
mod store_support;
mod store_verdicts;
mod story;
mod support;
mod telemetry;
mod tidy;
mod translate;
mod translate_frames;
mod translate_grammar;
mod translate_proof;
mod translate_tall;
mod translate_values;
mod year;
