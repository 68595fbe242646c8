//! What a person is told when a file is wrong, word for word.

use super::readers::{edition, read};
use vigie::domain::portfolio::edition::EditionId;
use vigie::intake::{Aliases, Profiles, ReadRequest, Reader};

const HEADER: &str = "Projet,Ministère porteur,Projet inter-ministériel,Description et objectifs,\
Début,Durée du projet en années,Phase du projet en cours,Coût estimé,\
Zone fonctionnelle principale,Programme de financement";

const OPEN_DATA: &str = "Ministère porteur,Ministère nom complet,Nom du projet,\
Projet interministériel,Description et objectifs du projet,Début,\
Durée prévisionnelle en année,Phase du projet en cours,Coût estimé,Zone fonctionnelle,\
Financement [programme(s)],Date de publication";

#[track_caller]
fn check(rows: &str, expected: &str) {
    check_file("2018-03.csv", &format!("{HEADER}\n{rows}"), expected);
}

#[track_caller]
fn check_file(file: &str, text: &str, expected: &str) {
    assert_eq!(read(file, text, &[]).unwrap_err().to_string(), expected);
}

#[test]
fn a_header_that_no_profile_knows() {
    check_file(
        "2018-03.csv",
        "Nom,Budget\nPNR,12",
        "`2018-03.csv`: no profile recognises its header row\n  \
         found: `Nom`, `Budget`",
    );
}

#[test]
fn a_column_that_the_layout_needs_is_not_there() {
    check_file(
        "2018-03.csv",
        "Projet,Ministère porteur,Début,Phase du projet en cours,Coût estimé\nPNR,MI,mai 11,Cadrage,1",
        "`2018-03.csv`: no profile recognises its header row\n  \
         found: `Projet`, `Ministère porteur`, `Début`, `Phase du projet en cours`, `Coût estimé`\n  \
         expected by the nearest profile, `panorama-dashboard`: `Description et objectifs`, \
         `Durée du projet en années`, `Zone fonctionnelle principale`, \
         `Projet inter-ministériel`, `Programme de financement`",
    );
}

#[test]
fn the_profile_asked_for_does_not_fit_or_does_not_exist() {
    let ask = |profile| {
        let bytes = b"project,label\nPNR,x";
        let request = ReadRequest { file: "f.csv", bytes, profile: Some(profile), edition: None };
        Reader::shipped().unwrap().read(&request, &[]).unwrap_err().to_string()
    };
    assert_eq!(
        ask("vigie-watch-lists"),
        "`f.csv`: not the layout of `vigie-watch-lists`\n  \
         found: `project`, `label`\n  \
         expected by the nearest profile, `vigie-watch-lists`: `note`, `since`, `until`, `watch`"
    );
    assert!(ask("excel").starts_with(
        "`f.csv`: unknown profile `excel`, expected one of `panorama-dashboard`, \
         `panorama-published`, `vigie-article3`, "
    ));
}

#[test]
fn a_header_that_fits_two_profiles_alike() {
    let folder = tempfile::tempdir().unwrap();
    let twin = include_str!("../../../profiles/panorama-dashboard.toml")
        .replace("id = \"panorama-dashboard\"", "id = \"twin\"");
    std::fs::write(folder.path().join("twin.toml"), twin).unwrap();
    let profiles = Profiles::shipped().unwrap().with_folder(folder.path()).unwrap();
    let reader = Reader::new(profiles, Aliases::shipped().unwrap());
    let request =
        ReadRequest { file: "f.csv", bytes: HEADER.as_bytes(), profile: None, edition: None };
    assert_eq!(
        reader.read(&request, &[]).unwrap_err().to_string(),
        "`f.csv`: its header fits the profiles `panorama-dashboard`, `twin` alike, expected one; \
         name it with `--profile`"
    );
}

#[test]
fn no_edition_anywhere() {
    check_file(
        "panorama.csv",
        &format!("{HEADER}\nPNR,MI,Oui,,mai 11,1,Cadrage,1,,"),
        "`panorama.csv`: found no edition, expected `--edition YYYY-MM`, a column with the \
         publication date, or a file name that starts with `YYYY-MM`",
    );
}

