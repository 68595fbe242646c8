//! Builds actix-web resources from the table of routes. Each path is one resource, wrapped by the guard and the other
//! middleware. They run after the router has matched the request, so the requirement that is checked is that of the
//! handler that runs.

use std::sync::LazyLock;
use std::thread;

use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use actix_web::web;
use utoipa::OpenApi as _;

use super::middleware::access::guard;
use super::middleware::openapi_validation::LazyContracts;
use super::middleware::response_cache::cache;
use super::middleware::{idempotency, openapi_validation, request_size};
use super::openapi::document;
use super::openapi::document::LazyDocument;
use super::route::Resource;
use super::routes::{Documented, routes};

static RESOURCES: LazyLock<Vec<Resource>> = LazyLock::new(|| Resource::all(routes()));

/// Room for the text of the OpenAPI document, in bytes; more is allocated when it needs more.
const TEXT_OF_DOCUMENT: usize = 1 << 20;

/// Every request that it describes is refused if it cannot be written.
static DOCUMENT: LazyDocument = LazyDocument::written_by(write_document);

static CONTRACTS: LazyContracts = LazyContracts::of(&DOCUMENT);

/// As a tree the document takes twenty times the memory of its text. It is built, written and dropped on a thread of its own,
/// which allocates nothing that outlives it, so that the allocator gives that memory back whole.
fn write_document() -> Option<Vec<u8>> {
    let served = routes();
    let mut room = Vec::with_capacity(TEXT_OF_DOCUMENT);
    let write = move || {
        let document = document::complete(Documented::openapi(), served);
        serde_json::to_writer(&mut room, &document).map(|()| room).ok()
    };
    thread::Builder::new().spawn(write).ok()?.join().ok().flatten()
}

/// Registers every route, the OpenAPI document that requests are held to, and the default service, which responds 404.
pub fn configure(service: &mut web::ServiceConfig) {
    register(service, &RESOURCES);
    service
        .app_data(web::Data::new(&DOCUMENT))
        .app_data(&CONTRACTS)
        .app_data(web::PathConfig::default().error_handler(openapi_validation::path_error))
        .default_service(web::to(guard::no_route));
}

/// Registers resources behind the guard.
pub(crate) fn register(service: &mut web::ServiceConfig, resources: &'static [Resource]) {
    for resource in resources {
        service.service(guarded(resource));
    }
}

/// Returns the OpenAPI document that `/api/openapi.json` serves, as JSON text; empty if it cannot be written.
pub fn document() -> web::Bytes {
    DOCUMENT.json().cloned().unwrap_or_default()
}

/// The last wrap runs first: the guard, then the middleware for authenticated requests.
fn guarded(resource: &'static Resource) -> impl HttpServiceFactory + use<> {
    let mut service = web::resource(resource.path);
    for route in &resource.routes {
        service = service.route((route.handler)().method(route.method.clone()));
    }
    service
        .wrap(from_fn(idempotency::run_once))
        .wrap(from_fn(openapi_validation::validate_body))
        .wrap(from_fn(request_size::receive_body))
        .wrap(from_fn(openapi_validation::validate_parameters))
        .wrap(from_fn(cache::serve_cached))
        .wrap(from_fn(move |request, next| guard::guard(resource, request, next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_segment_is_matched_before_a_parameter() {
        let paths: Vec<&str> = RESOURCES.iter().map(|resource| resource.path).collect();
        for (before, after) in [
            ("/api/v1/missions/ranking", "/api/v1/missions/{mission}"),
            ("/api/v1/notices/preview", "/api/v1/notices/{notice}"),
            ("/api/v1/reviews/actions", "/api/v1/reviews/{review}"),
        ] {
            let place = |path| paths.iter().position(|one| *one == path).unwrap();
            assert!(place(before) < place(after), "{before}");
        }
    }

    #[test]
    fn no_path_has_the_same_method_twice() {
        for resource in RESOURCES.iter() {
            let mut methods: Vec<&str> =
                resource.routes.iter().map(|route| route.method.as_str()).collect();
            methods.sort_unstable();
            let all = methods.len();
            methods.dedup();
            assert_eq!(methods.len(), all, "{}", resource.path);
        }
    }
}
