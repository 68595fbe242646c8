//! What a person is told when a file is wrong, word for word.

use super::readers::{edition, read};
use vigie::domain::portfolio::edition::EditionId;
use vigie::frame::dictionary::built_in;
use vigie::intake::{Aliases, Profiles, ReadRequest, Reader};
use vigie::rules::RowFormulas;

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
        "`2018-03.csv` : aucun profil ne reconnaît ses en-têtes\n  \
         trouvé : `Nom`, `Budget`\n  \
         pour en écrire un : `vigie profiles propose`, puis le mettre dans le dossier que nomme le réglage `profiles`",
    );
}

#[test]
fn a_column_that_the_layout_needs_is_not_there() {
    check_file(
        "2018-03.csv",
        "Projet,Ministère porteur,Début,Phase du projet en cours,Coût estimé\nPNR,MI,mai 11,Cadrage,1",
        "`2018-03.csv` : aucun profil ne reconnaît ses en-têtes\n  \
         trouvé : `Projet`, `Ministère porteur`, `Début`, `Phase du projet en cours`, `Coût estimé`\n  \
         attendu par le profil le plus proche, `panorama-dashboard` : `Description et objectifs`, \
         `Durée du projet en années`, `Zone fonctionnelle principale`, \
         `Projet inter-ministériel`, `Programme de financement`\n  \
         pour en écrire un : `vigie profiles propose`, puis le mettre dans le dossier que nomme le réglage `profiles`",
    );
}

#[test]
fn the_profile_asked_for_does_not_fit_or_does_not_exist() {
    let ask = |profile| {
        let bytes = b"project,label\nPNR,x";
        let request = ReadRequest {
            file: "f.csv",
            bytes,
            profile: Some(profile),
            sheet: None,
            edition: None,
        };
        Reader::shipped(built_in()).unwrap().read(&request, &[]).unwrap_err().to_string()
    };
    assert_eq!(
        ask("vigie-watch-lists"),
        "`f.csv` : ses en-têtes ne sont pas ceux de `vigie-watch-lists`\n  \
         trouvé : `project`, `label`\n  \
         attendu par le profil le plus proche, `vigie-watch-lists` : `note`, `since`, `until`, `watch`"
    );
    assert!(ask("excel").starts_with(
        "`f.csv` : profil `excel` inconnu, attendu l’un de `panorama-dashboard`, \
         `panorama-published`, `vigie-article3`, "
    ));
}

#[test]
fn a_header_that_fits_two_profiles_alike() {
    let folder = tempfile::tempdir().unwrap();
    let twin = include_str!("../../../profiles/panorama-dashboard.toml")
        .replace("id = \"panorama-dashboard\"", "id = \"twin\"");
    std::fs::write(folder.path().join("twin.toml"), twin).unwrap();
    let profiles =
        Profiles::shipped(built_in()).unwrap().with_folder(folder.path(), &RowFormulas).unwrap();
    let reader = Reader::new(profiles, Aliases::shipped().unwrap());
    let request = ReadRequest {
        file: "f.csv",
        bytes: HEADER.as_bytes(),
        profile: None,
        sheet: None,
        edition: None,
    };
    assert_eq!(
        reader.read(&request, &[]).unwrap_err().to_string(),
        "`f.csv` : ses en-têtes conviennent également aux profils `panorama-dashboard`, `twin`, \
         un seul attendu ; le nommer avec `--profile`"
    );
}

#[test]
fn no_edition_anywhere() {
    check_file(
        "panorama.csv",
        &format!("{HEADER}\nPNR,MI,Oui,,mai 11,1,Cadrage,1,,"),
        "`panorama.csv` : aucune édition trouvée, attendu `--edition AAAA-MM`, une colonne avec la date de \
         publication, ou un nom de fichier qui commence par `AAAA-MM`",
    );
}

#[test]
fn a_publication_date_that_contradicts_the_edition() {
    let text = format!(
        "{OPEN_DATA}\nMI,Ministère de l'Intérieur,PNR,Oui,,2011-05-01,1,Cadrage,1,,,2016-11-03"
    );
    let edition_of = |file: &str, asked: Option<EditionId>| {
        let request = ReadRequest {
            file,
            bytes: text.as_bytes(),
            profile: None,
            sheet: None,
            edition: asked,
        };
        let import = Reader::shipped(built_in()).unwrap().read(&request, &[]);
        import.map(|imports| imports[0].edition.to_string()).map_err(|refusal| refusal.to_string())
    };
    assert_eq!(edition_of("f.csv", None), Ok("2016-11".to_owned()));
    assert_eq!(edition_of("2016-11.csv", None), Ok("2016-11".to_owned()));
    let refused = |file: &str, edition: &str| {
        Err(format!(
            "`{file}` : 1 erreur (lignes numérotées comme dans un tableur)\n  \
             ligne 2, colonne `Date de publication` : trouvé `2016-11-03`, attendu une date de \
             publication de l’édition {edition}"
        ))
    };
    assert_eq!(edition_of("f.csv", Some(edition("2017-02"))), refused("f.csv", "2017-02"));
    assert_eq!(edition_of("2017-06.csv", None), refused("2017-06.csv", "2017-06"));
}

