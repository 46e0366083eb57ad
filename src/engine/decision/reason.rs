//! Why a record was not enrolled, or left. Which reason applies is decided
//! elsewhere.

/// Why a record was not enrolled (E5), or left (L6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A chain of more than 100 causes (I5).
    ChainTooLong,
    /// Turned off (L5).
    WorkflowOff,
    /// Paused (E17).
    WorkflowPaused,
    /// A `suppress` holds (E6, L2).
    Suppressed,
    /// The `goal` holds (L3).
    GoalMet,
    /// It is inside already (E7).
    AlreadyEnrolled,
    /// It was inside before, and there is no `reenroll`.
    EnrolledBefore,
    /// It was inside before, and no `reenroll` fired (E8).
    NoReenrollTrigger,
    /// It went through.
    Completed,
    /// An `unenroll` turned true.
    UnenrollCondition,
    /// No filter trigger holds any longer (L1).
    Leaving,
    /// A person took it out.
    Manual,
    /// Its step is gone, and no later one is left (V2).
    StepRemoved,
    /// There is no such record (E4).
    NoRecord,
    /// A step of this workflow has made the record (E15).
    SelfCreated,
    /// No trigger holds.
    NotMatching,
    /// More than may enrol in a window (E17).
    OverLimit,
    /// The record was deleted (L4).
    Deleted,
    /// The record was merged into another one (L4).
    Merged,
    /// It was enrolled in a workflow that shuts this one out (E11).
    Exclusive,
    /// A step of another workflow took it out.
    ByWorkflow,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Reason; 21] = [
        Reason::ChainTooLong,
        Reason::WorkflowOff,
        Reason::WorkflowPaused,
        Reason::Suppressed,
        Reason::GoalMet,
        Reason::AlreadyEnrolled,
        Reason::EnrolledBefore,
        Reason::NoReenrollTrigger,
        Reason::Completed,
        Reason::UnenrollCondition,
        Reason::Leaving,
        Reason::Manual,
        Reason::StepRemoved,
        Reason::NoRecord,
        Reason::SelfCreated,
        Reason::NotMatching,
        Reason::OverLimit,
        Reason::Deleted,
        Reason::Merged,
        Reason::Exclusive,
        Reason::ByWorkflow,
    ];

    /// The reason of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Reason::ALL.into_iter().find(|reason| reason.word() == word)
    }

    /// The word that is shown and kept.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Reason::ChainTooLong => "chain_too_long",
            Reason::WorkflowOff => "workflow_off",
            Reason::WorkflowPaused => "workflow_paused",
            Reason::Suppressed => "suppressed",
            Reason::GoalMet => "goal_met",
            Reason::AlreadyEnrolled => "already_enrolled",
            Reason::EnrolledBefore => "enrolled_before",
            Reason::NoReenrollTrigger => "no_reenroll_trigger",
            Reason::Completed => "completed",
            Reason::UnenrollCondition => "unenroll_condition",
            Reason::Leaving => "leaving",
            Reason::Manual => "manual",
            Reason::StepRemoved => "step_removed",
            Reason::NoRecord => "no_record",
            Reason::SelfCreated => "self_created",
            Reason::NotMatching => "not_matching",
            Reason::OverLimit => "over_limit",
            Reason::Deleted => "deleted",
            Reason::Merged => "merged",
            Reason::Exclusive => "exclusive",
            Reason::ByWorkflow => "by_workflow",
        }
    }
}