#[test]
fn a_publication_date_that_contradicts_the_edition() {
    let text = format!(
        "{OPEN_DATA}\nMI,Ministère de l'Intérieur,PNR,Oui,,2011-05-01,1,Cadrage,1,,,2016-11-03"
    );
    let edition_of = |file: &str, asked: Option<EditionId>| {
        let request = ReadRequest { file, bytes: text.as_bytes(), profile: None, edition: asked };
        let import = Reader::shipped().unwrap().read(&request, &[]);
        import.map(|import| import.edition.to_string()).map_err(|refusal| refusal.to_string())
    };
    assert_eq!(edition_of("f.csv", None), Ok("2016-11".to_owned()));
    assert_eq!(edition_of("2016-11.csv", None), Ok("2016-11".to_owned()));
    let refused = |file: &str, edition: &str| {
        Err(format!(
            "`{file}`: 1 fault (rows as a spreadsheet numbers them)\n  \
             row 2, column `Date de publication`: found `2016-11-03`, expected a date of \
             publication of the edition {edition}"
        ))
    };
    assert_eq!(edition_of("f.csv", Some(edition("2017-02"))), refused("f.csv", "2017-02"));
    assert_eq!(edition_of("2017-06.csv", None), refused("2017-06.csv", "2017-06"));
}

#[test]
fn an_impossible_date() {
    check(
        "PNR,MI,Oui,,31 février 2011,1,Cadrage,1,,",
        "`2018-03.csv`: 1 fault (rows as a spreadsheet numbers them)\n  \
         row 2, column `Début`: found `31 février 2011`, expected a month such as `juillet 2013`, from 1970 to 2100",
    );
    check_file(
        "2018-03.csv",
        &format!(
            "{OPEN_DATA}\nMI,Ministère de l'Intérieur,PNR,Oui,,2011-02-30,1,Cadrage,1,,,2018-02-28"
        ),
        "`2018-03.csv`: 1 fault (rows as a spreadsheet numbers them)\n  \
         row 2, column `Début`: found `2011-02-30`, expected a date such as `03/11/2016` or \
         `2016-11-03`, from 1970 to 2100",
    );
}

#[test]
fn a_negative_cost_and_a_negative_duration() {
    check(
        "PNR,MI,Oui,,mai 11,-1,Cadrage,-5.5,,",
        "`2018-03.csv`: 2 faults (rows as a spreadsheet numbers them)\n  \
         row 2, column `Durée du projet en années`: found `-1`, expected a duration that is not negative\n  \
         row 2, column `Coût estimé`: found `-5.5`, expected a cost in M€ that is not negative",
    );
}

#[test]
fn numbers_that_are_none() {
    check(
        "PNR,MI,Oui,,mai 11,NaN,Cadrage,inf,,\nPAS,MEF,peut-être,,mai 11,\"1,2,3\",Cadrage,12 M€,,",
        "`2018-03.csv`: 5 faults (rows as a spreadsheet numbers them)\n  \
         row 2, column `Durée du projet en années`: found `NaN`, expected a number of years\n  \
         row 2, column `Coût estimé`: found `inf`, expected a number\n  \
         row 3, column `Durée du projet en années`: found `1,2,3`, expected a number of years\n  \
         row 3, column `Coût estimé`: found `12 M€`, expected a number\n  \
         row 3, column `Projet inter-ministériel`: found `peut-être`, expected `Oui` or `Non`",
    );
}

#[test]
fn two_rows_for_one_project_even_under_two_names() {
    check(
        "PNR,MI,Oui,,mai 11,1,Cadrage,1,,\nSI SAMU,MSS,Oui,,mai 11,1,Cadrage,1,,\n\
         pnr,MI,Oui,,mai 11,1,Cadrage,1,,\n\
         \"SI-Samu (étape \"\"Construction & Pilote\"\")\",MSS,Oui,,mai 11,1,Cadrage,1,,",
        "`2018-03.csv`: 2 faults (rows as a spreadsheet numbers them)\n  \
         row 4, column `Projet`: found `pnr`, project `pnr`, already on row 2, expected one row per project\n  \
         row 5, column `Projet`: found `SI-Samu (étape \"Construction & Pilote\")`, project \
         `si-samu`, already on row 3, expected one row per project",
    );
}

#[test]
fn an_unknown_ministry_comes_with_the_nearest_one() {
    check(
        "PNR,Ministère de l'Interieure,Oui,,mai 11,1,Cadrage,1,,\nPAS,Xyzzy,Non,,mai 11,1,Cadrage,1,,",
        "`2018-03.csv`: 2 faults (rows as a spreadsheet numbers them)\n  \
         row 2, column `Ministère porteur`: found `Ministère de l'Interieure`, expected a known \
         ministry such as `Ministère de l'Intérieur` (`MI`); if it is a new name, add it to aliases.toml\n  \
         row 3, column `Ministère porteur`: found `Xyzzy`, expected a known ministry; if it is a \
         new name, add it to aliases.toml",
    );
}

