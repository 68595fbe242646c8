//! The rules in force, and what is read from them: each is worked out once for the same texts.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::catalogue_in_force::CatalogueInForce;
use crate::domain::ids::RuleId;
use crate::domain::rules::overlay::Overlay;
use crate::frame::dictionary::Dictionary;
use crate::rules;
use crate::rules::{Budget, CatalogueFolder, FolderStamp, Rule, ScriptLimits, Thresholds};
use crate::store::DatabaseVersion;

/// What the rules in force were read from.
#[derive(Clone, Debug)]
pub(in crate::application) struct CatalogueRead {
    pub(in crate::application) stamp: FolderStamp,
    pub(in crate::application) version: DatabaseVersion,
    pub(in crate::application) folder: Arc<CatalogueFolder>,
    pub(in crate::application) overlay: Overlay,
}

impl PartialEq for CatalogueRead {
    fn eq(&self, other: &Self) -> bool {
        self.stamp == other.stamp && self.version == other.version
    }
}

/// The texts in force, keyed by path, and what they say.
#[derive(Debug)]
pub(in crate::application) struct RulesInForce {
    pub(in crate::application) texts: BTreeMap<String, String>,
    heads: OnceLock<BTreeMap<RuleId, Rule>>,
    titles: OnceLock<BTreeMap<RuleId, String>>,
    thresholds: OnceLock<Thresholds>,
    dictionary: OnceLock<Arc<Dictionary>>,
    compiled: OnceLock<Arc<CatalogueInForce>>,
}

impl RulesInForce {
    pub(in crate::application) fn of(texts: BTreeMap<String, String>) -> Self {
        Self {
            texts,
            heads: OnceLock::new(),
            titles: OnceLock::new(),
            thresholds: OnceLock::new(),
            dictionary: OnceLock::new(),
            compiled: OnceLock::new(),
        }
    }

    /// What the front matter of each rule says.
    pub(in crate::application) fn heads(&self) -> &BTreeMap<RuleId, Rule> {
        self.heads.get_or_init(|| rules::heads(&self.texts))
    }

    /// The title of each rule.
    pub(in crate::application) fn titles(&self) -> &BTreeMap<RuleId, String> {
        self.titles.get_or_init(|| rules::titles(&self.texts))
    }

    pub(in crate::application) fn thresholds(&self) -> &Thresholds {
        self.thresholds.get_or_init(|| Thresholds::of_texts(&self.texts))
    }

    /// The fields that files may supply and rules read.
    pub(in crate::application) fn dictionary(&self) -> &Arc<Dictionary> {
        self.dictionary.get_or_init(|| Arc::new(rules::dictionary_of(&self.texts)))
    }

    /// The compiled rules. Takes a moment the first time: to be called on a thread that may block.
    pub(in crate::application) fn compiled(&self, limits: &ScriptLimits) -> Arc<CatalogueInForce> {
        let compile =
            || CatalogueInForce::compile(self.texts.clone(), limits, &Budget::unlimited());
        Arc::clone(self.compiled.get_or_init(|| Arc::new(compile())))
    }
}
