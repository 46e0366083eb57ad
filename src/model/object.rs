//! Objects: the kinds of record, their properties and associations.

use super::Type;
use crate::base::{Id, Lookup, Name, Table};

/// Which object.
pub type ObjectId = Id<Object>;
/// Which property of an object.
pub type PropertyId = Id<Property>;
/// Which association of an object.
pub type AssociationId = Id<Association>;

/// A kind of record.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// Whether it is an activity, which no re-enrolment may read.
    pub activity: bool,
    /// Its properties, the built-in ones first.
    pub properties: Table<Property>,
    /// Its associations, those declared at the other end too.
    pub associations: Table<Association>,
    names: Lookup<Name, Attribute>,
}

/// What a name after a record means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute {
    Property(PropertyId),
    Association(AssociationId),
}

/// A property of a record.
#[derive(Debug, Clone)]
pub struct Property {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// Its type.
    pub ty: Type,
    /// Whether no two records have the same value.
    pub unique: bool,
    /// Whether it is always known.
    pub required: bool,
    /// Whether it has a value from birth.
    pub default: bool,
    /// Whether it is derived.
    pub computed: bool,
    /// Whether it may not leave the machine unasked.
    pub sensitive: bool,
    /// Whether every object has it: `id`, `created_at`, `updated_at`.
    pub builtin: bool,
}

impl Property {
    /// Whether a value is always there.
    #[must_use]
    pub fn always_known(&self) -> bool {
        self.required || self.default || self.builtin
    }
}

/// One end of an association.
#[derive(Debug, Clone)]
pub struct Association {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// Whether there may be many at the other end.
    pub many: bool,
    /// The object at the other end.
    pub object: ObjectId,
    /// The name that the other end has, if any.
    pub inverse: Option<Name>,
    /// The labels that a link may have.
    pub labels: Vec<Name>,
}

impl Object {
    /// An object with the properties that every record has.
    #[must_use]
    pub fn new(name: Name, doc: Option<Box<str>>, activity: bool) -> Self {
        let (properties, associations, names) = Default::default();
        let mut object = Object {
            name,
            doc,
            activity,
            properties,
            associations,
            names,
        };
        for (name, ty) in [
            ("id", Type::String),
            ("created_at", Type::Datetime),
            ("updated_at", Type::Datetime),
        ] {
            object.add_property(Property {
                name: Name::new(name),
                doc: None,
                ty,
                unique: name == "id",
                required: false,
                default: false,
                computed: false,
                sensitive: false,
                builtin: true,
            });
        }
        object
    }

    /// Adds a property; `None` where the name is taken.
    pub fn add_property(&mut self, property: Property) -> Option<PropertyId> {
        if self.names.contains(&property.name) {
            return None;
        }
        let name = property.name.clone();
        let id = self.properties.push(property);
        self.names.insert(name, Attribute::Property(id));
        Some(id)
    }

    /// Adds an association; `None` where the name is taken.
    pub fn add_association(&mut self, association: Association) -> Option<AssociationId> {
        if self.names.contains(&association.name) {
            return None;
        }
        let name = association.name.clone();
        let id = self.associations.push(association);
        self.names.insert(name, Attribute::Association(id));
        Some(id)
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<Attribute> {
        self.names.get(name).copied()
    }

    /// The property of a name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<PropertyId> {
        match self.attribute(name)? {
            Attribute::Property(id) => Some(id),
            Attribute::Association(_) => None,
        }
    }

    /// The association of a name.
    #[must_use]
    pub fn association(&self, name: &str) -> Option<AssociationId> {
        match self.attribute(name)? {
            Attribute::Association(id) => Some(id),
            Attribute::Property(_) => None,
        }
    }

    /// The names of all properties and associations.
    pub fn attribute_names(&self) -> impl Iterator<Item = &str> {
        let properties = self
            .properties
            .rows()
            .iter()
            .map(|property| property.name.as_str());
        properties.chain(
            self.associations
                .rows()
                .iter()
                .map(|association| association.name.as_str()),
        )
    }
}
