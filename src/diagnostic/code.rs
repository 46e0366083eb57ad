//! The one declaration of all codes.

use std::fmt;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The program cannot run.
    Error,
    /// The program can run; something in it is doubtful.
    Warning,
}

impl Level {
    /// The word that is shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

/// Declares each code once: its number, name, usual level and what it means.
/// The page is the file of that number in `docs/diagnostics/`.
macro_rules! codes {
    ($($variant:ident $code:literal $name:literal $level:ident $summary:literal)*) => {
        /// A kind of finding. The first two digits tell the stage: F00 the
        /// compiler itself, F01 text, F02 names, F03 types, F04 the shape of
        /// a declaration, F05 between declarations, F06 the project,
        /// F07 running.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $variant,)*
        }

        impl Code {
            /// All codes, in order.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// The number: `F0202`.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// The name: `unknown-property`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// The level, unless a finding says otherwise.
            #[must_use]
            pub fn level(self) -> Level {
                match self { $(Code::$variant => Level::$level,)* }
            }

            /// One sentence on what the code means.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary,)* }
            }

            /// The page about the code, in Markdown.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self {
                    $(Code::$variant => include_str!(concat!("../../docs/diagnostics/", $code, ".md")),)*
                }
            }
        }
    };
}

codes! {
    NotYet             "F0002" "not-yet"              Error   "a construct of the language that this version does not run yet"

    UnexpectedText     "F0101" "unexpected-text"      Error   "text that does not fit where it stands"
    Unclosed           "F0102" "unclosed"             Error   "a brace, bracket or quote without its partner"
    NestedTooDeeply    "F0103" "nested-too-deeply"    Error   "more than 200 levels of nesting"
    NameForm           "F0104" "name-form"            Error   "a name that is not lower case with underscores, or too long"
    ReservedWord       "F0105" "reserved-word"        Error   "a reserved word used as a name"
    BadLiteral         "F0106" "bad-literal"          Error   "a number, date, time, unit or escape that does not exist"
    ForeignSyntax      "F0107" "foreign-syntax"       Error   "a habit from another language"
    StrayDocComment    "F0108" "stray-doc-comment"    Error   "a doc comment that belongs to nothing"
    UnknownKeyword     "F0109" "unknown-keyword"      Error   "a word that opens no declaration, clause or step"
    ChainedComparison  "F0110" "chained-comparison"   Error   "a comparison of a comparison"
    PlainText          "F0111" "plain-text"           Error   "an interpolation where only plain text may stand"
    AmbiguousUnknown   "F0112" "ambiguous-or-unknown" Warning "`or unknown` after a chain of conditions"

    UnknownObject      "F0201" "unknown-object"       Error   "an object that is not declared"
    UnknownProperty    "F0202" "unknown-property"     Error   "a property that is not declared"
    UnknownEvent       "F0203" "unknown-event"        Error   "an event that is not declared"
    UnknownMember      "F0204" "unknown-member"       Error   "a value that is no member of the enum or set"
    UnknownAction      "F0205" "unknown-action"       Error   "an action that does not exist"
    UnknownArgument    "F0206" "unknown-argument"     Error   "an argument that the action does not take"
    UnknownSegment     "F0207" "unknown-segment"      Error   "a segment that is not declared"
    UnknownWorkflow    "F0208" "unknown-workflow"     Error   "a workflow that is not declared"
    UnknownMessage     "F0209" "unknown-message"      Error   "a message that is not declared"
    UnknownName        "F0210" "unknown-name"         Error   "a name that means nothing where it stands"
    UnknownFunction    "F0211" "unknown-function"     Error   "a function that does not exist"
    UnknownLabel       "F0212" "unknown-label"        Error   "a label that the association does not have"
    UnknownType        "F0213" "unknown-type"         Error   "a type that does not exist"
    DuplicateName      "F0214" "duplicate-name"       Error   "two things with one name"
    Shadowing          "F0215" "shadowing"            Error   "a bound name that is also the name of a property"
    UnknownField       "F0216" "unknown-field"        Error   "a field that the declaration does not have"

    MismatchedTypes    "F0301" "mismatched-types"     Error   "a comparison of values of different types"
    WrongType          "F0302" "wrong-type"           Error   "a value of another type than the place takes"
    NotACondition      "F0303" "not-a-condition"      Error   "a value where a condition must stand"
    MissingArgument    "F0304" "missing-argument"     Error   "a required argument is missing"
    ArgumentCount      "F0305" "argument-count"       Error   "too few or too many arguments of a function"
    MaybeUnknown       "F0306" "maybe-unknown"        Warning "a value that may be unknown where a known one is needed"
    PathThroughMany    "F0307" "path-through-many"    Error   "a path through an association with many records"
    ReadOnly           "F0308" "read-only"            Error   "a write to a property that cannot be written"
    ComputedCycle      "F0309" "circular"             Error   "things that are defined by each other"
    Unordered          "F0310" "unordered"            Error   "an order of values that have none"
    DatetimeDifference "F0311" "datetime-difference"  Error   "one moment minus another"
    UnknownValue       "F0312" "unknown-value"        Error   "`unknown` used as a value"
    WrongOperator      "F0313" "wrong-operator"       Error   "an operator or function that does not take such values"
    BadPattern         "F0314" "bad-pattern"          Error   "a regular expression or a JSONPath that is not valid"
    SensitiveValue     "F0315" "sensitive-value"      Error   "a sensitive property in a log or in a request that does not allow it"
    NoHistory          "F0316" "no-history"           Error   "a question about the past of something that keeps no history"
    NotHappenedRefined "F0317" "not-happened-refined" Error   "a refinement on `not happened`"
    AmbiguousWhere     "F0318" "ambiguous-where"      Warning "a chain of conditions after `where` without parentheses"
    MissingGoal        "F0319" "missing-goal"         Warning "`met goal of` a workflow that has no goal"

    RepeatedClause     "F0401" "repeated-clause"      Error   "a clause or field that may stand only once"
    MissingPart        "F0402" "missing-part"         Error   "a declaration lacks a part that it needs"
    OneRefinement      "F0403" "one-refinement"       Error   "more than one refinement on a trigger"
    WebhookAlone       "F0404" "webhook-alone"        Error   "a webhook trigger beside other triggers"
    StepName           "F0405" "step-name"            Error   "a step name that is taken or reserved"
    NoEvent            "F0406" "no-event"             Error   "`event` where no event is at hand"
    RefinedFilter      "F0407" "refined-filter"       Error   "the filter of a refined trigger reads the record"
    LeavingNothing     "F0408" "leaving-nothing"      Error   "`unenroll on leaving` without a filter trigger"
    NotStatic          "F0409" "not-static"           Error   "a change of membership in a segment that follows a condition"
    CaseOrder          "F0410" "case-order"           Error   "a case after `else`, or a second `else`"
    MatchNotUnique     "F0411" "match-not-unique"     Error   "a record looked up by a property that is not unique"
    WebhookType        "F0412" "webhook-type"         Error   "a type that a webhook field cannot have"
    ModifierConflict   "F0413" "modifier-conflict"    Error   "modifiers that do not go together, or not there"
    SplitShares        "F0414" "split-shares"         Error   "shares of a `split` that are no whole"
    LoopWithoutWait    "F0415" "loop-without-wait"    Error   "a loop that goes on without a wait"
    Placeholder        "F0416" "placeholder"          Warning "a step that is still to be written"
    GotoTarget         "F0417" "goto-target"          Error   "a `goto` to a step that is not there, or inside a block"
    WaitParts          "F0418" "wait-parts"           Error   "a wait that lacks a part, or has one that does not go"
    NameNotSet         "F0419" "name-not-set"         Error   "a use of a name that no path sets"
    WrongHours         "F0420" "wrong-hours"          Error   "hours or closed days that are empty, overlap or cannot be"
    UnknownZone        "F0421" "unknown-zone"         Error   "a time zone that does not exist"
    UnknownCalendar    "F0422" "unknown-calendar"     Error   "a calendar that is not declared"
    WrongSchedule      "F0423" "wrong-schedule"       Error   "a schedule that never comes, or whose parts do not go together"
    ExclusiveWithItself "F0424" "exclusive-with-itself" Error "a workflow that is exclusive with itself"
    WrongRename        "F0425" "wrong-rename"         Error   "an old name that is still declared, or was given twice"
    NotExact           "F0426" "not-exact"            Error   "an amount of time without a fixed length where one is needed"
    UnknownTemplate    "F0430" "unknown-template"     Error   "a template that is not declared"
    InstanceSteps      "F0431" "instance-steps"       Error   "`steps` in an instance of a template"
    RequestBody        "F0432" "request-body"         Error   "two bodies of a request, or one that its method does not take"
    BuiltinAction      "F0433" "builtin-action"       Error   "`via builtin` outside a bundled package"
    HiddenParameter    "F0434" "hidden-parameter"     Warning "a parameter whose name means something else in its template"
    BadJson            "F0440" "bad-json"             Error   "text that must be JSON and is not"
    AmbiguousStep      "F0441" "ambiguous-step"       Warning "a step of a test that several workflows have"
    TestOrder          "F0442" "test-order"           Error   "a statement of a test that stands too early or too late"
    UnknownStep        "F0443" "unknown-step"         Error   "a step that no workflow at hand has"
    TakenValue         "F0444" "taken-value"          Error   "a unique value that two records of a test are given"

    TooManyFilters     "F0450" "filters-limit"        Error   "more filters in a workflow's triggers than the profile takes"
    TooManyCases       "F0451" "branch-cases-limit"   Error   "more cases of a `branch` than the profile takes"
    TooManyMatchCases  "F0452" "match-cases-limit"    Error   "more cases of a `match` than the profile takes"
    TooManyLevels      "F0453" "nesting-limit"        Error   "blocks that nest deeper than the profile takes"
    TooManyWebhooks    "F0454" "webhooks-limit"       Error   "more webhooks than the profile takes"
    TooManyProperties  "F0455" "properties-limit"     Error   "more properties of an event than the profile takes"
    LongPropertyName   "F0456" "property-name-limit"  Error   "a property whose name is longer than the profile takes"
    TooManyLabels      "F0457" "labels-limit"         Error   "more labels of an association than the profile takes"
    TooManySources     "F0458" "sources-limit"        Error   "more data sources of a workflow than the profile takes"
    ReenrollSource     "F0459" "reenroll-source"      Error   "a `reenroll` that reads what the profile does not re-enrol by"

    UnreachableStep    "F0460" "unreachable-step"     Warning "a step that no path reaches"
    ConstantCondition  "F0461" "constant-condition"   Warning "a condition that is always true, or always false"
    EmptyBranch        "F0462" "empty-branch"         Warning "a case, or a whole branch, that does nothing"
    NonExhaustiveMatch "F0463" "non-exhaustive-match" Warning "a match of an enum that leaves members out, without `else`"
    OverlappingCase    "F0464" "overlapping-case"     Warning "a case of which an earlier one takes a part"
    UnusedBinding      "F0465" "unused-binding"       Warning "a name bound by `as` or `let` that nothing reads"
    UnusedSegment      "F0466" "unused-segment"       Warning "a segment that nothing names"
    UnusedEvent        "F0467" "unused-event"         Warning "an event that nothing names"
    UnusedMessage      "F0468" "unused-message"       Warning "a message that nothing names"
    NegativeWithoutUnknown "F0469" "negative-without-unknown" Warning "a negative condition that leaves out who has no value"
    SelfTrigger        "F0470" "self-trigger"         Warning "a workflow that enrols a record again by what it writes"
    ShadowedTrigger    "F0471" "shadowed-trigger"     Warning "a trigger that another one makes superfluous"
    Naming             "F0472" "naming"               Warning "a name that is hard to read"
    DeepNesting        "F0473" "deep-nesting"         Warning "steps inside more than 10 blocks"
    UnusedAllow        "F0477" "unused-allow"         Warning "a suppression that silences nothing"
    AllowWithoutReason "F0478" "allow-without-reason" Warning "a suppression that does not say why"
    UnknownRule        "F0479" "unknown-rule"         Warning "a suppression of what is no rule, or an error"

    OtherObject        "F0501" "other-object"         Error   "a thing that belongs to another object"
    UnverifiedWebhook  "F0502" "unverified-webhook"   Warning "a webhook that anybody can call"

    UnknownKey         "F0601" "unknown-key"          Error   "a key that `flow.toml` does not have"
    WrongSetting       "F0602" "wrong-setting"        Error   "a setting with a value that it cannot have"
    UnreadableSource   "F0603" "unreadable-source"    Error   "a source that is not UTF-8 text, or too large"
    PackageNeedsObject "F0604" "package-needs-object" Error   "a package in a project without the object that it is about"
    DeclaredByPackage  "F0605" "declared-by-package"  Error   "a declaration of what a used package declares"
    MessageNeverSent   "F0606" "message-never-sent"   Warning "a trigger on a message that no workflow sends"
    MissingProgram     "F0607" "missing-program"      Error   "an edited program of a test whose folder is not there"

    BadReplayLine      "F0701" "bad-replay-line"      Error   "a line of a replay that cannot be read"
    UnknownInReplay    "F0702" "unknown-in-replay"    Error   "a name in a replay that the program does not have"
    BadImport          "F0703" "bad-import"           Error   "a file that cannot be imported"
    TestFailed         "F0704" "test-failed"          Error   "a test of which something does not hold"
}

impl Code {
    /// Whether it says that something which is named is nowhere declared.
    pub(super) fn is_undeclared(self) -> bool {
        matches!(
            self,
            Code::UnknownObject
                | Code::UnknownProperty
                | Code::UnknownEvent
                | Code::UnknownMember
                | Code::UnknownAction
                | Code::UnknownArgument
                | Code::UnknownSegment
                | Code::UnknownWorkflow
                | Code::UnknownMessage
                | Code::UnknownFunction
                | Code::UnknownLabel
                | Code::UnknownType
                | Code::UnknownField
                | Code::UnknownCalendar
                | Code::UnknownTemplate
        )
    }

    /// The code of a number or a name, in any case.
    #[must_use]
    pub fn find(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| {
            code.code().eq_ignore_ascii_case(text) || code.name().eq_ignore_ascii_case(text)
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
