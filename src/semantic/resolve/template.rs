//! Heads of templates, of their instances and of other workflows.

use super::{Gathered, Resolver, WorkflowTree};
use crate::base::nearest;
use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, ParameterKind, Template, TemplateParameter, Type, Workflow};
use crate::syntax::ast::{self, Ident};

impl<'a> Resolver<'a> {
    pub(super) fn templates(&mut self, all: &Gathered<'a>) {
        for tree in &all.templates {
            match self.template(tree) {
                Some(template) => {
                    self.catalog.add_template(template);
                    self.trees.templates.push(tree);
                }
                None => self.lost.insert(tree.name.name.clone()),
            }
        }
    }

    pub(super) fn template(&mut self, tree: &ast::Template) -> Option<Template> {
        let object = self.object(&tree.object)?;
        let parameters = self.single("the template takes", &tree.parameters);
        let parameters = parameters
            .into_iter()
            .map(|tree| self.template_parameter(tree));
        Some(Template {
            name: tree.name.name.clone(),
            doc: tree.doc.clone(),
            object,
            parameters: parameters.collect(),
        })
    }

    fn template_parameter(&mut self, tree: &ast::Parameter) -> TemplateParameter {
        if let Some(required) = tree.required {
            self.findings.push(
                Finding::new(
                    Code::ModifierConflict,
                    required,
                    "a parameter of a template is always given",
                )
                .fix("delete it", required, ""),
            );
        }
        let word = match &tree.ty.kind {
            ast::TypeKind::Named(word) => word.name.as_str(),
            _ => "",
        };
        let kind = ParameterKind::named(word).unwrap_or_else(|| {
            ParameterKind::Value(match Type::named(word) {
                Some(Type::Duration) => Type::Duration,
                _ => self.value_type(&tree.ty, false),
            })
        });
        TemplateParameter {
            name: tree.name.name.clone(),
            kind,
        }
    }

    pub(super) fn workflows(&mut self, all: &Gathered<'a>) {
        for tree in &all.workflows {
            let (doc, object) = match tree {
                WorkflowTree::Own(tree) => (tree.doc.clone(), self.object(&tree.object)),
                WorkflowTree::Instance(tree) => self.instance(tree, all),
            };
            let name = tree.name().name.clone();
            let Some(object) = object else {
                self.lost.insert(name);
                continue;
            };
            self.catalog.add_workflow(Workflow { name, doc, object });
            self.trees.workflows.push(*tree);
        }
    }

    /// What an instance has of its template; its own doc comment comes first.
    fn instance(
        &mut self,
        tree: &ast::Instance,
        all: &Gathered<'a>,
    ) -> (ast::Doc, Option<ObjectId>) {
        let Some(id) = self.catalog.template(&tree.template.name) else {
            self.no_template(&tree.template, all);
            return (None, None);
        };
        let template = &self.catalog.templates[id];
        let doc = tree.doc.clone().or_else(|| template.doc.clone());
        (doc, Some(template.object))
    }

    fn no_template(&mut self, ident: &Ident, all: &Gathered<'a>) {
        if !self.complete || self.lost.contains(&ident.name) {
            return;
        }
        let name = &ident.name;
        let is_workflow = all.workflows.iter().any(|tree| tree.name().name == *name);
        let finding = if is_workflow {
            let message = format!("`{name}` is a workflow, not a template");
            Finding::new(Code::UnknownTemplate, ident.span, message).help(
                "what differs between workflows is a parameter of `template NAME(…) on OBJECT { … }`",
            )
        } else {
            let names = self.catalog.templates.rows().iter();
            let meant = nearest(name.as_str(), names.map(|template| template.name.as_str()));
            let message = format!("there is no template `{name}`");
            Finding::new(Code::UnknownTemplate, ident.span, message).did_you_mean(meant, ident.span)
        };
        self.findings.push(finding);
    }
}
