//! What the table of routes says of each operation: its tag, and its security requirement. The scopes of a security
//! scheme are the permission and the data scope that the route requires.

use actix_web::http::Method;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::SecurityRequirement;

use crate::api::middleware::access::permissions::Requirement;
use crate::api::route::Route;

/// Names of the security schemes. Either one is enough.
pub(super) const SCHEMES: [&str; 2] = ["token", "session"];

pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
        .into_iter()
        .flatten()
}

/// Sets the tag and the security requirement of the operation of every documented route.
pub(super) fn complete(document: &mut OpenApi, routes: &[Route]) {
    for route in routes {
        let Some(tag) = route.tag else { continue };
        let item = document.paths.paths.get_mut(&route.path);
        if let Some(operation) = item.and_then(|item| operation(item, &route.method)) {
            operation.tags = Some(vec![tag.to_owned()]);
            operation.security = Some(requirements(route.requirement));
            operation.description = Some(description(operation, route.requirement));
        }
    }
}

/// What the operation says of itself, and who may call it.
fn description(operation: &Operation, requirement: Requirement) -> String {
    let who = match requirement {
        Requirement::Anonymous => "No authentication is required.".to_owned(),
        Requirement::Account(..) => {
            let scopes = requirement.security_scopes();
            let scopes: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
            format!("Requires {}.", scopes.join(" and "))
        }
    };
    match operation.description.as_deref().filter(|words| !words.is_empty()) {
        Some(words) => format!("{words}\n\n{who}"),
        None => who,
    }
}

fn requirements(requirement: Requirement) -> Vec<SecurityRequirement> {
    match requirement {
        Requirement::Anonymous => vec![SecurityRequirement::default()],
        Requirement::Account(..) => {
            let scopes = requirement.security_scopes();
            SCHEMES.map(|scheme| SecurityRequirement::new(scheme, scopes.clone())).into()
        }
    }
}

fn operation<'a>(item: &'a mut PathItem, method: &Method) -> Option<&'a mut Operation> {
    let operation = match *method {
        Method::GET => &mut item.get,
        Method::POST => &mut item.post,
        Method::PUT => &mut item.put,
        Method::DELETE => &mut item.delete,
        Method::PATCH => &mut item.patch,
        _ => return None,
    };
    operation.as_mut()
}
