//! Steps that make records and link them: `create`, `associate`, `dissociate`.

use flow::model::{PropertyId, Value};
use flow::semantic::hir::{Create, TargetProperty, Tie as Tied};

use crate::reference::deliver::Tie;
use crate::reference::world::Changes;
use crate::reference::{Delivery, Failure, Model, Record};

/// What is told of a step that has found no record.
pub(super) const SKIPPED: &str = "skipped";

/// What a step asks for.
struct Making<'p> {
    create: &'p Create,
    given: Changes,
    /// Its own associations, each with a record.
    links: Vec<(&'p str, String)>,
    enrolment: u64,
    workflow: usize,
    /// Who makes it.
    maker: String,
}

impl Making<'_> {
    fn answers(&self) -> usize {
        1 + self.links.len() + usize::from(self.create.link.is_some())
    }
}

impl<'p> Model<'p> {
    pub(super) fn create_step(&mut self, id: u64, create: &'p Create) -> bool {
        let env = self.at(id);
        let object = &self.program.catalog.objects[create.object];
        let (mut given, mut links) = (Changes::new(), Vec::new());
        for (target, value) in &create.values {
            let value = env.eval(value);
            match target {
                TargetProperty::Property(property) => given.push((*property, value)),
                TargetProperty::Association(association) => {
                    let name = object.associations[*association].name.as_str();
                    links.extend(self.of_id(value.as_ref()).map(|with| (name, with)));
                }
            }
        }
        let inside = &self.enrolments[&id];
        let (workflow, maker) = (inside.workflow, inside.record.clone());
        let name = self.name_of_new(id);
        let making = Making {
            create,
            given,
            links,
            enrolment: id,
            workflow,
            maker,
        };
        self.parks(id, making.answers());
        self.send(&name, |model, at| model.make(at, making));
        false
    }

    /// By whom, by what and as which of them a record is made.
    fn name_of_new(&self, id: u64) -> String {
        let inside = &self.enrolments[&id];
        let workflow = &self.workflow(inside.workflow).name;
        let step = inside.step_name();
        let name = format!("{}.{workflow}.{}.{step}#", inside.record, inside.key);
        let all = self.records.keys().chain(self.gone.keys());
        let earlier = all.filter(|other| other.starts_with(&name)).count();
        format!("{name}{earlier}")
    }

    pub(super) fn of_id(&self, id: Option<&Value>) -> Option<String> {
        let mut records = self.records.values();
        let found =
            records.find(|record| id.is_some() && record.values.get(&PropertyId::at(0)) == id);
        found.map(|record| record.handle.clone())
    }

    /// Asks for its unique value first, if it has one.
    fn make(&mut self, at: &mut Delivery, making: Making<'p>) {
        let object = making.create.object;
        let own = &self.program.catalog.objects[object].properties;
        let mut unique = making.given.iter().filter(|(id, _)| own[*id].unique);
        let Some((id, value)) = unique.find_map(|(id, value)| Some((*id, value.clone()?))) else {
            return self.bring(at, &making);
        };
        let (slot, chain) = (format!("{value:?}"), (self.chain, self.root));
        self.in_turn(at, &slot.clone(), move |model, at| {
            (model.chain, model.root) = chain;
            if model.holder(object, id, &value).is_some() {
                return model.refuse(&making, "not_unique");
            }
            model.begin(&slot);
            model.forward(&at.to, move |model, at| {
                model.bring(at, &making);
                model.send(&at.to, move |model, _| model.next_turn(slot));
            });
        });
    }

    fn refuse(&mut self, making: &Making<'p>, why: &str) {
        for _ in 0..making.answers() {
            self.reply(making.enrolment, Some((None, why.to_owned())), None);
        }
    }

    /// Answers a step, with the record that it has made.
    fn reply(&mut self, id: u64, why: Option<Failure>, made: Option<(usize, Record)>) {
        let Some(to) = self.enrolments.get(&id).map(|inside| inside.record.clone()) else {
            return;
        };
        self.forward(&to, move |model, at| {
            (at.asker, at.failure) = (Some(id), why);
            if let Some(inside) = model.enrolments.get_mut(&id) {
                inside.made.extend(made);
            }
        });
    }

