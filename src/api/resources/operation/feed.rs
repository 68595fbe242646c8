//! Recent changes that the caller may see, as a paged Atom feed (RFC 4287, RFC 5005).

use actix_web::HttpResponse;
use actix_web::http::header::LINK;
use atom_syndication as atom;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::Listing;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::FeedEntry;
use crate::domain::accounts::access::Scope;
use crate::domain::ids::MinistryCode;
use crate::store::{FeedCursor, FeedQuery};
use crate::support::visible_text;

const MEDIA_TYPE: &str = "application/atom+xml";
const PATH: &str = "/api/v1/feed";

/// Year of the `tag:` URIs (RFC 4151); their authority is the host of `public_url`.
const TAG_YEAR: &str = "2026";
const NOWHERE: &str = "localhost";

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedParameters {
    /// Only changes at this instant or later (RFC 3339).
    since: Option<DateTime<Utc>>,
}

/// Return recent changes as an Atom feed, newest first: alerts, missions, cycles, imports.
#[utoipa::path(
    get,
    path = "/api/v1/feed",
    params(
        FeedParameters,
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000,
            description = "Maximum number of entries in the page; 100 by default"),
        ("cursor" = Option<String>, Query,
            description = "Start of the page, from the link `next` of the previous page"),
    ),
    responses((status = 200, description = "A page of the feed", body = String, content_type = MEDIA_TYPE,
        headers(("Link" = String, description = "Address of the next page, if there is one: `<…>; rel=\"next\"`"))))
)]
pub(crate) async fn find_feed(
    context: RequestContext,
    listing: Listing<FeedParameters>,
) -> Result<HttpResponse, Problem> {
    let stretch = FeedQuery {
        after: listing.after::<FeedCursor>()?,
        since: listing.since,
        limit: listing.limit(),
    };
    let application::Feed { entries, more_after } = application::feed(&context, &stretch).await?;
    let next = more_after.map(|place| listing.address_after(&place)).transpose()?;
    let site = Site::of(&context.notify.public_url);
    let mut links = vec![site.page("self", &listing.own_address()), site.page("first", PATH)];
    links.extend(next.as_deref().map(|next| site.page("next", next)));
    let feed = atom::Feed {
        title: atom::Text::plain(title(&context.caller().scope)),
        id: site.name(&feed_name(&context.caller().scope)),
        updated: entries.first().map(|newest| newest.at).unwrap_or_default().fixed_offset(),
        authors: vec![atom::Person { name: "Vigie".to_owned(), ..atom::Person::default() }],
        generator: Some(atom::Generator {
            value: "Vigie".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            uri: None,
        }),
        lang: Some("fr".to_owned()),
        links,
        entries: entries.into_iter().map(|entry| site.entry(entry)).collect(),
        ..atom::Feed::default()
    };
    let mut answer = HttpResponse::Ok();
    if let Some(next) = next {
        answer.insert_header((LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(answer.content_type(format!("{MEDIA_TYPE}; charset=utf-8")).body(feed.to_string()))
}

fn title(scope: &Scope) -> String {
    match scope {
        Scope::Whole => "Vigie : ce qui change".to_owned(),
        Scope::Ministries(codes) => {
            let codes: Vec<&str> = codes.iter().map(MinistryCode::as_str).collect();
            visible_text::one_line(&format!("Vigie : ce qui change, {}", codes.join(", ")))
                .into_owned()
        }
    }
}

/// The name of the feed in its id. Its entries depend on the caller's scope, so each scope has a feed of its own.
fn feed_name(scope: &Scope) -> String {
    match scope {
        Scope::Whole => "feed".to_owned(),
        Scope::Ministries(codes) => {
            let codes: Vec<&str> = codes.iter().map(MinistryCode::as_str).collect();
            format!("feed/{}", codes.join("+"))
        }
    }
}

/// The public address of the service, from which links and ids are made.
struct Site<'a> {
    public_url: &'a str,
    host: &'a str,
}

impl<'a> Site<'a> {
    fn of(public_url: &'a str) -> Self {
        let (_, rest) = public_url.split_once("://").unwrap_or(("", public_url));
        let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
        Self { public_url, host: if host.is_empty() { NOWHERE } else { host } }
    }

    fn name(&self, name: &str) -> String {
        format!("tag:{},{TAG_YEAR}:{name}", self.host)
    }

    /// A link; relative if the setting `public_url` is empty.
    fn link(&self, rel: &str, path: &str) -> atom::Link {
        atom::Link {
            href: format!("{}{path}", self.public_url),
            rel: rel.to_owned(),
            ..atom::Link::default()
        }
    }

    fn page(&self, rel: &str, path: &str) -> atom::Link {
        atom::Link { mime_type: Some(MEDIA_TYPE.to_owned()), ..self.link(rel, path) }
    }

    fn entry(&self, entry: FeedEntry) -> atom::Entry {
        let FeedEntry { name, kind, at, title, text, path, .. } = entry;
        atom::Entry {
            title: atom::Text::plain(visible_text::one_line(&title)),
            id: self.name(&name),
            updated: at.fixed_offset(),
            published: Some(at.fixed_offset()),
            categories: vec![atom::Category { term: kind.to_owned(), ..atom::Category::default() }],
            links: vec![self.link("alternate", &path)],
            summary: Some(atom::Text::plain(visible_text::lines(&text))),
            ..atom::Entry::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;
    use crate::store::FeedItemKind;

    #[test]
    fn ids_and_links_are_made_from_the_public_url() {
        let shown =
            ["https://vigie.example.gouv.fr", "http://vigie.local:8080/vigie", ""].map(|url| {
                format!(
                    "{} {}",
                    Site::of(url).name("cycle/3"),
                    Site::of(url).link("self", PATH).href
                )
            });
        insta::assert_snapshot!(shown.join("\n"), @r"
        tag:vigie.example.gouv.fr,2026:cycle/3 https://vigie.example.gouv.fr/api/v1/feed
        tag:vigie.local,2026:cycle/3 http://vigie.local:8080/vigie/api/v1/feed
        tag:localhost,2026:cycle/3 /api/v1/feed
        ");
    }

    #[test]
    fn characters_not_allowed_in_xml_are_left_out_and_others_are_escaped() {
        let entry = FeedEntry {
            name: "import/1".to_owned(),
            kind: "dataset.imported",
            at: DateTime::UNIX_EPOCH,
            title: "A & <b>\u{1}\u{fffe}é\u{1f}".to_owned(),
            text: "]]> \"'".to_owned(),
            path: "/api/v1/imports".to_owned(),
            place: FeedCursor {
                at: Reverse(DateTime::UNIX_EPOCH),
                kind: FeedItemKind::Import,
                name: "1".to_owned(),
            },
        };
        let entries = vec![Site::of("").entry(entry)];
        let written = atom::Feed { entries, ..atom::Feed::default() }.to_string();
        let read = atom::Feed::read_from(written.as_bytes()).unwrap();
        let [shown] = read.entries.as_slice() else { panic!("{written}") };
        assert_eq!(shown.title.value, "A & <b>é");
        assert_eq!(shown.summary.as_ref().unwrap().value, "]]> \"'");
    }
}
