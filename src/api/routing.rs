//! Builds actix-web resources from the table of routes. Each path is one resource, wrapped by the guard and the other
//! middleware. They run after the router has matched the request, so the requirement that is checked is that of the
//! handler that runs.

use std::sync::LazyLock;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{HttpMessage as _, HttpRequest, web};
use utoipa::openapi::HttpMethod;

use super::middleware::access::Requirement;
use super::middleware::{access, idempotency, openapi_validation, request_size, response_cache};
use super::routes::routes;

/// One method of one path.
#[derive(Debug)]
pub struct Route {
    pub method: Method,
    /// Path with the names of its parameters: `/api/v1/projects/{project}`.
    pub path: String,
    pub requirement: Requirement,
    /// Whether it is in the OpenAPI document.
    pub is_documented: bool,
    handler: fn() -> actix_web::Route,
}

/// The route that the router matched. Only the guard adds it to a request's extensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct MatchedRoute(pub(super) &'static Route);

/// All routes of one path.
#[derive(Debug)]
pub(super) struct Resource {
    path: &'static str,
    routes: Vec<&'static Route>,
}

static RESOURCES: LazyLock<Vec<Resource>> = LazyLock::new(|| {
    let mut resources: Vec<Resource> = Vec::new();
    for route in routes() {
        match resources.iter_mut().find(|resource| resource.path == route.path) {
            Some(resource) => resource.routes.push(route),
            None => resources.push(Resource { path: &route.path, routes: vec![route] }),
        }
    }
    // The router takes the first match, so `/missions/ranking` must precede `/missions/{mission}`.
    resources.sort_by_key(|resource| specificity(resource.path));
    resources
});

/// Registers every route, and the default service, which responds 404.
pub fn configure(service: &mut web::ServiceConfig) {
    for resource in RESOURCES.iter() {
        service.service(resource.service());
    }
    service
        .app_data(web::PathConfig::default().error_handler(super::problem::details::path))
        .default_service(web::to(access::no_route));
}

impl Route {
    /// A route with the method and path that its handler declares for the OpenAPI document.
    pub(super) fn documented<P: utoipa::Path>(
        requirement: Requirement,
        handler: fn() -> actix_web::Route,
    ) -> Self {
        let method = P::methods().first().map_or(Method::GET, method);
        Self { method, path: P::path(), requirement, is_documented: true, handler }
    }

    /// A `GET` route that is not in the OpenAPI document.
    pub(super) fn page(
        path: &str,
        requirement: Requirement,
        handler: fn() -> actix_web::Route,
    ) -> Self {
        let path = path.to_owned();
        Self { method: Method::GET, path, requirement, is_documented: false, handler }
    }
}

impl Resource {
    pub(super) fn route(&self, method: &Method) -> Option<&'static Route> {
        self.routes.iter().copied().find(|route| route.method == *method)
    }

    /// Its methods, for the header `Allow`.
    pub(super) fn allowed(&self) -> String {
        let words = self.routes.iter().map(|route| match &route.method {
            method if method == Method::GET => "GET, HEAD",
            method => method.as_str(),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// The last wrap runs first: the guard, then the middleware for authenticated requests.
    fn service(&'static self) -> impl HttpServiceFactory + use<> {
        let mut resource = web::resource(self.path);
        for route in &self.routes {
            resource = resource.route((route.handler)().method(route.method.clone()));
        }
        resource
            .wrap(from_fn(idempotency::answer_once))
            .wrap(from_fn(openapi_validation::hold_body_to_document))
            .wrap(from_fn(request_size::bound_body))
            .wrap(from_fn(openapi_validation::hold_to_document))
            .wrap(from_fn(response_cache::remember))
            .wrap(from_fn(move |request, next| access::guard(self, request, next)))
    }
}

impl MatchedRoute {
    /// The route of a request; `None` if it matched none.
    pub(super) fn of(request: &HttpRequest) -> Option<&'static Route> {
        request.extensions().get::<Self>().map(|matched| matched.0)
    }
}

/// Sort key of paths: in each segment, a literal comes before a parameter.
fn specificity(path: &str) -> Vec<(bool, &str)> {
    path.split('/').map(|segment| (segment.starts_with('{'), segment)).collect()
}

fn method(method: &HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
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
