//! How the answer of a declared action is read: the paths of its declaration, parsed once. Who has
//! answered is not known here.

use serde_json::Value as Json;
use serde_json_path::JsonPath;

use super::{Carrier, Program, raw};
use crate::base::TimeZone;
use crate::model::{ActionId, ActionResult, Type, Value, coerce};

/// How the results of a declared action are read.
#[derive(Debug)]
pub struct Answers {
    places: Vec<(Place, Type)>,
    zone: TimeZone,
}

/// Where a result stands.
#[derive(Debug)]
enum Place {
    /// Nowhere.
    Nowhere,
    /// Where a path leads; the first node counts.
    Path(Box<JsonPath>),
    /// Under its name.
    Named(String),
}

impl Answers {
    /// How those of an action are read; `None` where it is one that every project has.
    #[must_use]
    pub fn of(program: &Program, action: ActionId) -> Option<Self> {
        let carrier = program.actions.get(action.index())?.as_ref()?;
        let results = program.catalog.actions[action].results.iter();
        let places = results
            .enumerate()
            .map(|row| (place(carrier, row), row.1.ty.clone()));
        Some(Answers {
            places: places.collect(),
            zone: program.settings.zone.clone(),
        })
    }

    /// The results in JSON. One that does not fit is unknown: the action was carried out.
    #[must_use]
    pub fn read(&self, bytes: &[u8]) -> Vec<Option<Value>> {
        let json = serde_json::from_slice(bytes).unwrap_or(Json::Null);
        let read = |(place, ty): &(Place, Type)| {
            let found = match place {
                Place::Nowhere => None,
                Place::Path(path) => path.query(&json).first(),
                Place::Named(name) => json.get(name),
            };
            coerce(ty, &raw(found?), &self.zone).ok().flatten()
        };
        self.places.iter().map(read).collect()
    }
}

fn place(carrier: &Carrier, (place, result): (usize, &ActionResult)) -> Place {
    let Carrier::Http(request) = carrier else {
        return Place::Named(result.name.to_string());
    };
    let mut paths = request.results.iter();
    let path = paths.find(|(own, _)| *own == place);
    // The check of the program has parsed it.
    let path = path.and_then(|(_, path)| JsonPath::parse(&path.0).ok());
    path.map_or(Place::Nowhere, |path| Place::Path(Box::new(path)))
}
