//! All integration tests, in one binary.

mod cli;
mod cli_explain;
mod cli_manifest;
mod cli_project;
mod cli_support;
mod render;
mod sizes;
mod snapshots;
mod support;
mod walls;
