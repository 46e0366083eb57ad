//! What `flow.toml` decides for the language and for the program.

use crate::base::{TimeZone, zone};

/// The settings of a project, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name of the project.
    pub name: String,
    /// The IANA name of the project's zone.
    pub timezone: String,
    /// The project's zone (D1).
    pub zone: TimeZone,
    /// The limits on programs.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            name: "flow".into(),
            timezone: "UTC".into(),
            zone: zone("UTC").unwrap_or(TimeZone::UTC),
            limits: Limits::default(),
        }
    }
}

/// A named set of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// The limits of the system that inspired the language.
    #[default]
    Hubspot,
    /// No limits.
    None,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Profile; 2] = [Profile::Hubspot, Profile::None];

    /// The word in `flow.toml`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Profile::Hubspot => "hubspot",
            Profile::None => "none",
        }
    }
}

/// Limits on programs, `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many refinements a trigger may have (E14).
    pub refinements_per_trigger: Option<usize>,
    /// Whether a webhook trigger stands alone in its workflow.
    pub webhook_alone: bool,
}

impl From<Profile> for Limits {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Hubspot => Limits {
                refinements_per_trigger: Some(1),
                webhook_alone: true,
            },
            Profile::None => Limits {
                refinements_per_trigger: None,
                webhook_alone: false,
            },
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Profile::default().into()
    }
}
