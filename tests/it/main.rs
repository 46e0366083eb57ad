//! All integration tests, in one binary.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that meets the unexpected has failed"
)]

mod actions;
mod acts;
mod broken;
mod carry;
mod chance;
mod clauses;
mod cli;
mod cli_explain;
mod cli_levels;
mod cli_manifest;
mod cli_mend;
mod cli_project;
mod cli_support;
mod commands;
mod conditions;
mod connectors;
mod connectors_http;
mod connectors_smtp;
mod coverage;
mod damage;
mod declared;
mod desk;
mod diagnose;
mod docs;
mod durable;
mod engine;
mod exports;
mod faults;
mod findings;
mod explored;
mod flow_test;
mod gathered;
mod generate;
mod graphs;
mod http_server;
mod later_steps;
mod live_support;
mod language;
mod limits;
mod lost;
mod machine;
mod main_thread;
mod mending;
mod orders;
mod packages;
mod past;
mod pinned;
mod planted;
mod property;
mod recount;
mod recovery;
mod reference;
mod reference_examples;
mod render;
mod repairs;
mod replay;
mod retries;
mod robust;
mod rules;
mod run;
mod seen;
mod settings;
mod sizes;
mod smtp_server;
mod snapshots;
mod soak;
mod socket;
mod specs;
mod store;
mod stores;
mod support;
mod survive;
mod templates;
mod test_blocks;
mod tls_server;
mod turns;
mod two;
mod values;
mod versions;
mod wakes;
mod walls;
mod watch;
