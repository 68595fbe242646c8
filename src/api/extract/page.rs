//! Paging of lists. A cursor holds the key of the last entry of a page, so that entries added meanwhile neither repeat nor
//! hide others. It is valid for one list with one set of filters.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::query;
use super::query::QueryFault;
use super::sort::Sort;
use crate::api::problem::kinds::Problem;
use crate::support::fingerprint::Fingerprint;

/// Entries of a page: by default, and at most.
pub(crate) const LIMIT: u32 = 100;
pub(crate) const MOST: u32 = 1000;

/// Name of the parameter that gives the order.
pub(crate) const SORT: &str = "sort";

/// Version of the cursor format, part of the seal.
const ENCODING: &str = "vigie-cursor-1";

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    data: Vec<T>,
    pagination: Pagination,
    /// The address of the next page.
    #[serde(skip)]
    next: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pagination {
    /// Whether there is a next page.
    has_more: bool,
    /// Value of `cursor` for the next page, with the same filters; `null` on the last page.
    next_cursor: Option<String>,
}

/// A complete list, without pages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Collection<T> {
    data: Vec<T>,
}

impl<T> Page<T> {
    /// The entries, to be completed.
    pub(crate) fn entries_mut(&mut self) -> &mut Vec<T> {
        &mut self.data
    }

    /// The entries, and the cursor of the next page if there is one.
    pub(crate) fn into_parts(self) -> (Vec<T>, Option<String>) {
        (self.data, self.pagination.next_cursor)
    }
}

impl<T> Collection<T> {
    pub(crate) fn of(data: Vec<T>) -> web::Json<Self> {
        web::Json(Self { data })
    }
}

/// The query of a list: its filters, the size of the page, and the cursor.
#[derive(Debug)]
pub(crate) struct Listing<F> {
    filters: F,
    path: String,
    /// The filters as sent, sorted, with the order asked for.
    given: BTreeMap<String, Vec<String>>,
    limit: u32,
    cursor: Option<String>,
    sort: Option<Sort>,
}

/// The filters of a list that has none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoFilters {}

#[derive(Debug, Deserialize)]
struct Extent {
    limit: Option<u32>,
    cursor: Option<String>,
}

impl<F> Deref for Listing<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.filters
    }
}

impl<F> Listing<F> {
    /// A page of the given entries, all of the list's. `key` is unique and gives their order, unless the request asks for
    /// another.
    ///
    /// # Errors
    /// If the cursor is not valid.
    pub(crate) fn page<T, K>(
        &self,
        mut entries: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> Result<Page<T>, Problem>
    where
        T: Serialize,
        K: Ord + Serialize + DeserializeOwned,
    {
        entries.sort_by_cached_key(&key);
        if self.sort.is_some() {
            return self.page_as_is(entries, key);
        }
        if let Some(last) = self.after_key::<K>()? {
            entries.retain(|entry| key(entry) > last);
        }
        self.fetched(entries, key)
    }

    /// A page of entries in the order given, or in the one that the request asks for. `key` is unique.
    ///
    /// # Errors
    /// If the cursor is not valid.
    pub(crate) fn page_as_is<T, K>(
        &self,
        mut entries: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> Result<Page<T>, Problem>
    where
        T: Serialize,
        K: PartialEq + Serialize + DeserializeOwned,
    {
        if let Some(sort) = &self.sort {
            entries = sort.apply(entries)?;
        }
        if let Some(last) = self.after_key::<K>()? {
            let place = entries.iter().position(|entry| key(entry) == last);
            let place = place.ok_or_else(invalid_cursor)?;
            entries.drain(..=place);
        }
        self.fetched(entries, key)
    }

    /// A page of entries that were read from the cursor on. One entry more than the limit means that there is a next page.
    pub(crate) fn fetched<T, K: Serialize>(
        &self,
        mut entries: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> Result<Page<T>, Problem> {
        let limit = self.limit();
        let has_more = entries.len() > limit;
        entries.truncate(limit);
        let last = entries.last().filter(|_| has_more);
        let next_cursor = last.map(|entry| self.cursor_after(&key(entry))).transpose()?;
        let next = next_cursor.as_deref().map(|cursor| self.address(Some(cursor)));
        let pagination = Pagination { has_more: next.is_some(), next_cursor };
        Ok(Page { data: entries, pagination, next })
    }

    /// The key of the entry after which the page of a list begins that is read in the order of its keys.
    ///
    /// # Errors
    /// If the cursor is not valid for this list and these filters, or if the request asks for another order.
    pub(crate) fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        if self.sort.is_some() {
            let words = "this list has an order of its own".to_owned();
            return Err(QueryFault::of("sort", words).into());
        }
        self.after_key()
    }

    fn after_key<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let (seal, key) = text.split_once(' ')?;
            (seal == self.seal(key)).then_some(())?;
            serde_json::from_str(key).ok()
        };
        read().map(Some).ok_or_else(invalid_cursor)
    }

