//! What the page of a problem says, in French and without a technical word: what happened, and what to do.

use actix_web::ResponseError as _;
use actix_web::http::StatusCode;

use crate::api::Problem;
use crate::support::{french, translation};

/// The words of a page that says that something cannot be had.
#[derive(Debug)]
pub(in crate::web) struct ProblemWords {
    pub(in crate::web) title: &'static str,
    /// What happened.
    pub(in crate::web) explanation: String,
    /// What to do about it.
    pub(in crate::web) advice: &'static str,
}

impl ProblemWords {
    pub(in crate::web) fn of(problem: &Problem) -> Self {
        let (title, advice) = title_and_advice(problem);
        let explanation = explanation(problem)
            .unwrap_or_else(|| for_people(&translation::into_french(&problem.to_string())));
        Self { title, explanation, advice }
    }
}

/// A text of the program as people read it: without the signs around names that programs read.
pub(in crate::web) fn for_people(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut is_open = false;
    for character in text.chars() {
        match (character, is_open) {
            ('`', false) => shown.push_str("«\u{a0}"),
            ('`', true) => shown.push_str("\u{a0}»"),
            (other, _) => shown.push(other),
        }
        is_open ^= character == '`';
    }
    let mut letters = shown.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let rest = letters.as_str();
    let end = if rest.ends_with(['.', '?', '!', '…']) { "" } else { "." };
    format!("{}{rest}{end}", first.unwrap_or_default())
}

/// What happened, where the text of the program is written for programs; `None` where people can read it.
fn explanation(problem: &Problem) -> Option<String> {
    if let Problem::NotAllowed { permission } = problem {
        return Some(missing_permission(permission));
    }
    if let Problem::NotFound { kind, .. } = problem {
        return Some(not_found(kind));
    }
    if let Problem::TooMany { wait_seconds, .. } = problem {
        let seconds = usize::try_from(*wait_seconds).unwrap_or(usize::MAX);
        let wait = french::counted(seconds, "seconde", "secondes");
        return Some(format!("Trop de pages ont été demandées en peu de temps. Attendez {wait}."));
    }
    fixed_explanation(problem).map(str::to_owned)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all others are written for people")]
fn fixed_explanation(problem: &Problem) -> Option<&'static str> {
    Some(match problem {
        Problem::Unproven { .. } => "Cette page demande une session ouverte.",
        Problem::OneFactor { .. } => {
            "Publier des règles demande une session ouverte avec un second facteur."
        }
        Problem::Foreign => "La demande ne vient pas d’une page de Vigie\u{a0}: rien n’a été fait.",
        Problem::BeyondScope => {
            "Cette page porte sur tous les ministères, et votre compte sur certains d’entre eux."
        }
        Problem::NoRoute { .. } | Problem::BadTarget { .. } => "Aucune page n’est à cette adresse.",
        Problem::BadMethod { .. } => "Cette adresse ne se demande pas ainsi.",
        Problem::AddressTooLong { .. } => "L’adresse de la page est trop longue.",
        Problem::BadBody { status, .. } if *status == StatusCode::PAYLOAD_TOO_LARGE => {
            "Ce qui a été envoyé est trop volumineux."
        }
        Problem::BadBody { .. } => {
            "Le formulaire n’est pas complet, ou une de ses valeurs n’est pas acceptée."
        }
        Problem::Stale(_) | Problem::DraftMoved(_) => {
            "Ce que vous aviez sous les yeux a changé depuis que la page a été affichée."
        }
        Problem::NoRevision => "Le formulaire ne dit pas quelle version vous aviez sous les yeux.",
        Problem::UnderWay { .. } => "Cette tâche est déjà en cours.",
        Problem::NoPlace(_) => "Trop d’évaluations sont en cours.",
        Problem::NotReady(_) => "Le service n’est pas prêt.",
        Problem::Unavailable(_) => "Le service ne peut pas enregistrer en ce moment.",
        Problem::Unassembled | Problem::PageNotMade | Problem::Internal(_) => {
            "Le service a rencontré une erreur. Ce n’est pas de votre fait."
        }
        _ => return None,
    })
}

fn missing_permission(permission: &str) -> String {
    let act = match permission {
        "act" => "agir sur les alertes, les missions et les revues",
        "operate" => "importer des fichiers et lancer des cycles",
        "write_rules" => "écrire des règles",
        "publish_rules" => "publier des règles",
        "administer" => "administrer le service",
        _ => "lire cette page",
    };
    format!("Aucun des rôles de votre compte ne permet de {act}.")
}

