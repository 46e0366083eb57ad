//! What the files of older versions of workflows declare (V3): each for itself,
//! under names that nothing else can write. Which version it is of, and what is
//! kept with it, is not known here.

use super::Resolver;
use crate::base::SourceId;
use crate::model::{Catalog, kept_name};
use crate::semantic::Older;
use crate::syntax::ast::{Declaration, Ident};

impl<'a> Resolver<'a> {
    /// Their declarations come after all others.
    pub(super) fn pinned(&mut self, versions: &'a [Older]) {
        for older in versions {
            for declaration in &older.file.declarations {
                self.kept(&older.version, declaration);
            }
        }
    }

    fn kept(&mut self, version: &str, declaration: &'a Declaration) {
        let name = |ident: &Ident| kept_name(&ident.name, version);
        let (word, ident) = match declaration {
            Declaration::Template(tree) => {
                let template = self.template(tree);
                self.pinned
                    .extend(template.map(|template| (tree, template)));
                return;
            }
            Declaration::Constant(tree) => {
                self.constant(tree, name(&tree.name));
                ("constant", &tree.name)
            }
            Declaration::Message(tree) => {
                self.message(tree, name(&tree.name));
                ("message", &tree.name)
            }
            Declaration::Segment(tree) => {
                self.segment(tree, name(&tree.name));
                ("segment", &tree.name)
            }
            Declaration::Calendar(tree) => {
                self.calendar(tree, name(&tree.name));
                ("calendar", &tree.name)
            }
            Declaration::Action(tree) => {
                self.declared_action(tree, name(&tree.name));
                ("action", &tree.name)
            }
            _ => return,
        };
        self.kept.push((ident.span.source, word, name(ident)));
    }

    /// The catalog as each file sees it that keeps something.
    pub(super) fn seen(&self) -> Vec<(SourceId, Catalog)> {
        let mut sources: Vec<SourceId> = self.kept.iter().map(|(source, ..)| *source).collect();
        sources.dedup();
        let seen = sources.into_iter().map(|source| {
            let own = self.kept.iter().filter(|(other, ..)| *other == source);
            let own: Vec<_> = own.map(|(_, word, name)| (*word, name.clone())).collect();
            (source, self.catalog.seen_with(&own))
        });
        seen.collect()
    }
}
