//! The limits on programs, each declared once: its key in `flow.toml`, what it is under the profile
//! `hubspot`, what it limits. Who enforces one is not known here.

use crate::base::Name;

/// The most that a limit may be set to; more is written as no limit.
const MOST: u32 = 1_000_000_000;

/// No name has more characters.
const LONGEST_NAME: u32 = Name::MAX as u32;

/// A limit that counts something.
#[derive(Debug, Clone, Copy)]
pub struct Count {
    /// Its key.
    pub key: &'static str,
    /// What it limits.
    pub about: &'static str,
    /// What it is under `hubspot`.
    pub usual: Option<u32>,
    /// The least that it may be set to.
    pub least: u32,
    /// The most that it may be set to.
    pub most: u32,
    /// Sets it; `None` lifts it.
    pub set: fn(&mut Limits, Option<u32>),
}

/// A limit that holds or does not.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    /// Its key.
    pub key: &'static str,
    /// What it says while it holds.
    pub about: &'static str,
    /// Sets it.
    pub set: fn(&mut Limits, bool),
}

/// Declares all limits: the fields, what they are under the profiles, and the lists of keys.
macro_rules! limits {
    (
        counts { $($count:ident: $usual:expr, from $least:literal to $most:expr, $of:literal;)* }
        switches { $($switch:ident: $says:literal;)* }
    ) => {
        /// Limits on programs, `None` or false where there is none.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Limits {
            $(#[doc = $of] pub $count: Option<u32>,)*
            $(#[doc = $says] pub $switch: bool,)*
        }

        impl Limits {
            /// Those that count.
            pub const COUNTS: &[Count] = &[$(Count {
                key: stringify!($count),
                about: $of,
                usual: $usual,
                least: $least,
                most: $most,
                set: |limits, most| limits.$count = most,
            }),*];

            /// Those that hold or do not.
            pub const SWITCHES: &[Switch] = &[$(Switch {
                key: stringify!($switch),
                about: $says,
                set: |limits, holds| limits.$switch = holds,
            }),*];
        }

        impl From<Profile> for Limits {
            fn from(profile: Profile) -> Self {
                match profile {
                    Profile::Hubspot => Limits {
                        $($count: $usual,)*
                        $($switch: true,)*
                    },
                    Profile::None => Limits {
                        $($count: None,)*
                        $($switch: false,)*
                    },
                }
            }
        }
    };
}

limits! {
    counts {
        filters_per_workflow: Some(250), from 1 to MOST, "How many filters the triggers of a workflow have.";
        refinements_per_trigger: Some(1), from 0 to MOST, "How many refinements a trigger has (E14).";
        refinements_per_not_happened: Some(0), from 0 to MOST, "How many refinements a `not happened` has.";
        cases_per_branch: Some(20), from 1 to MOST, "How many cases a `branch` has.";
        cases_per_match: Some(250), from 1 to MOST, "How many cases a `match` has.";
        nesting: Some(19), from 1 to MOST, "How many levels blocks of steps nest.";
        nesting_warning: Some(10), from 1 to MOST, "How many levels they nest without a warning.";
        webhooks: Some(100), from 0 to MOST, "How many webhooks a project has.";
        properties_per_event: Some(50), from 1 to MOST, "How many properties an event has.";
        property_name_length: Some(50), from 1 to LONGEST_NAME, "How many characters the name of a property has.";
        labels_per_association: Some(50), from 0 to MOST, "How many labels an association has.";
        sources_per_workflow: Some(50), from 0 to MOST, "How many data sources (`let`) a workflow has.";
        enroll_at_most: None, from 1 to MOST, "How many records a publication enrols unasked (V4).";
        records_per_second: Some(10_000), from 1 to MOST, "How many records a second a schedule takes, and how many a resumption lets go on (E17).";
        enrollments_per_input: Some(100_000), from 1 to MOST, "How many enrolments follow from one input (I5).";
    }
    switches {
        webhook_alone: "A webhook trigger stands alone in its workflow.";
        reenroll_eligibility: "`reenroll` reads no activities, line items, computed properties or consent.";
    }
}

impl Default for Limits {
    fn default() -> Self {
        Profile::default().into()
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