/// `kind` as problems name it in English.
fn not_found(kind: &str) -> String {
    let named = match kind {
        "account" => "Ce compte n’existe pas.",
        "alert" => "Cette alerte n’existe pas, ou porte sur un autre ministère que les vôtres.",
        "cycle" => "Ce cycle n’existe pas.",
        "ministry" => "Ce ministère n’existe pas, ou n’est pas de ceux de votre compte.",
        "mission" => "Cette mission n’existe pas, ou porte sur un autre ministère que les vôtres.",
        "notice" | "page of notice" => {
            "Ce message n’existe pas, ou s’adresse à d’autres ministères que les vôtres."
        }
        "project" => "Ce projet n’existe pas, ou relève d’un autre ministère que les vôtres.",
        "review" => "Cette revue n’existe pas, ou porte sur un autre ministère que les vôtres.",
        "import" => "Cet import n’existe pas.",
        "job" | "run" => "Cette tâche, ou cette exécution, n’existe pas.",
        "rule" => "Cette règle n’existe pas.",
        _ => "Ce que désigne l’adresse n’existe pas, ou ne relève pas de vos ministères.",
    };
    named.to_owned()
}

fn title_and_advice(problem: &Problem) -> (&'static str, &'static str) {
    match problem.status_code() {
        StatusCode::BAD_REQUEST => (
            "Adresse ou formulaire incomplet",
            "Revenez à la page précédente et corrigez ce qui est signalé.",
        ),
        StatusCode::UNAUTHORIZED => {
            ("Connexion nécessaire", "Connectez-vous, puis revenez à cette page.")
        }
        StatusCode::FORBIDDEN => forbidden(problem),
        StatusCode::NOT_FOUND => (
            "Page introuvable",
            "Vérifiez l’adresse, ou partez du menu. Si un lien de Vigie vous a mené ici, signalez-le.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("Demande impossible", "Revenez à la page précédente et servez-vous de ses boutons.")
        }
        StatusCode::CONFLICT => conflict(problem),
        StatusCode::PRECONDITION_FAILED => (
            "Quelqu’un d’autre a agi entre-temps",
            "Rien n’a été enregistré. Rechargez la page pour voir l’état actuel, puis recommencez s’il y a lieu.",
        ),
        StatusCode::PRECONDITION_REQUIRED => {
            ("Formulaire incomplet", "Rechargez la page du formulaire, puis recommencez.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("Envoi trop volumineux", "Rien n’a été enregistré. Envoyez moins à la fois.")
        }
        StatusCode::UNPROCESSABLE_ENTITY => (
            "Saisie refusée",
            "Rien n’a été enregistré. Revenez à la page précédente et corrigez ce qui est signalé.",
        ),
        StatusCode::TOO_MANY_REQUESTS => ("Trop de demandes", "Ensuite, rechargez la page."),
        StatusCode::SERVICE_UNAVAILABLE => (
            "Service momentanément indisponible",
            "Rien n’a été perdu. Rechargez la page dans quelques instants.",
        ),
        _ => (
            "Erreur du service",
            "L’incident est consigné. S’il se répète, signalez-le à l’administrateur de Vigie avec le numéro \
             ci-dessous.",
        ),
    }
}

fn forbidden(problem: &Problem) -> (&'static str, &'static str) {
    if let Problem::OneFactor { .. } = problem {
        return (
            "Second facteur nécessaire",
            "La page de votre compte dit comment en présenter un.",
        );
    }
    if let Problem::OwnWork(_) = problem {
        return (
            "Une autre personne doit publier",
            "Demandez à un approbateur qui n’a pas écrit ce brouillon de le relire et de le publier.",
        );
    }
    if let Problem::Foreign = problem {
        return (
            "Demande refusée",
            "Ouvrez la page de Vigie et refaites l’acte depuis cette page.",
        );
    }
    (
        "Accès refusé",
        "Si cette page vous est nécessaire, l’administrateur de Vigie peut ouvrir ce droit à votre compte.",
    )
}

fn conflict(problem: &Problem) -> (&'static str, &'static str) {
    if let Problem::NotYet(_) = problem {
        return (
            "Pas encore de données",
            "La page se remplira dès qu’une édition du panorama sera importée et jugée.",
        );
    }
    if let Problem::UnderWay { .. } = problem {
        return (
            "Tâche déjà en cours",
            "Attendez qu’elle soit terminée, puis recommencez s’il y a lieu.",
        );
    }
    (
        "Acte impossible dans l’état actuel",
        "Rien n’a été enregistré. Rechargez la page pour voir l’état actuel, puis recommencez s’il y a lieu.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_no_signs_of_programs() {
        assert_eq!(
            for_people("trouvé `x`, attendu un nom"),
            "Trouvé «\u{a0}x\u{a0}», attendu un nom."
        );
        let nowhere = ProblemWords::of(&Problem::NoRoute { path: "/ailleurs".to_owned() });
        assert_eq!(nowhere.title, "Page introuvable");
        assert_eq!(nowhere.explanation, "Aucune page n’est à cette adresse.");
    }

    #[test]
    fn what_awaits_data_is_no_conflict_with_somebody_else() {
        let words = ProblemWords::of(&Problem::NotYet("no cycle was committed yet".to_owned()));
        assert_eq!(words.title, "Pas encore de données");
        let stale = ProblemWords::of(&Problem::Stale("changed".to_owned()));
        assert_eq!(stale.title, "Quelqu’un d’autre a agi entre-temps");
    }
}
