//! The modules of a crate as its files declare them, and the paths that each file imports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{code_lines, leading_word, read, root};

/// Segments of a module's path from the root of its crate: `["store", "db"]`.
pub(super) type ModulePath = Vec<String>;

/// All modules of one crate that have a file of their own.
pub(super) struct ModuleTree {
    pub(super) files: BTreeMap<ModulePath, PathBuf>,
    /// What `pub use` gives another name: the path of the name, and the path that it stands for.
    exports: BTreeMap<ModulePath, ModulePath>,
}

/// One name that a `use` brings in.
pub(super) struct Import {
    pub(super) line: usize,
    pub(super) path: Vec<String>,
    /// The name in the importing file.
    pub(super) name: String,
    /// `pub`, `pub(super)`; empty when it is for the file alone.
    pub(super) visibility: String,
}

/// From one file to another, with the line that makes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrow {
    pub(super) from: ModulePath,
    pub(super) to: ModulePath,
    pub(super) line: usize,
}

impl ModuleTree {
    /// Of the crate that begins with that file, such as `src/lib.rs`.
    pub(super) fn of(crate_root: &str) -> Self {
        let mut files = BTreeMap::new();
        let mut waiting = vec![(ModulePath::new(), PathBuf::from(crate_root))];
        while let Some((path, file)) = waiting.pop() {
            let folder = folder_of_children(&file, crate_root);
            for name in declared_modules(&read(&file)) {
                let candidates =
                    [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")];
                let found = candidates.into_iter().find(|one| root().join(one).is_file());
                let below = [path.as_slice(), &[name]].concat();
                waiting.extend(found.map(|found| (below, found)));
            }
            files.insert(path, file);
        }
        let mut tree = Self { files, exports: BTreeMap::new() };
        let mut exports = BTreeMap::new();
        for (path, file) in &tree.files {
            for import in imports(&production_code(&read(file))) {
                if !import.visibility.is_empty()
                    && let Some(target) = tree.resolve(path, &import.path)
                {
                    exports.insert([path.as_slice(), &[import.name]].concat(), target);
                }
            }
        }
        tree.exports = exports;
        tree
    }

    /// Every arrow between two files, tests aside. A name that is imported through a module that only hands it on
    /// leads to the file that defines it.
    pub(super) fn arrows(&self) -> BTreeSet<Arrow> {
        let mut arrows = BTreeSet::new();
        for (path, file) in &self.files {
            if path.iter().any(|segment| segment == "tests") {
                continue;
            }
            let text = production_code(&read(file));
            let mut add = |line: usize, found: Option<ModulePath>| {
                let Some(to) = found.map(|found| self.module_of(&self.definition(&found))) else {
                    return;
                };
                if to != *path {
                    arrows.insert(Arrow { from: path.clone(), to, line });
                }
            };
            let mut modules = BTreeMap::new();
            for import in imports(&text).into_iter().filter(|import| import.visibility.is_empty()) {
                let found = self.resolve(path, &import.path);
                let is_module = found.as_ref().is_some_and(|found| self.files.contains_key(found));
                match found.filter(|_| is_module && names_path(&text, &import.name)) {
                    Some(module) => drop(modules.insert(import.name, module)),
                    None => add(import.line, self.resolve(path, &import.path)),
                }
            }
            for (line, code) in code_lines(&text) {
                for segments in inline_paths(code) {
                    let first = segments.first().map(String::as_str).unwrap_or_default();
                    if let Some(module) = modules.get(first) {
                        let rest = segments.get(1..).unwrap_or_default();
                        add(line, Some([module.as_slice(), rest].concat()));
                    } else if matches!(first, "crate" | "super") && !code.contains("use ") {
                        add(line, self.resolve(path, &segments));
                    }
                }
            }
        }
        arrows
    }

    /// The path from the root of the crate; none for other crates.
    fn resolve(&self, from: &[String], path: &[String]) -> Option<ModulePath> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([from, rest].concat()),
            "super" => {
                let ups = path.iter().take_while(|segment| *segment == "super").count();
                let above = from.get(..from.len().checked_sub(ups)?)?;
                Some([above, path.get(ups..)?].concat())
            }
            _ => {
                let below = [from, std::slice::from_ref(first)].concat();
                self.files.contains_key(&below).then(|| [from, path].concat())
            }
        }
    }

    /// What a name stands for once every `pub use` on the way is followed.
    fn definition(&self, path: &[String]) -> ModulePath {
        let mut path = path.to_vec();
        for _ in 0..10 {
            let exported = (1..=path.len()).find_map(|end| {
                let target = self.exports.get(path.get(..end)?)?;
                Some([target.as_slice(), path.get(end..)?].concat())
            });
            match exported {
                Some(next) if next != path => path = next,
                _ => break,
            }
        }
        path
    }

    /// The longest beginning of a path that is a module.
    fn module_of(&self, path: &[String]) -> ModulePath {
        let longest = (0..=path.len()).rev().filter_map(|end| path.get(..end));
        longest
            .map(<[String]>::to_vec)
            .find(|beginning| self.files.contains_key(beginning))
            .unwrap_or_default()
    }
}

