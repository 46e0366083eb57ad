//! A request of the action `http`, or of one that is declared so: what was rendered, with the secrets put in.
//! Who sends it is not known here.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::{Name, seconds_of};
use crate::connector::http::{Auth, Body, HttpRequest, Json, Method, Sign};
use crate::engine::decision::{Action, Call, Rendered};
use crate::model::{Raw, Type, Value, coerce};

/// The values of secrets, by name.
pub type Secrets = BTreeMap<String, String>;

/// The request of an action.
///
/// # Errors
/// What is wrong with it, in words that hold no secret.
pub(super) fn request(action: &Action, secrets: &Secrets) -> Result<HttpRequest, String> {
    let call = &action.request;
    let filling = Filling(secrets);
    let url = filling.text(call.part("url").unwrap_or(&Rendered::Null))?;
    let mut request = HttpRequest::new(action.key.to_string(), url);
    if let Some(method) = call.part("method") {
        request.method = Method::parse(&filling.text(method)?);
    }
    if let Some(query) = call.part("query") {
        request.query = filling.pairs("query", query)?;
    }
    if let Some(headers) = call.part("headers") {
        request.headers = filling.pairs("headers", headers)?;
    }
    request.body = filling.body(call)?;
    if let Some(auth) = call.part("auth") {
        request.auth = Some(filling.auth(auth)?);
    }
    if let Some(sign) = call.part("sign") {
        request.sign = Some(filling.sign(sign)?);
    }
    request.timeout = call.part("timeout").and_then(timeout);
    Ok(request)
}

/// An amount of time, as it is spelled.
fn timeout(rendered: &Rendered) -> Option<Duration> {
    let Rendered::Text(text) = rendered else {
        return None;
    };
    let zone = crate::base::TimeZone::UTC;
    match coerce(&Type::Duration, &Raw::Text(text.clone()), &zone) {
        Ok(Some(Value::Duration(amount))) => {
            let seconds = u64::try_from(seconds_of(amount)?).ok()?;
            Some(Duration::from_secs(seconds))
        }
        _ => None,
    }
}

/// The words and the variables of a command.
///
/// # Errors
/// What is wrong with it, in words that hold no secret.
pub(super) fn command(call: &Call, secrets: &Secrets) -> Result<(Words, Pairs), String> {
    let filling = Filling(secrets);
    let words = match call.part("run") {
        Some(Rendered::List(words)) => words.iter().map(|word| filling.text(word)),
        _ => return Err("it does not say what to run".into()),
    };
    let variables = match call.part("env") {
        Some(variables) => filling.pairs("env", variables)?,
        None => Pairs::new(),
    };
    Ok((words.collect::<Result<_, _>>()?, variables))
}

/// The words of a command.
type Words = Vec<String>;

/// Values by name, in their order.
type Pairs = Vec<(String, String)>;

/// Puts secrets in.
struct Filling<'s>(&'s Secrets);

impl Filling<'_> {
    fn secret(&self, name: &Name) -> Result<&str, String> {
        let found = self.0.get(name.as_str()).map(String::as_str);
        found.ok_or_else(|| format!("the secret `{name}` has no value: set it as `[secrets]` says"))
    }

    fn text(&self, rendered: &Rendered) -> Result<String, String> {
        Ok(match rendered {
            Rendered::Secret(name) => self.secret(name)?.to_owned(),
            Rendered::Joined(pieces) => {
                let pieces = pieces.iter().map(|piece| self.text(piece));
                pieces.collect::<Result<String, String>>()?
            }
            Rendered::Text(text) => text.to_string(),
            Rendered::Null => String::new(),
            Rendered::Number(number) => crate::base::print_decimal(*number),
            Rendered::Bool(is) => is.to_string(),
            Rendered::Record(id, names) => {
                let first = names.first().map(|(_, value)| value.to_string());
                first.unwrap_or_else(|| id.to_string())
            }
            Rendered::List(_) | Rendered::Object(_) => {
                return Err("a list or an object stands where a text is needed".into());
            }
        })
    }

    fn pairs(&self, what: &str, rendered: &Rendered) -> Result<Vec<(String, String)>, String> {
        let Rendered::Object(members) = rendered else {
            return Err(format!("`{what}` is no object"));
        };
        let known = members.iter().filter(|(_, value)| *value != Rendered::Null);
        known
            .map(|(key, value)| Ok((key.to_string(), self.text(value)?)))
            .collect()
    }

    fn json(&self, rendered: &Rendered) -> Result<Json, String> {
        Ok(match rendered {
            Rendered::Null => Json::Null,
            Rendered::Bool(is) => Json::Bool(*is),
            Rendered::Number(number) => Json::Number(*number),
            Rendered::List(items) => Json::List(
                items
                    .iter()
                    .map(|item| self.json(item))
                    .collect::<Result<_, _>>()?,
            ),
            Rendered::Object(members) => {
                let members = members.iter();
                let members = members.map(|(key, value)| Ok((key.to_string(), self.json(value)?)));
                Json::Object(members.collect::<Result<_, String>>()?)
            }
            other => Json::Text(self.text(other)?),
        })
    }

    fn body(&self, call: &Call) -> Result<Body, String> {
        if let Some(json) = call.part("json") {
            return Ok(Body::Json(self.json(json)?));
        }
        if let Some(form) = call.part("form") {
            return Ok(Body::Form(self.pairs("form", form)?));
        }
        match call.part("text") {
            Some(text) => Ok(Body::Text(self.text(text)?)),
            None => Ok(Body::None),
        }
    }

    /// `bearer(x)` and its kin: the name of the scheme, and its arguments.
    fn scheme(&self, rendered: &Rendered) -> Result<(String, Vec<String>), String> {
        let wrong = || "it is no scheme like `bearer(secret(name))`".to_owned();
        let Rendered::Object(members) = rendered else {
            return Err(wrong());
        };
        let Some((name, Rendered::List(arguments))) = members.first() else {
            return Err(wrong());
        };
        let arguments = arguments.iter().map(|argument| self.text(argument));
        Ok((name.to_string(), arguments.collect::<Result<_, _>>()?))
    }

    fn auth(&self, rendered: &Rendered) -> Result<Auth, String> {
        let (scheme, arguments) = self.scheme(rendered)?;
        match (scheme.as_str(), arguments.as_slice()) {
            ("bearer", [token]) => Ok(Auth::Bearer(token.clone())),
            ("basic", [user, password]) => Ok(Auth::Basic {
                user: user.clone(),
                password: password.clone(),
            }),
            _ => Err(format!("`auth` knows no `{scheme}` of that form")),
        }
    }

    fn sign(&self, rendered: &Rendered) -> Result<Sign, String> {
        let (scheme, arguments) = self.scheme(rendered)?;
        match (scheme.as_str(), arguments.as_slice()) {
            ("hubspot", [secret]) => Ok(Sign::Hubspot {
                secret: secret.clone(),
            }),
            ("hmac_sha256", [secret, header]) => Ok(Sign::HmacSha256 {
                header: header.clone(),
                secret: secret.clone(),
            }),
            _ => Err(format!("`sign` knows no `{scheme}` of that form")),
        }
    }
}
