//! All integration tests, in one binary.

mod cli;
mod cli_explain;
mod cli_manifest;
mod cli_project;
mod cli_support;
mod findings;
mod graphs;
mod render;
mod robust;
mod sizes;
mod snapshots;
mod support;
mod walls;
