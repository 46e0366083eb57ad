//! Actions: their names, parameters and results.

use super::{Members, ObjectId, Type, written};
use crate::base::{Id, Name};

/// Which action.
pub type ActionId = Id<Action>;

/// The signature of an action.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name, dots included.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// What it takes.
    pub parameters: Vec<ActionParameter>,
    /// What it answers; any may be unknown.
    pub results: Vec<ActionResult>,
    /// Whether it also takes the parameters of its argument `message`.
    pub sends_message: bool,
    /// Whether sensitive properties may not stand in its arguments.
    pub guarded: bool,
    /// Whether a project or a package declares it; the others every project
    /// has.
    pub declared: bool,
}

/// A parameter of an action.
#[derive(Debug, Clone)]
pub struct ActionParameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Whether it must be given, and known.
    pub required: bool,
    /// Whether `secret(name)` may stand in it.
    pub secrets: bool,
}

/// A result of an action.
#[derive(Debug, Clone)]
pub struct ActionResult {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
}

impl Action {
    /// Its name as people write it, also where it is kept with an older version
    /// of a workflow (V3).
    #[must_use]
    pub fn called(&self) -> &str {
        written(self.name.as_str())
    }

    fn new(name: &str) -> Self {
        Action {
            name: Name::new(name),
            doc: None,
            parameters: Vec::new(),
            results: Vec::new(),
            sends_message: false,
            guarded: false,
            declared: false,
        }
    }

    fn takes(mut self, name: &str, ty: Type) -> Self {
        self.parameters.push(ActionParameter {
            name: Name::new(name),
            ty,
            required: false,
            secrets: false,
        });
        self
    }

    fn needs(mut self, name: &str, ty: Type) -> Self {
        self.parameters.push(ActionParameter {
            name: Name::new(name),
            ty,
            required: true,
            secrets: false,
        });
        self
    }

    /// Sensitive properties stay out of it.
    fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    fn takes_secret(mut self, name: &str, ty: Type) -> Self {
        self.parameters.push(ActionParameter {
            name: Name::new(name),
            ty,
            required: false,
            secrets: true,
        });
        self
    }

    fn answers(mut self, name: &str, ty: Type) -> Self {
        self.results.push(ActionResult {
            name: Name::new(name),
            ty,
        });
        self
    }

    /// The parameter of a name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&ActionParameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
    }
}

/// The actions that every project has. Without an object `user` there is no
/// `notify`, and `create_task` has no `to`.
#[must_use]
pub fn builtin_actions(user: Option<ObjectId>) -> Vec<Action> {
    let mut actions = vec![
        send_email(),
        create_task(user),
        http(),
        Action::new("log").guarded().needs("text", Type::String),
    ];
    if let Some(user) = user {
        actions.push(
            Action::new("notify")
                .needs("to", Type::Record(user))
                .needs("text", Type::String),
        );
    }
    actions
}

fn send_email() -> Action {
    let mut action = Action::new("send_email")
        .needs("to", Type::Email)
        .takes("message", Type::Message)
        .takes("subject", Type::String)
        .takes("text", Type::String)
        .takes("html", Type::String)
        .takes("from", Type::Email)
        .takes("reply_to", Type::Email)
        .answers("message_id", Type::String);
    action.sends_message = true;
    action
}

fn create_task(user: Option<ObjectId>) -> Action {
    let action = Action::new("create_task")
        .needs("subject", Type::String)
        .takes("body", Type::String)
        .takes("due", Type::Datetime)
        .takes(
            "priority",
            Type::Enum(Members::named(&["none", "low", "medium", "high"])),
        )
        .answers("task_id", Type::String);
    match user {
        Some(user) => action.takes("to", Type::Record(user)),
        None => action,
    }
}

fn http() -> Action {
    Action::new("http")
        .guarded()
        .takes(
            "method",
            Type::Enum(Members::named(&["GET", "POST", "PUT", "PATCH", "DELETE"])),
        )
        .needs("url", Type::Url)
        .takes_secret("query", Type::Json)
        .takes_secret("headers", Type::Json)
        .takes("json", Type::Json)
        .takes("form", Type::Json)
        .takes("text", Type::String)
        .takes_secret("auth", Type::Auth)
        .takes_secret("sign", Type::Sign)
        .takes("timeout", Type::Duration)
        .answers("status", Type::Number)
        .answers("body", Type::String)
}
