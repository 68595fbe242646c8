//! Cache of responses to reads. An entry is valid until something that it depends on changes. Concurrent requests for the
//! same response compute, serialize, tag and compress it once.

use std::io::Write as _;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AcceptEncoding, Encoding, Header as _, HeaderMap, HeaderValue};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use super::key::CacheKey;
use crate::api::middleware::etag;
use crate::api::settings::ApiSettings;
use crate::rules::FolderStamp;
use crate::support::single_flight::SingleFlight;

/// Memory taken by an entry in addition to its key and body, in bytes: headers and bookkeeping.
const OVERHEAD: usize = 1024;

/// Estimated size of an entry, in bytes, for the initial capacity of the cache.
const USUAL_BYTES: u64 = 64 * 1024;

/// The response cache of one service.
#[derive(Debug)]
pub struct ResponseCache {
    /// `None` if caching is disabled.
    cache: Option<Cache<CacheKey, Entry, Weight>>,
    /// Reads the state of the folder of rules, once for concurrent requests.
    stamps: SingleFlight<FolderStamp>,
    hits: Counter,
    misses: Counter,
}

/// A cache entry.
#[derive(Clone, Debug)]
enum Entry {
    Response(Arc<CachedResponse>),
    /// The response is not cacheable: each request computes its own, without waiting for others.
    NotCacheable,
}

/// A response with its `ETag`.
#[derive(Debug)]
struct CachedResponse {
    headers: HeaderMap,
    body: web::Bytes,
}

#[derive(Clone, Copy, Debug)]
struct Weight;

impl Weighter<CacheKey, Entry> for Weight {
    fn weight(&self, key: &CacheKey, entry: &Entry) -> u64 {
        let body = match entry {
            Entry::Response(answer) => answer.body.len(),
            Entry::NotCacheable => 0,
        };
        u64::try_from(OVERHEAD + key.bytes() + body).unwrap_or(u64::MAX)
    }
}

impl ResponseCache {
    /// A cache of at most `bytes` bytes; 0 disables caching.
    pub fn new(bytes: u64) -> Self {
        let options = OptionsBuilder::new()
            // One shard, so that one response may take the whole capacity.
            .shards(1)
            .weight_capacity(bytes)
            .estimated_items_capacity(usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX))
            .build();
        let cache = options.ok().filter(|_| bytes > 0).map(|options| {
            let hashing = DefaultHashBuilder::default();
            Cache::with_options(options, Weight, hashing, DefaultLifecycle::default())
        });
        let (hits, misses) = (Counter::default(), Counter::default());
        Self { cache, stamps: SingleFlight::default(), hits, misses }
    }

    pub(in crate::api) fn register(&self, registry: &mut Registry) {
        registry.register(
            "vigie_http_answers_kept",
            "Responses to reads served from the cache",
            self.hits.clone(),
        );
        registry.register(
            "vigie_http_answers_made",
            "Responses to reads computed and stored in the cache",
            self.misses.clone(),
        );
        let bytes: Gauge = Gauge::default();
        let weight = self.cache.as_ref().map_or(0, Cache::weight);
        bytes.set(i64::try_from(weight).unwrap_or(i64::MAX));
        registry.register("vigie_http_answers_bytes", "Memory used by the response cache", bytes);
    }
}

/// Returns the cached response, or caches the one that the handler returns.
pub(in crate::api) async fn serve_cached(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answers = request.app_data::<web::Data<ResponseCache>>().cloned();
    let Some(answers) = answers.filter(|answers| answers.cache.is_some()) else {
        return pass(request, next).await;
    };
    let Some(key) = CacheKey::of(&mut request, &answers.stamps).await else {
        return pass(request, next).await;
    };
    let Some(cache) = &answers.cache else { return pass(request, next).await };
    if !is_to_zip(&request) {
        let (request, found) = plain(&answers, cache, (key, request), next).await?;
        return Ok(respond(request, found));
    }
    let place = match cache.get_value_or_guard_async(&key.zipped()).await {
        Ok(Entry::Response(answer)) => {
            answers.hits.inc();
            return Ok(respond(request.into_parts().0, Found::Cacheable(answer)));
        }
        Ok(Entry::NotCacheable) => return pass(request, next).await,
        Err(place) => place,
    };
    let (request, found) = plain(&answers, cache, (key, request), next).await?;
    let found = match found {
        Found::Cacheable(answer) => Found::Cacheable(zipped(answer, &request).await),
        passed @ Found::Passed(_) => passed,
    };
    if let Some(entry) = found.to_entry() {
        drop(place.insert(entry));
    }
    Ok(respond(request, found))
}

