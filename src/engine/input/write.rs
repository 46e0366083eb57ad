//! Writes of properties.

use std::sync::Arc;

use crate::base::{Uid, day_of};
use crate::engine::decision::{Answer, Change, What};
use crate::engine::draft::Draft;
use crate::engine::message::{
    Address, Answered, Body, Claim, Claimant, Keeps, Key, Request, Write, WriteOp,
};
use crate::model::compute::{self, Computed, Operator};
use crate::model::{PropertyId, Type, Value, form_of};
use crate::syntax::ast::SetOp;

impl Draft<'_> {
    /// Writes values, once the unique ones among them are its own. Those that
    /// need a claim are claimed first, and the write comes again; what comes
    /// for the same properties meanwhile waits.
    pub(super) fn write(
        &mut self,
        values: &[Write],
        (import, request): (Option<&Arc<str>>, &Request),
        claimed: Option<&[Key]>,
    ) {
        if let (None, Some(open)) = (claimed, self.open_claim(values)) {
            self.wait_for(open, request.clone());
            return;
        }
        let keys = self.to_claim(values);
        if keys
            .iter()
            .any(|key| !claimed.is_some_and(|has| has.contains(key)))
        {
            self.claim(keys, request.clone());
            return;
        }
        let result = self.take(values);
        if let (Some(import), Ok(())) = (import, &result) {
            self.tell(What::Imported(import.clone()));
            self.recall_import(import);
        }
        let failure = result.err();
        match (request.writer(), failure) {
            (Some(writer), failure) => {
                let answer = failure.map_or(Answered::Done, |failure| {
                    Answered::Refused(first_word(&failure))
                });
                self.reply = Some((writer, answer));
            }
            (None, Some(failure)) => self.refuse(failure),
            (None, None) => {}
        }
    }

    pub(super) fn refuse(&mut self, reason: String) {
        let reason: Arc<str> = reason.into();
        self.tell(What::InputRefused(reason.clone()));
        self.answer(Answer::Refused(reason));
    }

    /// What waited for a claim is done, or refused.
    pub(super) fn claimed(
        &mut self,
        claim: Uid,
        keys: &[Key],
        refused: Option<PropertyId>,
        then: &Request,
    ) {
        let is_row = matches!(then, Request::Create { .. });
        match (refused, then.writer()) {
            (None, _) if is_row && self.after.gone.is_some() => {
                let object = &self.world.object(self.after.object).name;
                self.refuse(format!("its unique value leads to a deleted {object}"));
            }
            (None, _) => self.take_claimed(then, keys),
            (Some(_), Some(writer)) => {
                self.reply = Some((writer, Answered::Refused("not_unique".into())));
            }
            (Some(property), None) => {
                let object = self.world.object(self.after.object);
                let name = &object.properties[property].name;
                self.refuse(format!("another {} has this `{name}`", object.name));
            }
        }
        self.own(claim, keys);
        self.next_write(claim);
    }

    /// Does what has waited for a claim.
    fn take_claimed(&mut self, then: &Request, keys: &[Key]) {
        match then {
            Request::Write { values, import, .. } | Request::Create { values, import, .. } => {
                self.write(values, (import.as_ref(), then), Some(keys));
            }
            Request::Restore => self.restore(then, true),
            _ => {}
        }
    }

    /// A claim is over: the first write that waits for it comes again. The
    /// claim stays until it has, so that nothing overtakes it.
    fn next_write(&mut self, claim: Uid) {
        let Some(mut over) = self.after.claims.get(&claim).cloned() else {
            return;
        };
        if over.waiting.is_empty() {
            self.change(Change::ClaimOver(claim));
            return;
        }
        let first = over.waiting.remove(0);
        self.change(Change::Claiming(Box::new(over)));
        let request = Request::AfterClaim(claim, Box::new(first));
        let body = Body::Request(Box::new(request));
        self.forward(Address::Record(self.after.id), body);
    }

    /// What waited for a claim has its turn. If it claims something itself, the
    /// others wait for that.
    pub(super) fn after_claim(&mut self, claim: Uid, then: &Request) {
        let over = self.after.claims.get(&claim).cloned();
        self.change(Change::ClaimOver(claim));
        if let Request::Write { values, import, .. } = then {
            self.write(values, (import.as_ref(), then), None);
        }
        let Some(over) = over.filter(|over| !over.waiting.is_empty()) else {
            return;
        };
        match self.after.claims.get(&self.claim_id()).cloned() {
            Some(mut next) => {
                next.waiting = over.waiting;
                self.change(Change::Claiming(Box::new(next)));
            }
            None => {
                self.change(Change::Claiming(Box::new(over)));
                self.next_write(claim);
            }
        }
    }

    /// The identity of the claim that the delivery at hand makes.
    fn claim_id(&self) -> Uid {
        self.delivery.id.child(u32::MAX)
    }

    /// A claim under way for one of the properties that a write is about.
    fn open_claim(&self, values: &[Write]) -> Option<Uid> {
        let about = |id: PropertyId| values.iter().any(|write| write.property == id);
        let mut claims = self.after.claims.iter();
        let open = claims.find(|(_, claim)| claim.properties().any(about));
        open.map(|(id, _)| *id)
    }

    /// Lets a request wait for the end of a claim.
    fn wait_for(&mut self, open: Uid, request: Request) {
        self.decision.answer = None;
        if let Some(claim) = self.after.claims.get(&open) {
            let mut claim = claim.clone();
            claim.waiting.push(request);
            self.change(Change::Claiming(Box::new(claim)));
        }
    }

    /// Settles a claim: the values are its own where it has them now.
    pub(super) fn own(&mut self, claim: Uid, keys: &[Key]) {
        for key in keys {
            let value = self.after.value(key.property);
            let has = value.map(|value| self.world.key(self.after.object, key.property, value));
            let is_own = has.as_ref() == Some(key) && self.after.gone.is_none();
            let owner = is_own.then_some(self.after.id);
            let body = Body::Settle {
                claim: Some(claim),
                giver: None,
                owner,
                keeps: Keeps::Nothing,
            };
            self.forward(Address::Key(key.clone()), body);
        }
    }

    /// The unique values that a write would make its own.
    fn to_claim(&self, values: &[Write]) -> Vec<Key> {
        let unique = self.world.prepared.unique(self.after.object);
        let mut keys: Vec<Key> = values
            .iter()
            .filter(|write| unique.contains(&write.property))
            .filter_map(|write| {
                let new = self.written(write).ok()??;
                let key = self.world.key(self.after.object, write.property, &new);
                let old = self.after.value(write.property);
                let old = old.map(|old| self.world.key(self.after.object, write.property, old));
                (old.as_ref() != Some(&key)).then_some(key)
            })
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    pub(super) fn claim(&mut self, keys: Vec<Key>, then: Request) {
        let id = self.claim_id();
        let claim = Claim {
            id,
            keys,
            owners: Vec::new(),
            claimant: Claimant::Record(self.after.id),
            then,
            waiting: Vec::new(),
        };
        self.decision.answer = None;
        self.change(Change::Claiming(Box::new(claim.clone())));
        if let Some(first) = claim.keys.first() {
            let to = Address::Key(first.clone());
            self.forward(to, Body::Claim(Box::new(claim)));
        }
    }

    /// Takes all values, or none and says why in words of which the first is
    /// the reason of a failed step.
    pub(super) fn take(&mut self, values: &[Write]) -> Result<(), String> {
        let mut taken = Vec::new();
        for write in values {
            let property = &self.world.object(self.after.object).properties[write.property];
            let new = self.written(write)?;
            if new.is_none() && property.required {
                return Err(format!("required: `{}` must have a value", property.name));
            }
            taken.push((write.property, new));
        }
        if self.touched.created {
            self.all_required(&taken)?;
        }
        for (property, new) in taken {
            self.put(property, new);
        }
        Ok(())
    }

    fn all_required(&self, taken: &[(PropertyId, Option<Value>)]) -> Result<(), String> {
        let mut properties = self.world.object(self.after.object).properties.iter();
        let missing = properties.find(|(id, property)| {
            property.required && !taken.iter().any(|(taken, _)| taken == id)
        });
        match missing {
            Some((_, property)) => Err(format!("required: `{}` must have a value", property.name)),
            None => Ok(()),
        }
    }

    /// Gives a property a value. An equal value changes nothing (I5).
    fn put(&mut self, property: PropertyId, new: Option<Value>) {
        let old = self.after.value(property).cloned();
        let address = self.world.object(self.after.object).properties[property].ty == Type::Email;
        let same = match (&old, &new) {
            (Some(Value::Text(old)), Some(Value::Text(new))) if address => {
                old.to_lowercase() == new.to_lowercase()
            }
            (Some(old), Some(new)) => compute::equal(old, new),
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        self.give_up(property, old.as_ref());
        self.change(Change::Value(property, new.clone()));
        if self.after.updated_at != self.world.now {
            self.change(Change::Updated(self.world.now));
        }
        self.touch(property);
        self.recall_value(property, new.as_ref());
        self.tell(What::Wrote { property, old, new });
    }

    /// Frees a unique value that the record no longer has.
    fn give_up(&mut self, property: PropertyId, old: Option<&Value>) {
        let unique = self.world.prepared.unique(self.after.object);
        if let (Some(old), true) = (old, unique.contains(&property)) {
            let key = self.world.key(self.after.object, property, old);
            let body = Body::Settle {
                claim: None,
                giver: Some(self.after.id),
                owner: None,
                keeps: Keeps::Nothing,
            };
            self.forward(Address::Key(key), body);
        }
    }

    pub(super) fn touch(&mut self, property: PropertyId) {
        let updated = PropertyId::at(2);
        for changed in [property, updated] {
            self.touched.properties.insert(changed);
            let concerns = &self.world.prepared.concerns;
            if let Some(derived) = concerns.derived(self.after.object, changed) {
                self.touched.properties.extend(derived);
            }
        }
    }

    /// The value that a property gets by a write, in its form.
    fn written(&self, write: &Write) -> Result<Option<Value>, String> {
        let property = &self.world.object(self.after.object).properties[write.property];
        let old = self.after.value(write.property);
        let new = match write.op {
            WriteOp::Set(SetOp::Assign) => write.value.clone(),
            WriteOp::Set(op) => match added(old, op, write.value.as_ref(), &property.ty) {
                Ok(new) => new,
                Err(flaw) => {
                    self.notes.note(flaw);
                    None
                }
            },
            WriteOp::Clear => None,
        };
        // An unknown value clears, and what is cleared has its default (N5).
        let new = new.or_else(|| {
            let prepared = self.world.prepared;
            let default = prepared.default(self.after.object, write.property)?;
            self.now_scope().value(default)
        });
        let Some(new) = new else { return Ok(None) };
        let new = match (&property.ty, new) {
            (Type::Date, Value::Datetime(at)) => Value::Date(day_of(at, self.world.zone())),
            (_, other) => other,
        };
        if let Value::Text(text) = &new
            && let Err(misfit) = form_of(&property.ty, text)
        {
            return Err(format!("wrong_form: `{}`: {misfit}", property.name));
        }
        Ok(Some(new))
    }
}

/// `+=` and `-=`, computed where they are applied (I5).
fn added(old: Option<&Value>, op: SetOp, by: Option<&Value>, ty: &Type) -> Computed {
    Ok(match (ty, old, by) {
        (Type::Set(_), Some(Value::Set(old)), Some(Value::Set(by))) => {
            let kept = old.iter().copied();
            let mut set: Vec<usize> = match op {
                SetOp::Subtract => kept.filter(|member| !by.contains(member)).collect(),
                _ => kept.chain(by.iter().copied()).collect(),
            };
            set.sort_unstable();
            set.dedup();
            Some(Value::Set(set.into()))
        }
        (Type::Set(_), None, Some(by)) if op == SetOp::Add => Some(by.clone()),
        (_, Some(old), Some(by)) => {
            let operator = match op {
                SetOp::Subtract => Operator::Subtract,
                _ => Operator::Add,
            };
            let zone = crate::base::TimeZone::UTC;
            return compute::arithmetic(operator, old, by, &zone);
        }
        _ => None,
    })
}

pub(super) fn first_word(reason: &str) -> Arc<str> {
    let word = reason.split_once(':').map_or(reason, |(word, _)| word);
    word.into()
}
