//! Reads the paths out of Rust source by its tokens, so that what stands inside
//! macros and attributes counts and what stands in comments and strings does
//! not. It does not know which paths are allowed.

use crate::support::SourceFile;
use proc_macro2::{Delimiter, Group, LexError, Spacing, TokenStream, TokenTree};

/// A path as it is written. A group in braces makes one path of each item, and
/// a single word is a path too.
#[derive(Debug)]
pub(crate) struct WrittenPath {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    /// How many inline modules stand around it.
    pub(crate) inline: usize,
    /// Whether it is the name of a macro that is called.
    pub(crate) call: bool,
}

/// Every path of a file in the order of the text, or what keeps the file from
/// being read.
pub(crate) fn paths(file: &SourceFile) -> Result<Vec<WrittenPath>, String> {
    let tokens: TokenStream = file.text.parse().map_err(|error: LexError| {
        let line = error.span().start().line;
        format!("{}:{line}: {error}", file.path)
    })?;
    let mut reader = Reader::default();
    reader.tokens(tokens);
    Ok(reader.found)
}

/// Puts a question to each path of a file; the answers become violations.
pub(crate) fn each_path(
    file: &SourceFile,
    question: impl Fn(&WrittenPath) -> Option<String>,
) -> Vec<String> {
    let paths = match paths(file) {
        Ok(paths) => paths,
        Err(unreadable) => return vec![unreadable],
    };
    let mut found: Vec<String> = paths
        .iter()
        .filter_map(|path| Some((path.line, question(path)?)))
        .map(|(line, what)| format!("{}:{line}: {what}", file.path))
        .collect();
    found.dedup();
    found
}

#[derive(Default)]
struct Reader {
    found: Vec<WrittenPath>,
    inline: usize,
}

impl Reader {
    fn tokens(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((first, after)) = rest.split_first() {
            rest = match (first, after) {
                (
                    TokenTree::Ident(word),
                    [TokenTree::Ident(_), TokenTree::Group(body), after @ ..],
                ) if word == "mod" && body.delimiter() == Delimiter::Brace => {
                    self.module(body);
                    after
                }
                (TokenTree::Ident(_), _) => self.path(&[], rest),
                (TokenTree::Group(group), _) => {
                    self.tokens(group.stream());
                    after
                }
                _ => after,
            };
        }
    }

    fn module(&mut self, body: &Group) {
        self.inline += 1;
        self.tokens(body.stream());
        self.inline -= 1;
    }

    /// Reads the path at the head of the tokens and returns what follows it.
    fn path<'t>(&mut self, prefix: &[String], tokens: &'t [TokenTree]) -> &'t [TokenTree] {
        let mut segments = prefix.to_vec();
        let mut rest = tokens;
        loop {
            rest = match rest {
                [TokenTree::Group(group), after @ ..] if group.delimiter() == Delimiter::Brace => {
                    self.group(&segments, group);
                    return after;
                }
                [TokenTree::Ident(word), after @ ..] => {
                    segments.push(word.to_string());
                    after
                }
                [TokenTree::Punct(star), after @ ..] if star.as_char() == '*' => {
                    segments.push("*".to_owned());
                    after
                }
                _ => break,
            };
            match after_colons(rest) {
                Some(after) => rest = after,
                None => break,
            }
        }
        // An alias of the root reaches everything, as a glob does.
        if is_alias(&segments, rest) {
            segments.push("*".to_owned());
        }
        self.found.push(WrittenPath {
            segments,
            line: tokens.first().map_or(0, |token| token.span().start().line),
            inline: self.inline,
            call: is_call(rest),
        });
        rest
    }

    fn group(&mut self, prefix: &[String], group: &Group) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        for item in tokens.split(is_comma).filter(|item| !item.is_empty()) {
            self.path(prefix, item);
        }
    }
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [
            TokenTree::Punct(first),
            TokenTree::Punct(second),
            after @ ..,
        ] if first.as_char() == ':'
            && first.spacing() == Spacing::Joint
            && second.as_char() == ':' =>
        {
            Some(after)
        }
        _ => None,
    }
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

fn is_alias(segments: &[String], rest: &[TokenTree]) -> bool {
    matches!(rest, [TokenTree::Ident(word), ..] if word == "as")
        && segments
            .iter()
            .all(|segment| segment == "crate" || segment == "super")
}

fn is_call(rest: &[TokenTree]) -> bool {
    matches!(
        rest,
        [TokenTree::Punct(bang), TokenTree::Group(_), ..] if bang.as_char() == '!'
    )
}

#[cfg(test)]
mod tests {
    use super::paths;
    use crate::support::SourceFile;

    /// The paths of more than one segment, as `line inline path`.
    fn read(text: &str) -> Vec<String> {
        paths(&SourceFile::in_memory("src/a.rs", text))
            .unwrap()
            .iter()
            .filter(|path| path.segments.len() > 1)
            .map(|path| format!("{} {} {}", path.line, path.inline, path.segments.join("::")))
            .collect()
    }

    #[test]
    fn a_group_makes_one_path_of_each_item() {
        assert_eq!(
            read("use crate::{\n  a::{b, c as d},\n  e::*,\n};"),
            ["2 0 crate::a::b", "2 0 crate::a::c", "3 0 crate::e::*"]
        );
    }

    #[test]
    fn types_macros_and_attributes_count() {
        assert_eq!(
            read("#[x(y::Z)]\nfn f(a: Vec<b::C>) -> d::E {\n  g!(h::i!(j::K::<l::M>()))\n}"),
            [
                "1 0 y::Z", "2 0 b::C", "2 0 d::E", "3 0 h::i", "3 0 j::K", "3 0 l::M"
            ]
        );
    }

    #[test]
    fn comments_and_strings_do_not_count() {
        assert!(read("// a::b\n/// c::d\nconst E: &str = \"f::g\";").is_empty());
    }

    #[test]
    fn inline_modules_are_counted() {
        assert_eq!(
            read("mod a { mod b { use super::c; } }\nmod d;\nuse e::f;"),
            ["1 2 super::c", "3 0 e::f"]
        );
    }

    #[test]
    fn an_alias_of_the_root_is_a_glob() {
        assert_eq!(read("use crate as root;"), ["1 0 crate::*"]);
    }

    #[test]
    fn a_call_of_a_macro_is_told_from_a_negation() {
        let file = SourceFile::in_memory("src/a.rs", "fn f() { print!(\"\"); if print != 1 {} }");
        let calls: Vec<bool> = paths(&file)
            .unwrap()
            .iter()
            .filter(|path| path.segments == ["print"])
            .map(|path| path.call)
            .collect();
        assert_eq!(calls, [true, false]);
    }
}