/// The names in `mod name;`, whatever their visibility.
pub(super) fn declared_modules(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (_, line) in code_lines(text) {
        let Some(declaration) = line.strip_suffix(';') else { continue };
        let (_, declaration) = visibility(declaration);
        let mut words = declaration.split_whitespace();
        if let (Some("mod"), Some(name), None) = (words.next(), words.next(), words.next()) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Where the files of a file's modules are.
pub(super) fn folder_of_children(file: &Path, crate_root: &str) -> PathBuf {
    if file.ends_with("mod.rs") || file == Path::new(crate_root) {
        file.parent().unwrap().to_owned()
    } else {
        file.with_extension("")
    }
}

/// Every name that a `use` brings in, groups in braces taken apart.
pub(super) fn imports(text: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut statement: Option<(usize, String)> = None;
    for (line, code) in code_lines(text) {
        if statement.is_none() && visibility(code).1.starts_with("use ") {
            statement = Some((line, String::new()));
        }
        let Some((_, words)) = &mut statement else { continue };
        words.push_str(code);
        words.push(' ');
        if !code.ends_with(';') {
            continue;
        }
        let Some((first_line, whole)) = statement.take() else { continue };
        let (visible, rest) = visibility(whole.trim().trim_end_matches(';'));
        let tree = rest.trim_start_matches("use ").trim();
        for path in leaves(tree) {
            let (path, alias) = path.split_once(" as ").unwrap_or((&path, ""));
            let segments: Vec<String> =
                path.split("::").map(|part| part.trim().to_owned()).collect();
            let last = segments.last().cloned().unwrap_or_default();
            let name = if alias.is_empty() { last } else { alias.trim().to_owned() };
            found.push(Import {
                line: first_line,
                path: segments,
                name,
                visibility: visible.to_owned(),
            });
        }
    }
    found
}

/// `a::{b, c::{self, d}}` is `a::b`, `a::c` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let inside = rest.trim_end().strip_suffix('}').unwrap_or(rest);
    let (mut depth, mut parts) = (0_usize, vec![String::new()]);
    for c in inside.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let named = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    named
        .flat_map(leaves)
        .map(|leaf| match leaf.as_str() {
            "self" => head.trim().trim_end_matches("::").to_owned(),
            leaf => format!("{}{leaf}", head.trim()),
        })
        .collect()
}

/// `pub(super)` and what follows it; nothing and the whole for a private item.
fn visibility(code: &str) -> (&str, &str) {
    let Some(rest) = code.strip_prefix("pub") else { return ("", code) };
    let end = if rest.starts_with('(') { rest.find(')').map_or(0, |at| at + 1) } else { 0 };
    let (scope, rest) = rest.split_at(end);
    let visible = code.get(.."pub".len() + scope.len()).unwrap_or_default();
    if rest.starts_with(' ') { (visible, rest.trim_start()) } else { ("", code) }
}

/// Without the unit tests at its end.
fn production_code(text: &str) -> String {
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// Whether the name is followed by `::` somewhere outside an import.
fn names_path(text: &str, name: &str) -> bool {
    code_lines(text).any(|(_, code)| {
        !visibility(code).1.starts_with("use ")
            && inline_paths(code).iter().any(|path| path.first().is_some_and(|one| one == name))
    })
}

/// Paths of two segments or more on a line.
fn inline_paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = code;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        if (c.is_alphabetic() || c == '_') && !(before.is_alphanumeric() || "_:$".contains(before))
        {
            let mut segments = vec![leading_word(rest).to_owned()];
            let mut after = rest.get(leading_word(rest).len()..).unwrap_or_default();
            while let Some(next) = after.strip_prefix("::") {
                let word = leading_word(next);
                if word.is_empty() {
                    break;
                }
                segments.push(word.to_owned());
                after = next.get(word.len()..).unwrap_or_default();
            }
            if segments.len() > 1 {
                found.push(segments);
            }
            rest = after;
            before = 'a';
        } else {
            before = c;
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    found
}

#[test]
fn groups_of_imports_are_taken_apart() {
    let text = "pub(super) use a::{b, c::{self, d as e}};\nuse crate::{\n    one,\n    two::Three,\n};\n\
                // use no::comment;\nlet x = crate::store::open(super::super::plan());";
    let named: Vec<String> = imports(text)
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {}",
                one.line,
                one.path.join("::"),
                one.name,
                !one.visibility.is_empty()
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            "1 a::b b true",
            "1 a::c c true",
            "1 a::c::d e true",
            "2 crate::one one false",
            "2 crate::two::Three Three false",
        ]
    );
    let inline = inline_paths("let x = crate::store::open(super::super::plan(), y.z::<T>());");
    let inline: Vec<String> = inline.iter().map(|path| path.join("::")).collect();
    assert_eq!(inline, ["crate::store::open", "super::super::plan"]);
}