/// A response to send.
enum Found {
    Cacheable(Arc<CachedResponse>),
    /// A response that is not cacheable.
    Passed(HttpResponse),
}

impl Found {
    /// The cache entry for this response. Refusals are marked as not cacheable; server errors get no entry, since the next
    /// request may succeed.
    fn to_entry(&self) -> Option<Entry> {
        match self {
            Self::Cacheable(answer) => Some(Entry::Response(Arc::clone(answer))),
            Self::Passed(response) if response.status().is_server_error() => None,
            Self::Passed(_) => Some(Entry::NotCacheable),
        }
    }
}

async fn pass(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn plain(
    answers: &ResponseCache,
    cache: &Cache<CacheKey, Entry, Weight>,
    (key, request): (CacheKey, ServiceRequest),
    next: Next<impl MessageBody + 'static>,
) -> Result<(HttpRequest, Found), actix_web::Error> {
    let place = match cache.get_value_or_guard_async(&key).await {
        Ok(Entry::Response(answer)) => {
            answers.hits.inc();
            return Ok((request.into_parts().0, Found::Cacheable(answer)));
        }
        Ok(Entry::NotCacheable) => {
            let (request, response) = pass(request, next).await?.into_parts();
            return Ok((request, Found::Passed(response)));
        }
        Err(place) => place,
    };
    let (request, response) = pass(request, next).await?.into_parts();
    let found = whole(response);
    if let Found::Cacheable(_) = &found {
        answers.misses.inc();
    }
    if let Some(entry) = found.to_entry() {
        drop(place.insert(entry));
    }
    Ok((request, found))
}

/// Makes a complete response that is not personal cacheable.
fn whole(response: HttpResponse) -> Found {
    let is_personal = [header::CACHE_CONTROL, header::SET_COOKIE]
        .iter()
        .any(|name| response.headers().contains_key(name));
    if response.status() != StatusCode::OK || is_personal {
        return Found::Passed(response);
    }
    let (head, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(body) => body,
        Err(stream) => return Found::Passed(head.set_body(stream)),
    };
    let mut headers = head.headers().clone();
    if !headers.contains_key(header::ETAG)
        && let Ok(tag) = HeaderValue::from_str(&etag::tag_of(&body))
    {
        headers.insert(header::ETAG, tag);
    }
    Found::Cacheable(Arc::new(CachedResponse { headers, body }))
}

/// Compresses a response, unless it is shorter than the setting `compress_from_bytes`.
async fn zipped(answer: Arc<CachedResponse>, request: &HttpRequest) -> Arc<CachedResponse> {
    let settings = request.app_data::<web::Data<ApiSettings>>();
    let from = settings.map_or(usize::MAX, |settings| settings.compress_from_bytes);
    if answer.body.len() < from {
        return answer;
    }
    let body = answer.body.clone();
    let zip = move || {
        let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
        zip.write_all(&body)?;
        zip.finish()
    };
    match tokio::task::spawn_blocking(zip).await {
        Ok(Ok(zip)) => {
            let mut headers = answer.headers.clone();
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Arc::new(CachedResponse { headers, body: zip.into() })
        }
        // Sent uncompressed.
        Ok(Err(_)) | Err(_) => answer,
    }
}

/// Whether actix-web would choose gzip for this request.
fn is_to_zip(request: &ServiceRequest) -> bool {
    let codings = [Encoding::identity(), Encoding::gzip(), Encoding::deflate()];
    AcceptEncoding::parse(request)
        .is_ok_and(|taken| taken.negotiate(codings.iter()) == Some(Encoding::gzip()))
}

fn respond(request: HttpRequest, found: Found) -> ServiceResponse<BoxBody> {
    let response = match found {
        Found::Passed(response) => response,
        Found::Cacheable(answer) => {
            let mut response = HttpResponse::new(StatusCode::OK);
            *response.headers_mut() = answer.headers.clone();
            response.set_body(BoxBody::new(answer.body.clone()))
        }
    };
    ServiceResponse::new(request, response)
}
