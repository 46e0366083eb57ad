//! What an action answers, read into its results. An answer that does not fit leaves a result
//! unknown: the action was carried out.

use serde_json::Value as Json;
use serde_json_path::JsonPath;

use crate::base::{Decimal, TimeZone};
use crate::connector::http::HttpAnswer;
use crate::model::{ActionResult, Type, Value, coerce};
use crate::plan::{Carrier, raw};

/// How much of the body of an answer is kept, in bytes.
const BODY: usize = 256 << 10;

/// How the results of an action are read.
#[derive(Debug)]
pub(super) enum Reads {
    /// As the action `http` answers: these names.
    Plain(Vec<String>),
    /// From JSON: where each stands, its type, and the zone of moments.
    Json(Vec<(Place, Type)>, TimeZone),
}

/// Where a result stands in JSON.
#[derive(Debug)]
pub(super) enum Place {
    /// Nowhere.
    Nowhere,
    /// Where a path leads; the first node counts.
    Path(Box<JsonPath>),
    /// Under a name of the whole.
    Named(String),
}

impl Reads {
    /// How the results of an action are read that is carried out so.
    pub(super) fn of(results: &[ActionResult], carrier: Option<&Carrier>, zone: &TimeZone) -> Self {
        let named = |result: &ActionResult| result.name.to_string();
        let place = |(place, result): (usize, &ActionResult)| {
            let stands = match carrier {
                Some(Carrier::Http(request)) => {
                    let mut paths = request.results.iter();
                    let path = paths.find(|(own, _)| *own == place);
                    // The check of the program has parsed it.
                    let path = path.and_then(|(_, path)| JsonPath::parse(&path.0).ok());
                    path.map_or(Place::Nowhere, |path| Place::Path(Box::new(path)))
                }
                _ => Place::Named(named(result)),
            };
            (stands, result.ty.clone())
        };
        match carrier {
            None => Reads::Plain(results.iter().map(named).collect()),
            Some(_) => {
                let places = results.iter().enumerate().map(place);
                Reads::Json(places.collect(), zone.clone())
            }
        }
    }

    /// The results in the answer of a request.
    pub(super) fn of_answer(&self, answer: &HttpAnswer) -> Vec<Option<Value>> {
        match self {
            Reads::Plain(names) => names.iter().map(|name| plain(name, answer)).collect(),
            Reads::Json(..) => self.of_bytes(&answer.body),
        }
    }

    /// The results in JSON; all are unknown where it is none.
    pub(super) fn of_bytes(&self, bytes: &[u8]) -> Vec<Option<Value>> {
        let Reads::Json(places, zone) = self else {
            return Vec::new();
        };
        let json = serde_json::from_slice(bytes).unwrap_or(Json::Null);
        let read = |(place, ty): &(Place, Type)| {
            let found = match place {
                Place::Nowhere => None,
                Place::Path(path) => path.query(&json).first(),
                Place::Named(name) => json.get(name),
            };
            coerce(ty, &raw(found?), zone).ok().flatten()
        };
        places.iter().map(read).collect()
    }
}

/// What the action `http` answers.
fn plain(name: &str, answer: &HttpAnswer) -> Option<Value> {
    match name {
        "status" => Some(Value::Number(Decimal::from(answer.status))),
        "body" => {
            let text = answer.text();
            let mut end = text.len().min(BODY);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.get(..end).map(|text| Value::Text(text.into()))
        }
        _ => None,
    }
}
