//! What the packages that a project uses declare, beside what the project does: findings speak of
//! the project's places, and name the package.

use super::{Gathered, Resolver};
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, Package, UsedPackage};
use crate::syntax::ast::{self, Ident};

/// The object that packages of events are about.
const CONTACT: &str = "contact";

impl<'a> Resolver<'a> {
    /// The package that a place stands in.
    pub(super) fn package(&self, place: Span) -> Option<&'a UsedPackage> {
        self.settings.package_at(place)
    }

    /// The trees of packages first, so that what a project declares once more is
    /// told where the project does.
    pub(super) fn packages_first(&self, trees: &mut [&'a ast::Object]) {
        trees.sort_by_key(|tree| self.package(tree.span).is_none());
    }

    /// An object that a used package declares too is taken for what extends it.
    pub(super) fn redeclared(&mut self, all: &mut Gathered<'a>) {
        let bundled = all.objects.iter().copied();
        let bundled: Vec<&ast::Object> = bundled
            .filter(|object| self.package(object.span).is_some())
            .collect();
        if bundled.is_empty() {
            return;
        }
        let objects = std::mem::take(&mut all.objects);
        for object in objects {
            let name = &object.name;
            let first = bundled.iter().find(|first| first.name.name == name.name);
            let package = first.and_then(|first| self.package(first.span));
            match (first, package) {
                (Some(first), Some(package)) if self.package(object.span).is_none() => {
                    let finding = declared("object", name, (package, first.name.span));
                    let start = Span {
                        end: object.span.start,
                        ..object.span
                    };
                    self.findings.push(
                        finding
                            .help(format!(
                                "what it lacks is added with `extend object {}`",
                                name.name
                            ))
                            .fix("write `extend object`", start, "extend "),
                    );
                    self.redeclared.push(object.span);
                    all.extensions.push(object);
                }
                _ => all.objects.push(object),
            }
        }
    }

    /// Whether a place stands in a declaration that should extend.
    fn is_redeclared(&self, name: Span) -> bool {
        let inside = |whole: &Span| {
            whole.source == name.source && whole.start <= name.start && name.end <= whole.end
        };
        self.redeclared.iter().any(inside)
    }

    /// An attribute that a package declares and the project too: told where the
    /// project does, but not of a declaration that is told as a whole.
    pub(super) fn beside_package(&mut self, object: ObjectId, name: &Ident, first: Span) -> bool {
        let (own, bundled) = match self.package(name.span) {
            Some(_) => (first, name.span),
            None => (name.span, first),
        };
        let Some(package) = self.package(bundled) else {
            return false;
        };
        if !self.is_redeclared(own) {
            let owner = &self.catalog.objects[object].name;
            let message = format!(
                "package `{}` declares `{owner}.{}` already",
                package.name, name.name
            );
            let finding =
                Finding::new(Code::DeclaredByPackage, own, message).also(bundled, "there");
            let help = "use that one, or give this one another name";
            self.findings.push(finding.help(help));
        }
        true
    }

    /// A package declares something on an object that there is not.
    pub(super) fn lacks(&mut self, package: &'a UsedPackage, object: &Ident) {
        let name = &object.name;
        let message = format!("package `{}` needs the object `{name}`", package.name);
        // One cause is one finding, however many packages feel it.
        if self.lacking.contains(name) {
            return;
        }
        self.lacking.insert(name.clone(), ());
        let finding = Finding::new(Code::PackageNeedsObject, package.used, message);
        let start = Span {
            end: package.used.start,
            ..package.used
        };
        self.findings.push(match name.as_str() {
            CONTACT => finding
                .help("declare `object contact { … }`, or use the package `crm`, which does")
                .fix("use `crm` too", start, "\"crm\", "),
            _ => finding.help(format!("declare `object {name} {{ … }}`")),
        });
    }
}

/// A second declaration of what a package declares.
pub(super) fn declared(
    kind: &str,
    name: &Ident,
    (package, first): (&UsedPackage, Span),
) -> Finding {
    let message = format!(
        "package `{}` declares the {kind} `{}` already",
        package.name, name.name
    );
    Finding::new(Code::DeclaredByPackage, name.span, message).also(first, "there")
}

/// What to do where a package that is not used declares what a name means.
pub(in crate::semantic) fn unused(words: &str, name: &Name) -> Option<String> {
    let package = Package::declaring(words, name.as_str())?;
    Some(format!(
        "package `{0}` declares it: add `\"{0}\"` to `use` below `[project]` in flow.toml",
        package.name
    ))
}
