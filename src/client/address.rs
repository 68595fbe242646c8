//! Where something is on a server, its names and filters written so that none is taken for another.

use reqwest::Url;

/// Of a thing under `/api/v1`.
#[derive(Clone, Debug)]
pub struct Address(Url);

impl Address {
    /// `segments` are names of the path, whatever characters they hold.
    pub(super) fn under(base: &Url, segments: &[&str]) -> Self {
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v1"]).extend(segments);
        }
        Self(url)
    }

    /// A filter, when there is one.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.0.query_pairs_mut().append_pair(name, &value.to_string());
        }
        self
    }

    /// Instead of the one that was given before.
    pub(super) fn page(&self, limit: u32, cursor: Option<&str>) -> Self {
        self.clone().with("limit", Some(limit)).with("cursor", cursor)
    }

    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_letters_stay_one_part_of_the_path() {
        let base: Url = "https://vigie.example/sous/".parse().unwrap();
        let address = Address::under(&base, &["projects", "SI / SAMU ?"])
            .with("as_of", Some("2020-11-30"))
            .with("rule", None::<&str>)
            .page(10, Some("a&b"));
        let shown = address.url().as_str();
        let expected = "https://vigie.example/sous/api/v1/projects/SI%20%2F%20SAMU%20%3F?\
                        as_of=2020-11-30&limit=10&cursor=a%26b";
        assert_eq!(shown, expected);
    }
}
