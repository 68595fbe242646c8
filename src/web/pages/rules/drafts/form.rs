//! What the form of a draft sends.

use crate::api::Problem;
use crate::domain::rules::overlay::RulePath;

use super::signs_form::Fields;

/// A form of one file of a draft, and the button that sent it.
#[derive(Debug)]
pub(super) struct DraftForm {
    /// The revision of the draft that the person saw.
    pub(super) revision: i64,
    pub(super) path: RulePath,
    /// What the draft changes, and why.
    pub(super) comment: String,
    pub(super) kind: FormKind,
    pub(super) act: String,
    pub(super) fields: Fields,
}

/// How a file is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormKind {
    Text,
    Signs,
    Threshold,
}

impl FormKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "texte",
            Self::Signs => "signes",
            Self::Threshold => "seuil",
        }
    }
}

impl DraftForm {
    /// Reads the fields of the form; line ends are those of files, whatever the browser sends.
    ///
    /// # Errors
    /// If the revision, the file or the kind of form is missing.
    pub(super) fn of(pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut fields: Fields =
            pairs.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect();
        let mut taken = |name: &str| fields.remove(name).unwrap_or_default();
        let wrong = |name: &str| Problem::BadParameter(format!("the form has no valid `{name}`"));
        let revision = taken("revision").parse().map_err(|_| wrong("revision"))?;
        let path = RulePath::parse(&taken("fichier"))
            .map_err(|fault| Problem::Unfit(fault.to_string()))?;
        let kind = match taken("forme").as_str() {
            "signes" => FormKind::Signs,
            "seuil" => FormKind::Threshold,
            "texte" => FormKind::Text,
            _ => return Err(wrong("forme")),
        };
        let (comment, act) = (taken("commentaire"), taken("acte"));
        Ok(Self { revision, path, comment, kind, act, fields })
    }
}
