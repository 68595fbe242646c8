//! Files of a room form no circle: what is imported is defined before what imports it.

use std::collections::{BTreeMap, BTreeSet};

use super::assert_none;
use super::module_tree::{Arrow, ModulePath, ModuleTree};

/// Rooms whose files form circles that were there before this test, with how many files are in each circle. A circle
/// that is taken apart leaves this list, and none may join it or become larger.
const KNOWN: &[(&str, &[usize])] = &[
    ("api", &[57]),
    ("application", &[2, 3, 5]),
    ("cli", &[2, 17]),
    ("notify", &[7]),
    ("schedule", &[2, 3]),
];

#[test]
fn no_arrow_between_files_leads_back() {
    let mut faults = BTreeSet::new();
    let mut sizes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for crate_root in ["src/lib.rs", "src/main.rs", "tests/it/main.rs"] {
        let tree = ModuleTree::of(crate_root);
        let arrows = tree.arrows();
        for circle in circles(&arrows) {
            let room = circle.iter().find_map(|module| module.first()).cloned().unwrap_or_default();
            let known = KNOWN.iter().find(|(known, _)| *known == room);
            if !known.is_some_and(|(_, left)| left.contains(&circle.len())) {
                faults.extend(within(&circle, &arrows, &tree));
            }
            sizes.entry(room).or_default().push(circle.len());
        }
    }
    assert_none(&faults);
    for (room, known) in KNOWN {
        let mut found = sizes.remove(*room).unwrap_or_default();
        found.sort_unstable();
        assert_eq!(found, *known, "circles of `{room}`: say so in the list of those that are left");
    }
}

/// Each arrow of a circle, with the line that makes it.
fn within(
    circle: &BTreeSet<ModulePath>,
    arrows: &BTreeSet<Arrow>,
    tree: &ModuleTree,
) -> Vec<String> {
    let inner =
        arrows.iter().filter(|arrow| circle.contains(&arrow.from) && circle.contains(&arrow.to));
    inner
        .map(|Arrow { from, to, line }| {
            let (file, size, to) = (tree.files[from].display(), circle.len(), to.join("::"));
            format!("{file}:{line}: leads to `{to}` in a circle of {size} files")
        })
        .collect()
}

#[test]
fn a_circle_is_found_and_what_only_leads_to_it_is_not_in_it() {
    let arrow = |from: &str, to: &str| Arrow {
        from: vec![from.to_owned()],
        to: vec![to.to_owned()],
        line: 1,
    };
    let arrows = [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")].map(|(from, to)| arrow(from, to));
    let found = circles(&BTreeSet::from(arrows));
    let expected = BTreeSet::from([vec!["b".to_owned()], vec!["c".to_owned()]]);
    assert_eq!(found, [expected]);
}

/// Sets of modules in which each leads to each of the others.
fn circles(arrows: &BTreeSet<Arrow>) -> Vec<BTreeSet<ModulePath>> {
    let mut next: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> = BTreeMap::new();
    for arrow in arrows {
        next.entry(&arrow.from).or_default().insert(&arrow.to);
    }
    let reached: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> =
        next.keys().map(|from| (*from, reached_from(from, &next))).collect();
    let mut found: Vec<BTreeSet<ModulePath>> = Vec::new();
    for (from, onward) in &reached {
        if !onward.contains(from) || found.iter().any(|circle| circle.contains(*from)) {
            continue;
        }
        let back =
            onward.iter().filter(|to| reached.get(**to).is_some_and(|all| all.contains(from)));
        found.push(back.map(|to| (*to).clone()).collect());
    }
    found
}

fn reached_from<'a>(
    from: &ModulePath,
    next: &BTreeMap<&'a ModulePath, BTreeSet<&'a ModulePath>>,
) -> BTreeSet<&'a ModulePath> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(one) = waiting.pop() {
        for to in next.get(one).into_iter().flatten() {
            if reached.insert(*to) {
                waiting.push(to);
            }
        }
    }
    reached
}
