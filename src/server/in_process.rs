//! The application called within the process, over an opened database: the routes, checks and handlers that a server
//! has, without a port, a token or quotas. ADR 0009 says why.

use std::fmt;
use std::pin::Pin;
use std::rc::Rc;

use actix_http::{Payload, Request as HttpRequest};
use actix_service::IntoServiceFactory as _;
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{AppConfig, Service as _, ServiceFactory as _};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Uri, header};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, web};
use reqwest::Url;

use super::app_error::AppError;
use super::config::Config;
use super::service::action_settings;
use crate::api;
use crate::application::{Services, TrialPlaces};
use crate::client::{ApiRequest, Refusal, RemoteFault, Response, Sending, Transport};

/// Most bytes of a body: more than the files of a draft can have. The bound of the settings is for connections.
const MOST_BODY_BYTES: usize = 64 * 1024 * 1024;

type Answering = Pin<Box<dyn Future<Output = HttpResponse<BoxBody>>>>;

/// The application, called by the person who runs a command next to the database.
pub struct InProcess {
    base: Url,
    call: Box<dyn Fn(HttpRequest) -> Answering>,
}

impl InProcess {
    /// The application over the store of `services`, called by the person that the setting `actor` names.
    ///
    /// # Errors
    /// When it cannot be put together, which no setting can bring about.
    pub async fn open(config: &Config, services: Services) -> Result<Self, AppError> {
        let base = Url::parse("http://localhost").map_err(|_| AppError::Unassembled)?;
        let settings = api::ApiSettings { body_bytes: MOST_BODY_BYTES, ..config.api.clone() };
        // The last wrap is met first.
        let app = App::new()
            .app_data(web::Data::new(api::AppState::local(services, action_settings(config))))
            .app_data(web::Data::new(api::LocalCaller::named(&config.actor)))
            .app_data(web::Data::new(TrialPlaces::new(config.trials.for_commands())))
            .app_data(web::Data::new(api::Uploads::new(&settings)))
            // A command asks once.
            .app_data(web::Data::new(api::ResponseCache::new(0)))
            .wrap(from_fn(api::normalize_target))
            .configure(api::body_limits(&settings))
            .configure(api::configure);
        let service = app.into_factory().new_service(AppConfig::default()).await;
        let service = Rc::new(service.map_err(|()| AppError::Unassembled)?);
        let call = move |request: HttpRequest| -> Answering {
            let service = Rc::clone(&service);
            Box::pin(async move {
                match service.call(request).await {
                    Ok(answered) => answered.into_parts().1.map_into_boxed_body(),
                    Err(error) => HttpResponse::from_error(error),
                }
            })
        };
        Ok(Self { base, call: Box::new(call) })
    }

    async fn exchange(&self, request: ApiRequest) -> Result<Response, RemoteFault> {
        let url = request.url.clone();
        let cut = |found: &dyn fmt::Display| RemoteFault::Cut {
            url: url.clone(),
            found: found.to_string(),
        };
        let request = http_request(request).map_err(|found| cut(&found))?;
        let answered = (self.call)(request).await;
        let is_success = answered.status().is_success();
        let fault = answered.error().and_then(|error| error.as_error::<api::Problem>());
        let cause = fault.and_then(api::Problem::cause);
        let etag = answered.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok());
        let etag = etag.map(str::to_owned);
        let body = to_bytes(answered.into_body()).await.map_err(|found| cut(&found))?;
        if is_success {
            return Ok(Response { body: body.to_vec(), etag });
        }
        let problem = serde_json::from_slice(&body);
        let problem = problem.map_err(|source| RemoteFault::Unread { url: url.clone(), source })?;
        Err(RemoteFault::Refused(Box::new(Refusal::in_process(problem, cause))))
    }
}

/// As a connection would bring it.
fn http_request(request: ApiRequest) -> Result<HttpRequest, String> {
    let ApiRequest { method, url, body, if_match } = request;
    let (media_type, bytes) = body.map_or((None, Vec::new()), |(kind, bytes)| (Some(kind), bytes));
    let target = url
        .query()
        .map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let length = bytes.len();
    let mut sent = HttpRequest::with_payload(Payload::from(web::Bytes::from(bytes)));
    let head = sent.head_mut();
    head.method = method.as_str().parse::<Method>().map_err(|fault| fault.to_string())?;
    head.uri = target.parse::<Uri>().map_err(|fault| fault.to_string())?;
    let mut insert = |name: HeaderName, value: &str| -> Result<(), String> {
        let value = HeaderValue::from_str(value).map_err(|fault| fault.to_string())?;
        head.headers.insert(name, value);
        Ok(())
    };
    insert(header::HOST, "localhost")?;
    if let Some(media_type) = media_type {
        insert(header::CONTENT_TYPE, media_type)?;
        insert(header::CONTENT_LENGTH, &length.to_string())?;
    }
    if let Some(etag) = if_match {
        insert(header::IF_MATCH, &etag)?;
    }
    Ok(sent)
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}

impl Transport for InProcess {
    fn base(&self) -> &Url {
        &self.base
    }

    fn send(&self, request: ApiRequest) -> Sending<'_> {
        Box::pin(self.exchange(request))
    }
}