#[test]
fn an_impossible_date() {
    check(
        "PNR,MI,Oui,,31 février 2011,1,Cadrage,1,,",
        "`2018-03.csv` : 1 erreur (lignes numérotées comme dans un tableur)\n  \
         ligne 2, colonne `Début` : trouvé `31 février 2011`, attendu un mois tel que `juillet 2013` ou `07/2013`, de 1970 à 2100",
    );
    check_file(
        "2018-03.csv",
        &format!(
            "{OPEN_DATA}\nMI,Ministère de l'Intérieur,PNR,Oui,,2011-02-30,1,Cadrage,1,,,2018-02-28"
        ),
        "`2018-03.csv` : 1 erreur (lignes numérotées comme dans un tableur)\n  \
         ligne 2, colonne `Début` : trouvé `2011-02-30`, attendu une date telle que `03/11/2016` ou \
         `2016-11-03`, de 1970 à 2100",
    );
}

#[test]
fn a_negative_cost_and_a_negative_duration() {
    check(
        "PNR,MI,Oui,,mai 11,-1,Cadrage,-5.5,,",
        "`2018-03.csv` : 2 erreurs (lignes numérotées comme dans un tableur)\n  \
         ligne 2, colonne `Durée du projet en années` : trouvé `-1`, attendu une durée qui ne soit pas négative\n  \
         ligne 2, colonne `Coût estimé` : trouvé `-5.5`, attendu un coût en M€ qui ne soit pas négatif",
    );
}

#[test]
fn numbers_that_are_none() {
    check(
        "PNR,MI,Oui,,mai 11,NaN,Cadrage,inf,,\nPAS,MEF,peut-être,,mai 11,\"1,2,3\",Cadrage,12 M€,,",
        "`2018-03.csv` : 5 erreurs (lignes numérotées comme dans un tableur)\n  \
         colonne `Durée du projet en années`, 2 fois : attendu un nombre d’années ; ligne 2, trouvé `NaN` ; \
         ligne 3, trouvé `1,2,3`\n  \
         colonne `Coût estimé`, 2 fois : attendu un nombre ; ligne 2, trouvé `inf` ; ligne 3, trouvé `12 M€`\n  \
         ligne 3, colonne `Projet inter-ministériel` : trouvé `peut-être`, attendu `Oui` ou `Non`",
    );
}

#[test]
fn two_rows_for_one_project_even_under_two_names() {
    check(
        "PNR,MI,Oui,,mai 11,1,Cadrage,1,,\nSI SAMU,MSS,Oui,,mai 11,1,Cadrage,1,,\n\
         pnr,MI,Oui,,mai 11,1,Cadrage,1,,\n\
         \"SI-Samu (étape \"\"Construction & Pilote\"\")\",MSS,Oui,,mai 11,1,Cadrage,1,,",
        "`2018-03.csv` : 2 erreurs (lignes numérotées comme dans un tableur)\n  \
         colonne `Projet`, 2 fois : attendu une ligne par projet ; ligne 4, trouvé `pnr`, projet `pnr`, déjà à la \
         ligne 2 ; ligne 5, trouvé `SI-Samu (étape \"Construction & Pilote\")`, projet `si-samu`, déjà à la ligne 3",
    );
}

#[test]
fn an_unknown_ministry_comes_with_the_nearest_one() {
    check(
        "PNR,Ministère de l'Interieure,Oui,,mai 11,1,Cadrage,1,,\nPAS,Xyzzy,Non,,mai 11,1,Cadrage,1,,",
        "`2018-03.csv` : 2 erreurs (lignes numérotées comme dans un tableur)\n  \
         ligne 2, colonne `Ministère porteur` : trouvé `Ministère de l'Interieure`, attendu un \
         ministère connu, par exemple `Ministère de l'Intérieur` (`MI`) ; si le nom est nouveau, l’enregistrer (`vigie names record`)\n  \
         ligne 3, colonne `Ministère porteur` : trouvé `Xyzzy`, attendu un ministère connu ; si le nom \
         est nouveau, l’enregistrer (`vigie names record`)",
    );
}

