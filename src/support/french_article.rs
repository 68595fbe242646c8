//! The article that the label of a figure takes in a French sentence.

/// A label as a sentence names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'l> {
    label: &'l str,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Masculine,
    Feminine,
    Plural,
}

/// First words of labels. Labels that begin otherwise take no article.
const MASCULINE: &str = "arrêt audit avancement avis besoin budget cadrage code commanditaire \
    contre-chiffrage coût dernier dossier délai déplacement effectif facteur identifiant indicateur \
    indice intervalle ministère montant motif nombre plafond poste premier processus prochain \
    programme projet préavis questionnaire recadrage report responsable retard retrait seuil taux \
    temps texte total âge écart étalement";

const FEMININE: &str = "absence analyse ancienneté avance cible confiance date dernière dépense dérive \
    durée fin hausse homologation information lettre liste marge mise moyenne nomination origine part \
    phase première provision quotité revue réponse saisine situation somme sortie technologie \
    tolérance vacance valeur variation zone échéance édition évolution";

const PLURAL: &str = "anomalies causes changements comités coûts crédits derniers dernières durées \
    décisions entités essais gains glissements interfaces jalons livrables marchés postes prestataires \
    projets recalages recommandations reculs refus rejets remplacements répétitions réserves rôles \
    sites sorties tests textes utilisateurs écarts éditions";

/// Words whose first letter is not heard.
const SILENT_H: [&str; 1] = ["homologation"];

impl<'l> Named<'l> {
    /// `None` for a label whose first word is not one of those known.
    pub fn of(label: &'l str) -> Option<Self> {
        let head = label.split([' ', '\u{a0}', '’']).next()?.to_lowercase();
        let is_among = |words: &str| words.split_whitespace().any(|word| word == head);
        let form = if is_among(MASCULINE) {
            Form::Masculine
        } else if is_among(FEMININE) {
            Form::Feminine
        } else if is_among(PLURAL) {
            Form::Plural
        } else {
            return None;
        };
        Some(Self { label, form })
    }

    pub fn is_plural(self) -> bool {
        self.form == Form::Plural
    }

    /// `l’écart budgétaire`, `la cible`, `les jalons`
    pub fn definite(self) -> String {
        let article = match self.form {
            Form::Plural => "les ",
            _ if self.is_elided() => "l’",
            Form::Masculine => "le ",
            Form::Feminine => "la ",
        };
        format!("{article}{}", self.lowered())
    }

    /// `de l’écart budgétaire`, `du seuil`, `des jalons`
    pub fn after_de(self) -> String {
        match self.form {
            Form::Plural => format!("des {}", self.lowered()),
            Form::Masculine if !self.is_elided() => format!("du {}", self.lowered()),
            Form::Masculine | Form::Feminine => format!("de {}", self.definite()),
        }
    }

    fn lowered(self) -> String {
        let mut letters = self.label.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
    }

    fn is_elided(self) -> bool {
        let lowered = self.lowered();
        lowered.starts_with(['a', 'e', 'i', 'o', 'u', 'é', 'è', 'ê', 'â', 'î', 'ô'])
            || SILENT_H.iter().any(|word| lowered.starts_with(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_takes_the_article_of_its_first_word() {
        for (label, definite, after_de) in [
            ("Écart budgétaire", "l’écart budgétaire", "de l’écart budgétaire"),
            ("Seuil critique", "le seuil critique", "du seuil critique"),
            ("Hausse de coût admise", "la hausse de coût admise", "de la hausse de coût admise"),
            ("Homologation prévue", "l’homologation prévue", "de l’homologation prévue"),
            ("Jalons échus", "les jalons échus", "des jalons échus"),
        ] {
            let named = Named::of(label).unwrap();
            assert_eq!(
                (named.definite().as_str(), named.after_de().as_str()),
                (definite, after_de)
            );
        }
        assert_eq!(Named::of("`p.spi * 2`"), None);
        assert_eq!(Named::of("Listé depuis"), None);
    }
}
