//! What pages look like: the neutral theme that is part of the program, or the DSFR where the settings give it; in the colours
//! that each reader chose.

mod dsfr;
mod scheme;
mod stylesheet;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::dsfr::{Dsfr, DsfrFault};
pub(super) use self::scheme::ColourScheme;
use super::assets;
use super::assets::Asset;

/// Content security policy of pages: stylesheets, scripts, pictures and forms of this service alone.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same with pictures that a stylesheet holds within itself, as that of the DSFR does for marks of lists and boxes.
const POLICY_WITH_DRAWN: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                                 font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                                 frame-ancestors 'none'";

/// Settings of pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSettings {
    /// The folder `dist` of the DSFR; empty for the neutral theme.
    pub dsfr: PathBuf,
}

/// Stylesheets of pages, and the files that they take.
#[derive(Clone, Debug, Default)]
pub(super) struct PageTheme {
    /// Its files; none for the neutral theme.
    dsfr: Option<Arc<Linked>>,
}

#[derive(Debug)]
struct Linked {
    /// Address of its stylesheet.
    stylesheet: String,
    has_drawn_pictures: bool,
    assets: Vec<Asset>,
}

impl PageTheme {
    /// The theme of these files, compressed; the neutral one where there are none.
    pub(super) fn of(dsfr: Option<Dsfr>) -> Self {
        let linked = dsfr.map(|dsfr| {
            let has_drawn_pictures = dsfr.has_drawn_pictures();
            let assets = dsfr.assets();
            let stylesheet = assets.first().map_or(String::new(), |first| first.address.clone());
            Arc::new(Linked { stylesheet, has_drawn_pictures, assets })
        });
        Self { dsfr: linked }
    }

    /// Addresses of the stylesheets of a page, in their order.
    pub(super) fn stylesheets(&self) -> [&str; 2] {
        let first = self
            .dsfr
            .as_ref()
            .map_or_else(|| assets::address("neutral.css"), |linked| linked.stylesheet.as_str());
        [first, assets::address("vigie.css")]
    }

    /// The script that follows the reader's system, for a theme that cannot do so by its stylesheet.
    pub(super) fn script(&self, scheme: ColourScheme) -> Option<&'static str> {
        let follows = self.dsfr.is_some() && scheme == ColourScheme::System;
        follows.then(|| assets::address("scheme.js"))
    }

    /// Content security policy of pages.
    pub(super) fn policy(&self) -> &'static str {
        match &self.dsfr {
            Some(linked) if linked.has_drawn_pictures => POLICY_WITH_DRAWN,
            Some(_) | None => POLICY,
        }
    }

    /// The file with this address.
    pub(super) fn asset(&self, address: &str) -> Option<&Asset> {
        self.dsfr.as_ref()?.assets.iter().find(|asset| asset.address == address)
    }
}