    /// The fields by which the request asks the list to be sorted.
    pub(crate) fn sort_fields(&self) -> impl Iterator<Item = &str> {
        self.sort.iter().flat_map(Sort::fields)
    }

    pub(crate) fn limit(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// The same list from its first entry on, `most` entries in one page.
    pub(crate) fn in_one_page(mut self, most: u32) -> Self {
        self.limit = most;
        self.cursor = None;
        self
    }

    /// The address of this page, with its parameters sorted.
    pub(crate) fn own_address(&self) -> String {
        self.address(self.cursor.as_deref())
    }

    /// The address of the page that begins after the entry with this key.
    pub(crate) fn address_after(&self, key: &impl Serialize) -> Result<String, Problem> {
        Ok(self.address(Some(&self.cursor_after(key)?)))
    }

    /// Number of entries to read: one more than the page holds.
    pub(crate) fn fetch_limit(&self) -> u32 {
        self.limit.saturating_add(1)
    }

    fn cursor_after(&self, key: &impl Serialize) -> Result<String, Problem> {
        let key = serde_json::to_string(key).map_err(|_| Problem::Unassembled)?;
        Ok(URL_SAFE_NO_PAD.encode(format!("{} {key}", self.seal(&key))))
    }

    /// A checksum that binds a key to this list and these filters. It is not a secret: a forged cursor shows nothing that the
    /// caller may not see.
    fn seal(&self, key: &str) -> String {
        let given = format!("{:?}", self.given);
        Fingerprint::of_parts(&[ENCODING, &self.path, &given, key]).short().to_owned()
    }

    fn address(&self, cursor: Option<&str>) -> String {
        let filters = self.given.iter().flat_map(|(name, values)| {
            values.iter().map(move |value| (name.as_str(), value.as_str()))
        });
        let limit = self.limit.to_string();
        let cursor = cursor.map(|cursor| ("cursor", cursor));
        let all = filters.chain([("limit", limit.as_str())]).chain(cursor);
        let pairs: Vec<String> = all
            .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
            .collect();
        format!("{}?{}", self.path, pairs.join("&"))
    }

    fn of(path: &str, query: &str) -> Result<Self, QueryFault>
    where
        F: DeserializeOwned,
    {
        Self::of_parameters(path, query::parameters(query)?)
    }

    /// A list with these parameters.
    ///
    /// # Errors
    /// If a parameter is unknown, or its value unfit.
    pub(crate) fn of_parameters(
        path: &str,
        mut given: BTreeMap<String, Vec<String>>,
    ) -> Result<Self, QueryFault>
    where
        F: DeserializeOwned,
    {
        let names = ["limit", "cursor"];
        let extent = names.into_iter().filter_map(|name| given.remove_entry(name)).collect();
        let Extent { limit, cursor } = query::read(extent)?;
        let limit = limit.unwrap_or(LIMIT);
        if !(1..=MOST).contains(&limit) {
            let words = format!("found `{limit}`, expected 1 to {MOST}");
            return Err(QueryFault::of("limit", words));
        }
        for values in given.values_mut() {
            values.sort();
        }
        let sort = Sort::read(given.get(SORT))?;
        let mut filters = given.clone();
        filters.remove(SORT);
        let filters = query::read(filters)?;
        Ok(Self { filters, path: path.to_owned(), given, limit, cursor, sort })
    }
}

impl<F: DeserializeOwned> FromRequest for Listing<F> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = Self::of(request.path(), request.query_string());
        ready(read.map_err(Problem::from))
    }
}

impl<T: Serialize> Responder for Page<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        if let Some(next) = &self.next {
            answer.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
        }
        answer.json(self)
    }
}

/// The problem for a cursor whose entry does not exist, or no longer.
pub(crate) fn invalid_cursor() -> Problem {
    let words = "expected the `next_cursor` of this list with the same filters, of an entry that still exists; \
                 start again without it";
    QueryFault::of("cursor", words.to_owned()).into()
}

