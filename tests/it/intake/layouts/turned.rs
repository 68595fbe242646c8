//! A file turned on its side.

use proptest::prelude::*;

use vigie::intake::{Aliases, Profile, Profiles, ReadRequest, Reader};

const PLAIN: &str = r#"
id = "essai"
title = "Essai"
dataset = "panorama"
[fields.project]
headers = ["Projet"]
[fields.ministry]
headers = ["Ministère"]
[fields.phase]
headers = ["Phase"]
[fields.start_on]
headers = ["Début"]
date_format = "%d.%m.%y"
[fields.duration_months]
headers = ["Durée"]
[fields.cost_meur]
headers = ["Coût"]
unit = "k€"
"#;

fn reader(profile: &str) -> Reader {
    let profile = Profile::parse(profile, "essai", super::terms()).unwrap();
    Reader::new(Profiles::only(profile), Aliases::shipped().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A file whose rows are columns says the same, read as such.
    #[test]
    fn a_file_turned_on_its_side_says_the_same(
        rows in proptest::collection::vec(("[A-Z]{3,8}", 1_u32..400, 1_u32..90), 1..8),
    ) {
        let lines: Vec<Vec<String>> = std::iter::once(
            ["Projet", "Ministère", "Phase", "Début", "Durée", "Coût"].map(str::to_owned).to_vec(),
        )
        .chain(rows.iter().enumerate().map(|(index, (name, months, cost))| {
            [format!("{name} {index}"), "MJ".to_owned(), "build".to_owned(), "30.06.08".to_owned(), months.to_string(), cost.to_string()].to_vec()
        }))
        .collect();
        let turned: Vec<Vec<String>> = (0..6)
            .map(|column| lines.iter().map(|line| line[column].clone()).collect())
            .collect();
        let csv = |table: &[Vec<String>]| {
            table.iter().map(|line| line.join(";")).collect::<Vec<_>>().join("\n")
        };
        let on_side = PLAIN.replace("dataset = ", "transposed = true\ndataset = ");
        let read = |profile: &str, text: String| {
            let request = ReadRequest {
                file: "2021-06.csv", bytes: text.as_bytes(), profile: None, sheet: None, edition: None,
            };
            let found = reader(profile).read(&request, &[]).map(|mut imports| imports.remove(0).rows);
            found.map_err(|fault| fault.to_string())
        };
        prop_assert_eq!(read(PLAIN, csv(&lines)), read(&on_side, csv(&turned)));
    }
}