#[test]
fn a_code_and_a_name_of_two_ministries() {
    check_file(
        "2018-03.csv",
        &format!(
            "{OPEN_DATA}\nMI,Ministère de la Justice,PNR,Oui,,2011-05-01,1,Cadrage,1,,,2018-02-28"
        ),
        "`2018-03.csv`: 1 fault (rows as a spreadsheet numbers them)\n  \
         row 2, column `Ministère nom complet`: found `Ministère de la Justice`, which is `MJ`, \
         expected a name of `MI`, as `MI` is",
    );
}

#[test]
fn an_unknown_phase_and_a_project_without_name() {
    check(
        "PNR,MI,Oui,,mai 11,1,Fini,1,,\n,MI,Oui,,mai 11,1,Cadrage,1,,\n?!,MI,Oui,,mai 11,1,Cadrage,1,,",
        "`2018-03.csv`: 3 faults (rows as a spreadsheet numbers them)\n  \
         row 2, column `Phase du projet en cours`: found `Fini`, expected one of `Cadrage`, \
         `Conception / Réalisation`, `Expérimentation`, `Déploiement`, `Terminé`, `Arrêté`, `En révision`\n  \
         row 3, column `Projet`: found nothing, expected text\n  \
         row 4, column `Projet`: found `?!`, expected a name with letters or digits",
    );
}

#[test]
fn a_row_with_too_few_or_too_many_cells() {
    check(
        "PNR,MI,Oui,un, deux,mai 11,1,Cadrage,1,,\nPAS,MEF,Oui,,mai 11,1",
        "`2018-03.csv`: 2 faults (rows as a spreadsheet numbers them)\n  \
         row 2: found 11 cells, expected 10, as in the header\n  \
         row 3: found 6 cells, expected 10, as in the header",
    );
}

#[test]
fn a_separator_that_ends_every_row_is_no_fault() {
    let row = "PNR,MI,Oui,,mai 11,1,Cadrage,1,,,";
    assert!(read("2018-03.csv", format!("{HEADER}\n{row}\n"), &[]).is_ok());
}

#[test]
fn a_column_twice() {
    check_file(
        "2018-03.csv",
        &format!("{HEADER},Coût complet estimé\nPNR,MI,Oui,,mai 11,1,Cadrage,1,,,2"),
        "`2018-03.csv`: 1 fault (rows as a spreadsheet numbers them)\n  \
         row 1, column `Coût complet estimé`: found a second column for `Coût estimé`, expected \
         each column once",
    );
}

#[test]
fn many_faults_are_counted_and_the_first_twenty_shown() {
    let rows: Vec<_> = (1..=50).map(|n| format!("P{n},MI,Oui,,mai 11,1,Cadrage,x,,")).collect();
    let rows = rows.join("\n");
    let refusal = read("2018-03.csv", format!("{HEADER}\n{rows}"), &[]).unwrap_err().to_string();
    let lines: Vec<_> = refusal.lines().collect();
    assert_eq!(lines.len(), 22);
    assert_eq!(lines[0], "`2018-03.csv`: 50 faults (rows as a spreadsheet numbers them)");
    assert_eq!(lines[20], "  row 21, column `Coût estimé`: found `x`, expected a number");
    assert_eq!(lines[21], "  and 30 more");
}

#[test]
fn a_profile_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    let load = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let refusal = Profiles::shipped().unwrap().with_folder(folder.path()).unwrap_err();
        refusal.to_string().replace(&path.display().to_string(), "bad.toml")
    };
    let head = "id = \"bad\"\ntitle = \"T\"\ndataset = \"watch_lists\"\n";
    let field = |name: &str, parse: &str| {
        format!("[fields.{name}]\nheaders = [\"{name}\"]\nparse = \"{parse}\"\n")
    };
    assert_eq!(
        load(&format!("{head}{}", field("cost", "number"))),
        "`bad.toml`, profile `bad`: found the field `cost`, expected one of `project`, `watch`, \
         `since`, `until`, `note`"
    );
    assert_eq!(
        load(&format!("{head}{}", field("since", "number"))),
        "`bad.toml`, profile `bad`: field `since`: found the parser `Number`, expected one that \
         yields Date"
    );
    assert_eq!(
        load(&format!("{head}{}{}", field("since", "date"), field("project", "text"))),
        "`bad.toml`, profile `bad`: found no field `watch`, expected it, not optional"
    );
}
