//! The classes of pages: those of the DSFR are ones that it documents, all others are ours.

use std::collections::BTreeSet;

use regex::Regex;

use super::{files_under, read};

/// Every class with the prefix `fr-` that the DSFR documents.
const DOCUMENTED: &str = "tests/it/pages/dsfr_classes.txt";

/// What writes or styles pages.
const KINDS: [&str; 4] = ["html", "css", "js", "rs"];

fn documented() -> BTreeSet<String> {
    let text = read(DOCUMENTED);
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn the_list_of_documented_classes_is_sorted_and_of_one_prefix() {
    let text = read(DOCUMENTED);
    let listed: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(listed.len() > 4000, "{} classes", listed.len());
    assert!(listed.iter().all(|class| class.starts_with("fr-")), "a class of another prefix");
    assert!(
        listed.windows(2).all(|pair| pair[0] < pair[1]),
        "not sorted, or a class is there twice"
    );
}

/// `fr-badge--` before an expression stands for what the pages show: `scenarios/axe.mjs` looks at each class there.
#[test]
fn each_dsfr_class_that_pages_use_is_one_that_the_dsfr_documents() {
    let documented = documented();
    let class = Regex::new(r"(?:^|[^A-Za-z0-9_-])(fr-[a-z0-9_-]+)").unwrap();
    let (mut faults, mut used) = (Vec::new(), BTreeSet::new());
    for path in files_under("src") {
        let kind = path.extension().and_then(|kind| kind.to_str());
        if !kind.is_some_and(|kind| KINDS.contains(&kind)) {
            continue;
        }
        let text = read(&path);
        for (line, words) in text.lines().enumerate() {
            for found in class.captures_iter(words) {
                let name = &found[1];
                let is_known = if name.ends_with('-') {
                    documented.iter().any(|one| one.starts_with(name))
                } else {
                    documented.contains(name)
                };
                used.insert(name.to_owned());
                if !is_known {
                    faults.push(format!("{}:{}: {name}", path.display(), line + 1));
                }
            }
        }
    }
    assert!(used.len() > 200, "{} classes are found in pages", used.len());
    assert!(faults.is_empty(), "no documented class of the DSFR\n{}", faults.join("\n"));
}

/// In templates; what an expression stands for, `scenarios/axe.mjs` looks at.
#[test]
fn each_other_class_of_a_template_begins_with_the_name_of_the_service() {
    let attribute = Regex::new(r#"class="([^"]*)""#).unwrap();
    let statement = Regex::new(r"(?s)\{%.*?%\}").unwrap();
    let expression = Regex::new(r"(?s)\{\{.*?\}\}").unwrap();
    let mut faults = Vec::new();
    for path in files_under("src/web/templates") {
        let text = read(&path);
        let without = statement.replace_all(&text, " ");
        let plain = expression.replace_all(&without, "\u{1}");
        for found in attribute.captures_iter(&plain) {
            let is_known =
                |class: &&str| ["fr-", "vigie-", "\u{1}"].iter().any(|one| class.starts_with(one));
            let others = found[1].split_whitespace().filter(|class| !is_known(class));
            faults.extend(others.map(|class| format!("{}: {class}", path.display())));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
