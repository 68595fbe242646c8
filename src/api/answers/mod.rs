//! Answers to reads, kept in memory for as long as nothing that they rest on has changed: each is worked
//! out, written, tagged and compressed once, however many ask at the same time.

mod key;

use std::io::Write as _;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::http::header::AcceptEncoding;
use actix_web::http::header::Encoding;
use actix_web::http::header::Header as _;
use actix_web::http::header::HeaderMap;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::web;
use flate2::Compression;
use flate2::write::GzEncoder;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use quick_cache::DefaultHashBuilder;
use quick_cache::OptionsBuilder;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use quick_cache::sync::DefaultLifecycle;

use super::settings::Settings;
use super::validators;
use crate::looks::Looks;
use crate::rules::FolderStamp;
use key::Asked;

pub use key::KEPT;
pub use key::Rests;

/// Of memory, for one answer: its headers, and its place among the others.
const OVERHEAD: usize = 1024;

/// What an answer weighs when nobody knows: for the size of the table that holds them, not its bounds.
const USUAL_BYTES: u64 = 64 * 1024;

/// The answers of one service.
#[derive(Debug)]
pub struct Answers {
    /// `None` when none are to be kept.
    cache: Option<Cache<Asked, Kept, Weight>>,
    /// Of the folder of rules.
    stamps: Looks<FolderStamp>,
    given: Counter,
    made: Counter,
}

/// What is known of the answer to a question.
#[derive(Clone, Debug)]
enum Kept {
    Whole(Arc<Answer>),
    /// It is not one to be kept: whoever asks works it out, without waiting for others.
    Nothing,
}

/// As the handler gave it, its tag included.
#[derive(Debug)]
struct Answer {
    headers: HeaderMap,
    body: web::Bytes,
}

#[derive(Clone, Copy, Debug)]
struct Weight;

impl Weighter<Asked, Kept> for Weight {
    fn weight(&self, asked: &Asked, kept: &Kept) -> u64 {
        let body = match kept {
            Kept::Whole(answer) => answer.body.len(),
            Kept::Nothing => 0,
        };
        u64::try_from(OVERHEAD + asked.bytes() + body).unwrap_or(u64::MAX)
    }
}

impl Answers {
    /// Within that many bytes; none are kept within 0.
    pub fn new(bytes: u64) -> Self {
        let options = OptionsBuilder::new()
            // In one piece, so that one answer may take all there is.
            .shards(1)
            .weight_capacity(bytes)
            .estimated_items_capacity(usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX))
            .build();
        let cache = options.ok().filter(|_| bytes > 0).map(|options| {
            let hashing = DefaultHashBuilder::default();
            Cache::with_options(options, Weight, hashing, DefaultLifecycle::default())
        });
        let (given, made) = (Counter::default(), Counter::default());
        Self { cache, stamps: Looks::default(), given, made }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "vigie_http_answers_kept",
            "Answers to reads that were given from memory",
            self.given.clone(),
        );
        registry.register(
            "vigie_http_answers_made",
            "Answers to reads that were worked out, then kept in memory",
            self.made.clone(),
        );
        let bytes: Gauge = Gauge::default();
        let weight = self.cache.as_ref().map_or(0, Cache::weight);
        bytes.set(i64::try_from(weight).unwrap_or(i64::MAX));
        registry.register("vigie_http_answers_bytes", "Memory that kept answers take", bytes);
    }
}

/// Gives the answer that is kept, or keeps the one that the handler gives.
pub(super) async fn remember(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answers = request.app_data::<web::Data<Answers>>().cloned();
    let Some(answers) = answers.filter(|answers| answers.cache.is_some()) else {
        return pass(request, next).await;
    };
    let Some(asked) = Asked::of(&mut request, &answers.stamps).await else {
        return pass(request, next).await;
    };
    let Some(cache) = &answers.cache else { return pass(request, next).await };
    if !is_to_zip(&request) {
        let (request, found) = plain(&answers, cache, (asked, request), next).await?;
        return Ok(respond(request, found));
    }
    let place = match cache.get_value_or_guard_async(&asked.zipped()).await {
        Ok(Kept::Whole(answer)) => {
            answers.given.inc();
            return Ok(respond(request.into_parts().0, Found::Kept(answer)));
        }
        Ok(Kept::Nothing) => return pass(request, next).await,
        Err(place) => place,
    };
    let (request, found) = plain(&answers, cache, (asked, request), next).await?;
    let found = match found {
        Found::Kept(answer) => Found::Kept(zipped(answer, &request).await),
        passed @ Found::Passed(_) => passed,
    };
    if let Some(kept) = found.to_keep() {
        drop(place.insert(kept));
    }
    Ok(respond(request, found))
}

/// What there is to give.
enum Found {
    Kept(Arc<Answer>),
    /// As the handler gave it, and not to be kept.
    Passed(HttpResponse),
}

impl Found {
    /// A refusal is not kept, but known to be one. What failed may not fail the next time.
    fn to_keep(&self) -> Option<Kept> {
        match self {
            Self::Kept(answer) => Some(Kept::Whole(Arc::clone(answer))),
            Self::Passed(response) if response.status().is_server_error() => None,
            Self::Passed(_) => Some(Kept::Nothing),
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
    answers: &Answers,
    cache: &Cache<Asked, Kept, Weight>,
    (asked, request): (Asked, ServiceRequest),
    next: Next<impl MessageBody + 'static>,
) -> Result<(HttpRequest, Found), actix_web::Error> {
    let place = match cache.get_value_or_guard_async(&asked).await {
        Ok(Kept::Whole(answer)) => {
            answers.given.inc();
            return Ok((request.into_parts().0, Found::Kept(answer)));
        }
        Ok(Kept::Nothing) => {
            let (request, response) = pass(request, next).await?.into_parts();
            return Ok((request, Found::Passed(response)));
        }
        Err(place) => place,
    };
    let (request, response) = pass(request, next).await?.into_parts();
    let found = whole(response);
    if let Found::Kept(_) = &found {
        answers.made.inc();
    }
    if let Some(kept) = found.to_keep() {
        drop(place.insert(kept));
    }
    Ok((request, found))
}

/// An answer that is whole, and for whoever may see as much.
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
        && let Ok(tag) = HeaderValue::from_str(&validators::tag_of(&body))
    {
        headers.insert(header::ETAG, tag);
    }
    Found::Kept(Arc::new(Answer { headers, body }))
}

/// What is too short to be compressed stays as it is.
async fn zipped(answer: Arc<Answer>, request: &HttpRequest) -> Arc<Answer> {
    let settings = request.app_data::<web::Data<Settings>>();
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
            Arc::new(Answer { headers, body: zip.into() })
        }
        // It goes out as it is.
        Ok(Err(_)) | Err(_) => answer,
    }
}

/// As actix would choose.
fn is_to_zip(request: &ServiceRequest) -> bool {
    let codings = [Encoding::identity(), Encoding::gzip(), Encoding::deflate()];
    AcceptEncoding::parse(request)
        .is_ok_and(|taken| taken.negotiate(codings.iter()) == Some(Encoding::gzip()))
}

fn respond(request: HttpRequest, found: Found) -> ServiceResponse<BoxBody> {
    let response = match found {
        Found::Passed(response) => response,
        Found::Kept(answer) => {
            let mut response = HttpResponse::new(StatusCode::OK);
            *response.headers_mut() = answer.headers.clone();
            response.set_body(BoxBody::new(answer.body.clone()))
        }
    };
    ServiceResponse::new(request, response)
}