    /// The record comes into being, answers, and is linked; each link answers
    /// by itself.
    fn bring(&mut self, at: &mut Delivery, making: &Making<'p>) {
        let create = making.create;
        let record = match self.new_record(&at.to, create.object, &making.given) {
            Ok(record) => record,
            Err(why) => return self.refuse(making, why),
        };
        at.maker = Some(making.workflow);
        self.records.insert(at.to.clone(), record.clone());
        let made = create.binding.as_ref().map(|of| (of.place, record));
        self.reply(making.enrolment, None, made);
        for (name, with) in &making.links {
            let tie = self.tie(&at.to, name, with.clone(), None);
            at.asker = Some(making.enrolment);
            self.link(at, tie);
        }
        if let Some((association, label)) = &create.link {
            let object = &self.program.catalog.objects[self.object_of(&making.maker)];
            let name = object.associations[*association].name.as_str();
            let label = label.as_ref().map(ToString::to_string);
            let (with, id) = (at.to.clone(), making.enrolment);
            self.send(&making.maker, move |model, at| {
                at.asker = Some(id);
                model.link_in_turn(at, name, with, label);
            });
        }
    }

    pub(super) fn link_in_turn(
        &mut self,
        at: &mut Delivery,
        name: &str,
        with: String,
        label: Option<String>,
    ) {
        let tie = self.tie(&at.to, name, with, label);
        let slot = self.slot(&at.to, name, &tie.with);
        self.in_turn(at, &slot, move |model, at| model.link(at, tie));
    }

    pub(super) fn unlink_in_turn(&mut self, at: &mut Delivery, tie: Tie) {
        let slot = self.slot(&at.to, &tie.name, &tie.with);
        self.in_turn(at, &slot, move |model, at| model.unlink(at, tie));
    }

    /// Links or unlinks the record that has a unique value; none, and the step
    /// is skipped.
    pub(super) fn tie_step(&mut self, id: u64, tied: &'p Tied, links: bool) -> bool {
        let env = self.at(id);
        let object = &self.program.catalog.objects[env.this.object];
        let declared = &object.associations[tied.association];
        let (name, far, to) = (
            declared.name.as_str(),
            declared.object,
            env.this.handle.clone(),
        );
        let label = tied.label.as_ref().map(ToString::to_string);
        let Some((property, value)) = &tied.other else {
            return self.untie_all(id, name, label.as_deref());
        };
        let Some(value) = env.eval(value) else {
            self.told(id, SKIPPED);
            return true;
        };
        let property = *property;
        self.parks(id, 1);
        self.send(&to, move |model, at| {
            let chain = (model.chain, model.root);
            let slot = format!("{value:?}");
            model.in_turn(at, &slot, move |model, at| {
                (model.chain, model.root) = chain;
                let Some(with) = model.holder(far, property, &value) else {
                    return model.reply(id, Some((None, SKIPPED.to_owned())), None);
                };
                model.forward(&at.to, move |model, at| {
                    at.asker = Some(id);
                    match links {
                        true => model.link_in_turn(at, name, with, label),
                        false => {
                            let tie = model.tie(&at.to, name, with, label);
                            model.unlink_in_turn(at, tie);
                        }
                    }
                });
            });
        });
        false
    }

    fn untie_all(&mut self, id: u64, name: &'p str, label: Option<&str>) -> bool {
        let this = self.at(id).this;
        let (to, ends) = (this.handle.clone(), this.linked(name, label));
        let others: Vec<String> = ends.iter().map(|end| end.other.clone()).collect();
        if others.is_empty() {
            self.told(id, SKIPPED);
            return true;
        }
        self.parks(id, others.len());
        for with in others {
            let label = label.map(str::to_owned);
            self.send(&to, move |model, at| {
                at.asker = Some(id);
                let tie = model.tie(&at.to, name, with, label);
                model.unlink_in_turn(at, tie);
            });
        }
        false
    }
}
