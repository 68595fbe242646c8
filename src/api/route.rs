//! What a route is: a method of a path, with what it requires of its caller. The table of all routes is in `routes.rs`.

use actix_web::http::Method;
use actix_web::{HttpMessage as _, HttpRequest};
use utoipa::openapi::HttpMethod;

use super::middleware::access::permissions::Requirement;

/// One method of one path.
#[derive(Debug)]
pub struct Route {
    pub method: Method,
    /// Path with the names of its parameters: `/api/v1/projects/{project}`.
    pub path: String,
    pub requirement: Requirement,
    /// Its tag in the OpenAPI document; `None` if the document leaves it out.
    pub tag: Option<&'static str>,
    pub(super) handler: fn() -> actix_web::Route,
}

/// The route that the router matched. Only the guard adds it to a request's extensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct MatchedRoute(pub(super) &'static Route);

/// All routes of one path.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(super) path: &'static str,
    pub(super) routes: Vec<&'static Route>,
}

impl Route {
    /// A route with the method and path that its handler declares for the OpenAPI document.
    pub(super) fn documented<P: utoipa::Path>(
        tag: &'static str,
        requirement: Requirement,
        handler: fn() -> actix_web::Route,
    ) -> Self {
        let method = P::methods().first().map_or(Method::GET, method);
        Self { method, path: P::path(), requirement, tag: Some(tag), handler }
    }

    /// A `GET` route that is not in the OpenAPI document.
    pub(crate) fn page(
        path: &str,
        requirement: Requirement,
        handler: fn() -> actix_web::Route,
    ) -> Self {
        let path = path.to_owned();
        Self { method: Method::GET, path, requirement, tag: None, handler }
    }

    /// What a form of a page posts to; not in the OpenAPI document.
    pub(crate) fn form(
        path: &str,
        requirement: Requirement,
        handler: fn() -> actix_web::Route,
    ) -> Self {
        Self { method: Method::POST, ..Self::page(path, requirement, handler) }
    }
}

impl Resource {
    /// The resources of these routes, in the order in which the router is to try them.
    pub(crate) fn all(routes: &'static [Route]) -> Vec<Self> {
        let mut resources: Vec<Self> = Vec::new();
        for route in routes {
            match resources.iter_mut().find(|resource| resource.path == route.path) {
                Some(resource) => resource.routes.push(route),
                None => resources.push(Self { path: &route.path, routes: vec![route] }),
            }
        }
        // The router takes the first match, so `/missions/ranking` must precede `/missions/{mission}`.
        resources.sort_by_key(|resource| specificity(resource.path));
        resources
    }

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