#[test]
fn a_code_and_a_name_of_two_ministries() {
    check_file(
        "2018-03.csv",
        &format!(
            "{OPEN_DATA}\nMI,Ministère de la Justice,PNR,Oui,,2011-05-01,1,Cadrage,1,,,2018-02-28"
        ),
        "`2018-03.csv` : 1 erreur (lignes numérotées comme dans un tableur)\n  \
         ligne 2, colonne `Ministère nom complet` : trouvé `Ministère de la Justice`, qui est `MJ`, \
         attendu un nom de `MI`, comme `MI`",
    );
}

#[test]
fn an_unknown_phase_and_a_project_without_name() {
    check(
        "PNR,MI,Oui,,mai 11,1,Fini,1,,\n,MI,Oui,,mai 11,1,Cadrage,1,,\n?!,MI,Oui,,mai 11,1,Cadrage,1,,",
        "`2018-03.csv` : 3 erreurs (lignes numérotées comme dans un tableur)\n  \
         ligne 2, colonne `Phase du projet en cours` : trouvé `Fini`, attendu l’un de `Cadrage`, \
         `Conception / Réalisation`, `Expérimentation`, `Déploiement`, `Terminé`, `Arrêté`, `En révision`\n  \
         ligne 3, colonne `Projet` : trouvé rien, attendu du texte\n  \
         ligne 4, colonne `Projet` : trouvé `?!`, attendu un nom avec des lettres ou des chiffres",
    );
}

#[test]
fn a_row_with_too_few_or_too_many_cells() {
    check(
        "PNR,MI,Oui,un, deux,mai 11,1,Cadrage,1,,\nPAS,MEF,Oui,,mai 11,1",
        "`2018-03.csv` : 2 erreurs (lignes numérotées comme dans un tableur)\n  \
         2 fois : attendu 10, comme dans les en-têtes ; ligne 2, trouvé 11 cellules ; ligne 3, trouvé 6 cellules",
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
        "`2018-03.csv` : 1 erreur (lignes numérotées comme dans un tableur)\n  \
         ligne 1, colonne `Coût complet estimé` : trouvé une deuxième colonne pour `Coût estimé`, attendu \
         chaque colonne une seule fois",
    );
}

#[test]
fn many_faults_of_a_kind_are_counted_and_the_first_places_shown() {
    let rows: Vec<_> = (1..=50).map(|n| format!("P{n},MI,Oui,,mai 11,1,Cadrage,x,,")).collect();
    let rows = rows.join("\n");
    let refusal = read("2018-03.csv", format!("{HEADER}\n{rows}"), &[]).unwrap_err().to_string();
    let lines: Vec<_> = refusal.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0], "`2018-03.csv` : 50 erreurs (lignes numérotées comme dans un tableur)");
    let kind = "  colonne `Coût estimé`, 50 fois : attendu un nombre ; ligne 2, trouvé `x` ; ligne 3, trouvé `x` ; \
                ligne 4, trouvé `x`…";
    assert_eq!(lines[1], kind);
}

#[test]
fn a_profile_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.toml");
    let load = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let refusal = Profiles::shipped(built_in())
            .unwrap()
            .with_folder(folder.path(), &RowFormulas)
            .unwrap_err();
        refusal.to_string().replace(&path.display().to_string(), "bad.toml").replace('\u{a0}', " ")
    };
    let head = "id = \"bad\"\ntitle = \"T\"\ndataset = \"watch_lists\"\n";
    let field = |name: &str, parse: &str| {
        format!("[fields.{name}]\nheaders = [\"{name}\"]\nparse = \"{parse}\"\n")
    };
    let refusal = load(&format!("{head}{}", field("cost", "number")));
    assert!(refusal.starts_with("`bad.toml` : 4 erreurs dans le profil\n"), "{refusal}");
    assert!(refusal.contains("trouvé aucun champ `watch`, attendu `[fields.watch]`"), "{refusal}");
    assert!(
        refusal.contains(
            "\n  ligne 4, `fields.cost` : trouvé le champ `cost`, attendu l’un de `project`, `watch`, `since`, \
             `until`, `note`"
        ),
        "{refusal}"
    );
    let wrong_parser = load(&format!("{head}{}", field("since", "number")));
    assert!(
        wrong_parser.contains(
            "\n  ligne 6, `fields.since.parse` : trouvé `number`, attendu l’un de `date`, `month`, `french_date`, \
             `french_month`"
        ),
        "{wrong_parser}"
    );
    assert_eq!(
        load(&format!("{head}{}{}", field("since", "date"), field("project", "text"))),
        "`bad.toml` : 1 erreur dans le profil\n  ligne 4, `fields` : trouvé aucun champ `watch`, attendu \
         `[fields.watch]`, sans quoi aucune ligne ne peut être lue"
    );
}
