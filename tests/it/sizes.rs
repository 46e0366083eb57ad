//! How long a file and a function may be, and how many parameters one may have,
//! held over the repository's own source. What macros hold is not measured, and
//! the grammar, which is one file by its nature, is not asked.

use crate::support::{SourceFile, assert_none, rust_files};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

const FILE_LINES: usize = 700;
const FUNCTION_LINES: usize = 60;
/// `self` is one of them.
const PARAMETERS: usize = 5;

/// A comment with this head and a reason frees a function from the limit of
/// its lines. It stands right above the function or among its attributes.
const REASON: &str = "// size: ";

#[test]
fn files_and_functions_are_short() {
    let violations: Vec<String> = rust_files(&["src", "tests", "benches"])
        .iter()
        .flat_map(oversize)
        .collect();
    assert_none("files, functions and signatures are short", &violations);
}

/// What in a file is too large.
fn oversize(file: &SourceFile) -> Vec<String> {
    let tree = match syn::parse_file(&file.text) {
        Ok(tree) => tree,
        Err(error) => {
            let line = error.span().start().line;
            return vec![format!("{}:{line}: {error}", file.path)];
        }
    };
    let mut sizes = Sizes::of(file);
    sizes.file_length();
    sizes.visit_file(&tree);
    sizes.found
}

/// Measures one file.
struct Sizes<'f> {
    path: &'f str,
    lines: Vec<&'f str>,
    found: Vec<String>,
}

impl<'f> Sizes<'f> {
    fn of(file: &'f SourceFile) -> Self {
        Self {
            path: &file.path,
            lines: file.text.lines().collect(),
            found: Vec::new(),
        }
    }

    fn say(&mut self, line: usize, what: &str) {
        self.found.push(format!("{}:{line}: {what}", self.path));
    }

    fn file_length(&mut self) {
        let lines = self.lines.len();
        if lines > FILE_LINES {
            self.say(
                lines,
                &format!("the file has {lines} lines, at most {FILE_LINES}"),
            );
        }
    }

    /// From the word `fn` to the closing brace.
    fn length(&mut self, attributes: &[Attribute], signature: &Signature, body: &Block) {
        let first = signature.fn_token.span().start().line;
        let last = body.brace_token.span.close().end().line;
        let lines = last + 1 - first;
        if lines > FUNCTION_LINES && !self.has_reason(attributes, first) {
            let name = &signature.ident;
            self.say(
                first,
                &format!("`{name}` has {lines} lines, at most {FUNCTION_LINES}"),
            );
        }
    }

    fn parameters(&mut self, signature: &Signature) {
        let count = signature.inputs.len();
        if count > PARAMETERS {
            let name = &signature.ident;
            self.say(
                signature.fn_token.span().start().line,
                &format!("`{name}` has {count} parameters, at most {PARAMETERS} with `self`"),
            );
        }
    }

    /// Whether a comment says why the function that begins at a line is long.
    fn has_reason(&self, attributes: &[Attribute], line: usize) -> bool {
        let starts = attributes
            .iter()
            .map(|attribute| attribute.span().start().line);
        let top = starts.fold(line, usize::min);
        let above = self
            .lines
            .iter()
            .take(top - 1)
            .rev()
            .take_while(|text| text.trim_start().starts_with("//"));
        let among = self.lines.iter().take(line).skip(top - 1);
        above.chain(among).any(|text| is_reason(text))
    }
}

impl<'ast> Visit<'ast> for Sizes<'_> {
    fn visit_item_fn(&mut self, node: &'ast ItemFn) {
        self.length(&node.attrs, &node.sig, &node.block);
        self.parameters(&node.sig);
        visit::visit_item_fn(self, node);
    }

    fn visit_impl_item_fn(&mut self, node: &'ast ImplItemFn) {
        self.length(&node.attrs, &node.sig, &node.block);
        self.parameters(&node.sig);
        visit::visit_impl_item_fn(self, node);
    }

    fn visit_trait_item_fn(&mut self, node: &'ast TraitItemFn) {
        if let Some(body) = &node.default {
            self.length(&node.attrs, &node.sig, body);
        }
        self.parameters(&node.sig);
        visit::visit_trait_item_fn(self, node);
    }
}

fn is_reason(line: &str) -> bool {
    line.trim_start()
        .strip_prefix(REASON)
        .is_some_and(|reason| !reason.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::oversize;
    use crate::support::SourceFile;

    fn judge(text: &str) -> Vec<String> {
        oversize(&SourceFile::in_memory("src/a.rs", text))
    }

    /// A function of so many lines.
    fn function(head: &str, lines: usize) -> String {
        format!("{head}fn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2))
    }

    #[test]
    fn sixty_lines_are_enough() {
        assert!(judge(&function("", 60)).is_empty());
        assert_eq!(
            judge(&function("/// x\n#[inline]\npub ", 61)),
            ["src/a.rs:3: `f` has 61 lines, at most 60"]
        );
    }

    #[test]
    fn methods_and_nested_functions_are_measured() {
        let method = format!("impl A {{\n{}}}", function("", 61));
        let default = format!("trait A {{\n{}}}", function("", 61));
        let nested = format!("mod a {{\n{}}}", function("", 61));
        for text in [method, default, nested] {
            assert_eq!(judge(&text), ["src/a.rs:2: `f` has 61 lines, at most 60"]);
        }
    }

    #[test]
    fn a_reason_frees_a_function() {
        for head in [
            "// size: one match over all rules\n",
            "// size: one match over all rules\n/// x\n#[inline]\n",
            "/// x\n// size: one match over all rules\n#[inline]\n",
        ] {
            assert!(judge(&function(head, 61)).is_empty(), "{head}");
        }
        for head in ["// size: \n", "// size: one match\n\n", "// long\n"] {
            assert_eq!(judge(&function(head, 61)).len(), 1, "{head}");
        }
    }

    #[test]
    fn five_parameters_are_enough() {
        let five = "impl A { fn f(&self, a: u8, b: u8, c: u8, d: u8) {} }";
        assert!(judge(five).is_empty());
        let six = "trait A {\n  fn f(&self, a: u8, b: u8, c: u8, d: u8, e: u8);\n}";
        assert_eq!(
            judge(six),
            ["src/a.rs:2: `f` has 6 parameters, at most 5 with `self`"]
        );
    }

    #[test]
    fn seven_hundred_lines_are_enough() {
        assert!(judge(&"//\n".repeat(700)).is_empty());
        assert_eq!(
            judge(&"//\n".repeat(701)),
            ["src/a.rs:701: the file has 701 lines, at most 700"]
        );
    }
}
