//! Templates: their parameters, their bodies by themselves, and one finding for
//! what several instances have in common.

use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings, Level, Shared};
use crate::model::{Item, ParameterKind, Template, Type};
use crate::semantic::hir::Origins;
use crate::semantic::resolve::Trees;
use crate::semantic::types::{Checker, Parameter, Parameters, StandsFor};
use crate::syntax::ast;

/// What is found in the body of a template.
#[derive(Default)]
pub(super) struct Body {
    /// Without arguments.
    alone: Findings,
    /// In instances, each with the place there.
    pub(super) made: Shared,
    /// Whether an instance was checked that gives all arguments.
    pub(super) used: bool,
}

impl Checker<'_> {
    /// Checks the bodies of all templates, whatever their parameters stand for.
    pub(super) fn check_templates(
        &mut self,
        trees: &Trees<'_>,
        origins: &mut Origins,
    ) -> Vec<Body> {
        let mut bodies = Vec::with_capacity(trees.templates.len());
        for ((id, head), tree) in self.catalog.templates.iter().zip(&trees.templates) {
            bodies.push(Body {
                alone: self.alone(head, tree),
                ..Body::default()
            });
            self.declare(origins, Item::Template(id), tree.span);
        }
        bodies
    }

    fn alone(&mut self, head: &Template, tree: &ast::Template) -> Findings {
        for (parameter, written) in distinct(head, tree) {
            self.no_shadow(head.object, &written.name);
            self.no_other_meaning(&parameter.kind, &written.name);
        }
        let list = head.parameters.iter().map(|parameter| Parameter {
            name: parameter.name.clone(),
            kind: parameter.kind.clone(),
            stands_for: StandsFor::Any,
        });
        let workflow = ast::Workflow {
            doc: None,
            name: tree.name.clone(),
            object: tree.object.clone(),
            span: tree.span,
            clauses: tree.clauses.clone(),
        };
        let (_, findings) = self.apart((tree.span, list.collect()), |checker| {
            checker.workflow((None, head.object), &workflow)
        });
        findings
    }

    /// Checks something in which parameters mean something; what is found is
    /// kept apart.
    pub(super) fn apart<T>(
        &mut self,
        (template, list): (Span, Vec<Parameter>),
        check: impl FnOnce(&mut Self) -> T,
    ) -> ((T, Vec<(Span, usize)>), Findings) {
        let named = Vec::new();
        let outside = self.parameters.replace(Parameters {
            template,
            list,
            named,
        });
        let findings = std::mem::take(&mut self.findings);
        let checked = check(self);
        let own = std::mem::replace(&mut self.findings, findings);
        let parameters = std::mem::replace(&mut self.parameters, outside);
        let named = parameters.map(|parameters| parameters.named);
        ((checked, named.unwrap_or_default()), own)
    }

    /// Warns of a parameter that can never be named: another meaning of its
    /// name comes first.
    fn no_other_meaning(&mut self, kind: &ParameterKind, name: &ast::Ident) {
        let other = match (kind, kind.word()) {
            (_, Some(word)) if self.catalog.declares(word, &name.name) => {
                format!("the {word} of that name")
            }
            (ParameterKind::Value(Type::Enum(members) | Type::Set(members)), _)
                if members.position(name.name.as_str()).is_some() =>
            {
                "the member of that name".to_owned()
            }
            _ => return,
        };
        let message = format!("`{}` means {other}, not this parameter", name.name);
        self.report(
            Finding::new(Code::HiddenParameter, name.span, message)
                .help("give the parameter another name"),
        );
    }

    /// Reports what was found in templates: what does not depend on arguments
    /// once, anything else with the instances in which it holds.
    pub(super) fn report_bodies(&mut self, bodies: Vec<Body>) {
        for body in bodies {
            let mut made = body.made;
            for finding in body.alone {
                let again = made.take(&finding);
                if again || finding.level == Level::Error || !body.used {
                    self.report(finding);
                }
            }
            for (finding, instances) in made {
                self.report(finding.from_places(instances));
            }
        }
    }
}

/// The parameters with their trees, without doubles.
pub(super) fn distinct<'t>(
    head: &'t Template,
    tree: &'t ast::Template,
) -> impl Iterator<Item = (&'t crate::model::TemplateParameter, &'t ast::Parameter)> {
    head.parameters.iter().filter_map(|parameter| {
        let mut written = tree.parameters.iter();
        let written = written.find(|written| written.name.name == parameter.name)?;
        Some((parameter, written))
    })
}
