//! The text of a small rule, and the thresholds that it may read.

pub(crate) const THRESHOLDS: &str = r#"
[high]
label = "Seuil élevé"
unit = "ratio"
value = 0.20
source = { tag = "expert", text = "Pour essai" }

[many]
label = "Seuil de jours"
unit = "days"
value = 100
source = { tag = "expert", text = "Pour essai" }

[target]
label = "Cible"
unit = "ratio"
values = [{ from = 2021-01-01, value = 0.25 }, { from = 2022-01-01, value = 0.20 }]
source = { tag = "published", text = "Pour essai" }
"#;

/// A rule whose functions begin at line 10, column 1.
pub(crate) fn rule(id: &str, functions: &str) -> String {
    format!(
        "/*---\nid = \"{id}\"\ntitle = \"Essai\"\nfamily = \"drift\"\nscope = \"project\"\n\
         status = \"test\"\nguidance = \"Aucune.\"\nsources = []\n---*/\n{functions}\n"
    )
}
