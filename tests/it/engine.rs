//! The engine, rule by rule: small programs under a virtual clock. Each test
//! names the rules that it proves.

mod actions;
mod alerts;
mod awaiting;
mod caps;
mod caused;
mod dates;
mod declared;
mod diagnose;
mod direct;
mod enrolment;
mod freeze;
mod gone;
mod hours;
mod inputs;
mod leaving;
mod links;
mod migrate;
mod order;
mod passing;
mod past;
mod pin;
mod put_back;
mod renamed;
mod schedules;
mod steering;
mod steps;
mod unique;
mod unknown;
mod waiting;
pub(crate) mod world;
