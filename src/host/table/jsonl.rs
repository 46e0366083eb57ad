//! The rows of a table of JSON objects, one a line. What a value means is not
//! known here.

use std::collections::BTreeMap;

use super::Read;
use crate::host::desk::wire::table;
use crate::host::import::{self, Ids, Plan, Reject};
use crate::model::{PropertyId, Raw};
use crate::plan::Program;

/// What some programs put before the first character of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A table of JSON objects.
pub(super) struct Jsonl<'t> {
    rest: &'t [u8],
    number: usize,
    /// What the keys mean that were read.
    keys: BTreeMap<String, Option<PropertyId>>,
}

impl<'t> Jsonl<'t> {
    pub(super) fn new(bytes: &'t [u8]) -> Self {
        Jsonl {
            rest: bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes),
            number: 0,
            keys: BTreeMap::new(),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    pub(super) fn left_out(&self) -> Vec<String> {
        let left_out = self.keys.iter().filter(|(_, property)| property.is_none());
        left_out.map(|(key, _)| key.clone()).collect()
    }

    pub(super) fn next(
        &mut self,
        (plan, program): (&Plan, &Program),
        ids: &mut Ids,
    ) -> Option<Result<Read, Reject>> {
        let line = self.line()?;
        let number = self.number;
        let cells = || vec![String::from_utf8_lossy(line).into_owned()];
        let read = match std::str::from_utf8(line) {
            Ok(text) => self.row(text, (plan, program)),
            Err(_) => Err("it is not UTF-8: save the file as UTF-8".into()),
        };
        Some(match read {
            Ok(values) => {
                let cells = cells();
                let canonical = cells
                    .iter()
                    .map(|text| table::canonical(text))
                    .collect::<Vec<_>>();
                Ok(Read {
                    number,
                    id: ids.next(&canonical),
                    bytes: line.len(),
                    values,
                    cells,
                })
            }
            Err(reason) => Err(plan.reject((number, cells()), reason)),
        })
    }

    /// The next line that holds anything.
    fn line(&mut self) -> Option<&'t [u8]> {
        while !self.rest.is_empty() {
            let end = self.rest.iter().position(|byte| *byte == b'\n');
            let (line, rest) = match end {
                Some(end) => (self.rest.get(..end), self.rest.get(end + 1..)),
                None => (Some(self.rest), None),
            };
            self.rest = rest.unwrap_or_default();
            self.number += 1;
            let line = line.unwrap_or_default().trim_ascii();
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    }

    fn row(
        &mut self,
        text: &str,
        (plan, program): (&Plan, &Program),
    ) -> Result<Vec<(PropertyId, Raw)>, String> {
        let object = &program.catalog.objects[plan.object];
        let mut values: Vec<(PropertyId, Raw, String)> = Vec::new();
        for (key, raw) in table::row(text)? {
            let known = self.keys.get(&key).copied();
            let property = known.unwrap_or_else(|| {
                let property = import::column(&key, plan, object);
                self.keys.insert(key.clone(), property);
                property
            });
            let Some(property) = property else { continue };
            if let Some((.., other)) = values.iter().find(|(same, ..)| *same == property) {
                let name = &object.properties[property].name;
                return Err(format!("the keys `{other}` and `{key}` both mean `{name}`"));
            }
            values.push((property, raw, key));
        }
        if values.is_empty() {
            let name = &object.name;
            return Err(format!("none of its keys is a property of {name}"));
        }
        let values = values.into_iter();
        Ok(values.map(|(property, raw, _)| (property, raw)).collect())
    }
}