/// Percent-encodes a name or a value of a query.
pub(crate) fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;

    #[test]
    fn pages_of_a_sorted_list_follow_each_other_in_its_order() {
        let entry = |id: u32, cost: u32| serde_json::json!({ "id": id, "cost": cost });
        let entries = [entry(1, 30), entry(2, 10), entry(3, 30), entry(4, 20)];
        let page = |query: &str| {
            let listing = listing(query).unwrap();
            listing
                .page(entries.to_vec(), |one| one["id"].as_u64())
                .map_err(|fault| fault.to_string())
        };
        let first = page("sort=-cost&limit=2").unwrap();
        assert_eq!(first.data, [entry(1, 30), entry(3, 30)]);
        let next = first.next.unwrap().replacen("/list?", "", 1);
        assert_eq!(page(&next).unwrap().data, [entry(4, 20), entry(2, 10)]);
        assert!(page(&next.replace("-cost", "cost")).is_err());
        assert!(listing("sort=cost").unwrap().after::<u64>().is_err());
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filters {
        #[serde(default)]
        name: Vec<String>,
    }

    fn listing(query: &str) -> Result<Listing<Filters>, String> {
        Listing::of("/list", query).map_err(|fault| fault.to_string())
    }

    /// The numbers of a page, newest first, and the query of the next one.
    fn page(query: &str, entries: &[u32]) -> Result<(Vec<u32>, Option<String>), String> {
        let page = listing(query)?.page(entries.to_vec(), |entry| Reverse(*entry));
        let page = page.map_err(|problem| problem.to_string())?;
        assert_eq!(page.pagination.has_more, page.next.is_some());
        Ok((page.data, page.next.map(|next| next.replacen("/list?", "", 1))))
    }

    #[test]
    fn pages_neither_repeat_nor_skip_entries_when_others_are_added() {
        let (first, next) = page("limit=2&name=a%26b", &[10, 20, 30, 40]).unwrap();
        assert_eq!(first, [40, 30]);
        let next = next.unwrap();
        assert!(next.starts_with("name=a%26b&limit=2&cursor="), "{next}");
        // 35 came in before the cursor and 15 after it; 30, on which the first page ended, is gone.
        let (second, next) = page(&next, &[10, 15, 20, 35, 40]).unwrap();
        assert_eq!(second, [20, 15]);
        assert_eq!(page(&next.unwrap(), &[10, 15, 20]).unwrap(), (vec![10], None));
        assert_eq!(page("", &[]).unwrap(), (vec![], None));
        assert_eq!(page("limit=2", &[1, 2]).unwrap(), (vec![2, 1], None));
    }

    #[test]
    fn a_cursor_is_for_one_list_and_one_set_of_filters() {
        let next = page("limit=1&name=a&name=b", &[1, 2]).unwrap().1.unwrap();
        let cursor = next.rsplit('=').next().unwrap();
        let is_taken = |query: String| page(&query, &[1, 2]).is_ok();
        // The order in which filters are given, and the limit, may change.
        assert!(is_taken(format!("cursor={cursor}&name=b&limit=3&name=a")));
        assert!(!is_taken(format!("cursor={cursor}&name=a")));
        assert!(!is_taken(format!("cursor={cursor}")));
        for place in 0..cursor.len() {
            let other = if &cursor[place..=place] == "A" { "B" } else { "A" };
            let altered = format!("{}{other}{}", &cursor[..place], &cursor[place + 1..]);
            assert!(!is_taken(format!("cursor={altered}&name=a&name=b")), "{altered}");
        }
        for junk in ["", "%20", "é", "AAAA", "null"] {
            assert!(!is_taken(format!("cursor={junk}&name=a&name=b")), "{junk}");
        }
    }

    #[test]
    fn the_limit_is_bounded_and_unknown_filters_are_refused() {
        for query in ["limit=0", "limit=1001", "limit=-1", "limit=x", "limit=1&limit=2", "nmae=a"] {
            assert!(listing(query).is_err(), "{query}");
        }
        assert_eq!(listing("limit=1000&name=a").unwrap().name, ["a"]);
        assert_eq!(
            listing("limit=1001").unwrap_err(),
            "parameter `limit`: found `1001`, expected 1 to 1000"
        );
    }
}
