//! Heads of actions: those that every project has, then the declared ones.

use super::{Gathered, Resolver, repeated};
use crate::base::Name;
use crate::diagnostic::{Code, Finding};
use crate::model::{Action, ActionParameter, ActionResult, Type, builtin_actions};
use crate::syntax::ast::{self, Value, ViaValue};

impl<'a> Resolver<'a> {
    pub(super) fn actions(&mut self, all: &Gathered<'a>) {
        let user = self.catalog.object(&Name::new("user"));
        for action in builtin_actions(user) {
            self.catalog.add_action(action);
            self.trees.actions.push(None);
        }
        for tree in &all.actions {
            if self.catalog.action(&tree.name.name).is_some() {
                let owner = "every project has the action";
                self.findings
                    .push(repeated(&tree.name, owner, None).help("give this one another name"));
                continue;
            }
            self.declared_action(tree, tree.name.name.clone());
        }
    }

    pub(super) fn declared_action(&mut self, tree: &'a ast::Action, name: Name) {
        let action = self.action(tree, name);
        self.catalog.add_action(action);
        self.trees.actions.push(Some(tree));
    }

    fn action(&mut self, tree: &ast::Action, name: Name) -> Action {
        let parameters = self.single("the action takes", &tree.parameters);
        let parameters = parameters.into_iter().map(|tree| ActionParameter {
            name: tree.name.name.clone(),
            ty: self.argument_type(&tree.ty),
            required: tree.required.is_some(),
            secrets: false,
        });
        let parameters = parameters.collect();
        Action {
            name,
            doc: tree.doc.clone(),
            parameters,
            results: self.results(&tree.results),
            sends_message: false,
            guarded: tree.via.iter().any(is_guarded),
            declared: true,
        }
    }

    fn results(&mut self, trees: &[ast::Property]) -> Vec<ActionResult> {
        let mut results: Vec<ActionResult> = Vec::with_capacity(trees.len());
        for tree in trees {
            if results.iter().any(|row| row.name == tree.name.name) {
                let first = trees.iter().find(|row| row.name.name == tree.name.name);
                let first = first.map(|row| row.name.span);
                self.findings
                    .push(repeated(&tree.name, "the action answers", first));
                continue;
            }
            for modifier in &tree.modifiers {
                let message = "a result has a type and nothing more: any may be unknown";
                self.findings.push(
                    Finding::new(Code::ModifierConflict, modifier.span, message).fix(
                        "delete it",
                        modifier.span,
                        "",
                    ),
                );
            }
            let ty = self.value_type(&tree.ty, false);
            results.push(ActionResult {
                name: tree.name.name.clone(),
                ty: self.no_message(ty, &tree.ty),
            });
        }
        results
    }

    /// What an action takes: values, amounts of time and JSON.
    fn argument_type(&mut self, tree: &ast::TypeExpr) -> Type {
        let name = match &tree.kind {
            ast::TypeKind::Named(name) => name.name.as_str(),
            _ => "",
        };
        match Type::named(name) {
            Some(ty @ (Type::Json | Type::Duration)) => ty,
            _ => {
                let ty = self.value_type(tree, false);
                self.no_message(ty, tree)
            }
        }
    }

    fn no_message(&mut self, ty: Type, tree: &ast::TypeExpr) -> Type {
        if !matches!(ty, Type::Message) {
            return ty;
        }
        self.findings.push(
            Finding::new(Code::UnknownType, tree.span, "expected a type of values")
                .help("a message is sent by `send_email`"),
        );
        Type::Broken
    }
}

/// Whether sensitive properties stay out: a request takes them only where it
/// says so.
fn is_guarded(via: &ast::Via) -> bool {
    let allows = |field: &ast::ViaField| match &field.value {
        ViaValue::Value(Value::Expr(value)) => {
            field.name.name == "sensitive" && value.is_name("allowed")
        }
        _ => false,
    };
    via.carrier.name == "http" && !via.fields.iter().any(allows)
}
