//! The editions that the State published, file by file.

use std::collections::BTreeMap;

use vigie::domain::import::SightingKind;

use crate::sources::known_after;
use crate::sources::panorama;
use crate::sources::published;
use crate::sources::snapshots;

#[test]
fn explore() {
    let Some(folder) = panorama() else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|f| f.starts_with("20"))
        .collect();
    files.sort();
    let mut imports = Vec::new();
    for file in files {
        let import = published(&file, &known_after(&imports));
        println!(
            "{file} {} {} | {} | {} rows",
            import.profile,
            import.edition,
            import.profile_reason,
            import.rows.len()
        );
        for s in &import.set_aside {
            println!("   aside {} {}: {:?}", s.rows.len(), s.reason, s.rows.first());
        }
        for w in &import.withheld {
            println!("   withheld {w:?}");
        }
        for s in &import.sightings {
            if let SightingKind::Resembles { project, name, likeness } = &s.kind {
                println!("   {} `{}` ~ {project} `{name}` {likeness}", s.project, s.name);
            }
        }
        imports.push(import);
    }
    let mut names: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut ministries: BTreeMap<_, std::collections::BTreeSet<_>> = BTreeMap::new();
    let mut pm: BTreeMap<_, std::collections::BTreeSet<_>> = BTreeMap::new();
    for s in imports.iter().flat_map(|i| snapshots(i)) {
        let n: &mut Vec<_> = names.entry(s.project.clone()).or_default();
        if !n.contains(&s.name) {
            n.push(s.name.clone());
        }
        ministries.entry(s.ministry.clone()).or_default().insert(s.ministry_label.clone());
        pm.entry(s.project.clone()).or_default().insert(s.ministry.clone());
    }
    for (id, n) in &names {
        if n.len() > 1 {
            println!("{id}: {}", n.join(" | "));
        }
    }
    println!("{} projects", names.len());
    for (id, n) in &ministries {
        println!("{id}: {n:?}");
    }
    for (id, n) in &pm {
        if n.len() > 1 {
            println!("{id}: {n:?}");
        }
    }
}
