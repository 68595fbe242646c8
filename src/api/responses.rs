//! Successful responses that tell where a resource is, and which revision of it this is.

use actix_web::HttpResponse;
use actix_web::http::header::{ETAG, LOCATION};
use serde::Serialize;

/// A 201 response with the new resource and its address in `Location`.
pub(super) fn created(address: &str, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header((LOCATION, address)).json(body)
}

/// A 201 response with the new resource, its address in `Location` and its revision in `ETag`.
pub(super) fn created_at(address: &str, revision: i64, body: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponse::Created();
    response.insert_header((LOCATION, address)).insert_header((ETAG, etag(revision))).json(body)
}

/// A 200 response with the resource, and its revision in `ETag`.
pub(super) fn at_revision(revision: i64, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((ETAG, etag(revision))).json(body)
}

fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}
