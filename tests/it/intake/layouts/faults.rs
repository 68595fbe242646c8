//! Profiles that are wrong: every fault at once, each at its line, and bounds on what is read.

use proptest::prelude::*;

use vigie::intake::Profile;

fn said(text: &str) -> String {
    Profile::parse(text, "essai.toml", super::terms())
        .map_or_else(|fault| fault.to_string(), |p| p.id)
}

const WRONG: &str = r#"id = "essai"
title = 12
dataset = "panorama"
sheets = "Panorama"
[[set_aside]]
column = "Projet"
[fields.project]
headers = []
[fields.ministry]
headers = ["Ministère"]
constant = "MJ"
[fields.cost]
headers = ["Coût"]
[fields.phase]
constant = "fini"
[fields.start_on]
headers = ["Début"]
date_format = "%d/%Y"
[fields.cost_meur]
headers = ["Coût"]
unit = "£m"
[fields.duration_months]
formula = "months_betwen(start_on, fin)"
[keep.director_shar]
headers = ["Part"]
[columns.Fin]
headers = ["Fin"]
parse = "franch_date"
"#;

#[test]
fn every_fault_of_a_profile_is_said_at_its_line() {
    insta::assert_snapshot!(said(WRONG));
}

#[test]
fn formulas_are_checked_when_the_profile_is_read() {
    let profile = |formulas: &str| {
        format!(
            "id = \"e\"\ntitle = \"E\"\ndataset = \"watch_lists\"\n[fields.project]\nheaders = [\"a\"]\n\
             [fields.watch]\nheaders = [\"b\"]\n[fields.since]\nheaders = [\"c\"]\n{formulas}"
        )
    };
    for (formula, expected) in [
        ("a +", "où l’analyse s’arrête"),
        ("let x = 1; x", "où l’analyse s’arrête"),
        ("p.cost_current", "attendu l’un des noms"),
        ("since.year", "`.year`"),
        ("eval(\"1\")", "où l’analyse s’arrête"),
        ("previous(since)", "la fonction `previous`"),
        ("add_days(since)", "attendu `add_days(date, count)`"),
        ("note", "attendu l’un des noms"),
        ("(|| 1).call()", "où l’analyse s’arrête"),
    ] {
        let text = profile(&format!("[fields.until]\nformula = {formula:?}\n"));
        let refusal = said(&text);
        assert!(refusal.contains("ligne 11, `fields.until.formula`"), "{formula}: {refusal}");
        assert!(refusal.contains(expected), "{formula}: {refusal}");
    }
    let circle = profile("[columns.x]\nformula = \"y\"\n[columns.y]\nformula = \"x\"\n");
    assert!(said(&circle).contains("qui ne tournent pas en rond"), "{}", said(&circle));
    let fine = profile(
        "[fields.until]\nformula = \"add_days(since, n ?? 30)\"\n[columns.n]\nheaders = [\"n\"]\nparse = \"number\"\noptional = true\n",
    );
    assert_eq!(said(&fine), "e");
}

#[test]
fn a_text_of_signs_alone_withholds_nothing_and_is_refused() {
    let refusal = said(&super::places::profile("withheld = [\"***\", \"Exempt\"]"));
    assert!(
        refusal.contains("ligne 4, `withheld` : trouvé `***`, attendu un début de texte avec"),
        "{refusal}"
    );
}

#[test]
fn a_name_that_is_both_a_column_and_a_kept_fact_is_refused() {
    let twice = "[columns.accessibility_rate]\nheaders = [\"a\"]\n[keep.accessibility_rate]\nheaders = [\"b\"]\n";
    let refusal = said(&format!("{}{twice}", super::places::profile("")));
    assert!(refusal.contains("`columns.accessibility_rate` : trouvé le nom"), "{refusal}");
    assert!(refusal.contains("attendu un nom que `keep` n’a pas déjà"), "{refusal}");
}

#[test]
fn of_a_text_of_unknown_keys_the_first_hundred_are_said() {
    let lines: Vec<String> = (0..20_000).map(|key| format!("k{key}=1\n")).collect();
    let keys = lines.concat();
    let refusal = said(&format!("{keys}id = \"e\"\ntitle = \"E\"\ndataset = \"watch_lists\"\n"));
    assert!(refusal.starts_with("`essai.toml` : au moins 100\u{a0}erreurs"), "{refusal}");
    assert!(refusal.ends_with("et 80 autres"), "{refusal}");
}

#[test]
fn a_profile_that_is_huge_or_deep_is_refused_within_bounds() {
    let head = "id = \"e\"\ntitle = \"E\"\ndataset = \"watch_lists\"\n";
    let deep = format!("{head}missing = {}{}", "[".repeat(50_000), "]".repeat(50_000));
    let dotted = format!("{head}{} = 1\n", vec!["a"; 20_000].join("."));
    let long = format!("{head}missing = [\"{}\"]\n", "x".repeat(5_000));
    let many = format!("{head}missing = [{}]\n", "\"x\",".repeat(5_000));
    let huge = format!("{head}# {}\n", "x".repeat(300_000));
    let formula =
        format!("{head}[columns.a]\nformula = \"{}1{}\"\n", "(".repeat(400), ")".repeat(400));
    for text in [deep, dotted, long, many, huge, formula] {
        let refusal = said(&text);
        assert!(
            refusal.starts_with("`essai.toml` : ") && refusal.contains("dans le profil"),
            "{refusal}"
        );
        assert!(refusal.len() < 20_000, "{} bytes", refusal.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_a_profile_or_is_refused(text in "(\\PC|[\n=\\[\\]\"{},.]){0,300}") {
        prop_assert!(!said(&text).is_empty());
    }

    #[test]
    fn any_formula_is_compiled_or_refused(formula in "[a-z0-9_+*/(), .<>=!?&|\"\\[\\]{}-]{0,80}") {
        let text = format!("id = \"e\"\ntitle = \"E\"\ndataset = \"watch_lists\"\n[columns.x]\nformula = {formula:?}\n");
        prop_assert!(!said(&text).is_empty());
    }
}
